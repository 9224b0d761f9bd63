"""Build, then push: version tags of all images first, the floating ones only when all are there.

A version tag is never written over. One that is there from the same commit is kept as it is, so
that a release that broke off is completed by running it again; from another, all is refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from taskslib.errors import BuildError, EngineError, UsageError
from taskslib.release.bake import Origin, Output, bake
from taskslib.release.images import Image
from taskslib.release.refusal import unwritten
from taskslib.release.registry import Published, Registry
from taskslib.stacks.client import DockerClient, last_lines
from taskslib.stacks.limits import remedy

_PUSH = "push"
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
    say: Callable[[str], None] = lambda _: None

    def build(self, images: Sequence[Image], output: Output, what: str = "build") -> None:
        """Build images, all in one. Raises `BuildError`, `EngineError`."""
        if not images:
            return
        text = json.dumps(bake(images, self.origin, output))
        done = self.docker.run(
            *("buildx", "bake", "--progress", "plain", "--file", "-"),
            cwd=self.root,
            # Attestations are those that the file names.
            variables={"BUILDX_NO_DEFAULT_ATTESTATIONS": "1", "BUILDX_GIT_LABELS": "0"},
            stdin=text,
            timeout=self.limit,
        )
        if done.code != 0 or done.timed_out:
            self.docker.raise_if_down(done)
            late = f" in {self.limit:.0f} s" if done.timed_out else ""
            said = last_lines(done.stderr)
            refused = unwritten(said, images[0].name) if what == _PUSH else ""
            raise BuildError(
                f"the images don't {what}{late}", details=said, hint=refused or remedy(said)
            )

    def publish(
        self, images: Sequence[Image], output: Output, locked: Mapping[str, str]
    ) -> dict[str, str]:
        """Push the version tag of images, and return the digest of each by service.

        Args:
            images: All that are to be there afterwards.
            output: How they are pushed.
            locked: Digests by service, where this version was released before.

        Raises `UsageError` where the registry has the version from another commit.
        """
        registry = Registry(self.docker)
        there = self._there(registry, images)
        self._refuse_others(images, there, locked)
        missing = [one for one in images if one.service not in there]
        for image in images:
            if image.service in there:
                self.say(f"{image.name}:{self.origin.version} is there already, from this commit")
        # All of them first: where one can't be built, none is pushed.
        self.build(missing, replace(output, kind="type=cacheonly", cache_to=""))
        self.build(missing, output, _PUSH)
        pushed = self._there(registry, missing)
        self._refuse_others(missing, pushed, {})
        lost = [one.name for one in missing if one.service not in pushed]
        if lost:
            raise EngineError(f"pushed, and not in the registry: {', '.join(lost)}")
        return {name: one.digest for name, one in sorted({**there, **pushed}.items())}

    def float_tags(
        self, images: Sequence[Image], digests: Mapping[str, str], tags: Sequence[str]
    ) -> None:
        """Let floating tags be this version. Raises `EngineError`."""
        registry = Registry(self.docker)
        for image in images if tags else ():
            registry.point(image.name, digests[image.service], tags)

    def _there(self, registry: Registry, images: Sequence[Image]) -> dict[str, Published]:
        references = [f"{one.name}:{self.origin.version}" for one in images]
        with ThreadPoolExecutor(_TOGETHER) as pool:
            found = list(pool.map(registry.look, references))
        return {
            image.service: one for image, one in zip(images, found, strict=True) if one is not None
        }

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
