"""Which images a release has: by the lock, by its tag in the registry, or as the engine has them.

A lock is what was released, so it comes first: that of the environment, that of the release, and
what git has of them. A version's tag is never moved by `inv build`; what it is today is deployed by
its digest, and said. Nothing is ever deployed by a tag.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from taskslib.errors import ConfigError, UsageError, did_you_mean
from taskslib.project.commits import Git
from taskslib.project.environments import FOLDER
from taskslib.project.model import Stack, shown
from taskslib.project.places import LOCK
from taskslib.release.bake import REVISION
from taskslib.release.lockfile import Lock, parsed
from taskslib.release.registry import Registry
from taskslib.stacks.client import DockerClient
from taskslib.stacks.engine import ComposeConfig

VERSION = "VERSION"
"""The variable that a release's images have for a tag."""
PROBE = "0.0.0-which-images-are-of-the-release"
"""A version that nothing has: which images have it for a tag when VERSION is this?"""

_ALIKE = 0.8
"""All images of a project begin with its name."""


@dataclass(frozen=True, slots=True)
class Source:
    """The images of a version."""

    version: str
    commit: str
    """Empty where the images don't say."""
    references: Mapping[str, str]
    """By the image's name as the environment has it: `registry/shop-api`."""
    note: str = ""
    """Where they are from, where that is not the lock."""


def find_lock(root: Path, environment: str, version: str, git: Git) -> Lock | None:
    """Return the lock of a version, from the files or their history; of none, the one that is here.

    Raises `UsageError` where no version is named and there is no lock.
    """
    files = tuple(dict.fromkeys((f"{FOLDER}/{environment}/{Path(LOCK).name}", LOCK)))
    for file in files:
        found = _read(root / file)
        if found is not None and version in {"", found.version}:
            return found
    if not version:
        raise UsageError(
            f"{LOCK} is not there, or is none: which release is deployed is not known",
            hint="name it: --version 1.2.3; or `inv build --push` on the release's tag writes it",
        )
    for file in files:
        # Commits that came to, or took away, the line of that version.
        listed = git("log", "--format=%H", f'-Sversion = "{version}"', "--", file) or ""
        for commit in listed.split():
            found = parsed(git("show", f"{commit}:./{file}") or "")
            if found is not None and found.version == version:
                return found
    return None


def _read(file: Path) -> Lock | None:
    try:
        return parsed(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        return None


def released(config: ComposeConfig, stack: Stack, root: Path) -> dict[str, str]:
    """Return the services that run an image of a release, with its name. Pure.

    Args:
        config: What Compose makes of the environment with `PROBE` for a version.
        stack: Where that is from.
        root: The repo's root.

    Raises `ConfigError` where there is none, or one that is built.
    """
    where = shown(stack.files[0], root)
    found = {}
    for service, one in config["services"].items():
        image = one.get("image", "")
        name, _, tag = image.rpartition(":")
        if one.get("build") or not image:
            raise ConfigError(
                f"{where}: {service} is built there; what is deployed was built by a release",
                hint=f"image: ${{REGISTRY}}/NAME:${{{VERSION}:?}}, without build",
            )
        if tag == PROBE:
            found[service] = name
        elif PROBE in image:
            raise ConfigError(
                f"{where}: the image of {service} has more than the version for a tag",
                hint=f"image: ${{REGISTRY}}/NAME:${{{VERSION}:?}}",
            )
    if not found:
        raise ConfigError(
            f"{where}: no service runs an image of a release",
            hint=f"image: ${{REGISTRY}}/NAME:${{{VERSION}:?}}",
        )
    return found


def from_lock(lock: Lock, names: Iterable[str]) -> Source:
    """Return the images of a lock, from the registry that the environment names. Pure.

    Raises `UsageError` for an image that the release has not.
    """
    digests = {one.name.rpartition("/")[2]: one.digest for one in lock.images.values()}
    references = {}
    for name in names:
        own = name.rpartition("/")[2]
        if own not in digests:
            raise UsageError(
                f"release {lock.version} has no image {own}",
                hint=f"{did_you_mean(own, digests, cutoff=_ALIKE)}images: "
                f"{', '.join(digests) or 'none'}; a release that broke off? `inv build --push` on "
                f"the tag v{lock.version} completes it",
            )
        references[name] = f"{name}@{digests[own]}"
    return Source(lock.version, lock.revision, references)


def from_registry(docker: DockerClient, version: str, names: Iterable[str]) -> Source:
    """Return what a version's tags are in the registry now.

    Raises `UsageError` where it has them not, or from several commits, `EngineError` where it does
    not say.
    """
    registry, found = Registry(docker), {}
    for name in dict.fromkeys(names):
        if "/" not in name:
            raise UsageError(
                f"{name}:{version} is in no registry: neither a lock nor REGISTRY says where it is",
                hint="to take it as the target's engine has it: --local",
            )
        published = registry.look(f"{name}:{version}")
        if published is None:
            raise UsageError(
                f"there is no {name}:{version}",
                hint=f"inv build --push on the tag v{version} publishes it",
            )
        found[name] = published
    commits = {one.revision for one in found.values()}
    if len(commits) > 1:
        raise UsageError(
            f"the images of {version} are not from one commit: "
            f"{', '.join(sorted(one[:12] or 'unknown' for one in commits))}",
            hint="a release that broke off? `inv build --push` on its tag completes it",
        )
    references = {name: f"{name}@{one.digest}" for name, one in found.items()}
    note = f"{version} is in no {LOCK}: its images are what the registry's tags are now"
    return Source(version, commits.pop(), references, note)


def from_engine(docker: DockerClient, version: str, names: Iterable[str]) -> Source:
    """Return what a version's tags are on the target's engine now, by the images' ids.

    Raises `UsageError` for one that is not there.
    """
    references, commits = {}, set()
    for name in dict.fromkeys(names):
        form = ("--format", "[{{json .Id}},{{json .Config.Labels}}]")
        done = docker.run("image", "inspect", *form, "--", f"{name}:{version}")
        docker.raise_if_down(done)
        if done.code != 0:
            raise UsageError(
                f"the target's engine has no {name}:{version}",
                hint=f"on the tag v{version}, with that engine: inv build",
            )
        references[name], labels = json.loads(done.stdout)
        commits.add((labels or {}).get(REVISION, ""))
    commit = commits.pop() if len(commits) == 1 else ""
    return Source(version, commit, references, "images as the engine has them, by id")
