"""What a registry has, and tags that are moved in it: `docker buildx imagetools`.

The command line's own log-in and proxies hold for it; nothing is pulled.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from taskslib.errors import EngineError
from taskslib.release.bake import REVISION
from taskslib.release.refusal import is_absent, silent, unanswered, unwritten
from taskslib.stacks.client import QUICK, DockerClient, last_lines

_MOVING = 300.0
"""Seconds for tags of one image."""


@dataclass(frozen=True, slots=True)
class Published:
    """An image in a registry."""

    digest: str
    revision: str
    """The commit that it says it was built from; empty where it doesn't."""
    alone: str = ""
    """The digest of the one manifest that it names, where it is an index of just that."""


class Registry:
    """The registry as far as it is asked here."""

    def __init__(self, docker: DockerClient, patience: float = QUICK) -> None:
        """Take what runs docker commands, and how many seconds a question may take."""
        self._docker = docker
        self._patience = patience
        self._copies: tuple[str, ...] | None = None

    def look(self, reference: str) -> Published | None:
        """Return what is published under a reference; None where there is nothing.

        Raises `EngineError` where the registry doesn't say.
        """
        form = ("--format", "{{json .}}")
        ask = ("buildx", "imagetools", "inspect", reference, *form)
        done = self._docker.run(*ask, timeout=self._patience)
        if done.timed_out:
            words, hint = silent(reference, self._patience)
            raise EngineError(words, hint=hint)
        if done.failed:
            if is_absent(done.stderr):
                return None
            words, hint = unanswered(done.stderr, reference)
            raise EngineError(words, details=last_lines(done.stderr), hint=hint)
        told = json.loads(done.stdout)
        revisions = {found for one in _configs(told.get("image")) if (found := _revision(one))}
        inner = [one.get("digest", "") for one in told["manifest"].get("manifests") or ()]
        return Published(
            told["manifest"]["digest"],
            revisions.pop() if len(revisions) == 1 else "",
            inner[0] if len(inner) == 1 else "",
        )

    def has(self, reference: str, digest: str) -> bool | None:
        """Return whether a reference is what has a digest; None where the registry doesn't say."""
        try:
            found = self.look(reference)
        except EngineError:
            return None
        return found is not None and digest in {found.digest, found.alone}

    def point(self, name: str, digest: str, tags: Iterable[str]) -> None:
        """Let tags of an image be what has a digest. Raises `EngineError`."""
        named = [part for tag in tags for part in ("--tag", f"{name}:{tag}")]
        create = ("buildx", "imagetools", "create", *self._as_it_is(), *named, f"{name}@{digest}")
        done = self._docker.run(*create, timeout=_MOVING)
        if done.timed_out:
            raise EngineError(
                f"the registry did not take tags of {name} in {_MOVING:.0f} s",
                hint="what was pushed stays as it is: run it again",
            )
        if done.failed:
            raise EngineError(
                f"the registry does not take tags of {name}",
                details=_errors(done.stderr),
                hint=unwritten(done.stderr, name) or "what was pushed stays as it is: run it again",
            )

    def _as_it_is(self) -> tuple[str, ...]:
        """Return what keeps an image's digest; before buildx 0.18 one manifest gets an index."""
        if self._copies is None:
            flag = "--prefer-index"
            told = self._docker.ask("buildx", "imagetools", "create", "--help")
            self._copies = (f"{flag}=false",) if flag in told else ()
        return self._copies


def _errors(said: str) -> str:
    """Return what a command ended with, of what it printed: a line, where it says that."""
    found = [line for line in said.splitlines() if line.startswith("ERROR: ")]
    return "\n".join(found) or last_lines(said)


def _configs(image: Any) -> Iterator[Any]:
    """Yield an image's configuration, or those of its platforms."""
    if isinstance(image, dict):
        yield from (
            [image["config"]]
            if "config" in image
            else (
                one["config"] for one in image.values() if isinstance(one, dict) and "config" in one
            )
        )


def _revision(config: Any) -> str:
    labels = config.get("Labels") if isinstance(config, dict) else None
    return str((labels or {}).get(REVISION, ""))
