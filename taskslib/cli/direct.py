"""The plain forms of `taskslib test`, without Invoke: importing it takes longer than this runs."""

from __future__ import annotations

from pathlib import Path

from taskslib.api import Session
from taskslib.cli.again import called
from taskslib.cli.given import requested
from taskslib.cli.outcome import cancellation, outcome, say
from taskslib.cli.run import run_tests
from taskslib.errors import ExitCode
from taskslib.project import find_root


def test(stages: list[str], services: list[str]) -> ExitCode:
    """Run the tests as the task `test` does; what follows `--` is read from the command line."""

    def body() -> ExitCode:
        where = Session(root=find_root(Path.cwd()), say=say, cancellation=cancellation())
        request = requested(",".join(stages) or None, ",".join(services) or None)
        return run_tests(where, request, unanswered=where.root == Path.cwd())

    called("taskslib")
    return outcome(body)
