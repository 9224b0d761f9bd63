"""One suite on the terminal, in the debugger: no display, no time limit, and the stack stays up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskslib.api.session import Session, lifetime_of, specs_of, watchdog
from taskslib.errors import ExitCode, UsageError
from taskslib.pipeline.plan import Plan, SuitePlan
from taskslib.project.places import own_folder

if TYPE_CHECKING:
    from taskslib.frameworks.base import Framework, Prepared
    from taskslib.processes import Command
    from taskslib.stacks.instance import Instance

_OPTION = "--pdb"


def debug(session: Session, planned: Plan) -> tuple[ExitCode, Instance]:
    """Run the one suite of a plan attached to the terminal; return its stack too, which stays up.

    Raises `UsageError` for a plan of several suites, or of one that pytest does not run.
    """
    from taskslib.frameworks.detection import framework_of
    from taskslib.processes import run_attached
    from taskslib.stacks.instance import Instance

    entry = _only(planned)
    framework = framework_of(entry.suite)
    if framework is None or framework.name != "pytest":
        raise UsageError(
            f"{entry.suite.id}: {_OPTION} is pytest's, which does not run this suite",
            hint="debug it by the means of its framework, on the stack of inv infra-up",
        )
    with session.cancellation.on_signals(), watchdog(session) as guard:
        prepared = framework.prepare(entry.suite, session.cancellation)
        instance = Instance()
        if entry.suite.stack is not None:
            spec = specs_of(session, planned.project, kept=True)(entry.suite.stack)
            session.say(f"bringing up {spec.name}, which stays up")
            instance = lifetime_of(session, guard, planned.project.limits).start(spec)
        command = _command(session, planned, entry, framework, prepared, instance)
        code = run_attached(command, session.cancellation)
    return (ExitCode.PASSED if code == 0 else ExitCode.FAILED), instance


def _only(planned: Plan) -> SuitePlan:
    if len(planned.entries) != 1:
        names = ", ".join(str(entry.suite.id) for entry in planned.entries[:5])
        raise UsageError(
            f"{_OPTION} is for one suite, and this is {len(planned.entries)}: {names or 'none'}",
            hint="name a test: inv test services/api/tests/unit/test_a.py::test_b --pdb",
        )
    return planned.entries[0]


def _command(
    session: Session,
    planned: Plan,
    entry: SuitePlan,
    framework: Framework,
    prepared: Prepared,
    instance: Instance,
) -> Command:
    from taskslib.frameworks.base import Invocation
    from taskslib.frameworks.variables import suite_variables, told_variables

    folder = own_folder(session.root) / "debug"  # no run's: the last one's failures stay
    folder.mkdir(exist_ok=True)
    told = told_variables(entry.suite)
    ours = {**told, **instance.variables, "TEST_ARTIFACTS": str(folder)}
    variables = suite_variables(session.environ, entry.suite.pass_env, ours).variables
    arguments = (*entry.pick.arguments, *planned.request.arguments, _OPTION)
    output = folder / "output.txt"
    only = entry.pick.tests
    return framework.command(
        Invocation(entry.suite, prepared, output, variables, arguments, only=only)
    )
