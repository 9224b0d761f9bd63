"""What a folder's environment is made from: the case that applies, its files, its local packages.

Reads files and decides; runs nothing, so that a ready environment is found in milliseconds.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from taskslib.errors import EnvironmentFailure
from taskslib.frameworks.environments import requirements, uvlock
from taskslib.frameworks.environments.declared import Declared, build_inputs, read
from taskslib.frameworks.environments.local import Local, local_packages, workspace_of
from taskslib.frameworks.environments.paths import relative

_HASHED = ("requirements-dev.lock", "requirements.lock")
_PLAIN = ("requirements-dev.txt", "requirements.txt")


class Kind(StrEnum):
    """What pins or names the third parties, best first."""

    UV_LOCK = "uv.lock"
    HASHED = "hashed requirements"
    PROJECT = "project"
    """`[project]` with its development group; or what a build backend says."""
    PLAIN = "requirements"
    NOTHING = "nothing"

    @property
    def shared(self) -> bool:
        """Whether worktrees with equal files share the third parties."""
        return self in (Kind.UV_LOCK, Kind.HASHED)


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that decides an environment, but for the interpreter and taskslib's own needs."""

    kind: Kind
    declared: Declared
    files: tuple[Path, ...]
    """The files that name the third parties; the first one is the one to name in a message."""
    requires_python: str
    locals: tuple[Local, ...]
    """Local packages; for a uv.lock all that it names, of which `reachable` are installed."""
    content: tuple[tuple[str, bytes], ...]
    """What the third parties depend on, as labelled bytes: the key of their environment."""
    local_content: tuple[tuple[str, bytes], ...]
    """The same for the local packages, their paths included."""
    filtered: str = ""
    """A hashed lock without its lines for local packages, if it has such lines."""

    @property
    def folder(self) -> Path:
        """The project folder."""
        return self.declared.folder

    @property
    def file(self) -> Path:
        """The file to name in a message; the folder itself where there is none."""
        return self.files[0] if self.files else self.folder


def gather(folder: Path, top: Path) -> Inputs:
    """Return what the environment of a folder is made from; a lock above `top` is not looked at.

    Raises `EnvironmentFailure` where a file cannot be read.
    """
    project = read(folder)
    locked = _uv_locked(project, top) or _hash_locked(project, top)
    if locked is not None:
        return locked
    if project.has_project or project.is_package:
        return _unlocked(Kind.PROJECT, project, top)
    present = any((folder / name).is_file() for name in (*_PLAIN, *_HASHED))
    return _unlocked(Kind.PLAIN if present else Kind.NOTHING, project, top)


def names_package(folder: Path, name: str) -> bool:
    """Return whether a folder's own files name a package, which its environment then has.

    `name` is normalised, as in `pytest-xdist`. Raises `ConfigError`.
    """
    if name in read(folder).depends_on:
        return True
    spelt = "[-_.]".join(map(re.escape, name.split("-")))
    line = re.compile(rf"^{spelt}(?![\w.-])", re.IGNORECASE | re.MULTILINE)
    files = (folder / file for file in (*_HASHED, *_PLAIN))
    return any(line.search(_text(file)) for file in files if file.is_file())


def digest(*parts: Iterable[tuple[str, bytes]]) -> str:
    """Return a short name for labelled bytes; no two inputs share one."""
    total = hashlib.sha256()
    for label, data in (item for part in parts for item in part):
        for piece in (label.encode("utf-8", "surrogateescape"), data):
            total.update(b"%d:" % len(piece) + piece)
    return total.hexdigest()[:20]


def _uv_locked(project: Declared, top: Path) -> Inputs | None:
    # Another project's uv.lock further up says nothing about this folder, so: its workspace's.
    root = workspace_of(project, top) or project
    file = root.folder / "uv.lock"
    if not file.is_file():
        return None
    text = _text(file)
    sources = uvlock.local_sources(text, root.folder)
    # What the members declare is in the key, so that a lock that is out of date is noticed.
    folders = dict.fromkeys((root.folder, project.folder, *filter(Path.is_dir, sources)))
    statements = [(relative(path, root.folder), read(path).statement) for path in folders]
    local = tuple(package for package in sources.values() if package is not None)
    return Inputs(
        kind=Kind.UV_LOCK,
        declared=project,
        files=(file,),
        requires_python=uvlock.requires_python(text) or project.requires_python,
        locals=local,
        content=(
            ("uv.lock", text.encode()),
            ("member", relative(project.folder, root.folder).encode()),
            ("development", " ".join(project.development).encode()),
            *((name, statement.encode()) for name, statement in statements),
        ),
        local_content=_local_content(project.folder, local),
    )


def _hash_locked(project: Declared, top: Path) -> Inputs | None:
    for name in _HASHED:
        file = project.folder / name
        text = _text(file) if file.is_file() else ""
        if not requirements.is_hashed(text):
            continue  # without hashes it is a list of requirements like any other
        filtered, folders = requirements.split_local(text, project.folder)
        named = [local for path in folders for local in local_packages(read(path), top)]
        local = tuple(dict.fromkeys([*local_packages(project, top), *named]))
        content = [("requirements", filtered.encode()), *list(requirements.contents(file))[1:]]
        return Inputs(
            kind=Kind.HASHED,
            declared=project,
            files=(file,),
            requires_python=project.requires_python,
            locals=local,
            content=tuple(content),
            local_content=_local_content(project.folder, local),
            filtered=filtered if folders else "",
        )
    return None


def _unlocked(kind: Kind, project: Declared, top: Path) -> Inputs:
    folder = project.folder
    files = [folder / name for name in _PLAIN if (folder / name).is_file()]
    if kind is Kind.PROJECT:
        # A requirements file counts only in place of the group that the project doesn't have.
        files = [file for file in files if "-dev" in file.name and not project.development]
    elif not files:
        files = [folder / name for name in _HASHED if (folder / name).is_file()][:1]
    included = [item for file in files for item in requirements.contents(file)]
    named = [path for file in files for path in requirements.split_local(_text(file), folder)[1]]
    local = [package for path in named for package in local_packages(read(path), top)]
    packages = tuple(dict.fromkeys([*local_packages(project, top), *local]))
    declaring = [folder / name for name in ("pyproject.toml", "setup.py")]
    declaring = [file for file in declaring if kind is Kind.PROJECT and file.is_file()][:1]
    return Inputs(
        kind=kind,
        declared=project,
        files=(*declaring, *files),
        requires_python=project.requires_python,
        locals=packages,
        content=(("kind", kind.encode()), ("project", project.statement.encode()), *included),
        local_content=_local_content(folder, packages),
    )


def _local_content(folder: Path, local: Iterable[Local]) -> tuple[tuple[str, bytes], ...]:
    def items() -> Iterator[tuple[str, bytes]]:
        yield "folder", str(folder).encode("utf-8", "surrogateescape")
        for package in local:
            yield str(package.path), b"editable" if package.editable else b"archive"
            if package.editable:
                yield from build_inputs(package.path)
            elif package.path.is_file():
                yield "archive", package.path.read_bytes()

    return tuple(items()) if local else ()


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, ValueError) as error:
        raise EnvironmentFailure(f"{file}: {error}", hint=f"correct {file}") from error
