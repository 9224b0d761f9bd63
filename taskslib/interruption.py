"""The end by Ctrl-C before there is anything that could take it: while we are being imported."""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # `typing` itself takes longer to import than a cached run may
if TYPE_CHECKING:
    from typing import NoReturn


def end() -> NoReturn:
    """End this process as a command does that a signal interrupted. Raises SystemExit."""
    if sys.stderr is not None:
        print("interrupted by signal 2", file=sys.stderr)
    raise SystemExit(130) from None
