"""`inv test --watch`: one screen a round, until Ctrl-C."""

from __future__ import annotations

import sys

from taskslib import api
from taskslib.api.watching import Watching
from taskslib.cli.given import Wanted
from taskslib.cli.outcome import error_words, say
from taskslib.errors import ExitCode, TaskslibError
from taskslib.pipeline.request import TestRequest

_CLEAR = "\x1b[2J\x1b[3J\x1b[H"
_SHOWN = 3
"""Changed files that are named."""


def watch_tests(where: api.Session, request: TestRequest, wanted: Wanted) -> ExitCode:
    """Run tests, and again what each saved file affects; ends on Ctrl-C, and so do the stacks."""
    watching = Watching(where, request)
    try:
        while True:
            try:
                _round(where, watching, wanted)
            except TaskslibError as error:  # the next save may mend it
                say(error_words(error))
            if where.cancellation.requested:
                break
            say("watching for changes; Ctrl-C ends")
            changed = watching.wait()
            if not changed:
                break
            if sys.stdout.isatty():
                print(_CLEAR, end="", flush=True)
            more = f" and {len(changed) - _SHOWN} more" if len(changed) > _SHOWN else ""
            say(f"changed: {', '.join(changed[:_SHOWN])}{more}")
    finally:
        for name in watching.end():
            say(f"the stack is gone: {name}")
    return ExitCode.PASSED


def _round(where: api.Session, watching: Watching, wanted: Wanted) -> None:
    from taskslib.cli.telling import Telling

    plan = watching.plan()
    for note in plan.notes:
        say(f"note: {note}")
    with api.run_folder(where) as folder, Telling(wanted, plan, folder) as telling:
        report = api.test(where, plan, telling, folder, None)
        telling.end(report, None)
    watching.ran(report)
