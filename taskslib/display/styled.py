"""Writes lines in a few styles; without rich, the import of which takes longer than that."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import IO

from taskslib.display.clean import printable
from taskslib.display.text import wants_colour

Line = Callable[[str, str], None]
"""Writes a text, which may come from the tests, in a style: `bold red`, or none."""
_CODES = {"bold": 1, "dim": 2, "red": 31, "green": 32, "yellow": 33, "cyan": 36}


def line_writer(stream: IO[str], environ: Mapping[str, str]) -> Line:
    """Return what writes lines to a stream, in colour where that is wanted and can be shown."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    # Older consoles of Windows must be asked first, which rich does for the live display.
    terminal = stream.isatty() and os.name != "nt"
    colour = wants_colour(terminal=terminal, environ=environ)

    def write(text: str, style: str) -> None:
        shown = printable(text, encoding)
        if colour and style and shown:
            codes = ";".join(str(_CODES[word]) for word in style.split())
            shown = f"\x1b[{codes}m{shown}\x1b[0m"
        stream.write(f"{shown}\n")
        stream.flush()

    return write
