"""What is kept and shown of a red suite's containers."""

from __future__ import annotations

from pathlib import Path

from taskslib.pipeline.evidence import gather, last_of_each
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
