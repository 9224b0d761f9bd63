"""Every command and option in the docs exists; the version has its section."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

import tasks
import taskslib

ROOT = Path(__file__).parents[2]
DOCS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("deploy/**/*.md")])
COMMAND = re.compile(r"(?:^|[`\s(/])(?:inv|taskslib) ((?:--?|[a-z])[^`|\n&;)\"]*)", re.MULTILINE)


def commands() -> list[tuple[str, str]]:
    found = []
    for path in DOCS:
        text = path.read_text("utf-8")
        code = [*re.findall(r"```sh\n(.*?)```", text, re.DOTALL), *re.findall(r"`([^`\n]+)`", text)]
        for block in code:
            found += [(path.name, match) for match in COMMAND.findall(block)]
    return found


@pytest.mark.parametrize(("document", "command"), commands())
def test_every_command_in_the_docs_exists(document: str, command: str) -> None:
    words = shlex.split(command.split(" -- ", maxsplit=1)[0])
    name = words.pop(0)
    assert name in {*tasks.ns.task_names, *(a for t in tasks.ns.tasks.values() for a in t.aliases)}
    flags = {flag for one in tasks.ns[name].get_arguments() for flag in one.names}
    for word in words:
        if word.startswith("--"):
            assert word.removeprefix("--").replace("-", "_") in {
                flag.replace("-", "_") for flag in flags
            }, f"{document}: inv {command}"


def test_the_docs_have_commands() -> None:
    assert len(commands()) > 20


def test_the_version_has_its_section() -> None:
    assert f"\n## {taskslib.__version__} " in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_public_names() -> None:
    assert taskslib.__all__ == ["__version__", "make_ns", "ns", "task"]
