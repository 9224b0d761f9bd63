"""What earlier runs came to: looked up before a run, stored after it, explained on request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from taskslib.api.selection import dependencies_of
from taskslib.api.session import Session, project
from taskslib.events import SuiteId
from taskslib.pipeline.plan import Plan, check_services, with_results
from taskslib.project.model import Project, Suite

if TYPE_CHECKING:
    from taskslib.pipeline.results.explain import Explained
    from taskslib.pipeline.results.manifest import Manifest
    from taskslib.pipeline.results.memory import Memory


def recall(session: Session, planned: Plan) -> tuple[Plan, Memory | None]:
    """Return a plan in which what need not run is marked, and the memory for its run.

    There is none with stacks that are kept: what ran on such a stack is never stored.
    """
    if planned.request.keep:
        return planned, None
    memory = memory_of(session, planned.project, planned.request.arguments)
    found = memory.look_up([entry.suite for entry in planned.entries])
    bypassed = planned.request.force or planned.request.verbose
    return (planned if bypassed else with_results(planned, found)), memory


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


def memory_of(session: Session, found: Project, arguments: Sequence[str]) -> Memory:
    """Return what is known of earlier runs in this checkout, and in others of the repository."""
    from taskslib.pipeline.results.memory import Memory
    from taskslib.pipeline.results.store import Store
    from taskslib.project.places import own_folder, results_root

    store = Store(results_root(found.root, session.environ) / "passed")

    def manifests(suites: Sequence[Suite]) -> Mapping[SuiteId, Manifest]:
        return _manifests(session, found, suites, arguments)

    return Memory(store, own_folder(found.root) / "last", manifests)


def _manifests(
    session: Session, found: Project, suites: Sequence[Suite], arguments: Sequence[str]
) -> Mapping[SuiteId, Manifest]:
    from taskslib import identities
    from taskslib.pipeline.results.manifest import manifests, tools
    from taskslib.tree import tree

    files = tree(str(found.root), found.dropped)
    dependencies = dependencies_of(session, found, files)
    programs = {name for suite in suites for name in tools(suite)}
    path = session.environ.get("PATH", "")
    asked = {f"tool {name}": one for name, one in identities.programs(programs, path).items()}
    asked["tool python"] = identities.python()
    stacks = [suite for suite in suites if suite.stack is not None]
    if stacks:
        images = {image for suite in stacks for image in dependencies.of(suite).images}
        asked |= identities.EngineQuestions(sorted(images), session.environ).answers()
    return manifests(dependencies, suites, files, arguments, session.environ, asked)
