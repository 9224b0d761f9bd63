"""What services use is part of what they are."""

from __future__ import annotations

from typing import Any

import pytest

from taskslib.deploy.definitions import lasting, with_definitions
from taskslib.deploy.plan import Kind, Wanted, plan
from tests.unit.deploy.support import WHO

FILES = {"/f/$key": b"one"}
VARIABLES = {"TOKEN": "t"}
WEB = {
    "image": "w",
    "labels": {"theirs": "x"},
    "networks": {"default": None},
    "volumes": [
        {"type": "volume", "source": "data", "target": "/data"},
        {"type": "bind", "source": "/b", "target": "/b"},
        {"type": "volume", "target": "/anonymous"},
    ],
    "configs": [{"source": "page", "target": "/page"}],
    "secrets": [{"source": "key"}, {"source": "token"}],
}


def config(**changes: Any) -> dict[str, Any]:
    return {
        "name": "shop-prod",
        "services": {"web": WEB, "alone": {"image": "a", "network_mode": "none"}},
        "networks": {"default": {"name": "n", "ipam": {}}},
        "volumes": {"data": {"name": "v"}, "unused": None},
        "configs": {"page": {"name": "c", "content": "old"}},
        "secrets": {"key": {"file": "/f/$$key"}, "token": {"environment": "TOKEN"}},
        **changes,
    }


def changed(
    after: dict[str, Any], files: dict[str, bytes] = FILES, variables: dict[str, str] = VARIABLES
) -> tuple[bool, set[str]]:
    """Return whether a deployment repeats the one before, and the services that change."""
    one = with_definitions(config(), FILES.__getitem__, VARIABLES)
    first = plan(Wanted("1.0.0", "", one), (), (), WHO).deployment
    other = with_definitions(after, files.__getitem__, variables)
    second = plan(Wanted("1.0.0", "", other), (first,), (), WHO)
    assert second.services(Kind.CHANGED) | second.services(Kind.SAME) == {"web", "alone"}
    return second.repeats, set(second.services(Kind.CHANGED))


def test_the_same_is_the_same() -> None:
    assert changed(config()) == (True, set())


@pytest.mark.parametrize(
    "changes",
    [
        {"networks": {"default": {"name": "n", "ipam": {}, "internal": True}}},
        {"volumes": {"data": {"name": "v", "driver": "other"}, "unused": None}},
        {"configs": {"page": {"name": "c", "content": "new"}}},
        {"secrets": {"key": {"file": "/f/$$key"}, "token": {"environment": "OTHER"}}},
    ],
)
def test_another_definition_is_another_service(changes: dict[str, Any]) -> None:
    assert changed(config(**changes)) == (False, {"web"})


def test_another_content_is_another_service() -> None:
    assert changed(config(), files={"/f/$key": b"two"}) == (False, {"web"})
    assert changed(config(), variables={"TOKEN": "u"}) == (False, {"web"})


def test_what_no_service_uses_is_deployed_too() -> None:
    volumes = {"data": {"name": "v"}, "unused": {"driver": "other"}}
    assert changed(config(volumes=volumes)) == (False, set())


def test_what_a_service_says_itself_stays() -> None:
    found = with_definitions(config(), FILES.__getitem__, VARIABLES)["services"]
    assert found["alone"] == {"image": "a", "network_mode": "none"}
    assert found["web"]["labels"].keys() == {"theirs", "taskslib.deploy.definitions"}
    assert {**found["web"], "labels": WEB["labels"]} == WEB


def test_what_may_stay_as_it_was_made() -> None:
    after = config(
        networks={"default": {"name": "n", "internal": True}, "new": {}},
        volumes={"data": {"name": "another"}, "unused": {"driver": "other"}},
    )
    assert list(lasting(config(), after)) == [
        "network default has changed: one that is there stays as it was made on a Swarm, and with "
        "an older Compose",
        "volume unused has changed: one that is there stays as it was made, with all data",
    ]
    assert list(lasting({"services": {}}, config())) == []
