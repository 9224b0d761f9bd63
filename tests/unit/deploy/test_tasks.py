"""What a Swarm's services and tasks tell, and what waiting takes them for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from taskslib.deploy.tasks import parse_seen, running, watched

WEB = frozenset({"web"})
NEW = {"taskslib.deploy.number": "2"}
OLD = {"taskslib.deploy.number": "1"}
GOES_ON = {"running", "starting", "ready", "pending"}


def task(
    at: int,
    state: str = "running",
    labels: dict[str, str] = NEW,
    *,
    slot: int = 1,
    code: int = 0,
    error: str = "",
    checked: bool = False,
    desired: str = "",
) -> dict[str, Any]:
    """Return a task that was made in that second."""
    check = {"Healthcheck": {"Test": ["CMD", "true"]}} if checked else {}
    return {
        "ID": f"t{at}",
        "ServiceID": "s",
        "Slot": slot,
        "DesiredState": desired or ("running" if state in GOES_ON else "shutdown"),
        "CreatedAt": f"2026-01-01T00:00:{at:02}.123456789Z",
        "Spec": {"ContainerSpec": {"Image": "w", "Labels": labels, **check}},
        "Status": {
            "State": state,
            "Timestamp": "2026-01-01T00:01:00.1Z",
            "Err": error,
            "ContainerStatus": {"ExitCode": code},
        },
    }


def seen(*tasks: dict[str, Any], condition: str = "", update: str = "", replicas: int = 1) -> Any:
    template: dict[str, Any] = {"ContainerSpec": {"Image": "w", "Labels": NEW}}
    if condition:
        template["RestartPolicy"] = {"Condition": condition}
    mode = {"Replicated": {"Replicas": replicas}} if replicas >= 0 else {"Global": {}}
    service: dict[str, Any] = {
        "ID": "s",
        "Spec": {"Name": "shop-prod_web", "TaskTemplate": template, "Mode": mode},
    }
    if update:
        service["UpdateStatus"] = {"State": update}
    return parse_seen("shop-prod", json.dumps([service]), json.dumps(tasks))


def states(services: Any, before: Any = ()) -> list[str]:
    """Return state, health and exit code of what is watched."""
    told = [
        (one.state, one.health, "" if one.exit_code is None else str(one.exit_code))
        for one in watched(services, running(before), WEB)
    ]
    return [" ".join(filter(None, one)) for one in told]


def test_the_last_task_of_each_place_is_what_runs() -> None:
    services = seen(
        task(2, "running", slot=2), task(1, "shutdown", OLD), task(3), task(4, "remove", slot=3)
    )
    found = running(services)
    assert [(one.container.name, one.labels) for one in found] == [
        ("web.1", {"number": "2"}),
        ("web.2", {"number": "2"}),
    ]
    since = "2026-01-01T00:01:00+00:00"
    assert {(one.container.service, one.image, one.since) for one in found} == {("web", "w", since)}
    assert running(parse_seen("shop-prod", "", "")) == ()


@pytest.mark.parametrize(
    "new",
    [
        task(2, "shutdown", OLD),
        task(2, "failed", OLD, code=1),
        task(2, "failed", OLD, code=137, error="unhealthy container"),
        task(2, "failed", OLD, code=1, desired="running"),  # the Swarm is about to see it
        task(2, "running", OLD, desired="shutdown"),  # it is being ended
        task(2, "starting", OLD, desired="shutdown"),
        task(2, "rejected", OLD, error="no such image"),
    ],
)
def test_the_old_task_goes_on_where_the_new_one_was_to_start_first(new: dict[str, Any]) -> None:
    """As after going back: what the service is to be now, the older task is."""
    services = seen(task(1), new, update="completed")
    assert [one.container.id for one in running(services)] == ["t1"]
    assert states(services, seen(task(1))) == ["running healthy"]


def test_the_new_one_is_waited_for_where_the_old_one_goes_on_meanwhile() -> None:
    services = seen(task(1, labels=OLD), task(2, "starting", checked=True))
    assert [one.container.id for one in running(services)] == ["t2"]
    assert states(services, seen(task(1, labels=OLD))) == ["running starting"]
    paused = seen(task(1, labels=OLD), task(2, "failed", code=5), update="paused")
    assert states(paused, seen(task(1, labels=OLD))) == ["exited 5"]
    assert [one.container.id for one in running(paused)] == ["t1"]


@pytest.mark.parametrize(
    ("services", "expected"),
    [
        ((), ["not there"]),
        (seen(), ["not there"]),
        (seen(task(1), replicas=2), ["running", "not there"]),
        (seen(replicas=0), []),
        (seen(replicas=-1), ["not there"]),  # one a node: none has been given out yet
        (seen(task(1, labels=OLD)), ["about to be replaced"]),
        (seen(task(1, checked=True)), ["running healthy"]),
        (seen(task(1, "starting", checked=True)), ["running starting"]),
        (seen(task(1, "starting")), ["starting"]),
        (seen(task(1, "pending", error="no suitable node")), ["pending (no suitable node)"]),
        # One that ends is started again, unless its policy says otherwise.
        (seen(task(1, "failed", code=1)), ["restarting 1"]),
        (seen(task(1, "complete"), condition="on-failure"), ["exited 0"]),
        (seen(task(1, "complete"), condition="none", update="paused"), ["exited 0"]),
        (seen(task(1, "failed", code=3), condition="none"), ["exited 3"]),
        (seen(task(1, "rejected", error="no such image"), condition="none"), ["rejected"]),
        # It will not become ready: it ended three times, or the Swarm gave it up.
        (seen(*(task(at, "failed", code=at) for at in (1, 2)), task(3, "ready")), ["ready"]),
        (seen(*(task(at, "failed", code=at) for at in (1, 2, 3)), task(4, "ready")), ["exited 3"]),
        (seen(task(1, "failed", code=7), task(2), update="paused"), ["exited 7"]),
        (seen(task(1, "failed", code=7), task(2), update="updating"), ["running"]),
        (seen(task(1, "failed", code=137, error="x: unhealthy"), task(2), update="paused"),
         ["running unhealthy"]),
        (seen(task(1, "failed", OLD, code=7), task(2), update="rollback_completed"), ["exited 7"]),
        (seen(task(1, "failed", OLD, code=7), task(2), update="paused"), ["running"]),
        (seen(task(1, "rejected", error="no such image"), task(2, "ready"), update="paused"),
         ["rejected"]),
    ],
)  # fmt: skip
def test_what_waiting_sees(services: Any, expected: list[str]) -> None:
    assert states(services) == expected


def test_what_was_before_counts_as_it_was() -> None:
    before = seen(task(1, "failed", code=1), task(2))
    assert states(before, before) == ["running healthy"]  # it need not run for a while again
    assert states(seen(task(1, "failed", code=1), task(2), update="paused"), before) == [
        "running healthy"
    ]
    assert states(seen(task(2), task(3), update="paused"), before) == ["running"]
