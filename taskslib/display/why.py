"""Why suites ran, and whether they would now, as lines. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from taskslib.ages import ago
from taskslib.pipeline.results.explain import Explained

_SHOWN = 10


def why_lines(found: Iterable[Explained], now: float) -> Iterator[str]:
    """Yield what there is to say of each suite; `now` is in seconds since the epoch."""
    for one in found:
        yield str(one.suite)
        last = one.last
        if last.at:
            how = "passed" if last.passed else "did not pass"
            yield f"  ran {ago(last.at, now)} ago and {how}"
            yield from _listed("since the time before:", last.because)
            yield from _listed("not stored:", last.not_stored)
        if one.unknown:
            yield from _listed("runs each time:", one.unknown)
        elif one.cached_at:
            passed = ago(one.cached_at, now)
            yield f"  cached: passed {passed} ago with the same {one.inputs} inputs"
        elif not last.key:
            yield "  runs: it never ran in this checkout"
        elif one.changed:
            yield from _listed("runs again:", one.changed)
        else:
            yield "  runs again: nothing changed, but there is no stored result"


def _listed(title: str, words: tuple[str, ...]) -> Iterator[str]:
    if len(words) == 1:
        yield f"  {title} {words[0]}"
    elif words:
        yield f"  {title}"
        yield from (f"    {one}" for one in words[:_SHOWN])
        if len(words) > _SHOWN:
            yield f"    and {len(words) - _SHOWN} more"
