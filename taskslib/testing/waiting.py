"""Wait until a condition holds: as short as possible, and with a reason when it takes too long.

A fixed sleep is both too long (the condition held at once) and too short (on a slow machine).
These functions ask again and again, return what the condition returned as soon as that is
truthy, and otherwise say what they last saw.
"""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar, overload

T = TypeVar("T")  # the syntax of Python 3.12 would shut out 3.11

_LONGEST_REPR = 500
_SHORTEST_TRY = 1.0
"""Seconds that an awaited condition has at least: one that begins late is to be able to answer."""


class WaitTimeoutError(AssertionError, TimeoutError):
    """The condition did not hold in time.

    Test runners report an `AssertionError` as a failure, not as an error; code that expects a
    `TimeoutError` catches it too.
    """


class _Wait:
    """One wait: its deadline, and what was seen so far."""

    def __init__(self, timeout: float, message: str) -> None:
        self.timeout = timeout
        self.message = message
        self.tries = 0
        self.last_seen = "nothing: the condition never returned"
        self._start = time.monotonic()

    @property
    def remaining(self) -> float:
        return self._start + self.timeout - time.monotonic()

    def saw(self, value: object) -> None:
        self.tries += 1
        shown = repr(value)
        if len(shown) > _LONGEST_REPR:
            shown = shown[:_LONGEST_REPR] + "..."
        self.last_seen = shown

    def error(self) -> WaitTimeoutError:
        waited = time.monotonic() - self._start
        tries = "1 try" if self.tries == 1 else f"{self.tries} tries"
        what = self.message or "the condition"
        return WaitTimeoutError(
            f"waited {waited:.2f} s ({tries}) for {what}; last saw: {self.last_seen}"
        )


def wait_for(
    condition: Callable[[], T | None],
    *,
    timeout: float = 10.0,
    interval: float = 0.05,
    message: str = "",
    ignoring: type[Exception] | tuple[type[Exception], ...] = (),
) -> T:
    """Call `condition` until it returns something truthy, and return that.

    Args:
        condition: asked at least once, also with a timeout of 0.
        timeout: seconds until `WaitTimeoutError`. A call that has begun is not interrupted.
        interval: seconds between two tries.
        message: what is waited for, as it stands in the error: "the order to be priced".
        ignoring: exceptions of the condition that mean "not yet"; all others pass through.

    Example:
        order = wait_for(lambda: find(order_id), timeout=5, message="the order to be stored")
    """
    wait = _Wait(timeout, message)
    while True:
        try:
            value = condition()
        except ignoring as error:
            wait.saw(error)
        else:
            if value:
                return value
            wait.saw(value)
        if wait.remaining <= 0:
            raise wait.error()
        time.sleep(min(interval, max(wait.remaining, 0)))


@overload
async def wait_for_async(
    condition: Callable[[], Awaitable[T | None]],
    *,
    timeout: float = ...,  # noqa: ASYNC109
    interval: float = ...,
    message: str = ...,
    ignoring: type[Exception] | tuple[type[Exception], ...] = ...,
) -> T: ...


@overload
async def wait_for_async(
    condition: Callable[[], T | None],
    *,
    timeout: float = ...,  # noqa: ASYNC109
    interval: float = ...,
    message: str = ...,
    ignoring: type[Exception] | tuple[type[Exception], ...] = ...,
) -> T: ...


async def wait_for_async(
    condition: Callable[[], object],
    *,
    timeout: float = 10.0,  # noqa: ASYNC109 - the error of asyncio.timeout() tells nothing
    interval: float = 0.05,
    message: str = "",
    ignoring: type[Exception] | tuple[type[Exception], ...] = (),
) -> object:
    """Do the same without blocking the event loop; `condition` may be a coroutine function.

    An awaited condition that hangs is cancelled at the deadline, which `wait_for` can't do, but
    not before it had a second.
    """
    wait = _Wait(timeout, message)
    while True:
        scope = asyncio.timeout(max(wait.remaining, _SHORTEST_TRY))
        try:
            async with scope:
                value = await _ask(condition)
        except TimeoutError as error:
            if scope.expired():
                raise wait.error() from None
            if not isinstance(error, ignoring):
                raise
            wait.saw(error)
        except ignoring as error:
            wait.saw(error)
        else:
            if value:
                return value
            wait.saw(value)
        if wait.remaining <= 0:
            raise wait.error()
        await asyncio.sleep(min(interval, max(wait.remaining, 0)))


async def _ask(condition: Callable[[], object]) -> object:
    answer = condition()
    return await answer if inspect.isawaitable(answer) else answer
