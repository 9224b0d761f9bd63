"""Which services are tried beside what runs, and what is made of them for that."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from taskslib.cancellation import Cancellation
from taskslib.deploy.compose import ComposeTarget
from taskslib.deploy.plan import stamped
from taskslib.deploy.trial import beside, tried
from taskslib.project.model import Stack
from tests.unit.deploy.support import config, deployment, running

FIRST = {"update_config": {"order": "start-first"}}
NEW = deployment(2, "1.1.0", {})
OLD = deployment(1, "1.0.0", {}).labels
LABELS = {key.removeprefix("taskslib.deploy."): value for key, value in OLD.items()}


def wanted(**more: Any) -> dict[str, Any]:
    """Return a configuration whose `web` starts first, with more of it."""
    found = config(web="web:2", migrate="web:2")
    found["services"]["web"] |= {"deploy": FIRST, **more}
    return stamped(found, {}, NEW)


def test_what_starts_first_is_tried_where_it_is_replaced() -> None:
    assert tried(wanted(), ["web"], [running("web", labels=LABELS)]) == ("web",)
    # Also where it was made by hand, or by a deployment that got no further.
    assert tried(wanted(), ["web"], [running("web")]) == ("web",)
    again = wanted()["services"]["web"]["labels"]
    half = {key.removeprefix("taskslib.deploy."): value for key, value in again.items()}
    assert tried(wanted(), ["web"], [running("web", labels={**half, "at": "before"})]) == ("web",)
    assert tried(wanted(), ["web"], [running("web", labels=half)]) == ()


def test_a_dollar_in_what_a_label_says_makes_no_change() -> None:
    found = wanted()
    found["services"]["web"]["labels"] = {"taskslib.deploy.by": "a$$b", "other": "x"}
    assert tried(found, ["web"], [running("web", labels={"by": "a$b"})]) == ()


@pytest.mark.parametrize(
    "more",
    [
        {"deploy": None},
        {"deploy": {"update_config": None}},
        {"deploy": {"update_config": {"order": "stop-first"}}},
        {"deploy": {**FIRST, "replicas": 0}},
        {"network_mode": "host"},
        {"network_mode": "service:migrate"},
    ],
)
def test_what_does_not_start_first_is_not_tried(more: dict[str, Any]) -> None:
    assert tried(wanted(**more), ["web"], [running("web")]) == ()


def test_what_is_new_or_ended_or_of_another_level_or_a_one_shot_is_not_tried() -> None:
    assert tried(wanted(), ["web"], []) == ()
    assert tried(wanted(), ["web"], [running("web", state="exited", code=0)]) == ()
    assert tried(wanted(), ["migrate"], [running("web")]) == ()
    found = wanted()
    found["services"]["migrate"]["deploy"] = FIRST
    assert tried(found, ["migrate"], [running("migrate")]) == ()


def test_nothing_leads_to_what_is_tried() -> None:
    found = wanted(
        container_name="web",
        ports=[{"target": 80, "published": "80"}],
        mac_address="02:42:ac:11:00:02",
        labels={"proxy.to": "web"},
        networks={
            "front": {"aliases": ["w"], "ipv4_address": "10.0.0.9", "priority": 1},
            "b": None,
        },
        init=True,
    )
    made = beside(found, "shop-prod")["services"]["web"]
    assert made == {
        "image": "web:2",
        "deploy": FIRST,
        "depends_on": found["services"]["web"]["depends_on"],
        "networks": {"front": {"priority": 1}, "b": {}},
        "init": True,
        "labels": {"taskslib.deploy.trial": "shop-prod"},
    }


def test_where_two_can_t_run_it_is_said(tmp_path: Path) -> None:
    stack = Stack("", (tmp_path / "docker-compose.yml",))
    target = ComposeTarget(stack, "shop-prod", {"PATH": str(tmp_path)}, Cancellation())
    assert list(target.remarks(wanted())) == []
    assert list(target.remarks(wanted(network_mode="host"))) == [
        "web: two can't run in network_mode host; the old one ends first"
    ]
