"""Reports in lcov's format: the same file in several of them counts once. Pure.

The format is that of geninfo(1). Lines, functions and branches are summed; of what else a report
says (checksums, sources' versions) nothing is kept.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from taskslib.project.model import shown

_LINE = re.compile(r"(\d+),(\d+)")
_COUNTED = re.compile(r"(\d+),(.+)")
_BRANCH = re.compile(r"(\d+,[^,]+,[^,]+),(\d+|-)")


@dataclass(slots=True)
class _File:
    lines: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    functions: dict[str, str] = field(default_factory=dict)
    """Where each begins, as it is written."""
    called: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    branches: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, key: str, value: str) -> None:
        if key == "DA" and (found := _LINE.match(value)):
            self.lines[int(found[1])] += int(found[2])
        elif key == "FN" and (found := _COUNTED.fullmatch(value)):
            # Some name the last line too.
            self.functions.setdefault(re.sub(r"^\d+,", "", found[2]), value)
        elif key == "FNDA" and (found := _COUNTED.fullmatch(value)):
            self.called[found[2]] += int(found[1])
        elif key == "BRDA" and (found := _BRANCH.fullmatch(value)):
            self.branches[found[1]] += 0 if found[2] == "-" else int(found[2])

    def records(self) -> Iterator[str]:
        yield from (f"FN:{written}" for written in self.functions.values())
        yield from (f"FNDA:{count},{name}" for name, count in self.called.items())
        yield from _totals("FN", self.called) if self.functions else ()
        yield from (f"BRDA:{place},{count}" for place, count in self.branches.items())
        yield from _totals("BR", self.branches) if self.branches else ()
        yield from (f"DA:{line},{count}" for line, count in sorted(self.lines.items()))
        yield from _totals("L", self.lines)


def _totals(kind: str, counts: dict[str, int] | dict[int, int]) -> Iterator[str]:
    yield f"{kind}F:{len(counts)}"
    yield f"{kind}H:{sum(1 for count in counts.values() if count)}"


@dataclass(frozen=True, slots=True)
class Lcov:
    """What several reports say together."""

    text: str
    covered: int
    """Lines."""
    lines: int


def merged(reports: Iterable[tuple[str, Path]], root: Path) -> Lcov:
    """Return several reports as one, whose files are named from the root on.

    Args:
        reports: Their texts, each with the folder from which it names its files.
        root: The folder. What lies elsewhere is named in full.
    """
    files: dict[str, _File] = {}
    for report, folder in reports:
        current = _File()
        for line in report.splitlines():
            key, _, value = line.strip().partition(":")
            if key == "SF":
                current = files.setdefault(shown(folder / value, root), _File())
            current.add(key, value)
    text = "".join(
        "\n".join((f"SF:{name}", *files[name].records(), "end_of_record", ""))
        for name in sorted(files)
    )
    found = [count for one in files.values() for count in one.lines.values()]
    return Lcov(text, sum(1 for count in found if count), len(found))
