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
from taskslib.quick import Looked


def test(stages: list[str], services: list[str], looked: Looked | None = None) -> ExitCode:
    """Run the tests as the task `test` does; what follows `--` is read from the command line.

    Args:
        stages: Of which all are meant where there is none; likewise the services.
        services: Their names.
        looked: The repo's files, where they were looked at already.
    """

    def body() -> ExitCode:
        root = find_root(Path.cwd())
        where = Session(root=root, say=say, cancellation=cancellation(), looked=looked)
        request = requested(",".join(stages) or None, ",".join(services) or None)
        return run_tests(where, request, unanswered=where.root == Path.cwd())

    called("taskslib")
    return outcome(body)
