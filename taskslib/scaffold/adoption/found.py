"""What was found in a repo, as data. Paths start at its root, with `/`; the root is empty."""

from __future__ import annotations

import posixpath
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property

from taskslib.scaffold.adoption.commands import Call
from taskslib.scaffold.adoption.makefiles import Target
from taskslib.scaffold.adoption.starting import Used

MANIFESTS = ("pyproject.toml", "setup.py", "requirements.txt", "requirements-dev.txt")
"""Files that say what an environment of Python has."""
OTHER_MANIFESTS = ("package.json", "go.mod", "Cargo.toml")
PYTHON_TESTS = ("test_*.py", "*_test.py")
NODE_TESTS = tuple(f"*.{kind}.{end}" for kind in ("test", "spec") for end in ("ts", "tsx", "js"))


@dataclass(frozen=True, slots=True)
class Build:
    """An image that a Compose file builds."""

    service: str
    context: str
    dockerfile: str


@dataclass(frozen=True, slots=True)
class Published:
    """A port of this machine that a Compose file takes."""

    port: int
    service: str
    target: str
    """The container's port."""


@dataclass(frozen=True, slots=True)
class Compose:
    """A Compose file."""

    builds: tuple[Build, ...] = ()
    published: tuple[Published, ...] = ()
    whole: bool = True
    """Whether each of its services says what it runs; else it builds upon another file."""


@dataclass(frozen=True)
class Found:
    """A repo as it is."""

    files: frozenset[str]
    composes: Mapping[str, Compose] = field(default_factory=dict)
    targets: tuple[Target, ...] = ()
    """Of the Makefile at the root."""
    unread: tuple[str, ...] = ()
    """What of that Makefile can have more targets of tests, as it is written."""
    recipes: tuple[tuple[str, str], ...] = ()
    """Targets of tests whose recipes don't say how, and the word that nobody knows here."""
    calls: tuple[Call, ...] = ()
    """How tests are run by the Makefile and by scripts."""
    used: tuple[Used, ...] = ()
    """Compose files that these name."""
    addresses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of files of tests, the variables they read that say where something runs."""
    vitest: frozenset[str] = frozenset()
    """Folders whose package.json names vitest."""
    poetry: frozenset[str] = frozenset()
    """Folders whose pyproject.toml has poetry's groups of packages, and no group `dev` that is
    everybody's (PEP 735)."""

    @cached_property
    def folders(self) -> frozenset[str]:
        """All folders with a file in them, at whatever depth."""
        return frozenset(folder for path in self.files for folder in above(path))

    def below(self, folder: str) -> Iterator[str]:
        """Yield the files below a folder, in order."""
        start = f"{folder}/" if folder else ""
        first = bisect_left(self._sorted, start)
        for place in range(first, len(self._sorted)):
            if not self._sorted[place].startswith(start):
                return
            yield self._sorted[place]

    @cached_property
    def _sorted(self) -> tuple[str, ...]:
        return tuple(sorted(self.files))

    def has(self, folder: str, *names: str) -> bool:
        """Return whether one of these files is in a folder."""
        return any(posixpath.join(folder, name) in self.files for name in names)

    def tests(self, folder: str, kind: str = "") -> tuple[str, ...]:
        """Return the files of tests below a folder that can be run: Python's, and vitest's."""
        return tuple(path for path in self.below(folder) if self.is_test(path, kind))

    def is_test(self, path: str, kind: str = "") -> bool:
        """Return whether a file is a test of a kind, or of any that can be run."""
        name = posixpath.basename(path)
        if kind != "node" and any(fnmatchcase(name, one) for one in PYTHON_TESTS):
            return True
        named = kind != "python" and any(fnmatchcase(name, one) for one in NODE_TESTS)
        return named and any(folder in self.vitest for folder in ("", *above(path)))


def above(path: str) -> Iterator[str]:
    """Yield the folders that a path lies in, but for the root, the nearest first."""
    while path := posixpath.dirname(path):
        yield path


def is_within(path: str, folder: str) -> bool:
    """Return whether a path is a folder's, or that folder itself."""
    return not folder or path == folder or path.startswith(f"{folder}/")
