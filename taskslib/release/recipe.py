"""What a Compose file's `build` says besides context, Dockerfile and arguments. Pure.

What bake has as well is taken; of the rest the names are told, so that nobody misses it in silence.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from taskslib.project.references.interpolation import substituted
from taskslib.project.references.values import listed, pairs, table

_KNOWN = {
    "context", "dockerfile", "dockerfile_inline", "args", "additional_contexts",
    "secrets", "ssh", "network", "extra_hosts", "labels", "shm_size",
    "target",  # by design: what a test stack names is a stage for tests
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recipe:
    """How an image is built besides, as bake has it."""

    secrets: tuple[str, ...] = ()
    ssh: tuple[str, ...] = ()
    network: str = ""
    hosts: Mapping[str, str] = field(default_factory=dict)
    memory: str = ""
    """The size of `/dev/shm`."""
    labels: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    """What is not taken, as words."""


def recipe(
    build: Mapping[str, Any],
    secrets: Mapping[str, Any],
    folder: Path,
    values: Mapping[str, str],
    environ: Mapping[str, str],
) -> Recipe:
    """Return what a `build` says besides.

    Args:
        build: The table in the Compose file.
        secrets: The file's secrets, by name.
        folder: Where its paths start.
        values: What its variables stand for.
        environ: The variables that a build can read, without those of `.env`.
    """
    reader = _Reader(folder, values, environ)
    taken = tuple(
        filter(None, (reader.secret(one, secrets) for one in listed(build.get("secrets"))))
    )
    rest = [key for key in build if key not in _KNOWN and not key.startswith("x-")]
    return Recipe(
        taken,
        tuple(reader.agents(build.get("ssh"))),
        reader.text(build.get("network")),
        dict(map(reader.host, pairs(_hosts(build.get("extra_hosts"))).items())),
        reader.text(build.get("shm_size")),
        {key: reader.text(told) for key, told in pairs(build.get("labels")).items()},
        (*rest, *reader.ignored),
    )


def _hosts(entries: Any) -> Any:
    """Return hosts as `host=address`, which is also written `host:address`."""
    if isinstance(entries, dict):
        return entries
    return [one if "=" in one else one.replace(":", "=", 1) for one in map(str, listed(entries))]


class _Reader:
    def __init__(self, folder: Path, values: Mapping[str, str], environ: Mapping[str, str]) -> None:
        self.ignored: list[str] = []
        self._folder = folder
        self._values = values
        self._environ = environ

    def text(self, written: Any) -> str:
        """Return a text with the values of its variables."""
        told = "" if written is None else str(written)
        return substituted(told, self._values, blank=True) or ""

    def secret(self, entry: Any, secrets: Mapping[str, Any]) -> str:
        """Return a secret as bake has it; empty, and told, where a build can't have it."""
        long = entry if isinstance(entry, dict) else {"source": entry}
        source = self.text(long.get("source"))
        name = self.text(long.get("target")) or source
        told = table(secrets, source)
        if file := self.text(told.get("file")):
            return f'"id={name}","src={self._path(file)}"'
        variable = self.text(told.get("environment"))
        if variable in self._environ:
            return f'type=env,"id={name}","env={variable}"'
        why = f"its variable {variable} is not set" if variable else "no file, no variable"
        self.ignored.append(f"the secret {source} ({why})")
        return ""

    def host(self, entry: tuple[str, Any]) -> tuple[str, str]:
        """Return a host and its address."""
        return self.text(entry[0]), self.text(entry[1])

    def agents(self, entries: Any) -> Iterator[str]:
        """Yield keys and agents of ssh: `default`, `name=path`."""
        for name, told in pairs(entries).items():
            path = self.text(told)
            yield f"{name}={self._path(path)}" if path else name

    def _path(self, written: str) -> str:
        return os.path.normpath(self._folder / Path(written).expanduser())
