"""A process that outlives its owner for as long as it takes to end what the owner started.

`kill -9`, the out-of-memory killer and a machine's shutdown of one session give the owner no
chance to tear anything down. `Guard` is what a lifetime needs; `process.py` is the real one,
`Unguarded` does nothing (where a test has an engine in memory).
"""

from __future__ import annotations

from typing import Protocol

__all__ = ["Guard", "Unguarded"]


class Guard(Protocol):
    """Ends instances whose owner dies."""

    def arm(self, name: str) -> None:
        """Guard an instance, before anything of it is made. The caller holds its lock."""

    def disarm(self, name: str) -> None:
        """Guard it no longer: it is gone, or is to stay."""


class Unguarded:
    """Guards nothing."""

    def arm(self, name: str) -> None:
        """Do nothing."""

    def disarm(self, name: str) -> None:
        """Do nothing."""
