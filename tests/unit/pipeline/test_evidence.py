"""What is kept and shown of a red suite's containers."""

from __future__ import annotations

import time
from pathlib import Path

from taskslib.events import Event, Outcome, Stage, SuiteId, TestFinished, TestStarted
from taskslib.pipeline.evidence import FirstRed, gather, last_of_each
from taskslib.secrets import mask_of
from taskslib.stacks.engine import Container
from taskslib.stacks.fake import FakeEngine
from tests.unit.stacks.test_lifetime import STACK


def state(state: str, health: str = "", code: int | None = None) -> list[Container]:
    return [Container("", "", "", state, health=health, exit_code=code)]


def test_who_is_unwell_comes_first_and_all_is_stored(tmp_path: Path) -> None:
    states = {
        "web": state("exited", code=7),
        "job": state("exited", code=0),
        "db": state("running", "unhealthy"),
        "ok": state("running", "healthy"),
    }
    engine = FakeEngine(states=states)
    checked = {"healthcheck": {"test": ["CMD", "true"]}}
    services = {"web": {}, "job": {}, "db": checked, "ok": checked}
    engine.start("shop-x", STACK, {"services": services}, limit=60)
    told = gather(engine, "shop-x", tmp_path, mask_of({}))
    log = "web | log\njob | log\ndb | log\nok | log\n"
    assert told == f"web exited with 7\ndb is unhealthy\n{log}"
    assert (tmp_path / "containers.log").read_text("utf-8") == log
    stored = (tmp_path / "containers.txt").read_text("utf-8")
    assert "shop-x-web-1  exited" in stored
    assert "healthcheck of db:\nprobe of db" in stored


def test_the_last_lines_of_each_container() -> None:
    log = "".join(f"a-1  | {n}\n" for n in range(5)) + "b-1  | x | y\na-1  | 5\n"
    assert last_of_each(log, 2) == "a-1  | 4\nb-1  | x | y\na-1  | 5\n"
    assert last_of_each("", 2) == ""


SUITE = SuiteId("web", Stage.SERVICE)


def began(*events: Event) -> float:
    """Return how many seconds before the clock stood at 100 the logs begin; 0 for all of them."""
    first = FirstRed(lambda _: None, clock=lambda: 100.0)
    for event in events:
        first(event)
    return round(time.time() - first.since - 1) if first.since else 0


def test_logs_are_of_the_time_from_the_first_red_test_on() -> None:
    green = (TestStarted(SUITE, "a", 80.0), TestFinished(SUITE, "a", Outcome.PASSED, 1.0))
    red = (TestStarted(SUITE, "b", 90.0), TestFinished(SUITE, "b", Outcome.FAILED, 1.0))
    late = (TestStarted(SUITE, "c", 95.0), TestFinished(SUITE, "c", Outcome.ERROR, 1.0))
    assert began(*green) == 0
    assert began(*green, *red, *late) == 10
    # A crash: what was in the middle of it.
    assert began(*green, TestStarted(SUITE, "d", 97.0), TestStarted(SUITE, "e", 98.0)) == 3
    # A file that can't be collected never began.
    assert began(TestFinished(SUITE, "f.py", Outcome.ERROR, 0.0)) == 0


def test_lines_from_before_are_stored_but_not_shown(tmp_path: Path) -> None:
    engine = FakeEngine()
    engine.start("shop-x", STACK, {"services": {"web": {}}}, limit=60)
    told = gather(engine, "shop-x", tmp_path, mask_of({}), since=time.time() + 60)
    assert told == ""
    assert (tmp_path / "containers.log").read_text("utf-8") == "web | log\n"
