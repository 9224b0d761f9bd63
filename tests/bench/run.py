"""`inv bench`: the benchmarks by name, one after the other, and the table of what they found."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from taskslib.cancellation import Cancellation
from taskslib.errors import UsageError, did_you_mean
from tests.bench import cached, graph, infra, pipeline, plugin, size, start_up
from tests.bench.commands import warm_bytecode
from tests.bench.context import Bench
from tests.bench.figures import Figure, document, table

Measure = Callable[[Bench], Iterator[Figure]]

BENCHMARKS: Mapping[str, Measure] = {
    one.NAME: one.measure for one in (pipeline, cached, infra, start_up, plugin, graph, size)
}
"""Every benchmark, in the order in which they run."""


def chosen(only: str) -> tuple[str, ...]:
    """Return the benchmarks that `--only` names; all where it names none. Raises `UsageError`."""
    names = tuple(name.strip() for name in only.split(",") if name.strip())
    for name in names:
        if name not in BENCHMARKS:
            raise UsageError(
                f"no benchmark {name!r}",
                hint=f"{did_you_mean(name, BENCHMARKS)}benchmarks: {', '.join(BENCHMARKS)}",
            )
    return names or tuple(BENCHMARKS)


def bench(
    only: str, runs: str, file: str, cancellation: Cancellation, say: Callable[[str], None]
) -> list[str]:
    """Run benchmarks and return the lines of their table.

    Args:
        only: Their names, separated by commas; empty for all.
        runs: How often to measure each thing; empty leaves it to them.
        file: Gets every single measurement, as JSON; empty for none.
        cancellation: Ends what runs.
        say: Told what is going on.

    Raises `UsageError`, `EnvironmentFailure` where a command fails, `Interrupted`.
    """
    if runs and not (runs.isascii() and runs.isdecimal() and int(runs)):
        raise UsageError(f"--runs {runs!r} is not a number", hint="inv bench --runs 5")
    names = chosen(only)
    warm_bytecode()
    context = Bench(cancellation, say, int(runs or 0))
    figures: list[Figure] = []
    for name in names:
        figures += BENCHMARKS[name](context)
        if file:  # what is known so far, should a later one fail
            text = json.dumps(document(figures), indent=2)
            Path(file).write_text(f"{text}\n", "utf-8")
    return table(figures)
