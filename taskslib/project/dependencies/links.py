"""Symbolic links of the repo: who depends on one depends on what it leads to. Pure."""

from __future__ import annotations

import posixpath
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping

from taskslib.project.dependencies.areas import OUTSIDE, Area, is_absolute, joined, literal


class Links:
    """All links that lead to something in the repo, or around it."""

    def __init__(self, links: Mapping[str, str]) -> None:
        """Take the links, each with what stands in it."""
        self._places: dict[str, str] = {}
        for path, told in links.items():
            place = joined(posixpath.dirname(path), told)
            if place is not None or not is_absolute(told):
                self._places[path] = OUTSIDE if place is None else place
        self._sorted = sorted(self._places)

    def __iter__(self) -> Iterator[str]:
        return iter(self._sorted)

    def followed(self, areas: Iterable[Area]) -> set[Area]:
        """Return what the links in some places lead to, and the links in there again."""
        found: set[Area] = set()
        waiting = list(areas) if self._places else []
        for area in waiting:  # grows meanwhile
            for link in self._below(literal(area.path)):
                target = Area(self._places[link])
                if target not in found and area.covers(link):
                    found.add(target)
                    waiting.append(target)
        return found

    def _below(self, place: str) -> Iterator[str]:
        for index in range(bisect_left(self._sorted, place), len(self._sorted)):
            if not self._sorted[index].startswith(place):
                return
            yield self._sorted[index]
