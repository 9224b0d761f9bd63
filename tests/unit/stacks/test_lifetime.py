"""The end is armed before anything starts, and counts only when nothing is left."""

from __future__ import annotations

import signal
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from taskslib.cancellation import Cancellation
from taskslib.errors import (
    BuildError,
    ConfigError,
    EngineError,
    Interrupted,
    StackError,
    UsageError,
)
from taskslib.project.model import Stack
from taskslib.stacks.engine import Container, Label
from taskslib.stacks.fake import FakeEngine
from taskslib.stacks.instance import Spec
from taskslib.stacks.lifetime import Lifetime
from taskslib.stacks.reach import EVERYWHERE, Reach

STACK = Stack("api", (Path("docker-compose.yml"),))
NAME = "shop-api-main-1"
CONFIG: dict[str, Any] = {
    "services": {
        "database": {"image": "postgres", "healthcheck": {"test": ["CMD", "true"]}},
        "migrate": {"image": "postgres"},
        "api": {
            "build": {"context": "."},
            "healthcheck": {"test": ["CMD", "true"]},
            "ports": [{"target": 8000}],
            "depends_on": {"migrate": {"condition": "service_completed_successfully"}},
        },
    }
}


FLAT: dict[str, Any] = {"services": {"api": {"image": "api", "ports": [{"target": 8000}]}}}
"""Nothing waits, so Compose starts all of it."""


def state(state: str, health: str = "", code: int | None = None) -> Container:
    return Container("", "", "", state, health=health, exit_code=code)


DONE = {"migrate": [state("running"), state("exited", code=0)]}


def spec(kind: str = "ephemeral") -> Spec:
    return Spec(STACK, NAME, "main-1", {Label.NAME: NAME, Label.KIND: kind})


def life(engine: FakeEngine, tmp_path: Path, cancellation: Cancellation | None = None) -> Lifetime:
    return Lifetime(engine, cancellation or Cancellation(), tmp_path / "locks", rest=lambda _: None)


def fake(**told: Any) -> FakeEngine:
    return FakeEngine(**{"files": {STACK: CONFIG}, "states": {**DONE}, **told})


def test_up_and_away(tmp_path: Path) -> None:
    engine = fake()
    steps: list[str] = []
    lifetime = Lifetime(engine, Cancellation(), tmp_path, step=steps.append)
    with lifetime.running(spec()) as instance:
        assert instance.variables == {
            "TEST_INSTANCE_ID": "main-1",
            "TEST_COMPOSE_PROJECT": NAME,
            "TEST_API_HOST": "127.0.0.1",
            "TEST_API_PORT": "30000",
            "TEST_API_PORT_8000": "30000",
            "TEST_API_URL": "http://127.0.0.1:30000",
        }
        assert engine.leftovers(NAME)
    assert steps == ["build", "start", "wait", "stop"]
    assert engine.leftovers(NAME) == ()


@pytest.mark.parametrize(
    ("told", "error", "message"),
    [
        ({"files": {}}, ConfigError, "docker-compose.yml:1: empty compose file"),
        ({"fails": {"build"}}, BuildError, "the images of docker-compose.yml don't build"),
        ({"fails": {"create"}}, StackError, "docker-compose.yml does not start"),
        (
            {"files": {STACK: FLAT}, "fails": {"start"}},
            StackError,
            "docker-compose.yml does not start",
        ),
        (
            {"states": {**DONE, "api": [state("running", "unhealthy")]}},
            StackError,
            "api unhealthy",
        ),
        (
            {
                "files": {STACK: FLAT},
                "states": {"api": [state("exited", code=3)]},
                "fails": {"start"},
            },
            StackError,
            "api exited with 3",
        ),
        ({"states": {"migrate": [state("exited", code=1)]}}, StackError, "migrate exited with 1"),
        (
            {"states": {**DONE, "database": [state("exited", code=0)]}},
            StackError,
            "database exited with 0",
        ),
    ],
)
def test_a_stack_that_does_not_come_up_leaves_nothing(
    tmp_path: Path, told: dict[str, Any], error: type[Exception], message: str
) -> None:
    engine = fake(**told)
    with pytest.raises(error) as raised, life(engine, tmp_path).running(spec()):
        pytest.fail("it is not up")
    assert getattr(raised.value, "message", "") == message
    assert engine.leftovers(NAME) == ()


