"""A file that another process is still writing, read line by line as it grows."""

from __future__ import annotations

from pathlib import Path


class Tail:
    """Remembers how far a file was read. The file need not exist yet, and is never kept open."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._begun = b""

    def lines(self) -> list[bytes]:
        """Return the lines completed since the last call, without their ends."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                new = file.read()
        except FileNotFoundError:
            return []
        self._offset += len(new)
        *complete, self._begun = (self._begun + new).split(b"\n")
        return complete

    def rest(self) -> bytes:
        """Return what follows the last line's end: a line not yet, or never, completed."""
        return self._begun


def last_lines(path: Path, lines: int = 120, size: int = 16_000) -> str:
    """Return the end of a text file as whole lines, readable whatever its encoding."""
    try:
        with path.open("rb") as file:
            length = file.seek(0, 2)
            file.seek(max(0, length - size))
            end = file.read()
    except FileNotFoundError:
        return ""
    found = end.decode("utf-8", "replace").splitlines()
    # The first one is cut off, unless the file is short.
    return "\n".join(found[1 if length > size and len(found) > 1 else 0 :][-lines:])
