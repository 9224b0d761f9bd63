"""What a red suite shows: each cause once, then what no test explains, the logs, and the hint."""

from __future__ import annotations

import re

from taskslib.display.causes import Causes
from taskslib.display.excerpt import excerpt, message, narrowed
from taskslib.display.styled import Line
from taskslib.display.text import beside_counts, indented, withheld_words
from taskslib.events import Failure, SuiteId, SuiteResult
from taskslib.pipeline.names import Names
from taskslib.typed import as_typed


def suspects(result: SuiteResult) -> tuple[str, ...]:
    """Return the variables that a suite did not get and that its failures speak of."""
    said = "\n".join((*(one.text or one.message for one in result.failures), result.details))
    words = set(re.findall(r"\w+", said))
    return tuple(name for name in result.withheld if name in words)


_SHOWN = 50
"""Causes of one suite that are shown."""


class Red:
    """Shows the failures of suites, as they come or when their suite has ended.

    Args:
        line: Writes a line.
        names: How files and commands are called.
    """

    def __init__(self, line: Line, names: Names) -> None:
        self._line = line
        self._names = names
        self._causes: dict[SuiteId, Causes] = {}
        self._shown: dict[SuiteId, int] = {}

    def add(self, suite: SuiteId, failure: Failure) -> None:
        """Show a failure, unless one of its cause has been shown."""
        if self._causes.setdefault(suite, Causes()).add(failure):
            self._shown[suite] = self._shown.get(suite, 0) + 1
            if self._shown[suite] <= _SHOWN:
                self._failure(suite, failure)

    def end(self, result: SuiteResult) -> None:
        """Show what is left to say of a suite that ended red."""
        for failure in result.failures:
            self.add(result.suite, failure)
        for words in self._causes.get(result.suite, Causes()).more():
            self._line(f"    {words}", "")
        hidden = self._shown.get(result.suite, 0) - _SHOWN
        if hidden > 0:
            self._line(as_typed(f"    … and {hidden} more failures: inv show"), "")
        said = beside_counts(result) if result.failures else result.reason
        if said:
            between = "\n" if result.failures else ""
            self._line(between + indented(said), "red")
        if result.details:
            self._line(indented(narrowed(result.details)), "")
        if result.logs:
            self._line("    logs of its containers:", "")
            self._line(indented(narrowed(result.logs), "    | "), "")
        missed = suspects(result)
        if missed:
            self._line(f"    {withheld_words(missed)}", "dim")
        if result.hint:
            self._line(f"    hint: {result.hint}", "")

    def _failure(self, suite: SuiteId, failure: Failure) -> None:
        known = bool(failure.path and failure.line)
        where = f"{self._names.place(suite, failure.path)}:{failure.line}: " if known else ""
        # The file is in the place already, and in the command.
        file, _, name = failure.test.partition("::")
        test = narrowed(name if known and name and file == failure.path else failure.test)
        head = " ".join(filter(None, (failure.id, failure.outcome.upper(), test)))
        self._line(f"\n    {head}", "bold red")
        self._line(f"    {where}{message(failure)}", "")
        for one in excerpt(failure):
            self._line(f"    {one}".rstrip(), "")
        self._line(f"    again: {self._names.rerun(suite, failure.test)}", "cyan")
