"""When a stack is ready: decided from listings, a probe of its ports, and nothing else."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from taskslib.errors import StackError
from taskslib.project.model import Stack
from taskslib.stacks.engine import Container
from taskslib.stacks.fake import FakeEngine
from taskslib.stacks.observing import Observed
from taskslib.stacks.wait import (
    Expected,
    Readiness,
    ended_services,
    lasting_services,
    readiness,
    wait_ready,
)

STACK = Stack("", (Path("compose.yml"),))
CHECK = {"test": ["CMD", "true"]}


def one(
    state: str, health: str = "", code: int | None = None, ports: dict[Any, int] | None = None
) -> Container:
    return Container("1", "x-web-1", "web", state, "", "", health, code, ports or {})


TCP, UDP = {(80, "tcp"): 1}, {(53, "udp"): 1}
SETTLED, ANSWERING = Observed(settled=frozenset("1")), Observed(answering=frozenset("1"))
BROKEN = "broken"


@pytest.mark.parametrize(
    ("container", "lasting", "observed", "verdict"),
    [
        (one("created"), False, Observed(), "created"),
        (one("paused"), True, SETTLED, "paused"),
        (one("restarting"), True, SETTLED, "restarting"),
        (one("dead"), False, SETTLED, BROKEN),
        (one("removing"), False, SETTLED, BROKEN),
        # With a healthcheck, that alone decides.
        (one("running", "starting", ports=TCP), True, ANSWERING, "starting"),
        (one("running", "healthy", ports=TCP), True, Observed(), ""),
        (one("running", "unhealthy", ports=TCP), True, ANSWERING, BROKEN),
        # Without one, what is published must answer.
        (one("running", ports=TCP), True, SETTLED, "not answering"),
        (one("running", ports=TCP), True, ANSWERING, ""),
        # With neither, it must have been there for a while; UDP can't be asked.
        (one("running"), False, Observed(), "running"),
        (one("running"), False, SETTLED, ""),
        (one("running", ports=UDP), True, Observed(), "running"),
        (one("running", ports=UDP), True, SETTLED, ""),
        # An end is good only as 0, and only of what need not stay.
        (one("exited", code=0), False, Observed(), ""),
        (one("exited", code=0), True, Observed(), BROKEN),
        (one("exited", code=137), False, Observed(), BROKEN),
        (one("exited"), False, Observed(), BROKEN),
    ],
)
def test_one_container(
    container: Container, *, lasting: bool, observed: Observed, verdict: str
) -> None:
    found = readiness([container], Expected(frozenset(["web"] if lasting else [])), observed)
    if verdict == BROKEN:
        assert found == Readiness(broken=container)
    else:
        assert found == Readiness((f"web {verdict}",) if verdict else ())
    assert found.ready == (verdict == "")


@pytest.mark.parametrize(
    ("container", "observed", "verdict"),
    [
        (one("created"), Observed(), "created"),
        (one("running"), Observed(), "running"),
        (one("running"), SETTLED, "running (not yet complete)"),
        (one("running", "healthy"), Observed(), "running"),
        (one("running", "unhealthy"), Observed(), "running"),  # it is of its image, for a server
        (one("running", ports=TCP), ANSWERING, "running"),
        (one("restarting", code=1), SETTLED, "running (not yet complete)"),
        (one("exited", code=0), Observed(), ""),
        (one("exited", code=1), SETTLED, BROKEN),
        (one("dead"), SETTLED, BROKEN),
    ],
)
def test_what_others_wait_for_to_complete_is_ready_when_it_has(
    container: Container, observed: Observed, verdict: str
) -> None:
    found = readiness([container], Expected(once=frozenset(["web"])), observed)
    if verdict == BROKEN:
        assert found == Readiness(broken=container)
    else:
        assert found == Readiness((f"web {verdict}",) if verdict else ())


def test_which_services_are_there_to_stay() -> None:
    config: dict[str, Any] = {
        "services": {
            "port": {"ports": [{"target": 80}]},
            "checked": {"healthcheck": CHECK},
            "disabled": {"healthcheck": {"disable": True}},
            "none": {"healthcheck": {"test": ["NONE"]}},
            "plain": {},
            "waited": {},
            "migrate": {"healthcheck": CHECK},
            "app": {
                "depends_on": {
                    "waited": {"condition": "service_healthy"},
                    "plain": {"condition": "service_started"},
                    "migrate": {"condition": "service_completed_successfully"},
                }
            },
        }
    }
    assert lasting_services(config) == {"port", "checked", "waited"}
    assert lasting_services({}) == frozenset()


def test_what_has_ended_and_nobody_waits_for_that() -> None:
    states = {"seed": "exited", "migrate": "exited", "web": "running", "twice": "exited"}
    found = [Container(key, key, key, state) for key, state in states.items()]
    found.append(Container("6", "twice-2", "twice", "running"))
    waits = {"migrate": {"condition": "service_completed_successfully"}}
    config: dict[str, Any] = {"services": {"web": {"depends_on": waits}}}
    assert ended_services(found, config) == ("seed",)


def wait(
    services: dict[str, Any], *, timeout: float = 10, podman: str = "", **states: list[Container]
) -> tuple[int, list[tuple[str, str, str]]]:
    """Return how often it was waited for the next listing, and the containers in the end."""
    engine = FakeEngine(states=states, is_podman=podman)
    config = {"services": services}
    engine.start("x", STACK, config, limit=60)
    pauses: list[float] = []  # for nothing: the fake's next listing is there at once
    found = wait_ready(engine, "x", config, timeout=timeout, pause=pauses.append)
    return len(pauses), [(each.service, each.state, each.health) for each in found]


def test_states_change_from_listing_to_listing() -> None:
    looks, found = wait(
        {"db": {"healthcheck": CHECK}, "migrate": {}, "web": {"healthcheck": CHECK}},
        db=[one("created"), one("running", "starting"), one("running", "healthy")],
        migrate=[one("created"), one("created"), one("running"), one("exited", code=0)],
        web=[one("created")] * 3 + [one("running", "starting"), one("running", "healthy")],
    )
    assert looks == 4
    assert found == [
        ("db", "running", "healthy"),
        ("migrate", "exited", ""),
        ("web", "running", "healthy"),
    ]


def test_without_healthcheck_and_port_it_must_have_been_there_for_a_second() -> None:
    looks, found = wait({"web": {}})
    assert looks > 0
    assert found == [("web", "running", "")]


@pytest.mark.parametrize(
    ("states", "message", "details"),
    [
        (
            [one("running", "starting"), one("running", "unhealthy")],
            "web unhealthy",
            "healthcheck of web:\nprobe of web\n\nlogs of web:\nweb | log",
        ),
        (
            [one("running", "starting"), one("exited", code=3)],
            "web exited with 3",
            "logs of web:\nweb | log",
        ),
        ([one("running"), one("dead")], "web dead", "logs of web:\nweb | log"),
    ],
)
def test_what_will_not_become_ready(states: list[Container], message: str, details: str) -> None:
    with pytest.raises(StackError) as raised:
        wait({"web": {"healthcheck": CHECK}}, web=states)
    assert (raised.value.message, raised.value.details, raised.value.hint) == (
        message,
        details,
        "check the command, environment and healthcheck of service 'web'",
    )


def test_what_is_late() -> None:
    with pytest.raises(StackError) as raised:
        wait({"web": {"healthcheck": CHECK}}, timeout=0.05, web=[one("running", "starting")])
    assert (raised.value.message, raised.value.details, raised.value.hint) == (
        "not ready after 0 s: web starting",
        "healthcheck of web:\nprobe of web\n\nlogs of web:\nweb | log",
        "see its healthcheck; `start_period` with `start_interval` makes a slow start visible",
    )


def test_a_one_shot_that_takes_longer_than_settling() -> None:
    waiting = {"migrate": {"condition": "service_completed_successfully"}}
    services: dict[str, Any] = {"migrate": {}, "web": {"depends_on": waiting}}
    migrate = Container("2", "x-migrate-1", "migrate", "running")
    with pytest.raises(StackError) as raised:
        wait(services, timeout=1.5, migrate=[migrate], web=[one("exited", code=0)])
    assert (raised.value.message, raised.value.hint) == (
        "not ready after 2 s: migrate running (not yet complete)",
        "others wait for it to complete; how long that may take: `deploy` and `ready` in "
        "[tool.taskslib.limits]",
    )


def test_an_engine_whose_listing_tells_no_health() -> None:
    states = [one("running", "starting"), one("running", "starting"), one("running", "healthy")]
    looks, found = wait({"web": {"healthcheck": CHECK}}, podman="4.3.1", web=states)
    assert (looks, found) == (2, [("web", "running", "healthy")])


def test_an_engine_that_runs_no_healthcheck() -> None:
    web, services = [one("running", "starting")], {"web": {"healthcheck": CHECK}}
    with pytest.raises(StackError) as raised:
        wait(services, timeout=0.05, podman="4.3.1", web=web)
    assert (raised.value.message, raised.value.details, raised.value.hint) == (
        "not ready after 0 s: web starting",
        "logs of web:\nweb | log",
        "Podman 4.3.1 has healthchecks run by systemd: where that is not, none ever does",
    )


@contextmanager
def listener(*, backlog: int = 8) -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0), backlog=backlog) as server:
        yield server


def published(server: socket.socket) -> Container:
    return one("running", ports={(80, "tcp"): server.getsockname()[1]})


def test_a_port_that_answers_late() -> None:
    with listener() as server:
        closed = socket.socket()
        closed.bind(("127.0.0.1", 0))  # nobody listens here
        with closed:
            states = [published(closed)] * 3 + [published(server)]
            looks, found = wait({"web": {"ports": [{"target": 80}]}}, web=states)
    assert looks == 3
    assert found == [("web", "running", "")]


def test_a_port_that_never_answers_is_named() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # nobody listens here
        port = closed.getsockname()[1]
        with pytest.raises(StackError) as raised:
            wait({"web": {"ports": [{"target": 80}]}}, timeout=0.05, web=[published(closed)])
    assert raised.value.message == (
        f"not ready after 0 s: web not answering at 127.0.0.1:{port} (its port 80)"
    )
    assert raised.value.hint.startswith("it has no healthcheck, so what it publishes is to answer")


class Traceback(FakeEngine):
    def probe_output(self, container: Container) -> str:
        trace = "\n".join(f"  File {number}" for number in range(40))
        return f"{trace}\n{super().probe_output(container)}"


def test_of_a_probe_the_end_is_shown() -> None:
    engine = Traceback(states={"web": [one("running", "unhealthy")]})
    config = {"services": {"web": {"healthcheck": CHECK}}}
    engine.start("x", STACK, config, limit=60)
    with pytest.raises(StackError) as raised:
        wait_ready(engine, "x", config, timeout=10, pause=print)
    assert raised.value.details == (
        "healthcheck of web:\n  File 38\n  File 39\nprobe of web\n\nlogs of web:\nweb | log"
    )


@pytest.mark.skipif(sys.platform != "linux", reason="fills a queue of connections as Linux has it")
def test_a_connection_that_does_not_come_about_is_no_answer() -> None:
    with listener(backlog=0) as server, ExitStack() as stack:
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.settimeout(0)
            waiting.connect_ex(server.getsockname())
        with pytest.raises(StackError, match="not ready after 0 s: web not answering"):
            wait({"web": {"ports": [{"target": 80}]}}, timeout=0.1, web=[published(server)])
