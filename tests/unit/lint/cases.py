"""Cases of rules: a project that is wrong, what is said of it, what a fix makes of it, a right one.

A file a rule, `rules/TL101.txt`: parts that begin with a line `==== PART PATH`. Parts are `bad`,
`good`, `fixed` (a file each, as often as there are files) and `findings` (all that is said of the
bad one by that rule). Those of `whole` are about all rules at once, and have `left`: what is said
of what a fix makes of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from taskslib.lint.files import Files
from taskslib.lint.finding import Finding
from taskslib.lint.fix import fixed
from taskslib.lint.gather import gather
from taskslib.lint.run import lint
from taskslib.project import load
from taskslib.project.config import read_config
from tests.support.projects import write

FOLDER = Path(__file__).parent / "rules"
WHOLE = FOLDER.with_name("whole")


@dataclass
class Case:
    """What a rule's file has."""

    bad: dict[str, str] = field(default_factory=dict)
    good: dict[str, str] = field(default_factory=dict)
    fixed: dict[str, str] = field(default_factory=dict)
    findings: str = ""
    left: str = ""


def case(name: str, folder: Path = FOLDER) -> Case:
    """Read a rule's file."""
    made = Case()
    text = (folder / f"{name}.txt").read_text("utf-8")
    parts = re.split(r"^==== (\w+) ?(.*)\n", text, flags=re.MULTILINE)[1:]
    for kind, path, body in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        if kind in {"findings", "left"}:
            setattr(made, kind, body)
        else:
            getattr(made, kind)[path] = body
    return made


def found(root: Path, *rules: str, files: Files | None = None) -> tuple[Finding, ...]:
    """Return what rules find in a project."""
    repo = gather(load(root), read_config(root, {}), files or Files(root))
    return lint(repo, rules)


def mended(root: Path, *rules: str) -> dict[str, str]:
    """Return the texts that fixing a project changes."""
    files = fixed(Files(root), lambda files: found(root, *rules, files=files), lambda *_: False)
    return dict(files.changed)


def words(findings: tuple[Finding, ...]) -> str:
    """Return findings as the text format has them."""
    lines = []
    for one in findings:
        lines += [f"{one.place}: {one.severity} {one.rule} {one.message}", f"    hint: {one.hint}"]
    return "".join(f"{line}\n" for line in lines)


def project(root: Path, files: dict[str, str]) -> Path:
    """Write a project with these files."""
    return write(root, {"tasks.py": "", **files})
