"""What was given on the command line, as data; knows nothing of Invoke."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from taskslib.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from taskslib.events import Stage
    from taskslib.pipeline.request import TestRequest

_DIGITS = 9
"""Of the largest number that anybody means."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a run is to be told of."""

    plain: bool = False
    """Lines, also on a terminal."""
    json: bool = False
    """One JSON document on stdout; what people see goes to stderr."""
    junit: str = ""
    """The folder for JUnit XML."""
    events: str = ""
    """The file for the events, as they happen."""

    @property
    def reports(self) -> bool:
        """Whether more is wanted than what people see."""
        return bool(self.json or self.junit or self.events)


def wanted(plain: bool, json: bool, junit: str, events: str = "") -> Wanted:
    """Return how a run is to be told of.

    What earlier runs left in these places goes, before anything of this one can be refused.
    """
    if junit or events:
        from taskslib.reports.stale import remove_earlier

        remove_earlier(Path(junit) if junit else None, Path(events) if events else None)
    return Wanted(plain, json, junit, events)


def requested(
    stage: str | None,
    service: str | None,
    *,
    verbose: bool = False,
    keep: bool = False,
    force: bool = False,
) -> TestRequest:
    """Return what was asked for. Raises `UsageError` for a stage that there isn't."""
    from taskslib.pipeline.request import TestRequest

    return TestRequest(
        stages=_stages(stage),
        services=names(service),
        keep=keep,
        force=force,
        verbose=verbose or os.environ.get("VERBOSE", "0") not in {"", "0"},
        arguments=passed_through(),
    )


def _stages(given: str | None) -> tuple[Stage, ...]:
    """Return the stages that are named, in the pipeline's order."""
    from taskslib.events import Stage

    asked = names(given)
    for name in asked:
        if name not in set(Stage):
            raise UsageError(
                f"no stage {name!r}",
                hint=f"{did_you_mean(name, Stage)}stages: {', '.join(Stage)}",
            )
    return tuple(stage for stage in Stage if stage in asked)


def shard_of(given: str | None) -> tuple[int, int] | None:
    """Return which share of how many `--shard` names; None for none given.

    Raises `UsageError` for what is no share.
    """
    if given is None:
        return None
    found = re.fullmatch(r"([0-9]{1,9})/([0-9]{1,9})", given)
    index, count = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= index <= count:
        last = f": the last of {count} is {count}/{count}" if index > count > 0 else ""
        raise UsageError(
            f"--shard {given}: no share of a run{last}",
            hint="--shard 2/5 is the second of five",
        )
    return index, count


def names(given: str | None) -> tuple[str, ...]:
    """Split what `--service` takes: `api,worker`; None is none given.

    Raises `UsageError` where it names none: an empty variable of a script must not mean all.
    """
    if given is None:
        return ()
    found = tuple(dict.fromkeys(name.strip() for name in given.split(",") if name.strip()))
    if not found:
        raise UsageError(f"{given!r} names nothing", hint="separate names by commas: api,worker")
    return found


def named(option: str, given: str | None, example: str) -> str:
    """Return the name that an option got; empty where it was not given.

    Raises `UsageError`, with an example's command, for one that is empty: an empty variable of a
    script must not mean what leaving the option out does.
    """
    if given is not None and not given.strip():
        raise UsageError(f"{option} {given!r} names nothing", hint=example)
    return given or ""


def one_of(given: str, formats: tuple[str, ...]) -> None:
    """Raise `UsageError` for a `--format` that isn't one of those that there are."""
    if given not in formats:
        raise UsageError(
            f"no format {given!r}",
            hint=f"{did_you_mean(given, formats)}formats: {', '.join(formats)}",
        )


def number(option: str, given: str, example: str) -> int:
    """Return what an option got that is a number; raises `UsageError` with an example's command.

    Tasks take it as text: Invoke's own check of a number is a traceback.
    """
    if not (given.isascii() and given.isdecimal() and len(given) <= _DIGITS):
        raise UsageError(f"{option} {given!r} is no whole number from 0 on", hint=example)
    return int(given)


def place_for_files(option: str, given: str) -> None:
    """Raise `UsageError` for a folder that can't be one, before minutes go into what is for it."""
    for place in (Path(given), *Path(given).parents) if given else ():
        if place.is_dir():
            return
        if place.exists():
            raise UsageError(f"{option} {given}: {place} is a file", hint=f"{option} FOLDER")


def passed_through() -> tuple[str, ...]:
    """Return everything after `--` on the command line; Invoke itself loses the quoting."""
    arguments = sys.argv[1:]
    return tuple(arguments[arguments.index("--") + 1 :]) if "--" in arguments else ()


def refuse_ignored(task: str, values: Iterable[object]) -> None:
    """Raise `UsageError` for words after `--` that nobody takes.

    Where the command line may have another task, that one can be who takes them.

    Args:
        task: The name of a task that takes none.
        values: What it was given.
    """
    words = passed_through()
    if not words:
        return
    before = sys.argv[1 : sys.argv.index("--")]
    first, *more = [one for one in before if not one.startswith("-")] or [""]
    named = first.rpartition(".")[2]
    if (named == task or named.endswith(f"-{task}")) and {*more} <= {str(one) for one in values}:
        raise UsageError(
            f"{task} takes nothing after `--`: {' '.join(words)}",
            hint="tasks that hand it on: inv test, inv dev-shell SERVICE",
        )
