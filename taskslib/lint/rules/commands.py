"""TL305, TL703: what scripts, workflows and test stacks run."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from taskslib.lint.commands import Command, commands
from taskslib.lint.finding import Edit
from taskslib.lint.gather import Script
from taskslib.lint.makefiles import lines, variables, without_definitions
from taskslib.lint.rule import TEST, Hit, Scope, Severities, W, rule
from taskslib.lint.stack import Stack

_SLEEP = re.compile(
    r"""(?<![\w/.-])sleep\s+(?:\d+(?:\.\d+)?[smh]?|"?\$\{?\w+\}?"?)(?=[\s;&|)"']|$)"""
)
_AFTER = re.compile(r"\s*(?:&&|;|\n)")
_RUNNERS = re.compile(
    r"(?<![\w/.-])(?P<runner>pytest|py\.test|vitest|go test|unittest)\b(?P<rest>[^;&|\n]*)"
)
_REFERENCE = re.compile(r"(?<!\$)\$[({](?P<name>[\w.-]+)[)}]")
_REST = re.compile(r"[^;&|\n]*")
_OPTION = re.compile(r"(?<=\s)-\S*[^\s\"'`)]")
_CLUSTER = re.compile(r"-[A-Za-z]+")
_LETTERS = {"pytest": ("vs", "kmrcopWn"), "py.test": ("vs", "kmrcopWn"), "unittest": ("v", "kspt")}
"""Of short options that can stand in one word: those that are loud, and those that take a value."""
_LOUD = {
    "pytest": ("--verbose", "--capture=no"),
    "py.test": ("--verbose", "--capture=no"),
    "unittest": ("--verbose",),
    "go test": ("-v", "--v", "-test.v"),
    "vitest": ("--reporter=verbose",),
}
_TRACE = re.compile(
    r"""(?:^|[;&|"']|\s)(?P<what>set\s+-[a-wyz]*x[a-z]*|(?:ba)?sh\s+-[a-wyz]*x)\b"""
)
Subject = Stack | Script
IN_TESTS: Severities = {TEST: W, None: W}


def at(command: Command, start: int, message: str, hint: str, *edits: Edit) -> Hit:
    """Return a place in a command that a rule names."""
    offset = command.offset if command.in_compose else command.offset + start
    return Hit(command.source, offset, message, hint, edits)


@rule(
    "TL305",
    "sleeping until something is ready",
    IN_TESTS,
    scope=Scope.SCRIPT,
    why="A fixed time is too long on a fast machine, every time, and too short on a slow one. A "
    "condition is neither: a healthcheck and `service_healthy`, `up --wait`, or a loop that asks. "
    "Sleeping in such a loop is right.",
    origin="the pattern: condition-based waiting instead of fixed times",
)
def _sleep(subject: Subject) -> Iterator[Hit]:
    for command in commands(subject):
        for found in _SLEEP.finditer(command.text):
            rest = command.text[found.end() :]
            if command.loops or re.match(r"\s*&(?!&)", rest):
                continue
            if command.in_compose and not _AFTER.match(rest):
                continue  # what keeps a container alive
            yield at(
                command,
                found.start(),
                f"`{found[0]}` waits for a time, not for what is needed",
                "wait for a condition: a healthcheck with service_healthy, `up --wait`, a loop "
                "that asks",
            )


@rule(
    "TL703",
    "test output that nobody reads",
    IN_TESTS,
    scope=Scope.SCRIPT,
    why="A line for each test that passed, or for each command of a script, buries the few lines "
    "that say what failed, in a CI log and for a coding assistant alike. `inv test` prints a line "
    "a suite, and all of it where something is red; `--verbose` is for the one who asks.",
    origin="the pattern's table of mistakes: verbose test output, context exhaustion",
)
def _loud(subject: Subject) -> Iterator[Hit]:
    for command in commands(subject):
        if "verbose:" in command.context or "test-verbose" in command.context:
            continue
        for runner, begin, rest in _runners(command):
            for start, word in _loud_words(runner, rest):
                yield at(
                    command,
                    begin + start,
                    f"`{word}` prints what passed",
                    "leave it out; failures are printed in full without",
                )
        found_trace = _TRACE.search(command.text)
        if found_trace and (command.tests or command.is_workflow or command.in_ci):
            yield at(
                command,
                found_trace.start("what"),
                f"`{found_trace['what']}` prints each command",
                "leave it out; set -euo pipefail ends a script where it fails",
            )


def _runners(command: Command) -> Iterator[tuple[str, int, str]]:
    """Yield what runs tests in a command, where what it is given begins, and that."""
    for found in _RUNNERS.finditer(command.text):
        yield found["runner"], found.start("rest"), found["rest"]
    if not command.source.path.endswith(("Makefile", ".mk")):
        return
    known = _by_variable(command.source.text)
    end = 0
    for found in _REFERENCE.finditer(command.text):
        if found.start() >= end and (runner := known.get(found["name"])):
            rest = _REST.match(command.text, found.end())
            end = rest.end() if rest else found.end()
            yield runner, found.end(), command.text[found.end() : end]


@functools.lru_cache(maxsize=8)
def _by_variable(text: str) -> dict[str, str]:
    """Return the variables of a Makefile that run tests: `PYTEST ?= python -m pytest`."""
    values = variables(without_definitions(lines(text))).items()
    found = ((name, list(_RUNNERS.finditer(value))) for name, value in values)
    return {name: runs[-1]["runner"] for name, runs in found if runs}


def _loud_words(runner: str, rest: str) -> Iterator[tuple[int, str]]:
    """Yield the words that make a runner print what passed, each with its place."""
    loud, values = _LETTERS.get(runner, ("", ""))
    for found in _OPTION.finditer(rest.replace("--reporter verbose", "--reporter=verbose")):
        word = found[0]
        # `-rs` is -r with `s`: what follows a letter that takes a value is that.
        flags = re.split(f"[{values}]", word)[0] if values and _CLUSTER.fullmatch(word) else ""
        if word in _LOUD[runner] or set(flags) & set(loud):
            yield found.start(), word
