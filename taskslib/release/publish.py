"""Build, then push: version tags of all images first, the floating ones only when all are there.

A version tag is never written over. One that is there from the same commit is kept as it is, so
that a release that broke off is completed by running it again; from another, all is refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from taskslib.errors import BuildError, EngineError, UsageError
from taskslib.processes import Completed
from taskslib.project.model import shown
from taskslib.release.bake import Origin, Output, bake, lost
from taskslib.release.failure import failed_step
from taskslib.release.images import Image
from taskslib.release.refusal import unwritten
from taskslib.release.registry import Published, Registry
from taskslib.stacks.client import DockerClient, last_lines
from taskslib.stacks.limits import remedy

_BUILD, _PUSH = "build", "push"
_FIRST = "build, so none is pushed"
"""What images don't do, where that is wrong."""
_HOST = "host"
"""The machine's own network."""
_TOGETHER = 4
"""Questions to the registry at once."""


@dataclass(frozen=True, slots=True)
class Bakery:
    """What builds and pushes images of one version."""

    docker: DockerClient
    root: Path
    """Where it runs: newer buildx asks before it reads elsewhere."""
    origin: Origin
    limit: float
    """Seconds for a build."""

    def build(self, images: Sequence[Image], output: Output, what: str = _BUILD) -> None:
        """Build images, all in one. Raises `BuildError`, `EngineError`."""
        if not images:
            return
        text = json.dumps(bake(images, self.origin, output))
        done = self.docker.run(
            *("buildx", "bake", "--progress", "plain", *self._allowed(images), "--file", "-"),
            cwd=self.root,
            # Attestations are those that the file names.
            variables={"BUILDX_NO_DEFAULT_ATTESTATIONS": "1", "BUILDX_GIT_LABELS": "0"},
            stdin=text,
            timeout=self.limit,
        )
        if done.failed:
            self.docker.raise_if_down(done)
            raise self._broken(done, images, what)

    def lost(self, images: Sequence[Image], output: Output) -> tuple[str, ...]:
        """Return what this buildx does not take of how images are built."""
        if not any(one.recipe.network or one.recipe.hosts for one in images):
            return ()
        told = bake(images, self.origin, output)
        ask = ("buildx", "bake", "--print", "--file", "-")
        done = self.docker.run(*ask, cwd=self.root, stdin=json.dumps(told))
        return lost(told, json.loads(done.stdout)) if done.code == 0 else ()

    def _broken(self, done: Completed, images: Sequence[Image], what: str) -> BuildError:
        said = last_lines(failed_step(done.stderr, self._dockerfiles(images)))
        pushing = what == _PUSH
        if done.timed_out:
            reached = "does the registry answer? " if pushing else ""
            return BuildError(
                f"the images don't {what}: ended after {self.limit:g} s",
                details=said,
                hint=f"{reached}`build` in [tool.taskslib.limits] is how long it may take",
            )
        refused = unwritten(said, images[0].name) if pushing else ""
        return BuildError(f"the images don't {what}", details=said, hint=refused or remedy(said))

    def _dockerfiles(self, images: Sequence[Image]) -> dict[str, str]:
        found = {}
        for file in {one.dockerfile for one in images}:
            with suppress(OSError):  # that it is not there, buildx has said
                found[shown(file, self.root)] = file.read_text("utf-8", "replace")
        return found

    def _allowed(self, images: Sequence[Image]) -> tuple[str, ...]:
        """Return what newer buildx has to be told of what builds take from this machine."""
        if all(one.recipe.network != _HOST for one in images):
            return ()
        flag = "--allow"
        told = self.docker.ask("buildx", "bake", "--help")
        return (f"{flag}=network.host",) if flag in told else ()

    def published(
        self, images: Sequence[Image], locked: Mapping[str, str] = MappingProxyType({})
    ) -> dict[str, str]:
        """Return the digests of those images that the registry has in this version, by service.

        Args:
            images: The images.
            locked: Digests by service, where this version was released before.

        Raises `UsageError` where the registry has the version from another commit.
        """
        registry = Registry(self.docker)
        references = [f"{one.name}:{self.origin.version}" for one in images]
        with ThreadPoolExecutor(_TOGETHER) as pool:
            answers = list(pool.map(registry.look, references))
        there = {
            image.service: one
            for image, one in zip(images, answers, strict=True)
            if one is not None
        }
        self._refuse_others(images, there, locked)
        return {service: one.digest for service, one in there.items()}

    def rehearse(self, images: Sequence[Image], output: Output) -> None:
        """Build images that are to be pushed, all of them: where one can't be, none is pushed.

        Raises `BuildError`, `EngineError`.
        """
        self.build(images, replace(output, kind="type=cacheonly", cache_to=""), _FIRST)

    def publish(self, images: Sequence[Image], output: Output) -> dict[str, str]:
        """Push the version tag of images that are not there, and return their digests by service.

        They are what `rehearse` has built. Raises `BuildError`, `EngineError`.
        """
        self.build(images, output, _PUSH)
        pushed = self.published(images)
        if lost := [one.name for one in images if one.service not in pushed]:
            raise EngineError(f"pushed, and not in the registry: {', '.join(lost)}")
        return pushed

    def float_tags(
        self, images: Sequence[Image], digests: Mapping[str, str], tags: Sequence[str]
    ) -> tuple[str, ...]:
        """Let floating tags be this version, and return which were not.

        Raises `EngineError`, with which of them moved and which did not.
        """
        registry = Registry(self.docker)
        every = [(image, tag) for image in images for tag in tags]
        there = _pointing(registry, every, digests)
        moving = [one for one, stays in zip(every, there, strict=True) if not stays]
        for image in images:
            if away := [tag for one, tag in moving if one is image]:
                try:
                    registry.point(image.name, digests[image.service], away)
                except EngineError as error:
                    now = _pointing(registry, moving, digests)
                    told = _halfway([(one.service, tag) for one, tag in moving], now)
                    details = "\n".join((*told, error.details))
                    raise EngineError(error.message, details=details, hint=error.hint) from error
        moved = {tag for _, tag in moving}
        return tuple(tag for tag in tags if tag in moved)

    def _refuse_others(
        self, images: Sequence[Image], there: Mapping[str, Published], locked: Mapping[str, str]
    ) -> None:
        wrong = []
        for image in images:
            found, reference = there.get(image.service), f"{image.name}:{self.origin.version}"
            if found is None:
                continue
            if found.revision != self.origin.revision:
                wrong.append(f"{reference} is from {found.revision[:12] or 'no known commit'}")
            elif locked.get(image.service, found.digest) != found.digest:
                wrong.append(f"{reference} is not what was released: {found.digest}")
        if wrong:
            raise UsageError(
                f"{self.origin.version} was published with other content than that of "
                f"{self.origin.revision[:12]}: a version does not change",
                details="\n".join(wrong),
                hint="release what is new under the next version",
            )


