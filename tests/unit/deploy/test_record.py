"""What the target keeps of a deployment, from labels and back."""

from __future__ import annotations

import base64
import json
from typing import Any

from taskslib.deploy.record import (
    CONFIG,
    RECORD,
    bare,
    packed,
    parse_configs,
    parse_records,
    recording,
)
from taskslib.deploy.running import parse_inspected
from tests.unit.deploy.support import config, deployment


def listed(given: dict[str, str]) -> str:
    """Return the line that the engine lists for a volume with such labels."""
    names = ("number", "version", "commit", "by", "host", "at", "config")
    # Compose gives back what it is fed, `$$` as `$`.
    values = [given.get(f"taskslib.deploy.{name}", "").replace("$$", "$") for name in names]
    return json.dumps(values)


def test_a_record_gives_back_what_it_was_given() -> None:
    made = deployment(7, "1.2.3", config(web="w$$1"))
    compose = recording("shop-prod", made, "sha256:1")
    (volume,) = compose["volumes"].values()
    assert volume["name"] == "shop-prod-deploy-7"
    assert volume["labels"][RECORD] == "shop-prod"
    assert "w$" not in json.dumps(compose)
    assert compose["services"]["record"]["image"] == "sha256:1"
    assert parse_records(listed(volume["labels"])) == (made,)


def test_they_come_in_the_order_of_their_numbers_and_broken_ones_are_none() -> None:
    lines = []
    for number in (10, 9, 11):
        made = recording("x", deployment(number, f"1.0.{number}", config(web="w")), "i")
        lines.append(listed(made["volumes"]["record"]["labels"]))
    broken = listed({"taskslib.deploy.number": "12", CONFIG: "bm90IHppcHBlZA=="})
    worse = listed({"taskslib.deploy.number": "x", CONFIG: "?"})
    others: list[Any] = [[], 1, {}, {"services": []}, {"services": {"web": {}}}]
    foreign = [
        listed({"taskslib.deploy.number": "13", CONFIG: packed(deployment(13, "1", one))})
        for one in others
    ]
    found = parse_records("\n".join([*lines, broken, worse, *foreign, ""]))
    assert [one.number for one in found] == [9, 10, 11]
    assert parse_records("") == ()


def test_a_config_of_a_swarm_is_a_record_too() -> None:
    made = [deployment(number, f"1.0.{number}", config(web="w$$1")) for number in (10, 9)]
    told = [
        {"Spec": {"Labels": one.labels, "Data": base64.b64encode(packed(one).encode()).decode()}}
        for one in made
    ]
    assert parse_configs(json.dumps(told)) == tuple(reversed(made))
    assert parse_configs(json.dumps([{"Spec": {"Labels": None}}])) == ()
    assert parse_configs("") == ()


def test_what_a_deployment_says_of_itself_is_no_difference() -> None:
    ours = {"image": "w", "labels": {"taskslib.deploy.number": "1"}, "pull_policy": "never"}
    assert bare(ours) == {"image": "w"}
    assert bare({"image": "w", "labels": {"a": "b", "taskslib.deploy.at": "x"}}) == {
        "image": "w",
        "labels": {"a": "b"},
    }


def test_what_is_inspected() -> None:
    times = {"StartedAt": "2026-01-02T03:04:05.1Z", "FinishedAt": "0001-01-01T00:00:00Z"}
    labels = {"com.docker.compose.service": "web", "taskslib.deploy.version": "1", "other": "x"}
    told = [
        {
            "Id": "i",
            "Name": "/shop-web-1",
            "Image": "sha256:1",
            "RestartCount": 3,
            "Config": {"Image": "r/web@sha256:2", "Labels": labels},
            "State": {
                "Status": "running",
                "ExitCode": 0,
                "Health": {"Status": "starting"},
                **times,
            },
        },
        {
            "Id": "j",
            "Name": "/shop-web-0",
            "Image": "sha256:1",
            "Config": {"Image": "r/web", "Labels": None},
            "State": {"Status": "restarting", "ExitCode": 2, "Health": {"Status": "none"}, **times},
        },
    ]
    other, web = parse_inspected(json.dumps(told))
    assert (web.image, web.image_id, web.labels) == ("r/web@sha256:2", "sha256:1", {"version": "1"})
    one = web.container
    assert (one.name, one.service, one.state, one.health) == (
        "shop-web-1", "web", "running", "starting",
    )  # fmt: skip
    assert (one.exit_code, one.restarts) == (None, 3)
    assert (other.container.exit_code, other.container.health, other.labels) == (2, "", {})
    assert parse_inspected("") == ()
