"""Containers start as `depends_on` says, as soon as what they wait for has come to that."""

from __future__ import annotations

import threading
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from taskslib.cancellation import Cancellation
from taskslib.errors import Interrupted, StackError
from taskslib.project.model import Stack
from taskslib.stacks.engine import Container, Label
from taskslib.stacks.fake import FakeEngine
from taskslib.stacks.starting import awaited, by_levels, start_in_order, startable

NAME = "shop-test-x"
STACK = Stack("", (Path("docker-compose.yml"),))


def services(**waits: dict[str, str]) -> dict[str, Any]:
    """Return a configuration: a service → what it waits for, and until when."""
    return {
        "services": {
            name: {
                "healthcheck": {"test": ["CMD", "true"]},
                "labels": {Label.NAME: NAME},
                "depends_on": {key: {"condition": f"service_{how}"} for key, how in needed.items()},
            }
            for name, needed in waits.items()
        }
    }


SHOP = services(
    store={},
    migrate={"store": "healthy"},
    api={"store": "healthy", "migrate": "completed_successfully"},
    page={"api": "started"},
)


def one(service: str, state: str, health: str = "", code: int | None = None) -> Container:
    return Container(f"{service}-1", service, service, state, health=health, exit_code=code)


@pytest.mark.parametrize(
    ("containers", "starts", "waits"),
    [
        (["store created", "migrate created", "api created", "page created"], "store", []),
        (
            ["store running starting", "migrate created", "api created", "page created"],
            "",
            ["store starting"],
        ),
        (
            ["store running healthy", "migrate created", "api created", "page created"],
            "migrate",
            [],
        ),
        (
            ["store running healthy", "migrate running", "api created", "page created"],
            "",
            ["migrate running"],
        ),
        (["store running healthy", "migrate exited", "api created", "page created"], "api", []),
        (
            ["store running healthy", "migrate exited", "api running starting", "page created"],
            "page",
            [],
        ),
        (
            ["store running healthy", "store running starting", "migrate created"],
            "",
            ["store starting"],
        ),
        (["store restarting", "migrate created"], "", ["store restarting"]),
    ],
)
def test_which_may_start(containers: list[str], starts: str, waits: list[str]) -> None:
    found = []
    for words in containers:
        service, state, health = (*words.split(), "")[:3]
        found.append(one(service, state, health, 0 if state == "exited" else None))
    assert [it.service for it in startable(found, SHOP)] == starts.split()
    assert awaited(found, SHOP) == tuple(waits)


def test_what_has_no_healthcheck_is_waited_for_in_vain() -> None:
    with pytest.raises(StackError) as refused:
        startable([one("store", "running"), one("migrate", "created")], SHOP)
    assert refused.value.message == (
        "store has no healthcheck, and others wait until it is healthy"
    )
    assert refused.value.hint == (
        "give service 'store' a healthcheck, or let them wait with `condition: service_started`"
    )


SECRET = {"secrets": [{"source": "key"}]}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"secrets": {"key": {"file": "/key"}}, "service": SECRET}, True),
        ({"secrets": {"key": {"environment": "KEY"}}}, True),  # nobody has it
        ({"secrets": {"key": {"environment": "KEY"}}, "service": SECRET}, False),
        ({"secrets": {"key": {"content": "x"}}, "service": SECRET}, False),
        ({"configs": {"key": {"content": "x"}}, "service": SECRET}, True),
        (
            {"configs": {"key": {"content": "x"}}, "service": {"configs": [{"source": "key"}]}},
            False,
        ),
        ({"service": {"post_start": [{"command": "true"}]}}, False),
    ],
)
def test_what_compose_has_to_start_itself(changes: dict[str, Any], *, expected: bool) -> None:
    top = {key: value for key, value in changes.items() if key != "service"}
    page = {**SHOP["services"]["page"], **changes.get("service", {})}
    assert by_levels({**SHOP, **top, "services": {**SHOP["services"], "page": page}}) is expected


def test_where_nothing_waits_compose_starts_all_at_once() -> None:
    assert not by_levels({"services": {}})
    assert not by_levels(services(store={}, api={"store": "started"}))
    optional = services(store={}, api={"store": "healthy"})
    optional["services"]["api"]["depends_on"]["store"]["required"] = False
    assert not by_levels(optional)  # it may fail, as Compose has it
    assert by_levels(services(store={}, api={"store": "healthy"}))


def begin(engine: FakeEngine, config: dict[str, Any], limit: float = 60) -> list[float]:
    """Create and start all; return how long it rested between two looks."""
    rests: list[float] = []
    engine.create(NAME, STACK, config, limit=60)
    start_in_order(engine, NAME, config, limit=limit, pause=rests.append)
    return rests


