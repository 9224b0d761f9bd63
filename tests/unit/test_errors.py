"""The error tree, and the one place where several outcomes become one exit code."""

from __future__ import annotations

import itertools
import re
import signal

import pytest

from taskslib import errors
from taskslib.errors import ExitCode, Interrupted, TaskslibError, did_you_mean, worst

TREE = re.findall(r"[├└]── (\w+)\s+(\d)", errors.__doc__ or "")


def test_the_tree_at_the_top_of_the_file_is_the_code() -> None:
    classes = {
        name: int(one.exit_code)
        for name, one in vars(errors).items()
        if isinstance(one, type) and issubclass(one, TaskslibError) and one is not TaskslibError
    }
    assert {name: int(code) for name, code in TREE} == classes


def test_an_error_has_its_words() -> None:
    error = errors.StackError("api exited", hint="look", details="logs")
    assert (str(error), error.hint, error.details) == ("api exited", "look", "logs")
    assert isinstance(error, errors.EngineError)


def test_nothing_that_expects_an_exception_swallows_an_interrupt() -> None:
    assert not issubclass(Interrupted, Exception)


@pytest.mark.parametrize(
    ("signum", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (1, 129), (0, 130), (99, 130)],
)
def test_codes_of_signals(signum: int, code: int) -> None:
    assert Interrupted(signum).exit_code == code


WORST_FIRST = [130, 143, 129, 141, 2, 3, 1, 4, 0]


def test_the_worst_of_several_wins_in_any_order() -> None:
    assert [int(code) for code in sorted(ExitCode, key=WORST_FIRST.index)] == WORST_FIRST
    for one, other in itertools.product(ExitCode, repeat=2):
        expected = min(one, other, key=WORST_FIRST.index)
        assert worst([one, other, ExitCode.PASSED]) is expected
    assert worst([]) is ExitCode.PASSED
    assert worst(iter(ExitCode)) is ExitCode.INTERRUPT


def test_did_you_mean() -> None:
    assert did_you_mean("wbe", ["api", "web"]) == "did you mean 'web'? "
    assert did_you_mean("zzz", ["api", "web"]) == ""
    assert did_you_mean("web", []) == ""
