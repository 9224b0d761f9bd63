"""wait_for_async: the same answers as wait_for, and conditions that are awaited."""

import asyncio
import time

import pytest

from taskslib.testing import WaitTimeoutError, wait_for_async


def test_takes_a_coroutine_function() -> None:
    answers = iter([None, "", "here"])

    async def condition() -> str | None:
        return next(answers)

    assert asyncio.run(wait_for_async(condition, interval=0)) == "here"


def test_takes_a_plain_function() -> None:
    assert asyncio.run(wait_for_async(lambda: 7)) == 7


def test_leaves_the_loop_to_others_while_it_waits() -> None:
    async def scenario() -> bool:
        event = asyncio.Event()
        asyncio.get_running_loop().call_later(0.01, event.set)
        return await wait_for_async(event.is_set, timeout=5, interval=0.001)

    assert asyncio.run(scenario()) is True


def test_says_what_it_saw() -> None:
    async def condition() -> list[str]:
        return []

    expected = r"\(1 try\) for an answer; last saw: \[\]"
    with pytest.raises(WaitTimeoutError, match=expected):
        asyncio.run(wait_for_async(condition, timeout=0, message="an answer"))


def test_asks_once_even_without_time() -> None:
    async def condition() -> str:
        await asyncio.sleep(0.1)
        return "now"

    assert asyncio.run(wait_for_async(condition, timeout=0)) == "now"
    assert asyncio.run(wait_for_async(condition, timeout=0, interval=0)) == "now"


def test_the_last_try_is_not_cut_short() -> None:
    """One that begins at the deadline has the time that an answer takes."""
    seconds = iter([0, 0.3])

    async def condition() -> bool:
        told = next(seconds)
        await asyncio.sleep(told)
        return told > 0

    assert asyncio.run(wait_for_async(condition, timeout=0.2, interval=0.2)) is True


def test_a_condition_that_hangs_is_cancelled() -> None:
    async def condition() -> bool:
        await asyncio.sleep(60)
        return True

    start = time.monotonic()
    with pytest.raises(WaitTimeoutError, match="the condition never returned"):
        asyncio.run(wait_for_async(condition, timeout=0.02, interval=0.01))
    assert time.monotonic() - start < 5


def test_a_named_exception_means_not_yet() -> None:
    errors = iter([ConnectionError("refused"), TimeoutError("slow")])

    async def condition() -> str:
        if error := next(errors, None):
            raise error
        return "up"

    assert asyncio.run(wait_for_async(condition, interval=0, ignoring=OSError)) == "up"


@pytest.mark.parametrize("error", [KeyError("typo"), TimeoutError("its own")])
def test_any_other_exception_passes_through(error: Exception) -> None:
    async def condition() -> bool:
        raise error

    with pytest.raises(type(error)) as caught:
        asyncio.run(wait_for_async(condition))
    assert caught.value is error