def test_each_level_starts_when_the_one_before_is_there() -> None:
    started: list[str] = []

    class Tells(FakeEngine):
        def launch(self, container: Container, *, limit: float) -> None:
            started.append(container.service)
            super().launch(container, limit=limit)

    starting, healthy = one("", "running", "starting"), one("", "running", "healthy")
    engine = Tells(states={"store": [starting, starting, healthy]})
    rests = begin(engine, SHOP)
    assert started == ["store", "migrate", "api", "page"]
    assert all(rest > 0 for rest in rests)
    assert {it.state for it in engine.containers(NAME)} == {"running", "exited"}


def test_a_container_that_somebody_else_starts_is_no_reason_to_wait() -> None:
    engine = FakeEngine()
    engine.create(NAME, STACK, SHOP, limit=60)
    for container in engine.containers(NAME):
        engine.launch(container, limit=60)
    start_in_order(engine, NAME, SHOP, limit=60, pause=lambda _: pytest.fail("there is nothing"))


@pytest.mark.parametrize("removed", [["api"], ["store", "migrate", "api", "page"]])
def test_a_container_that_somebody_removes(removed: list[str]) -> None:
    class Pruned(FakeEngine):
        def containers(self, name: str) -> tuple[Container, ...]:
            found = super().containers(name)
            return tuple(it for it in found if "start" not in self.calls or it.service not in gone)

    gone = frozenset(removed)
    with pytest.raises(StackError) as raised:
        begin(Pruned(states={"store": [one("", "running", "starting")]}), SHOP)
    named = ", ".join(sorted(removed))
    assert raised.value.message == f"{named} was removed while the stack started"
    assert raised.value.hint == (
        "who removes containers here that do not run (`docker container prune`)?"
    )


def test_a_stack_of_nothing() -> None:
    with pytest.raises(StackError) as raised:
        start_in_order(FakeEngine(), NAME, SHOP, limit=60, pause=lambda _: None)
    assert raised.value.message == "all of the stack was removed while the stack started"


def test_the_healthcheck_of_an_image_is_seen_on_podman_too() -> None:
    config = services(store={}, api={"store": "healthy"})
    config["services"]["store"].pop("healthcheck")
    healthy = [one("", "running", "healthy")]
    begin(FakeEngine(is_podman="4.3", states={"store": healthy}), config)


def test_the_limit_that_ended_it_is_named() -> None:
    engine = FakeEngine(states={"migrate": [one("", "running")]})
    with pytest.raises(StackError) as raised:
        begin(engine, SHOP, limit=0)
    assert raised.value.message == "not ready after 0 s: migrate running"
    assert raised.value.hint.endswith("how long that may take: `start` in [tool.taskslib.limits]")


def test_where_one_does_not_start_those_that_wait_their_turn_never_do() -> None:
    """Eight start at once; the error is told when these have."""
    first = threading.Event()

    class Slow(FakeEngine):
        def launch(self, container: Container, *, limit: float) -> None:
            if container.service == "s00":
                first.set()
                raise StackError("s00 does not start")
            first.wait(60)
            super().launch(container, limit=limit)

    many: dict[str, dict[str, str]] = {f"s{number:02}": {} for number in range(40)}
    engine = Slow()
    with pytest.raises(StackError, match="s00 does not start"):
        begin(engine, services(**many))
    assert engine.calls.count("start") < len(many) - 1


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"fails": {"start"}}, "store does not start"),
        ({"states": {"store": [one("", "exited", code=3)]}}, "store exited with 3"),
        ({"states": {"store": [one("", "running", "unhealthy")]}}, "store unhealthy"),
        ({"states": {"migrate": [one("", "exited", code=1)]}}, "migrate exited with 1"),
    ],
)
def test_what_does_not_come_up_ends_the_wait(told: dict[str, Any], message: str) -> None:
    with pytest.raises(StackError) as raised:
        begin(FakeEngine(**told), SHOP)
    assert raised.value.message == message


def test_what_takes_too_long_is_told_with_what_it_waits_for() -> None:
    engine = FakeEngine(states={"store": [one("", "running", "starting")]})
    with pytest.raises(StackError) as raised:
        begin(engine, SHOP, limit=0)
    assert raised.value.message == "not ready after 0 s: store starting"
    assert "logs of store:\nstore | log" in raised.value.details


def test_a_cancelled_wait_ends_at_once() -> None:
    cancellation = Cancellation()
    looks = count()

    def at(step: str) -> None:
        if step == "listing" and next(looks) == 2:
            cancellation.request(2)

    engine = FakeEngine(states={"store": [one("", "running", "starting")]}, at=at)
    engine.create(NAME, STACK, SHOP, limit=60)
    with pytest.raises(Interrupted):
        start_in_order(engine, NAME, SHOP, limit=60, pause=cancellation.pause)
    assert engine.calls == ["create", "start"]
