"""Each rule: a bad and a good project, whole outputs, and a fix that is a fixed point."""

from __future__ import annotations

from pathlib import Path

import pytest

from taskslib.lint.catalogue import catalogue
from tests.unit.lint.cases import FOLDER, case, found, mended, project, words

RULES = list(catalogue())


def test_every_rule_has_its_case() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.txt")) == RULES


@pytest.mark.parametrize("name", RULES)
def test_the_bad_one_is_named(tmp_path: Path, name: str) -> None:
    one = case(name)
    assert words(found(project(tmp_path, one.bad), name)) == one.findings
    assert one.findings


@pytest.mark.parametrize("name", RULES)
def test_nothing_is_said_of_the_good_one(tmp_path: Path, name: str) -> None:
    one = case(name)
    assert one.good
    assert words(found(project(tmp_path, one.good), name)) == ""


@pytest.mark.parametrize("name", RULES)
def test_a_fix_changes_what_it_names_and_is_a_fixed_point(tmp_path: Path, name: str) -> None:
    one = case(name)
    assert bool(one.fixed) == catalogue()[name].fixes
    root = project(tmp_path, one.bad)
    assert mended(root, name) == one.fixed
    project(root, one.fixed)
    assert mended(root, name) == {}
