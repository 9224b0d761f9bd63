"""What earlier runs came to: looked up before a run, stored after it, explained on request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from taskslib.api.selection import dependencies_of
from taskslib.api.session import Session, project
from taskslib.pipeline.plan import Plan, check_services, with_results
from taskslib.pipeline.request import TestRequest
from taskslib.project.model import Project, Suite

if TYPE_CHECKING:
    from taskslib.events import SuiteId
    from taskslib.pipeline.results.answers import Shown
    from taskslib.pipeline.results.explain import Explained
    from taskslib.pipeline.results.memory import Memory
    from taskslib.pipeline.results.observe import Observation
    from taskslib.project.dependencies.inputs import Dependencies


def recall(session: Session, planned: Plan) -> tuple[Plan, Memory | None]:
    """Return a plan in which what need not run is marked, and the memory for its run.

    There is none with stacks that are kept: what ran on such a stack is never stored. Nor is
    there where tests are picked: who names one wants it run.
    """
    request = planned.request
    if request.keep or request.picks or request.coverage:
        return planned, None
    parts = {entry.suite.id: entry.pick.arguments for entry in planned.entries}
    memory = memory_of(session, planned.project, request.arguments, parts, request.engines)
    found = memory.look_up([entry.suite for entry in planned.entries])
    bypassed = request.force or request.verbose
    marked = planned if bypassed else with_results(planned, found)
    memory.watch(entry.suite for entry in marked.entries if entry.cached is None)
    return marked, memory


def reasons(planned: Plan, memory: Memory | None) -> dict[SuiteId, tuple[str, tuple[str, ...]]]:
    """Return of each suite its fingerprint, and what had changed since it ran before."""
    if memory is None:
        return {}
    keys = fingerprints(planned, memory)
    ran = {entry.suite.id for entry in planned.entries if entry.cached is None}
    return {
        suite: (key, memory.last(suite).because if suite in ran else ())
        for suite, key in keys.items()
    }


def fingerprints(planned: Plan, memory: Memory | None) -> dict[SuiteId, str]:
    """Return the key of each suite's inputs, as far as it is known; nothing where nobody looked."""
    if memory is None:
        return {}
    return {entry.suite.id: memory.fingerprint(entry.suite.id) for entry in planned.entries}


def why(session: Session, service: str) -> tuple[Explained, ...]:
    """Return why each suite of a service ran the last time, and whether it would now.

    Raises `UsageError` for a name that is no service's.
    """
    from taskslib.pipeline.results.explain import explain

    found = project(session)
    check_services(found, (service,))
    suites = [one for one in found.suites if one.id.name == service]
    memory = memory_of(session, found, ())
    return explain(memory, suites)


def memory_of(
    session: Session,
    found: Project,
    arguments: Sequence[str],
    parts: Mapping[SuiteId, Sequence[str]] | None = None,
    engines: Sequence[str] = (),
) -> Memory:
    """Return what is known of earlier runs in this checkout, and in others of the repository.

    Args:
        session: Where.
        found: The project there.
        arguments: What is passed through to the frameworks.
        parts: What picks a part of a suite: its result is not that of the whole.
        engines: Docker contexts of the engines that stacks may come up on; none for the usual one.
    """
    from taskslib.api.engines import on_engine
    from taskslib.pipeline.results.memory import Memory
    from taskslib.pipeline.results.observe import observe
    from taskslib.pipeline.results.store import Store
    from taskslib.project.places import results_root

    environs = [on_engine(session, one).environ for one in engines]
    store = Store(results_root(found.root, session.environ) / "passed")

    def look(suites: Sequence[Suite], before: Observation | None) -> Observation:
        def follow(files: Mapping[str, str]) -> Dependencies:
            return dependencies_of(session, found, files)

        seen = before or session.looked
        given = (found, suites, arguments, session.environ, follow, seen)
        return observe(*given, parts=parts, engines=environs)

    return Memory(store, found.root, look)


def answered(session: Session, request: TestRequest) -> bool:
    """Show again what a run printed in which all passed, if nothing changed since; return whether.

    That is `taskslib.quick`, for who has imported more than that needs.
    """
    from taskslib import quick
    from taskslib.pipeline.results.answers import key_of

    key = key_of(request, session.overrides)
    if key is None:
        return False
    told, _ = quick.answer(str(session.root), key, session.environ)
    return told is not None and quick.show(told)


def forget_answers(session: Session, planned: Plan) -> None:
    """Remove what would answer a run, after one that has shown it to be wrong."""
    from taskslib.pipeline.results.answers import forget

    forget(planned.project, session.environ)


def leave_answer(session: Session, planned: Plan, memory: Memory, shown: Shown) -> None:
    """Leave the answer to a run of which all suites passed and are stored."""
    from taskslib.pipeline.results.answers import key_of, leave

    key = key_of(planned.request, session.overrides)
    if key is not None and memory.observed is not None:
        leave(planned.project, key, memory.observed, shown, session.environ)
