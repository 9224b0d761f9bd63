"""A file's text, and where in it something stands."""

from __future__ import annotations

import bisect
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A text of the repo."""

    path: str
    """From the repo's root on, with `/`."""
    text: str
    _lines: list[int] = field(init=False)

    def __post_init__(self) -> None:
        """Note where lines begin."""
        starts = [0]
        while (found := self.text.find("\n", starts[-1])) >= 0:
            starts.append(found + 1)
        object.__setattr__(self, "_lines", starts)

    @property
    def newline(self) -> str:
        """Return what ends this file's lines."""
        return "\r\n" if "\r\n" in self.text else "\n"

    def position(self, offset: int) -> tuple[int, int]:
        """Return the line and the column of a character, both from 1."""
        line = bisect.bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1

    def line_start(self, offset: int) -> int:
        """Return where the line of a character begins."""
        return self._lines[bisect.bisect_right(self._lines, offset) - 1]

    def line_end(self, offset: int) -> int:
        """Return where the line of a character ends, before what ends lines."""
        end = self.text.find("\n", offset)
        end = len(self.text) if end < 0 else end
        return end - 1 if end > offset and self.text[end - 1] == "\r" else end

    def after_line(self, offset: int) -> int:
        """Return where the next line begins."""
        end = self.text.find("\n", offset)
        return len(self.text) if end < 0 else end + 1

    def column(self, offset: int) -> int:
        """Return how many characters stand before one in its line."""
        return offset - self.line_start(offset)

    def offset(self, line: int) -> int:
        """Return where a line begins; lines count from 1."""
        return self._lines[min(max(line, 1), len(self._lines)) - 1]