def _pointing(
    registry: Registry, every: Sequence[tuple[Image, str]], digests: Mapping[str, str]
) -> list[bool | None]:
    """Return of each tag whether it is the image that has a digest; None where nobody says."""
    asked = [(f"{image.name}:{tag}", digests[image.service]) for image, tag in every]
    with ThreadPoolExecutor(_TOGETHER) as pool:
        return list(pool.map(registry.has, *zip(*asked, strict=True))) if asked else []


def _halfway(moving: Sequence[tuple[str, str]], there: Sequence[bool | None]) -> Iterator[str]:
    """Yield which floating tags have moved, and which have not, a line for tags that went alike.

    Args:
        moving: Services and tags.
        there: Of each whether it has moved; None where that is not known.
    """
    by_tag: dict[str, dict[bool | None, list[str]]] = {}
    for (service, tag), moved in zip(moving, there, strict=True):
        by_tag.setdefault(tag, {True: [], False: [], None: []})[moved].append(service)
    alike: dict[str, list[str]] = {}
    for tag, found in by_tag.items():
        kinds = ((True, "moved for"), (False, "not for"), (None, "not known for"))
        told = (f"{words} {', '.join(found[kind])}" for kind, words in kinds if found[kind])
        alike.setdefault("; ".join(told), []).append(tag)
    yield from (f"{', '.join(tags)}: {words}" for words, tags in alike.items())
