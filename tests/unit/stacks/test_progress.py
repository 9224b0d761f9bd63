"""What is said of a start that takes long, a line for each change."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from taskslib.cancellation import Cancellation
from taskslib.errors import EngineError
from taskslib.project.model import Stack
from taskslib.stacks.engine import Container
from taskslib.stacks.fake import FakeEngine
from taskslib.stacks.progress import Progress, waiting_words
from taskslib.testing import wait_for

STACK = Stack("", (Path("compose.yml"),))
CONFIG: dict[str, Any] = {"services": {"web": {"healthcheck": {"test": ["CMD", "true"]}}}}


def progress(engine: FakeEngine, said: list[str]) -> Progress:
    return Progress("x", lambda _: engine, said.append, Cancellation())


def test_each_step_that_takes_long_is_said_once() -> None:
    said: list[str] = []
    states = {"web": [Container("", "", "", "running", health="starting")]}
    engine = FakeEngine(files={STACK: CONFIG}, states=states)
    engine.start("x", STACK, CONFIG, limit=1)
    told = progress(engine, said)
    with told.watching():
        for step, words in (
            ("build", "building images"),
            ("start", "waiting: web starting"),
            ("wait", "waiting: web not answering"),
        ):
            told.step(step)
            told.far("web not answering")
            wait_for(partial(said.__contains__, words))
    assert said == ["building images", "waiting: web starting", "waiting: web not answering"]


def test_what_is_quick_is_not_said() -> None:
    said: list[str] = []
    told = progress(FakeEngine(), said)
    with told.watching():
        told.step("build")
    assert said == []


def test_an_engine_that_went_away_is_for_others_to_tell() -> None:
    looks: list[str] = []

    def gone(step: str) -> None:
        looks.append(step)
        raise EngineError("the container engine is not running")

    told = progress(FakeEngine(at=gone), [])
    with told.watching():
        told.step("start")
        wait_for(lambda: looks)
    assert looks == ["listing"]


@pytest.mark.parametrize(
    ("states", "words"),
    [
        ({}, ""),
        ({"web": "running", "job": "exited"}, ""),
        ({"web": "created", "store": "running"}, "waiting: web created"),
        ({"web": "created", "page": "restarting"}, "waiting: page restarting, web created"),
    ],
)
def test_what_others_wait_for(states: dict[str, str], words: str) -> None:
    there = [Container(key, key, key, state, exit_code=0) for key, state in states.items()]
    assert waiting_words(there) == words
