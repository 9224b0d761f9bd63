"""Measures what tests cost for `inv doctor --tests`: each test, each fixture, each fixed sleep.

Injected with `-p` for that alone, never in a normal run: `time.sleep` and `asyncio.sleep` are
replaced while it is there. Nothing but pytest and the standard library, syntax of Python 3.8. Each
process of a run writes one JSON document, `<process>.json`, when it ends.
"""
# ruff: noqa: INP001 - the folder is on the path of foreign interpreters and must be no package

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

COSTS = "TASKSLIB_COSTS"
"""Names the folder that receives the documents."""
_sleep, _asyncio_sleep = time.sleep, asyncio.sleep


def pytest_configure(config: pytest.Config) -> None:
    """Begin to measure, in xdist's workers as well."""
    worker = getattr(config, "workerinput", {})
    # Popped, or pytest runs inside the tests would measure too.
    folder = os.environ.pop(COSTS, "") or worker.get(COSTS, "")
    if folder:
        config.pluginmanager.register(_Costs(config, folder))


class _Costs:
    """Adds up what one process does."""

    def __init__(self, config: pytest.Config, folder: str) -> None:
        self._folder = folder
        self._root = str(config.rootpath) + os.sep
        self._process = os.getpid()
        self._parallel = bool(getattr(config.option, "numprocesses", None))
        self._test = ""
        self._tests: dict[str, float] = {}
        self._fixtures: dict[tuple[str, str, str], tuple[int, float]] = {}
        self._sleeps: dict[tuple[str, str, str], float] = {}
        time.sleep = self._slept
        asyncio.sleep = asyncio.tasks.sleep = self._slept_async

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput[COSTS] = self._folder

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._test, began = item.nodeid, time.perf_counter()
        yield
        self._tests[item.nodeid] = time.perf_counter() - began
        self._test = ""

    @pytest.hookimpl(hookwrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Iterator[None]:
        # What it needs itself has been set up before: these seconds are its own.
        began = time.perf_counter()
        yield
        key = (str(fixturedef.argname), str(fixturedef.scope), str(fixturedef.baseid))
        count, seconds = self._fixtures.get(key, (0, 0.0))
        self._fixtures[key] = (count + 1, seconds + time.perf_counter() - began)

    def pytest_unconfigure(self) -> None:
        time.sleep = _sleep
        asyncio.sleep = asyncio.tasks.sleep = _asyncio_sleep
        if os.getpid() != self._process:
            return  # a child that a test forked
        document = {
            "parallel": self._parallel,
            "tests": self._tests,
            "fixtures": [[*key, *value] for key, value in self._fixtures.items()],
            "sleeps": [[*key, value] for key, value in self._sleeps.items()],
        }
        with open(f"{self._folder}/{self._process}.json", "w", encoding="utf-8") as file:  # noqa: PTH123
            json.dump(document, file)

    def _slept(self, seconds: Any) -> None:
        place = self._place("time.sleep")
        began = time.perf_counter()
        try:
            _sleep(seconds)
        finally:
            self._add(place, time.perf_counter() - began)

    def _slept_async(self, delay: Any, result: Any = None) -> Any:
        # No coroutine itself: now, the caller's frame is above this one.
        return self._awaited(self._place("asyncio.sleep"), delay, result)

    async def _awaited(self, place: tuple[str, str], delay: float, result: Any) -> Any:
        began = time.perf_counter()
        try:
            return await _asyncio_sleep(delay, result)
        finally:
            self._add(place, time.perf_counter() - began)

    def _place(self, what: str) -> tuple[str, str]:
        """Return who sleeps, and how; empty for code that is not the user's, and other threads."""
        frame = sys._getframe(2)  # noqa: SLF001 - what traceback has reads every line's text
        file = frame.f_code.co_filename
        own = file.startswith(self._root) and "site-packages" not in file
        if not own or threading.current_thread() is not threading.main_thread():
            return "", what
        name = file[len(self._root) :].replace(os.sep, "/")
        return f"{name}:{frame.f_lineno}", what

    def _add(self, place: tuple[str, str], seconds: float) -> None:
        if place[0] and self._test:
            key = (self._test, *place)
            self._sleeps[key] = self._sleeps.get(key, 0.0) + seconds
