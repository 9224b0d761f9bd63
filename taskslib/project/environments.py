"""The environments of a project: the folders of `deploy/` that have a Compose file.

Each may have a `.env`, which Compose reads by itself, and a `.env.example` that says what belongs
into it. The example is in git, the `.env` is the user's: it is made once, and never changed.
"""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from taskslib.errors import ConfigError, UsageError, did_you_mean
from taskslib.project.dotenv import troubles
from taskslib.project.locating import stack_at
from taskslib.project.model import Stack, shown
from taskslib.project.references.interpolation import provided, unprovided

FOLDER = "deploy"
ENV, EXAMPLE = ".env", ".env.example"


@dataclass(frozen=True, slots=True)
class EnvFile:
    """An environment's `.env`, beside the example of it."""

    path: Path
    """Where it is, or would be."""
    values: Mapping[str, str] | None
    """None where there is none."""
    example: Mapping[str, str] | None
    """What the example says; None where there is none."""

    @property
    def absent(self) -> tuple[str, ...]:
        """Variables of the example that the file lacks: new ones, or ones that were taken out."""
        if self.values is None or self.example is None:
            return ()
        return tuple(name for name in self.example if name not in self.values)


def environments(root: Path) -> dict[str, Stack]:
    """Return the environments at a repo's root, by name."""
    folders = sorted((root / FOLDER).glob("*")) if (root / FOLDER).is_dir() else []
    found = {folder.name: stack_at(folder, "") for folder in folders if folder.is_dir()}
    return {name: stack for name, stack in found.items() if stack is not None}


def environment(root: Path, name: str) -> Stack:
    """Return the stack of an environment. Raises `UsageError` where there is none of that name."""
    found = environments(root)
    if name not in found:
        known = ", ".join(found) or f"none (folders of {FOLDER}/ with a Compose file)"
        close = did_you_mean(name, found)
        if not close and re.fullmatch(r"\w[\w-]*", name):
            close = f"it takes a file {FOLDER}/{name}/docker-compose.yml; "
        raise UsageError(f"no environment {name!r}", hint=f"{close}environments: {known}")
    return found[name]


def env_file(stack: Stack) -> EnvFile:
    """Return the `.env` of an environment and its example, as they are now."""
    path = stack.folder / ENV
    return EnvFile(path, _read(path), _read(stack.folder / EXAMPLE))


def make_env(stack: Stack) -> EnvFile | None:
    """Make `.env` of its example and return it; None where it is there, or nothing to make it of.

    Only its owner may read it, since secrets come into it. Whatever is there already, a link that
    leads nowhere included, stays as it is.
    """
    example = stack.folder / EXAMPLE
    if not example.is_file():
        return None
    path = stack.folder / ENV
    try:
        path.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        return None
    path.write_bytes(example.read_bytes())
    return env_file(stack)


def env_notes(
    file: EnvFile, root: Path, needless: Collection[str] = frozenset()
) -> tuple[str, ...]:
    """Return what is to know of a `.env`: what it lacks, by name, with what mends it.

    Args:
        file: The file.
        root: The repo's root.
        needless: Variables that need not be set: the Compose files have defaults for them.
    """
    where = shown(file.path, root)
    if file.path.is_dir():
        return ()  # that is said as a trouble
    if file.values is None and file.example is not None:
        return (f"{where} is not there: defaults count; `cp {EXAMPLE} {ENV}` in its folder",)
    example = file.example or {}
    return tuple(
        f"{where} lacks {name}, which {EXAMPLE} has; add it: {name}={example[name]}"
        for name in file.absent
        if name not in needless
    )


def needless(stack: Stack) -> frozenset[str]:
    """Return the variables that the Compose files of an environment have defaults for."""
    texts = (one.read_text("utf-8", "replace") for one in stack.files)
    return provided("\n".join(texts))


def env_troubles(stack: Stack, root: Path) -> tuple[str, ...]:
    """Return what of an environment's `.env` is not what it seems, each in a line.

    Raises `ConfigError` where Compose would refuse the file.
    """
    path = stack.folder / ENV
    if path.is_dir():
        return (f"{shown(path, root)} is a folder, so nothing of it counts; hint: remove it",)
    try:
        text = path.read_bytes().decode("utf-8", "replace")
    except OSError:
        return ()
    example = _read(stack.folder / EXAMPLE) or {}
    needed = {name for name, value in example.items() if value}
    texts = (one.read_text("utf-8", "replace") for one in stack.files)
    needed |= {name for one in texts for name in unprovided(one)}
    found = [(f"{shown(path, root)}:{one.line}: {one.what}", one) for one in troubles(text, needed)]
    for words, one in found:
        if one.fatal:
            raise ConfigError(words, hint=one.hint)
    return tuple(f"{words}; hint: {one.hint}" for words, one in found)


def _read(path: Path) -> dict[str, str] | None:
    from dotenv import dotenv_values

    try:
        text = path.read_text("utf-8", "replace")
    except OSError:
        return None
    found = dotenv_values(stream=io.StringIO(text), interpolate=False)
    return {name: value or "" for name, value in found.items()}
