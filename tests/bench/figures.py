"""What was measured, as data: medians, how they compare, and the table of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import Any


class By(StrEnum):
    """What of two measurements is compared with a target."""

    RATIO = "ratio"
    """Ours, as a multiple of theirs."""
    EXTRA = "extra"
    """Ours, less theirs."""
    VALUE = "value"
    """Ours alone."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be reached."""

    by: By
    most: float


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing that was measured, beside its peer: a line of the table.

    Ours and theirs were measured in turns, so the first of the one belongs to the first of the
    other; a ratio is the median of the pairs' ratios.
    """

    benchmark: str
    what: str
    unit: str
    ours: Sequence[float] = ()
    peer: str = ""
    theirs: Sequence[float] = ()
    target: Target | None = None
    note: str = ""
    """Why something is missing, or is not what it seems."""

    @property
    def ratio(self) -> float | None:
        """Ours as a multiple of theirs."""
        pairs = zip(self.ours, self.theirs, strict=False)
        ratios = [ours / theirs for ours, theirs in pairs if theirs]
        return median(ratios) if ratios else None

    @property
    def extra(self) -> float | None:
        """Ours, less theirs."""
        pairs = zip(self.ours, self.theirs, strict=False)
        extras = [ours - theirs for ours, theirs in pairs]
        return median(extras) if extras else None

    @property
    def reached(self) -> float | None:
        """What is compared with the target; None where there is none, or nothing was measured."""
        match self.target:
            case Target(By.RATIO):
                return self.ratio
            case Target(By.EXTRA):
                return self.extra
            case Target(By.VALUE):
                return median(self.ours) if self.ours else None
        return None

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; None where that can't be said."""
        if self.target is None or self.reached is None:
            return None
        return self.reached <= self.target.most


_HEAD = ("benchmark", "what", "ours", "peer", "theirs", "ratio", "target", "met")


def table(figures: Iterable[Figure]) -> list[str]:
    """Return the lines of a table that Markdown understands, and below it the notes."""
    figures = tuple(figures)
    rows = [_HEAD, *(_cells(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    notes = dict.fromkeys(f"{one.benchmark}, {one.what}: {one.note}" for one in figures if one.note)
    return [*lines, *([""] if notes else []), *notes]


def document(figures: Iterable[Figure]) -> list[dict[str, Any]]:
    """Return the figures for a JSON file, with every single measurement."""
    return [
        {
            "benchmark": one.benchmark,
            "what": one.what,
            "unit": one.unit,
            "ours": list(one.ours),
            "peer": one.peer,
            "theirs": list(one.theirs),
            "ratio": one.ratio,
            "extra": one.extra,
            "target": {"by": str(one.target.by), "most": one.target.most} if one.target else None,
            "met": one.met,
            "note": one.note,
        }
        for one in figures
    ]


def _cells(figure: Figure) -> tuple[str, ...]:
    met = {True: "yes", False: "NO", None: ""}[figure.met]
    return (
        figure.benchmark,
        figure.what,
        _median(figure.ours, figure.unit) or "missing",
        figure.peer,
        _median(figure.theirs, figure.unit),
        "" if figure.ratio is None else f"{figure.ratio:.2f}",
        _target(figure),
        met,
    )


def _target(figure: Figure) -> str:
    match figure.target:
        case Target(By.RATIO, most):
            return f"{most:g}"
        case Target(By.EXTRA, most):
            reached = "" if figure.extra is None else f" ({figure.extra:+.{_digits(most)}f})"
            return f"+{most:g} {figure.unit}{reached}"
        case Target(By.VALUE, most):
            return f"{most:g} {figure.unit}"
    return ""


def _median(values: Sequence[float], unit: str) -> str:
    if not values:
        return ""
    value = median(values)
    return f"{value:.{_digits(value)}f} {unit}"


def _digits(value: float) -> int:
    return 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
