"""What `--fix` writes: only over what it read, and whole files or nothing."""

from __future__ import annotations

from collections.abc import Iterator

from taskslib.lint.files import Files
from taskslib.project.places import replace_file


def written(files: Files) -> Iterator[tuple[str, str]]:
    """Write the changed files; yield each with why it was not written, empty where it was.

    A link stays one: what it leads to is written.
    """
    for path, text in sorted(files.changed.items()):
        read = files.original(path)
        place = (files.root / path).resolve()
        try:
            if read is None or place.read_bytes() != _bytes(read):
                yield path, "it was changed meanwhile; run inv lint --fix again"
                continue
            replace_file(place, _bytes(text), place.stat())
        except OSError as error:
            yield path, error.strerror or str(error)
        else:
            yield path, ""


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
