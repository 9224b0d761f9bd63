"""What buildx printed of a build that failed: the step, its last lines, its place. Pure.

With `--progress plain` that is first what each step said, in turns; then, between lines of dashes,
the step that failed once more, lines of the Dockerfile, and the error. Of a Dockerfile that can't
be parsed there is no step, and only its bare name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

_FAILED = re.compile(r"^ > ", re.MULTILINE)
"""Where it sums up."""
_PROGRESS = re.compile(r"#\d+ ")
_NOISE = re.compile(r"-{3,}|ERROR: got \d+ SIGTERM/SIGINTs.*|ERROR: .*context canceled|")
"""Lines between the parts; and what it says of having been ended by us."""
_PLACE = re.compile(r"(?P<name>[^\s:/\\]+):(?P<line>\d+)")
_QUOTED = re.compile(r" *(?P<line>\d+) \|(?: (?:   |>>>)(?: (?P<text>.*))?)?")


def failed_step(said: str, dockerfiles: Mapping[str, str]) -> str:
    """Return what is evidence; all that steps said where nothing else is there.

    Args:
        said: What buildx printed.
        dockerfiles: The text of each that it was given, by its path as it is shown to people.
    """
    found = _FAILED.search(said)
    told = said[found.start() :] if found else said
    lines = [one.rstrip() for one in told.splitlines()]
    lines = [one for one in lines if not _NOISE.fullmatch(one)]
    summed_up = [one for one in lines if not _PROGRESS.match(one)]
    return "\n".join(_placed(summed_up or lines, dockerfiles))


def _placed(lines: Sequence[str], dockerfiles: Mapping[str, str]) -> Iterator[str]:
    """Yield lines, with the path of the one Dockerfile that has the quoted ones."""
    quoted = {
        int(found["line"]): (found["text"] or "").strip()
        for one in lines
        if (found := _QUOTED.fullmatch(one))
    }
    fitting = [path for path, text in dockerfiles.items() if quoted and _has(text, quoted)]
    for one in lines:
        place = _PLACE.fullmatch(one)
        named = [path for path in fitting if place and path.rpartition("/")[2] == place["name"]]
        yield f"{named[0]}:{place['line']}" if place and len(named) == 1 else one


def _has(text: str, quoted: Mapping[int, str]) -> bool:
    there = dict(enumerate((line.strip() for line in text.splitlines()), start=1))
    # What is quoted may end with an empty line that the file only ends with.
    return all(there.get(line, "") == words for line, words in quoted.items())