def test_the_evidence_of_an_unhealthy_container(tmp_path: Path) -> None:
    engine = fake(states={**DONE, "api": [state("running", "unhealthy")]})
    with pytest.raises(StackError) as raised, life(engine, tmp_path).running(spec()):
        pytest.fail("it is not up")
    assert raised.value.details == ("healthcheck of api:\nprobe of api\n\nlogs of api:\napi | log")


def test_a_file_that_is_refused_asks_nothing_of_the_engine(tmp_path: Path) -> None:
    engine = fake(files={})
    with pytest.raises(ConfigError), life(engine, tmp_path).running(spec()):
        pytest.fail("it is not up")
    assert engine.calls == []


@pytest.mark.parametrize("step", ["build", "create", "start", "listing"])
def test_a_cancelled_start_leaves_nothing(tmp_path: Path, step: str) -> None:
    cancellation = Cancellation()

    def at(name: str) -> None:
        begun = step != "listing" or "start" in engine.calls
        if name == step and begun and not cancellation.requested:
            cancellation.request(signal.SIGTERM)
            cancellation.check()

    engine = fake(at=at)
    running = life(engine, tmp_path, cancellation).running(spec())
    with pytest.raises(Interrupted) as ended, running:
        pytest.fail("it is not up")
    assert ended.value.exit_code == 143
    steps = ["build", "create", "start"]
    reached = steps[: steps.index(step) + 1] if step in steps else steps
    assert list(dict.fromkeys(engine.calls)) == [*reached, "teardown"]
    assert engine.calls[-1] == "teardown"
    assert engine.leftovers(NAME) == ()


def test_what_an_earlier_run_left_goes_first(tmp_path: Path) -> None:
    engine = fake()
    engine.start(NAME, STACK, {"services": {"old": {}}}, limit=60)
    with life(engine, tmp_path).running(spec()):
        assert {one.service for one in engine.containers(NAME)} == set(CONFIG["services"])
    starts = ["start"] * len(CONFIG["services"])
    assert engine.calls == ["start", "teardown", "build", "create", *starts, "teardown"]


@pytest.mark.parametrize("label", [Label.HOST, Label.ROOT])
def test_another_checkouts_instance_is_refused_and_left_alone(tmp_path: Path, label: str) -> None:
    engine = fake()
    engine.start(NAME, STACK, {"services": {"web": {"labels": {label: "other"}}}}, limit=60)
    for begin in (
        life(engine, tmp_path).running(spec()).__enter__,
        lambda: life(engine, tmp_path).start(spec("kept")),
    ):
        with pytest.raises(UsageError) as refused:
            begin()
        assert refused.value.message == f"{NAME} is in use by other ({label})"
        assert refused.value.hint == "give this run another id: TEST_INSTANCE_ID=…"
    assert engine.calls == ["start"]


def cancel_twice(cancellation: Cancellation) -> None:
    for _ in range(2):
        cancellation.request(signal.SIGINT)
    cancellation.check()


