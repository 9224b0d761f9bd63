"""wait_for: returns at once when the condition holds, and says what it saw when it doesn't."""

import time
from collections.abc import Callable, Iterator
from itertools import chain, repeat

import pytest

from taskslib.testing import WaitTimeoutError, wait_for


def answers(*values: object, then: object = None) -> Callable[[], object]:
    """A condition that gives these values one after the other, and the last one forever."""
    sequence: Iterator[object] = chain(values, repeat(then))

    def condition() -> object:
        value = next(sequence)
        if isinstance(value, Exception):
            raise value
        return value

    return condition


def test_returns_the_truthy_value_itself() -> None:
    assert wait_for(lambda: {"status": "priced"}) == {"status": "priced"}


def test_a_condition_that_holds_is_not_slept_on() -> None:
    start = time.monotonic()
    wait_for(lambda: True, timeout=60, interval=60)
    assert time.monotonic() - start < 1


def test_asks_until_it_holds() -> None:
    assert wait_for(answers(None, 0, [], "", "here"), interval=0) == "here"


def test_asks_once_even_without_time() -> None:
    assert wait_for(lambda: "now", timeout=0) == "now"


def test_says_what_it_waited_for_how_long_and_what_it_saw() -> None:
    with pytest.raises(WaitTimeoutError) as caught:
        wait_for(list, timeout=0.02, interval=0.005, message="the order to be priced")
    text = str(caught.value)
    assert text.startswith("waited 0.0")
    assert "tries) for the order to be priced; last saw: []" in text


def test_without_a_message_it_says_the_condition() -> None:
    with pytest.raises(WaitTimeoutError, match=r"\(1 try\) for the condition; last saw: None"):
        wait_for(lambda: None, timeout=0)


def test_what_it_saw_is_shortened() -> None:
    with pytest.raises(WaitTimeoutError) as caught:
        wait_for(answers(then=Falsy()), timeout=0)
    assert len(str(caught.value)) < 600
    assert str(caught.value).endswith("...")


class Falsy:
    """A value that is not truthy and has a long repr."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "x" * 10_000


@pytest.mark.parametrize("kind", [AssertionError, TimeoutError])
def test_the_error_is_a_failure_and_a_timeout(kind: type[Exception]) -> None:
    with pytest.raises(kind):
        wait_for(lambda: False, timeout=0)


def test_a_named_exception_means_not_yet() -> None:
    condition = answers(ConnectionError("refused"), OSError("reset"), "up")
    assert wait_for(condition, interval=0, ignoring=OSError) == "up"


def test_any_other_exception_passes_through() -> None:
    with pytest.raises(KeyError, match="typo"):
        wait_for(answers(KeyError("typo")), ignoring=(OSError, ValueError))


def test_the_last_exception_is_what_it_saw() -> None:
    condition = answers(then=ConnectionError("refused"))
    with pytest.raises(WaitTimeoutError, match=r"last saw: ConnectionError\('refused'\)"):
        wait_for(condition, timeout=0, ignoring=OSError)
