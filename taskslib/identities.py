"""What else than files decides a result, each with what identifies it: lean, for the hot path.

Variables, programs, and what the container engine has. Imports nothing of ours and little else, as
`tree` does, so that the answer to a cached run and the key of a result come from the same lines.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping

UNSET = "unset"
"""The identity of a variable that isn't there; an empty one has another."""

_LIMIT = 20.0
"""Seconds for a question to the engine; who then needs it says what is wrong with it."""
_ENGINE = "{{.Server.Version}} {{.Server.Arch}}"
"""Where images are kept with all of their platforms, those of two have one id."""
_IMAGES = "{{.Id}} {{json .RepoTags}} {{json .RepoDigests}}"
_PREFIXES = ("docker.io/library/", "docker.io/")


def variables(
    environ: Mapping[str, str], patterns: Iterable[str], *, windows: bool = os.name == "nt"
) -> dict[str, str]:
    """Return the identities of variables; values are digested, since some are secrets.

    A pattern is a name, or has wildcards: of what these fit only what is set is given.

    Args:
        environ: The environment.
        patterns: The patterns.
        windows: Whether names that differ in case only are one name.
    """
    if windows:
        environ = {name.upper(): value for name, value in environ.items()}
        patterns = [pattern.upper() for pattern in patterns]
    found: dict[str, str] = {}
    for pattern in patterns:
        if any(sign in pattern for sign in "*?["):
            found.update({name: _value(environ[name]) for name in fitting(environ, (pattern,))})
        else:
            found[pattern] = _value(environ[pattern]) if pattern in environ else UNSET
    return found


def fitting(names: Iterable[str], patterns: Iterable[str]) -> list[str]:
    """Return the names that fit one of the patterns: names, some with wildcards.

    Most patterns are names, or end in the one `*` that they have: these take no regular
    expression, which takes its time.
    """
    exact: set[str] = set()
    starts: list[str] = []
    others: list[str] = []
    for pattern in patterns:
        start = pattern.removesuffix("*")
        if any(sign in start for sign in "*?["):
            others.append(pattern)
        elif start == pattern:
            exact.add(pattern)
        else:
            starts.append(start)
    begins = tuple(starts)
    return [
        name
        for name in names
        if name in exact or name.startswith(begins) or (others and _fits(name, others))
    ]


def _fits(name: str, patterns: list[str]) -> bool:
    from fnmatch import fnmatchcase

    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _value(value: str) -> str:
    return hashlib.sha256(os.fsencode(value)).hexdigest()[:16]


def programs(names: Iterable[str], path: str) -> dict[str, str]:
    """Return the identities of programs on a PATH: where it really lies, size and time."""
    return {name: _program(name, path) for name in names}


def _program(name: str, path: str) -> str:
    endings = os.environ.get("PATHEXT", "").split(os.pathsep) if os.name == "nt" else ()
    for folder in path.split(os.pathsep):
        for ending in ("", *endings):
            full = os.path.join(folder, name + ending)
            if os.path.isfile(full) and os.access(full, os.X_OK):
                status = os.stat(full)
                return f"{os.path.realpath(full)} {status.st_size} {status.st_mtime_ns}"
    return UNSET


def python() -> str:
    """Return the identity of the interpreter that runs this."""
    return f"{sys.version} {sys.platform} {sys.base_prefix}"


class EngineQuestions:
    """Asks the container engine for images and versions, without waiting until it is asked to."""

    def __init__(self, images: Iterable[str], environ: Mapping[str, str]) -> None:
        """Ask; `images` are references as Compose files and Dockerfiles have them."""
        self._images = tuple(images)
        questions: dict[str, tuple[str, ...]] = {
            "engine": ("version", "--format", _ENGINE),
            "compose": ("compose", "version", "--short"),
        }
        if self._images:
            references = [one for one in self._images if not one.startswith("-")]
            questions["images"] = ("image", "inspect", "--format", _IMAGES, *references)
        self._asked = {name: _ask(arguments, environ) for name, arguments in questions.items()}

    def answers(self) -> dict[str, str]:
        """Return versions (`engine`, `compose`) and images (`image REFERENCE` → id).

        What the engine doesn't know, or what nobody answers, is not in it.
        """
        told = {name: _answer(asked) for name, asked in self._asked.items()}
        found = {name: told[name].strip() for name in ("engine", "compose") if told[name].strip()}
        known: dict[str, str] = {}
        for line in told.get("images", "").splitlines():
            identity, _, names = line.partition(" ")
            if not names:
                continue  # what a client prints that has no engine
            tags, _, digests = names.partition("] ")
            for name in (*(json.loads(f"{tags}]") or ()), *(json.loads(digests or "[]") or ())):
                known[_full(name)] = identity
        for image in self._images:
            if _full(image) in known:
                found[f"image {image}"] = known[_full(image)]
        return found


def _ask(arguments: Iterable[str], environ: Mapping[str, str]) -> subprocess.Popen[bytes] | None:
    try:
        return subprocess.Popen(
            ["docker", *arguments],
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        return None


def _answer(asked: subprocess.Popen[bytes] | None) -> str:
    if asked is None:
        return ""
    try:
        return asked.communicate(timeout=_LIMIT)[0].decode("utf-8", "replace")
    except subprocess.TimeoutExpired:
        asked.kill()
        asked.communicate()
        return ""


def _full(image: str) -> str:
    """Return a reference in the form in which equal ones are equal: with its tag, without a hub."""
    for prefix in _PREFIXES:
        image = image.removeprefix(prefix)
    image, _, digest = image.partition("@")
    if digest:  # a tag beside it says nothing more, and the engine doesn't repeat it
        folder, slash, name = image.rpartition("/")
        return f"{folder}{slash}{name.partition(':')[0]}@{digest}"
    return image if ":" in image.rpartition("/")[2] else f"{image}:latest"
