"""Requirements files: what they include, and which of their lines are local packages."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from taskslib.frameworks.environments.paths import relative

_INCLUDE = re.compile(r"^\s*(?:-r|-c|--requirement|--constraint)[ =]?\s*(\S.*?)\s*$", re.MULTILINE)
_LOCAL = re.compile(
    r"""^(?:(?:-e\s*|--editable[ =]\s*)(?P<editable>[^\s#][^;\n]*?)  # -e anything
        | (?P<plain>\.{1,2}(?:/[^;\n]*?)?))                          # ./lib, ../lib, .
        \s*(?:;[^\n]*|\s\#[^\n]*)?$""",
    re.MULTILINE | re.VERBOSE,
)
"""A line that installs from the file system, as `uv export` and people write them."""


def is_hashed(text: str) -> bool:
    """Return whether a file pins by hash."""
    return "--hash=" in text


def contents(file: Path) -> Iterator[tuple[str, bytes]]:
    """Yield a requirements file and all it includes: path (relative to the first) and content."""
    start = file.parent
    queue, seen = [file], set[Path]()
    while queue:
        current = queue.pop(0)
        if current in seen:
            continue
        seen.add(current)
        try:
            data = current.read_bytes()
        except OSError:
            continue  # uv names the file that is missing
        yield relative(current, start), data
        text = data.decode("utf-8", "replace")
        included = (current.parent / match for match in _INCLUDE.findall(text))
        queue.extend(Path(os.path.normpath(path)) for path in included)


def split_local(text: str, folder: Path) -> tuple[str, tuple[Path, ...]]:
    """Return a file's text without the local folders that it installs, and these folders.

    They have no hash, so that uv refuses them beside lines that do.
    """
    folders: list[Path] = []

    def take(match: re.Match[str]) -> str:
        said = match["editable"] or match["plain"]
        path = Path(re.sub(r"\[[^\]]*\]$", "", said.removeprefix("file:").strip()))
        if not (folder / path).is_dir():
            return match[0]
        folders.append((folder / path).resolve())
        return ""

    return _LOCAL.sub(take, text), tuple(dict.fromkeys(folders))
