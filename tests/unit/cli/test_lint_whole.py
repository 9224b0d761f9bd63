"""`inv lint` on files with all the mistakes that there are rules for, a kind of files at a time."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from taskslib.lint.catalogue import catalogue
from tests.support.projects import TASKS, Ran, inv, write
from tests.unit.lint.cases import WHOLE, case

NAMES = [path.stem for path in sorted(WHOLE.glob("*.txt"))]


def test_every_mistake_is_in_one_of_them() -> None:
    told = "".join(case(name, WHOLE).findings for name in NAMES)
    assert sorted(set(re.findall(r": (?:error|warning|info) (TL\d+) ", told))) == [*catalogue()]


@pytest.mark.parametrize("name", NAMES)
def test_each_is_named_and_a_fix_leaves_suggestions(tmp_path: Path, name: str) -> None:
    one = case(name, WHOLE)
    root = write(tmp_path / "shop", {**TASKS, **one.bad})
    before = inv(root, "lint")
    assert (before.out, before.err) == (one.findings, "")
    assert before.code == (": error " in one.findings)
    *mistakes, count = one.findings.splitlines()
    assert all(re.match(r"\S+:\d+:\d+: (error|warning|info) TL", one) for one in mistakes[::2])
    labels = {hint.split(":")[0] for hint in mistakes[1::2]}
    assert labels == {"    hint", "    suggestion"}
    assert "by inv lint --fix" in count
    said = "".join(f"fixed {path}\n" for path in one.fixed)
    code = int(": error " in one.left)
    assert inv(root, "lint", "--fix") == Ran(code, said + one.left, "")
    assert "by inv lint --fix" not in one.left
    assert {hint.split(":")[0] for hint in one.left.splitlines()[1:-1:2]} == {"    suggestion"}
    texts = {path: (root / path).read_text("utf-8") for path in one.bad}
    assert texts == {**one.bad, **one.fixed}
    assert inv(root, "lint", "--fix") == Ran(code, one.left, "")
    assert {path: (root / path).read_text("utf-8") for path in one.bad} == texts
