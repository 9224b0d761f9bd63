"""Requirements files: what they include, and which of their lines are local packages."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from taskslib.frameworks.environments.paths import relative
from taskslib.project.references.requirements import lines


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
        included = (current.parent / one.included for _, one in lines(text) if one.included)
        queue.extend(Path(os.path.normpath(path)) for path in included)


def split_local(text: str, folder: Path) -> tuple[str, tuple[Path, ...]]:
    """Return a file's text without the local folders that it installs, and these folders.

    They have no hash, so that uv refuses them beside lines that do.
    """
    folders: list[Path] = []
    kept = []
    for written, said in lines(text):
        path = folder / said.package
        if said.package and path.is_dir():
            folders.append(path.resolve())
            kept.append("\n" if written.endswith("\n") else "")
        else:
            kept.append(written)
    return "".join(kept), tuple(dict.fromkeys(folders))
