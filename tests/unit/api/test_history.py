"""A run reads the history before it begins, and writes it when it has ended."""

from __future__ import annotations

import json
import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from taskslib import api
from taskslib.api.history import durations, history
from taskslib.events import Event, Sink, Stage, SuiteFinished, SuiteId, SuiteStarted
from taskslib.pipeline.durations import SuiteDuration
from taskslib.pipeline.history import FailedTest, Run
from taskslib.pipeline.plan import Pick
from taskslib.pipeline.request import TestRequest
from tests.support.projects import repository, write
from tests.unit.pipeline.history.support import suite_run

NAMES = ("a", "b", "c", "d")
WRITES = """\
import os, sys, time
while os.path.exists("hang"):
    time.sleep(60)
said = sys.argv[1]
open("report.xml", "w").write(f"<testsuite><testcase name='one'>{said}</testcase></testsuite>")
"""


@pytest.fixture
def session(tmp_path: Path, said: list[str]) -> api.Session:
    """A repository of four services, of which one suite runs at a time; the last is red."""
    files = {"write.py": WRITES, **{f"services/{name}/package.txt": "" for name in NAMES}}
    config = 'tool.taskslib.project = "shop"\ntool.taskslib.jobs = 1\n'
    for name in NAMES:
        failure = "<failure/>" if name == "d" else ""
        command = json.dumps([sys.executable, str(tmp_path / "shop" / "write.py"), failure])
        config += (
            f'[tool.taskslib.service.{name}.unit]\ncommand = {command}\nreport = "report.xml"\n'
        )
        files[f"services/{name}/tests/keep"] = ""
    root = write(tmp_path / "shop", {**files, "pyproject.toml": config})
    repository(root)
    environ = {"TASKSLIB_CACHE_DIR": str(tmp_path / "cache")}
    return api.Session(root, environ=environ, say=said.append)


@pytest.fixture
def said() -> list[str]:
    """What a person was told."""
    return []


def nobody(_: Event) -> None:
    """Show nothing."""


def run_tests(session: api.Session, sink: Sink = nobody, *arguments: str) -> None:
    planned = api.plan(session, TestRequest(arguments=arguments))
    with api.run_folder(session) as folder:
        api.test(session, planned, sink, folder, None)


def unit(name: str) -> SuiteId:
    return SuiteId(name, Stage.UNIT)


def test_what_ran_is_remembered(session: api.Session) -> None:
    run_tests(session)
    known = history(session, "shop")
    assert set(known.durations(map(unit, NAMES))) == {unit(name) for name in "abc"}
    assert known.failed("main") == (FailedTest(unit("d"), "one"),)
    assert known.file.parent == Path(session.environ["TASKSLIB_CACHE_DIR"], "results")


def test_a_selection_says_nothing_of_how_long_the_suite_takes(session: api.Session) -> None:
    run_tests(session, nobody, "-k", "one")
    assert history(session, "shop").durations(map(unit, NAMES)) == {}
    assert history(session, "shop").failed("main") != ()


def test_what_was_interrupted_is_not_remembered(session: api.Session) -> None:
    (session.root / "services/b/hang").touch()

    def end(event: Event) -> None:
        if isinstance(event, SuiteFinished):
            session.cancellation.request(signal.SIGINT)

    run_tests(session, end)
    assert set(history(session, "shop").durations(map(unit, NAMES))) == {unit("a")}


def test_the_longest_begins_first_where_some_have_to_wait(session: api.Session) -> None:
    known = history(session, "shop")
    seconds = {"a": 1.0, "b": 3.0, "c": 2.0}
    known.record(Run(0.0, "x", "", tuple(suite_run(unit(n), s) for n, s in seconds.items())))
    events: list[Event] = []
    run_tests(session, events.append)
    assert [one.suite.name for one in events if isinstance(one, SuiteStarted)] == list("dbca")


def test_a_part_of_a_suite_takes_its_own_time(session: api.Session) -> None:
    known = history(session, "shop")
    known.record(Run(0.0, "x", "", tuple(suite_run(unit(name), 9.0) for name in "abc")))
    planned = api.plan(session, TestRequest())
    (stage,) = planned.stages
    first, *rest = stage.suites
    part = replace(first, pick=Pick(("x",), took=SuiteDuration(2.0)))
    planned = replace(planned, stages=(replace(stage, suites=(part, *rest)),))
    assert durations(known, planned) == {unit("a"): 2.0, unit("b"): 9.0, unit("c"): 9.0}


def test_a_history_that_cannot_be_used_costs_a_note(
    session: api.Session, said: list[str], tmp_path: Path
) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "results").touch()
    events: list[Event] = []
    run_tests(session, events.append)
    assert sum(isinstance(one, SuiteFinished) for one in events) == len(NAMES)
    assert len(said) == 1
    assert said[0].startswith(f"note: {history(session, 'shop').file} is not used: ")
