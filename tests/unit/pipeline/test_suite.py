"""One suite from its first step to its last: a real pytest, on an engine in memory."""

from __future__ import annotations

import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from taskslib.cancellation import Cancellation
from taskslib.errors import ExitCode
from taskslib.events import (
    Counts,
    Event,
    Note,
    Output,
    Stage,
    State,
    StepFinished,
    StepStarted,
    SuiteFinished,
    SuiteId,
    SuiteResult,
    SuiteStarted,
    TestsCollected,
    TestStarted,
)
from taskslib.pipeline.plan import SuitePlan, make_plan
from taskslib.pipeline.request import TestRequest
from taskslib.pipeline.suite import Place, SuiteRunner
from taskslib.pipeline.turns import free_turn
from taskslib.project import load
from taskslib.project.git import Checkout
from taskslib.project.model import Limits, Project, Stack
from taskslib.secrets import mask_of
from taskslib.stacks.fake import FakeEngine
from taskslib.stacks.specs import spec
from tests.support.projects import environment, multi, write

UNIT = SuiteId("web", Stage.UNIT)
SERVICE = SuiteId("web", Stage.SERVICE)
NAME = "shop-web-mine"
SEES = """\
import os

def test_sees():
    assert os.environ["TEST_WEB_URL"] == "http://127.0.0.1:30000"
    assert os.environ["TEST_COMPOSE_PROJECT"] == "shop-web-mine"
    assert os.environ["NAMED"] == "1"
    open(os.path.join(os.environ["TEST_ARTIFACTS"], "picture.png"), "x").close()
"""
FAILS = "def test_fails():\n    assert 0\n"
TESTS = "services/web/tests/integration/test_service.py"
# Healthy by its own word: the ports of an engine in memory lead nowhere.
WEB = {
    "build": {"context": "."},
    "ports": [{"target": 80}],
    "healthcheck": {"test": ["CMD", "true"]},
}
CONFIG: dict[str, Any] = {"services": {"web": WEB}}


class Bench:
    """A project, an engine in memory, and what a suite's run showed."""

    def __init__(self, root: Path, **files: str) -> None:
        write(root / "shop", multi(**files))
        self.project: Project = load(root / "shop", {"pass_env": ["NAMED"]})
        stack = self.project.service_stack("web")
        assert stack is not None
        self.engine = FakeEngine(files={stack: CONFIG})
        self.cancellation = Cancellation()
        self.events: list[Event] = []
        self.folder = root / "run"
        self.environ = environment(TEST_INSTANCE_ID="mine", NAMED="1", UNNAMED="1")

    def run(self, suite: SuiteId, **asked: Any) -> SuiteResult:
        request = TestRequest(**asked)
        plan = make_plan(self.project, request)
        entries = [entry for stage in plan.stages for entry in stage.suites]
        runner = SuiteRunner(
            places={"": Place(lambda _: self.engine, self.environ)},
            locks=self.folder / "locks",
            spec=self._spec,
            folder=self.folder,
            request=request,
            mask=mask_of(self.environ),
            limits=Limits(suite=60),
        )
        entry: SuitePlan = next(one for one in entries if one.suite.id == suite)
        return runner(entry, self.events.append, free_turn(self.cancellation))

    def _spec(self, stack: Stack) -> Any:
        locks = self.folder / "locks"
        return spec(self.project, Checkout("main"), stack, self.environ, kept=False, locks=locks)

    def steps(self) -> str:
        """Return the steps as they began, each marked where it ended."""
        words = []
        for event in self.events:
            match event:
                case StepStarted(_, step):
                    words.append(str(step))
                case StepFinished(_, step):
                    assert words[-1] == step
                    words[-1] += "."
        return " ".join(words)


def test_a_green_suite_with_a_stack(tmp_path: Path) -> None:
    bench = Bench(tmp_path, **{TESTS: SEES})
    result = bench.run(SERVICE)
    green = SuiteResult(SERVICE, State.PASSED, Counts(passed=1), settled=True)
    assert replace(result, seconds=0) == green
    assert result.seconds > 0
    assert bench.steps() == "environment. build. start. wait. ready. test. stop."
    assert isinstance(bench.events[0], SuiteStarted)
    kinds = [type(event) for event in bench.events]
    assert kinds.index(TestsCollected) < kinds.index(TestStarted)
    assert (bench.folder / "web-service" / "artifacts" / "picture.png").is_file()
    assert SuiteFinished not in kinds  # that is the runner's to say
    assert bench.engine.calls == ["check", "build", "start", "teardown"]
    assert bench.engine.leftovers(NAME) == ()


def test_a_red_suite_has_its_logs_and_names_what_was_withheld(tmp_path: Path) -> None:
    bench = Bench(tmp_path, **{TESTS: FAILS})
    result = bench.run(SERVICE)
    assert (result.state, result.counts) == (State.FAILED, Counts(failed=1))
    assert result.logs == "web | log\n"
    assert "UNNAMED" in result.withheld
    assert "NAMED" not in result.withheld
    assert (bench.folder / "web-service" / "containers.log").read_text("utf-8") == "web | log\n"
    assert bench.engine.leftovers(NAME) == ()


