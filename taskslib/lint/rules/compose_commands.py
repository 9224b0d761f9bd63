"""TL704: how scripts and workflows start and end stacks."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from itertools import pairwise

from taskslib.lint.commands import Command, commands, names_tests
from taskslib.lint.finding import Edit
from taskslib.lint.gather import Repo, Script
from taskslib.lint.rule import Hit, Scope, W, rule
from taskslib.lint.rules.commands import at
from taskslib.lint.stack import Stack
from taskslib.lint.started import VARIABLES, ending, started

_COMPOSE = re.compile(
    r"\bdocker[ -]compose\b(?P<options>[^;&|\n]*?)\s(?P<verb>up|down)"
    r"(?=[\s;&|)\"'`]|$)(?P<rest>[^;&|)\n]*)"
)
_QUOTES = "\"'`"
_FILES, _PROJECTS, _FOLDERS = ("-f", "--file"), ("-p", "--project-name"), ("--project-directory",)
_TAKES_VALUE = (
    *_FILES, *_PROJECTS, *_FOLDERS, "--profile", "--env-file", "--ansi", "--progress", "--parallel",
)  # fmt: skip


@rule(
    "TL704",
    "containers that are not waited for, or leave their data",
    {None: W},
    scope=Scope.COMMANDS,
    fixes=True,
    limits="where no service of the files ends by itself, or only what others wait for",
    why="`up -d` returns when containers run, not when they answer; `--wait` returns when they are "
    "healthy. It exits 1 where a container has ended meanwhile, with 0 too: a migration, a seed, "
    "unless another service waits for it with `service_completed_successfully` (then it exits 0). "
    "So it is added only where each service of the files has a healthcheck, restarts always, is "
    "waited for so, or is a server that is known; else it is a suggestion. `down` keeps volumes, "
    "and the next run finds what this one wrote; `-v` takes those along. (`inv test` does both by "
    "itself.) Of `down` only what is about tests is named, and mended only where the command names "
    "a project (`-p`) or a folder of files (`-f`) that is tests': elsewhere the data may be to "
    "stay. Of what runs over ssh, or is for a release, nothing is said.",
    origin="the pattern's test-infra-up and test-infra-down; measured with Compose 2.26: "
    "`container … exited (0)` and exit 1 for a one-shot that nobody waits for, also with "
    "`restart: on-failure`; exit 0 where it is waited for",
)
def _half(subject: tuple[Repo, Script]) -> Iterator[Hit]:
    repo, script = subject
    for command in commands(script):
        if command.elsewhere:
            continue
        for found in _COMPOSE.finditer(command.text):
            options = _words(found["options"])
            if not _are_options(options):
                continue
            yield from _said(repo, command, found, options, _words(found["rest"]))


def _said(
    repo: Repo, command: Command, found: re.Match[str], options: list[str], words: list[str]
) -> Iterator[Hit]:
    end = command.offset + found.end("verb")
    path = command.source.path
    if found["verb"] == "up" and _has(words, "d", "--detach"):
        if "--wait" not in words and (command.tests or command.in_ci):
            folders, files = _given(options, _FOLDERS), _given(options, _FILES)
            hint, waits = _waiting(started(repo, command, found.start(), folders, files))
            yield at(
                command, found.start("verb"), "`up` returns before the containers answer", hint,
                *([Edit(path, end, end, " --wait")] if waits else []),
            )  # fmt: skip
    elif found["verb"] == "down" and command.tests and not _has(words, "v", "--volumes"):
        mends = [Edit(path, end, end, " -v")] if _only_tests(options) else []
        yield at(
            command, found.start("verb"),
            "`down` leaves the volumes for the next run",
            "docker compose down -v, where nobody needs the data", *mends,
        )  # fmt: skip


def _waiting(stack: Stack | None) -> tuple[str, bool]:
    """Return what is to be done, and whether that is certain to be right."""
    if stack is None:
        return "docker compose up --wait, where no service ends by itself: it would exit 1", False
    names = [*ending(stack)]
    if not names:
        return "docker compose up --wait", True
    said = (
        f"docker compose up --wait, once {_listed(names)} cannot end unnoticed, which makes "
        "it exit 1: give it a healthcheck if it stays up; else let another service wait for it, "
        "with service_completed_successfully"
    )
    return said, False


def _listed(names: list[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _words(text: str) -> list[str]:
    """Return a command's words; it may stand in quotes itself."""
    return [one.strip(_QUOTES) for one in text.split()]


def _has(words: list[str], letter: str, long: str) -> bool:
    short = (one for one in words if one.startswith("-") and not one.startswith("--"))
    return long in words or any(letter in one for one in short)


def _only_tests(options: list[str]) -> bool:
    """Return whether a command's own options say that all it removes is tests'.

    A test's file beside one of dev shares its project, and so its volumes: of a file it is the
    folder that counts. What a variable stands for is not known.
    """
    files, projects, folders = (_given(options, names) for names in (_FILES, _PROJECTS, _FOLDERS))
    wanted = projects or folders or [posixpath.dirname(one) for one in files]
    known = [VARIABLES.sub("", one) for one in wanted]
    all_ = " ".join((*projects, *folders, *files))
    return bool(known) and all(map(names_tests, known)) and names_tests(all_)


def _given(options: list[str], names: tuple[str, ...]) -> list[str]:
    """Return an option's values, as words of their own and after `=`."""
    apart = [value for one, value in pairwise(options) if one in names]
    joined = [one.partition("=")[2] for one in options if one.partition("=")[0] in names]
    return [*apart, *(one for one in joined if one)]


def _are_options(words: list[str]) -> bool:
    """Return whether nothing but options stands before a word, which is then the command."""
    waiting = False
    for word in words:
        if waiting:
            waiting = False
        elif not word.startswith("-"):
            return False
        else:
            waiting = word in _TAKES_VALUE
    return not waiting
