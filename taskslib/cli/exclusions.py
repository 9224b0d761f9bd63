"""Which options of a run exclude each other, and which need another: one table, asked first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskslib.errors import UsageError

if TYPE_CHECKING:
    from taskslib.cli.given import Wanted
    from taskslib.pipeline.request import TestRequest

_REPORTS = ("--json", "--junit", "--events")
_EXCLUDE = (
    # An option, those that it does not go with, why, and the hint.
    ("--failed", ("a path",), "each says which tests", "inv test --failed"),
    ("--affected", ("a path", "--failed"), "each says which tests", "leave out one of them"),
    (
        "--shard",
        ("a path", "--failed", "--watch", "--pdb", "--keep", "--coverage"),
        "a share is one of a whole run",
        "what narrows it is --stage, --service and --affected",
    ),
    (
        "--watch",
        ("--coverage", *_REPORTS),
        "a round runs only what a save affects",
        "inv test {other}, once it is green",
    ),
    ("--watch", ("--keep",), "its stacks stay up until Ctrl-C", "inv test --watch"),
    (
        "--pdb",
        ("--watch", "--coverage", "--retries", *_REPORTS),
        "the debugger has the terminal, and no test is counted",
        "leave out {other}",
    ),
    (
        "--engine",
        ("--watch", "--pdb", "--keep"),
        "a stack that stays up is on the engine of its Docker context",
        "DOCKER_CONTEXT=NAME inv test {other}",
    ),
    ("--dry-run", _REPORTS, "nothing runs that they could tell of", "inv test --dry-run"),
)
_NEED = (
    ("--base", "--affected", "inv test --affected --base {value}"),
    ("--durations", "--shard", "inv test --shard 1/2 --durations {value}"),
)


def refuse_exclusive(request: TestRequest, wanted: Wanted, *, dry_run: bool) -> None:
    """Raise `UsageError` for options that mean nothing together."""
    given = {
        "a path": request.path,
        "--failed": request.failed,
        "--affected": request.affected,
        "--base": request.base,
        "--shard": request.shard,
        "--durations": request.durations,
        "--watch": request.watch,
        "--pdb": request.pdb,
        "--coverage": request.coverage,
        "--retries": request.retries,
        "--keep": request.keep,
        "--engine": request.engines,
        "--dry-run": dry_run,
        "--json": wanted.json,
        "--junit": wanted.junit,
        "--events": wanted.events,
    }
    for option, needed, hint in _NEED:
        if given[option] and not given[needed]:
            raise UsageError(f"{option} is for {needed}", hint=hint.format(value=given[option]))
    for option, others, why, hint in _EXCLUDE:
        for other in others:
            if given[option] and given[other]:
                raise UsageError(
                    f"{option} and {other} exclude each other: {why}",
                    hint=hint.format(other=_typed(other)),
                )


def _typed(option: str) -> str:
    places = {"--junit": "--junit FOLDER", "--events": "--events FILE"}
    return places.get(option, option)
