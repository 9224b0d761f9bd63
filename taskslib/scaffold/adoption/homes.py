"""Which services a repo has, by its folders and by what its Compose files build. Pure."""

from __future__ import annotations

import glob
import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from taskslib.scaffold.adoption.found import (
    MANIFESTS,
    OTHER_MANIFESTS,
    Build,
    Found,
    above,
    is_within,
)

TEST_FOLDERS = ("tests", "test", "spec", "__tests__")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_NO_SERVICES = {
    *TEST_FOLDERS,
    *("docs", "doc", "docker", "deploy", "deployment", "build", "ci", "infra", "ops", "scripts"),
    *("bin", "tools", "examples", "example", "vendor", "third_party", "node_modules", "fixtures"),
    *("e2e", "integration_tests", "template", "templates", "venv", "env", "dist"),
}
"""What folders are called that are no service, though there may be a Dockerfile in them."""
_SIGNS = ("Dockerfile", "pyproject.toml", "package.json")
"""What makes a folder a service for `discover`, as does a folder `tests`."""
_DEEPEST = 3


@dataclass(frozen=True, slots=True)
class Home:
    """A service's folder."""

    name: str
    folder: str
    dockerfile: str = ""
    """From the root on; empty for a library."""


def homes(found: Found) -> tuple[tuple[Home, ...], tuple[str, ...]]:
    """Return the services of a repo, by folder, and what a person should know of them."""
    built: dict[str, str] = {}
    for build in _builds(found):
        folder = _folder_of(found, build)
        if folder:
            built.setdefault(folder, build.dockerfile)
    kept = _outermost(found, {*built, *_with_manifest(found)}, set(built))
    made: dict[str, Home] = {}
    notes = []
    for folder in sorted(kept):
        name = posixpath.basename(folder)
        if not _NAME.fullmatch(name):
            notes.append(f"{folder} can't be a service's name: letters, digits, '-', '_', '.'")
        elif name.lower() in made:
            notes.append(f"{folder} and {made[name.lower()].folder} have one name: only the latter")
        else:
            beside = posixpath.join(folder, "Dockerfile")
            own = beside if beside in found.files else built.get(folder, "")
            made[name.lower()] = Home(name, folder, own if own in found.files else "")
    return tuple(sorted(made.values(), key=lambda one: one.folder)), tuple(notes)


def _outermost(found: Found, folders: set[str], built: set[str]) -> set[str]:
    """Return the folders that are in no other; one that only holds those with images is none."""
    images = {one for one in folders if one in built or found.has(one, "Dockerfile")}
    holders = {one for one in folders - images if any(is_within(i, one) for i in images)}
    left = folders - holders
    return {one for one in left if not any(is_within(one, other) for other in left - {one})}


def globs(found: Found, known: Iterable[Home]) -> list[str]:
    """Return the globs that find just these services: a folder's, where it has no others."""
    folders = [one.folder for one in known]
    made: dict[str, None] = {}
    for folder in folders:
        parent = posixpath.dirname(folder)
        others = (one for one in found.folders if posixpath.dirname(one) == parent)
        alone = all(one in folders or not _has_sign(found, one) for one in others)
        made[f"{glob.escape(parent)}/*" if parent and alone else glob.escape(folder)] = None
    return list(made)


def needs_telling(found: Found, home: Home) -> bool:
    """Return whether nothing in a service's folder shows that it is one."""
    return not _has_sign(found, home.folder)


def _has_sign(found: Found, folder: str) -> bool:
    return found.has(folder, *_SIGNS) or f"{folder}/tests" in found.folders


def _builds(found: Found) -> Iterator[Build]:
    for path in sorted(found.composes):
        yield from found.composes[path].builds


def _folder_of(found: Found, build: Build) -> str:
    """Return the folder of what a Compose file builds: its context, or what is called like it."""
    for folder in (build.context, posixpath.dirname(build.dockerfile)):
        if folder in found.folders and not _is_none(folder):
            return folder
    name = posixpath.basename(build.dockerfile)
    words = {build.service, *re.split(r"\.?Dockerfile\.?|Containerfile", name)}
    if name == "Dockerfile":
        words.add(posixpath.basename(posixpath.dirname(build.dockerfile)))
    called = (one for one in found.folders if posixpath.basename(one) in words - {""})
    there = [one for one in called if not _is_none(one) and one.count("/") < _DEEPEST]
    return min(there, key=lambda one: (one.count("/"), one), default="")


def _with_manifest(found: Found) -> Iterator[str]:
    names = ("Dockerfile", *MANIFESTS, *OTHER_MANIFESTS)
    for folder in sorted(found.folders):
        if folder.count("/") < _DEEPEST and not _is_none(folder) and found.has(folder, *names):
            yield folder


def _is_none(folder: str) -> bool:
    """Return whether a folder lies where no services are."""
    return any(
        posixpath.basename(one).lower() in _NO_SERVICES or posixpath.basename(one).startswith(".")
        for one in (folder, *above(folder))
    )
