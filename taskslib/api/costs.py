"""What the project's tests cost: each suite is run once more, measured."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from taskslib.api.session import Session, lifetime_of, project, specs_of, watchdog
from taskslib.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from taskslib.doctor.costs.measured import Measured
    from taskslib.doctor.health.findings import Line
    from taskslib.project.model import Project, Suite
    from taskslib.stacks.instance import Instance
    from taskslib.stacks.lifetime import Lifetime

_PLUGIN = ("-p", "taskslib_pytest_costs")
_SLOWEST = 1000
"""Of how many tests, the slowest first, it is looked whether they are slow for their stage."""


def costs_of_tests(session: Session, services: tuple[str, ...] = ()) -> Iterator[Line]:
    """Run pytest's suites (of these services) and yield what would make them faster.

    One after the other, so that none is slower for another. Raises `UsageError` for a service that
    isn't there, and whatever keeps a suite from running.
    """
    from taskslib.api.history import past
    from taskslib.doctor.costs.advice import cost_lines, slow_lines

    found = project(session)
    suites = _suites(found, services)
    ours = {suite.id for suite in suites}
    slowest = (one for one in past(session).slowest(_SLOWEST) if one.suite in ours)
    yield from slow_lines(slowest, found.slow)
    with session.cancellation.on_signals(), watchdog(session) as guard:
        lifetime = lifetime_of(session, guard, found.limits)
        for suite in suites:
            session.say(f"measuring {suite.id}")
            measured = _measured(session, found, suite, lifetime)
            yield from cost_lines(measured, os.cpu_count() or 1)


def _suites(found: Project, services: tuple[str, ...]) -> tuple[Suite, ...]:
    """Return the suites that can be measured: those that pytest runs."""
    from taskslib.frameworks.detection import framework_of

    known = tuple(dict.fromkeys(suite.id.name for suite in found.suites))
    for name in services:
        if name not in known:
            hint = f"{did_you_mean(name, known)}services: {', '.join(known)}"
            raise UsageError(f"no service {name!r} with tests", hint=hint)
    chosen = (one for one in found.suites if not services or one.id.name in services)
    frameworks = ((one, framework_of(one)) for one in chosen)
    return tuple(one for one, kind in frameworks if kind is not None and kind.name == "pytest")


def _measured(session: Session, found: Project, suite: Suite, lifetime: Lifetime) -> Measured:
    from taskslib.doctor.costs.measured import measured
    from taskslib.frameworks.base import Invocation
    from taskslib.frameworks.pytest import Pytest
    from taskslib.frameworks.variables import suite_variables, told_variables
    from taskslib.processes import run

    framework = Pytest()
    prepared = framework.prepare(suite, session.cancellation)
    with (
        tempfile.TemporaryDirectory(prefix="taskslib-costs-") as name,
        _running(session, found, suite, lifetime) as instance,
    ):
        folder = Path(name)
        costs = folder / "costs"
        costs.mkdir()
        ours = {
            **told_variables(suite),
            **instance.variables,
            "TEST_ARTIFACTS": str(folder),
            "TASKSLIB_COSTS": str(costs),
        }
        variables = suite_variables(session.environ, suite.pass_env, ours).variables
        output = folder / "output.txt"
        invocation = Invocation(suite, prepared, output, variables, _PLUGIN)
        done = run(framework.command(invocation), session.cancellation, output=output)
        return measured(str(suite.id), costs, red=done.code != 0)


def _running(
    session: Session, found: Project, suite: Suite, lifetime: Lifetime
) -> AbstractContextManager[Instance]:
    """Return the suite's stack, up while it is measured."""
    from taskslib.stacks.instance import Instance

    if suite.stack is None:
        return nullcontext(Instance())
    return lifetime.running(specs_of(session, found, kept=False)(suite.stack))