def test_evidence_that_cannot_be_stored_costs_no_result(tmp_path: Path) -> None:
    bench = Bench(tmp_path, **{TESTS: FAILS})
    (bench.folder / "web-service" / "containers.log").mkdir(parents=True)
    result = bench.run(SERVICE)
    assert (result.state, result.counts, len(result.failures)) == (
        State.FAILED,
        Counts(failed=1),
        1,
    )
    assert result.logs == ""
    [note] = (event.message for event in bench.events if isinstance(event, Note))
    assert note.startswith("web:service: the containers' logs can't be stored: ")
    assert bench.engine.leftovers(NAME) == ()


TELLS = """\
import os

def test_tells():
    print("printed", os.environ["NAMED_TOKEN"])
    assert os.environ["NAMED_TOKEN"] == "", os.environ["NAMED_TOKEN"]
"""


def test_secrets_are_neither_shown_nor_stored(tmp_path: Path) -> None:
    secret = f"tok-{10**9}"
    bench = Bench(tmp_path, **{"services/web/tests/unit/test_unit.py": TELLS})
    bench.project = load(tmp_path / "shop", {"pass_env": ["NAMED_TOKEN"]})
    bench.environ["NAMED_TOKEN"] = secret
    result = bench.run(UNIT, verbose=True)
    assert result.counts == Counts(failed=1)
    assert "***" in result.failures[0].text
    assert secret not in repr(result)
    assert secret not in repr(bench.events)
    stored = [file for file in bench.folder.rglob("*") if file.is_file()]
    assert any(b"printed ***" in file.read_bytes() for file in stored)
    assert not [file for file in stored if secret.encode() in file.read_bytes()]


def test_a_unit_suite_never_meets_the_engine(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.engine.fails.add("check")
    assert bench.run(UNIT).state is State.PASSED
    assert bench.steps() == "environment. test."
    assert bench.engine.calls == []


@pytest.mark.parametrize(
    ("fails", "code", "reason", "steps"),
    [
        ("check", ExitCode.ENGINE, "the container engine is not running", "environment."),
        (
            "build",
            ExitCode.ENGINE,
            "the images of COMPOSE don't build",
            "environment. build. stop.",
        ),
        ("start", ExitCode.ENGINE, "COMPOSE does not start", "environment. build. start. stop."),
        ("config", ExitCode.USAGE, "COMPOSE:1: empty compose file", "environment."),
    ],
)
def test_an_expected_error_is_a_result(
    tmp_path: Path, fails: str, code: ExitCode, reason: str, steps: str
) -> None:
    bench = Bench(tmp_path)
    if fails == "config":
        bench.engine.files.clear()
    bench.engine.fails.add(fails)
    result = bench.run(SERVICE)
    assert (result.state, result.code) == (State.ERROR, code)
    compose = bench.project.root / "services" / "web" / "deploy" / "test" / "docker-compose.yml"
    assert result.reason.replace(str(compose), "COMPOSE") == reason
    assert bench.steps() == steps
    assert bench.engine.leftovers(NAME) == ()


@pytest.mark.parametrize("step", ["build", "start"])
def test_a_signal_on_the_way_is_a_result(tmp_path: Path, step: str) -> None:
    bench = Bench(tmp_path)

    def at(name: str) -> None:
        if name == step:
            bench.cancellation.request(signal.SIGTERM)
            bench.cancellation.check()

    bench.engine.at = at
    result = bench.run(SERVICE)
    assert (result.state, result.reason) == (State.INTERRUPTED, f"during {step}")
    assert bench.engine.leftovers(NAME) == ()


def test_a_stack_that_does_not_go_away_makes_a_green_suite_red(tmp_path: Path) -> None:
    bench = Bench(tmp_path, **{TESTS: SEES})
    bench.engine.stubborn = 100
    result = bench.run(SERVICE)
    assert (result.state, result.code) == (State.ERROR, ExitCode.ENGINE)
    assert result.counts == Counts(passed=1)
    assert result.reason == f"could not be removed: network {NAME}_default"


def test_a_red_suite_stays_red_for_its_own_reason(tmp_path: Path) -> None:
    bench = Bench(tmp_path, **{TESTS: FAILS})
    bench.engine.stubborn = 100
    result = bench.run(SERVICE)
    assert (result.state, result.counts.failed) == (State.FAILED, 1)
    told = [event.message for event in bench.events if isinstance(event, Note)]
    assert told == [f"web:service: could not be removed: network {NAME}_default"]


def test_a_folder_without_a_test_file(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    (bench.project.root / "services/web/tests/unit/test_unit.py").unlink()
    result = bench.run(UNIT)
    assert (result.state, result.reason) == (State.NO_TESTS, "no test file in tests/unit")


def test_verbose_shows_the_frameworks_own_lines(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    assert bench.run(UNIT, verbose=True, arguments=("-k", "one or two")).state is State.PASSED
    lines = [event.text for event in bench.events if isinstance(event, Output)]
    assert any("1 passed in" in line for line in lines)