class Remembers:
    """A guard that writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def arm(self, name: str) -> None:
        self.told.append(f"arm {name}")

    def disarm(self, name: str) -> None:
        self.told.append(f"disarm {name}")


def test_it_is_guarded_from_before_its_start_until_nothing_is_left(tmp_path: Path) -> None:
    guard = Remembers()
    engine = fake(at=guard.told.append)
    lifetime = replace(life(engine, tmp_path), guard=guard)
    with lifetime.running(spec()):
        pass
    steps = [step for step in guard.told if step not in {"listing", "leftovers"}]
    starts = ["start"] * len(CONFIG["services"])
    told = ["build", "create", *starts, "teardown"]
    assert steps == [f"arm {NAME}", *told, f"disarm {NAME}"]


def test_a_kept_one_is_guarded_until_it_is_up(tmp_path: Path) -> None:
    guard = Remembers()
    lifetime = replace(life(fake(), tmp_path), guard=guard)
    lifetime.start(spec("kept"))
    assert guard.told == [f"arm {NAME}", f"disarm {NAME}"]
    lifetime.start(spec("kept"))  # one that was there is nobody's to end
    assert len(guard.told) == 2


@dataclass
class Inherits:
    """An heir that may have died."""

    takes_over: bool

    def group(self, pid: int, *, alive: bool) -> None:
        """Take no note."""


@pytest.mark.parametrize("takes_over", [True, False])
def test_asked_twice_to_end_it_is_left_to_the_watchdog(tmp_path: Path, *, takes_over: bool) -> None:
    cancellation = Cancellation()
    cancellation.inherited_by(Inherits(takes_over))
    guard = Remembers()
    engine = fake()
    lifetime = replace(life(engine, tmp_path, cancellation), guard=guard)
    with pytest.raises(Interrupted), lifetime.running(spec()):
        cancel_twice(cancellation)
    assert ("teardown" in engine.calls) is not takes_over
    assert (guard.told == [f"arm {NAME}"]) is takes_over


def test_tests_that_are_cancelled_or_fail_leave_nothing(tmp_path: Path) -> None:
    for error in (Interrupted(signal.SIGINT), KeyboardInterrupt(), ValueError("a bug")):
        engine = fake()
        with pytest.raises(type(error)), life(engine, tmp_path).running(spec()):
            raise error
        assert engine.leftovers(NAME) == ()


@pytest.mark.parametrize("broken", ["build", "start", "wait", "stop"])
def test_nobody_who_can_be_told_is_no_reason_to_leave_anything(tmp_path: Path, broken: str) -> None:
    def step(name: str) -> None:
        if name in {broken, "stop"}:
            raise BrokenPipeError

    engine = fake()
    lifetime = Lifetime(engine, Cancellation(), tmp_path, step=step, rest=lambda _: None)
    with pytest.raises(BrokenPipeError), lifetime.running(spec()):
        assert broken == "stop"
    assert engine.calls[-1] == "teardown"
    assert engine.leftovers(NAME) == ()


def test_after_a_broken_start_three_clean_listings_in_a_row(tmp_path: Path) -> None:
    rests: list[float] = []
    for in_flight, teardowns, rested in ((0, 1, 2), (3, 2, 4), (4, 2, 5), (5, 1, 2)):
        rests.clear()
        engine = fake(fails={"start"}, in_flight=in_flight)
        lifetime = Lifetime(engine, Cancellation(), tmp_path, rest=rests.append)
        with pytest.raises(StackError), lifetime.running(spec()):
            pytest.fail("it is not up")
        assert engine.calls.count("teardown") == teardowns
        assert rests == [0.3] * rested


def test_what_came_first_is_raised_and_what_is_left_is_said(tmp_path: Path) -> None:
    said: list[str] = []
    engine = fake(fails={"create"}, stubborn=100)
    lifetime = Lifetime(engine, Cancellation(), tmp_path, say=said.append, rest=lambda _: None)
    for begin in (lifetime.running(spec()).__enter__, lambda: lifetime.start(spec("kept"))):
        said.clear()
        with pytest.raises(StackError) as raised:
            begin()
        assert raised.value.message == "docker-compose.yml does not start"
        assert said == [
            f"could not be removed: network {NAME}_default; "
            f"`docker compose -p {NAME} down -v --remove-orphans`, then look at what is left"
        ]
        engine.stubborn = 0
        engine.teardown(NAME)
        engine.stubborn = 100


def test_an_engine_that_goes_away_is_told_of_once(tmp_path: Path) -> None:
    said: list[str] = []
    steps: list[str] = []

    def at(step: str) -> None:
        steps.append(step)
        if "create" in steps:
            raise EngineError("the container engine is not running")

    lifetime = Lifetime(fake(at=at), Cancellation(), tmp_path, say=said.append, rest=lambda _: None)
    with pytest.raises(EngineError) as raised, lifetime.running(spec()):
        pytest.fail("it is not up")
    assert raised.value.message == "the container engine is not running"
    assert steps[-2:] == ["create", "teardown"]
    assert said == []


def test_leftovers_are_torn_down_again_and_never_passed_over(tmp_path: Path) -> None:
    engine = fake(stubborn=2)
    with life(engine, tmp_path).running(spec()):
        pass
    assert engine.calls.count("teardown") == 3
    assert engine.leftovers(NAME) == ()
    engine = fake(stubborn=100)
    with pytest.raises(StackError) as raised, life(engine, tmp_path).running(spec()):
        pass
    assert raised.value.message == f"could not be removed: network {NAME}_default"
    assert raised.value.hint == (
        f"`docker compose -p {NAME} down -v --remove-orphans`, then look at what is left"
    )
    assert engine.calls.count("teardown") == 5


def test_a_kept_instance_stays_and_a_second_is_refused(tmp_path: Path) -> None:
    engine = fake()
    lifetime = life(engine, tmp_path)
    with lifetime.running(spec("kept")):
        pass
    assert engine.leftovers(NAME)
    with pytest.raises(UsageError) as refused, lifetime.running(spec("kept")):
        pytest.fail("it is there already")
    assert refused.value.hint == "`inv infra-down --service api` ends it"
    assert lifetime.stop(NAME)
    assert not lifetime.stop(NAME)


def test_start_makes_a_kept_instance_or_brings_it_up_to_date(tmp_path: Path) -> None:
    engine = fake()
    lifetime = life(engine, tmp_path)
    first = lifetime.start(spec("kept"))
    assert lifetime.start(spec("kept")) == first
    engine.fails.add("start")
    with pytest.raises(StackError):
        lifetime.start(spec("kept"))
    assert engine.leftovers(NAME), "what was there stays"
    assert lifetime.stop(NAME)
    with pytest.raises(StackError):
        lifetime.start(spec("kept"))
    assert engine.leftovers(NAME) == ()


def test_two_services_with_one_name_leave_nothing(tmp_path: Path) -> None:
    port = {"image": "x", "ports": [{"target": 80}], "healthcheck": {"test": ["CMD", "true"]}}
    engine = fake(files={STACK: {"services": {"my-api": port, "my_api": port}}})
    with pytest.raises(ConfigError) as raised, life(engine, tmp_path).running(spec()):
        pytest.fail("which one is TEST_MY_API_URL?")
    assert raised.value.message == "services 'my-api' and 'my_api' both give TEST_MY_API_PORT"
    assert engine.leftovers(NAME) == ()


def test_what_an_engine_elsewhere_can_not_see_is_said(tmp_path: Path) -> None:
    file = tmp_path / "docker-compose.yml"
    file.write_text("services:\n  web:\n    volumes: [./seed:/seed]\n", "utf-8")
    seed = {"type": "bind", "source": str(tmp_path / "seed"), "target": "/seed"}
    stack = Stack("api", (file,))
    config = {"services": {"web": {"image": "x", "volumes": [seed]}}}
    engine = FakeEngine(files={stack: config}, where=Reach("far", EVERYWHERE, remote=True))
    said: list[str] = []
    labels = {Label.NAME: NAME, Label.KIND: "ephemeral", Label.ROOT: str(tmp_path)}
    lifetime = replace(life(engine, tmp_path), say=said.append)
    with lifetime.running(Spec(stack, NAME, "main-1", labels)):
        pass
    assert said == [
        f"docker-compose.yml:3: service web: volumes {tmp_path / 'seed'} is here, "
        "and the engine at far can't see it"
    ]
