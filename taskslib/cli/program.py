"""The command `taskslib`, an Invoke program over the tasks."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from invoke.exceptions import Exit, ParseError
from invoke.program import Program

from taskslib import __version__
from taskslib.cli.namespace import GROUPS, make_ns, typed_name
from taskslib.cli.outcome import write_nowhere
from taskslib.cli.session import PROGRAM_KEY
from taskslib.errors import ExitCode
from taskslib.interruption import end


class TaskslibProgram(Program):
    """Invoke's program, but with exit code 2 for a command line that can't be parsed."""

    def run(self, argv: list[str] | None = None, exit: bool = True) -> None:  # noqa: A002 — Invoke's
        """Run a command line; what nobody reads any more ends it (`taskslib --list | head -1`)."""
        try:
            try:
                super().run(argv, exit)
            finally:
                if sys.stdout is not None:
                    sys.stdout.flush()  # or it would fail when we end
        except BrokenPipeError:
            write_nowhere()
            sys.exit(int(ExitCode.PIPE))

    def parse_core(self, argv: list[str] | None) -> None:
        """Parse the program's own options."""
        with _usage():
            super().parse_core(argv)

    def parse_tasks(self) -> None:
        """Parse the tasks and their options."""
        with _usage():
            super().parse_tasks()

    def list_flat(self) -> None:
        """List the tasks by what they are about, each in a line."""
        words = dict(self._make_pairs(self.scoped_collection))
        names = {full.partition(" ")[0]: full for full in words}
        width = max(map(len, words))
        print(f"{self.task_list_opener()}:\n")
        for title, files in GROUPS.items():
            group = sorted(typed_name(task) for file in files for task in file.TASKS)
            print(title)
            self.print_columns([(names[one].ljust(width), words[names[one]]) for one in group])


def program() -> TaskslibProgram:
    """Return the program behind the command `taskslib`."""
    name = "taskslib"
    tasks = make_ns()
    tasks.configure({PROGRAM_KEY: name})
    return TaskslibProgram(name=name, binary=name, namespace=tasks, version=__version__)


@contextmanager
def _usage() -> Iterator[None]:
    try:
        yield
    except ParseError as error:
        raise Exit(f"error: {error}", code=ExitCode.USAGE) from error
    except KeyboardInterrupt:
        end()
