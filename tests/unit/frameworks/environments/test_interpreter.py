from __future__ import annotations

import platform
import sys

import pytest

from taskslib.errors import EnvironmentFailure
from taskslib.frameworks.environments.interpreter import Interpreter, choose, running

OURS = Interpreter("/usr/bin/python3", "3.12.4 here")


@pytest.mark.parametrize("requirement", ["", " ", ">=3.11", ">=3.11,<4", "~=3.12", "==3.12.*"])
def test_ours_is_taken_where_it_suits(requirement: str) -> None:
    assert choose(requirement, OURS, "3.12.4") == OURS


def test_a_development_version_suits_too() -> None:
    assert choose(">=3.12", OURS, "3.14.0a2") == OURS


def test_another_one_is_sought_where_ours_does_not() -> None:
    assert choose("<3.12", OURS, "3.12.4") == Interpreter("<3.12", "any <3.12", "<3.12")
    assert choose("", Interpreter("", ""), "3.12.4") == Interpreter(">=3", "any ", ">=3")


def test_what_is_no_requirement() -> None:
    with pytest.raises(EnvironmentFailure, match=r"'>3\.x' is no version requirement"):
        choose(">3.x", OURS, "3.12.4")


def test_the_one_that_runs() -> None:
    interpreter, version = running()
    assert interpreter.request == sys.executable
    assert version == platform.python_version()
    assert version in interpreter.identity
    assert sys.base_prefix in interpreter.identity
