"""Symbolic links of the repo: who depends on one depends on what it leads to. Pure."""

from __future__ import annotations

import posixpath
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping

from taskslib.project.dependencies.areas import OUTSIDE, Area, is_absolute, joined, literal

_LONGEST = 1000
"""What is longer is no place in a repo, but a link that leads round."""


class Links:
    """All links that lead to something in the repo, or around it."""

    def __init__(self, links: Mapping[str, str]) -> None:
        """Take the links, each with what stands in it."""
        self._all = frozenset(links)
        self._places: dict[str, str] = {}
        for path, told in links.items():
            place = joined(posixpath.dirname(path), told)
            if place is not None or not is_absolute(told):
                self._places[path] = OUTSIDE if place is None else place
        self._sorted = sorted(self._places)

    def __iter__(self) -> Iterator[str]:
        return iter(self._sorted)

    def followed(self, areas: Iterable[Area]) -> set[Area]:
        """Return what the links in some places lead to, and the links in there again.

        A place can also run through a link: then it is one in what that leads to.
        """
        found: set[Area] = set()
        waiting = list(areas) if self._all else []
        for area in waiting:  # grows meanwhile
            for link, target in self._through(area):
                found.add(Area(link))  # it is another file, and tells what is outside of the repo
                if target is not None and target not in found:
                    found.add(target)
                    waiting.append(target)
            for link in self._below(literal(area.path)):
                target = Area(self._places[link])
                if target not in found and area.covers(link):
                    found.add(target)
                    waiting.append(target)
        return found

    def behind(self, area: Area) -> tuple[Area, ...]:
        """Return a place, and what it is in truth where it runs through links."""
        found = [area]
        for one in found:  # grows meanwhile
            for link, target in self._through(one):
                found += {target or Area(link)}.difference(found)
        return tuple(found)

    def _through(self, area: Area) -> Iterator[tuple[str, Area | None]]:
        """Yield the links that a place runs through, each with the place that it is in truth."""
        place = literal(area.path)
        while place:
            # One that leads to a place below itself would go on for ever.
            if place in self._all and place != area.path and len(area.path) < _LONGEST:
                target = self._places.get(place)
                rest = area.path[len(place) + 1 :]
                inside = f"{target}/{rest}" if target else rest
                yield place, None if target is None else Area(inside)
            place = place.rpartition("/")[0]

    def _below(self, place: str) -> Iterator[str]:
        for index in range(bisect_left(self._sorted, place), len(self._sorted)):
            if not self._sorted[index].startswith(place):
                return
            yield self._sorted[index]
