"""What the engine lists as data: lines of `docker ps`, objects of the API."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest

from taskslib.stacks.engine import Container, Label
from taskslib.stacks.listing import by_api
from taskslib.stacks.listing.by_client import (
    FORMAT,
    image_labels,
    own_images,
    parse_containers,
    parse_labels,
)


def line(status: str, state: str, ports: str) -> str:
    labels = ["shop", "", "id", "shop-test-id", "/src", "a,b=c", "box", "kept"]
    labels += ["/locks", '[{"port":80}]']
    return json.dumps(["1f", "shop-1", state, status, ports, "now", "web", *labels])


def test_health_ports_and_labels() -> None:
    ports = "53/udp, 127.0.0.1:32768->8000/tcp, [::1]:9000-9001->80-81/tcp"
    found = parse_containers(line("Up 3 seconds (health: starting)", "running", ports))
    assert found == (
        Container(
            id="1f",
            name="shop-1",
            service="web",
            state="running",
            status="Up 3 seconds (health: starting)",
            created="now",
            health="starting",
            exit_code=None,
            ports={(8000, "tcp"): 32768, (80, "tcp"): 9000, (81, "tcp"): 9001},
            labels={
                Label.PROJECT: "shop",
                Label.INSTANCE: "id",
                Label.NAME: "shop-test-id",
                Label.ROOT: "/src",
                Label.BRANCH: "a,b=c",
                Label.HOST: "box",
                Label.KIND: "kept",
                Label.LOCKS: "/locks",
                Label.ENDPOINTS: '[{"port":80}]',
            },
        ),
    )


@pytest.mark.parametrize(
    ("ports", "expected"),
    [
        ("", {}),
        ("5432/tcp", {}),
        ("127.0.0.1:32768->8000/tcp", {(8000, "tcp"): 32768}),
        ("0.0.0.0:1->80/tcp, :::2->80/tcp", {(80, "tcp"): 1}),
        ("[::]:2->80/tcp", {(80, "tcp"): 2}),
        ("127.0.0.1:7->53/tcp, 127.0.0.1:7->53/udp", {(53, "tcp"): 7, (53, "udp"): 7}),
        ("127.0.0.1:5-7->80-82/tcp", {(80, "tcp"): 5, (81, "tcp"): 6, (82, "tcp"): 7}),
        ("9000-9001/tcp, 127.0.0.1:5->9002/sctp", {(9002, "sctp"): 5}),
    ],
)
def test_ports(ports: str, expected: dict[tuple[int, str], int]) -> None:
    (found,) = parse_containers(line("Up 3 seconds", "running", ports))
    assert found.ports == expected


@pytest.mark.parametrize(
    ("status", "health", "code"),
    [
        ("Up 3 seconds", "", None),
        ("Up Less than a second (health: starting)", "starting", None),
        ("Up 2 minutes (healthy)", "healthy", None),
        ("Up 2 minutes (unhealthy)", "unhealthy", None),
        ("Up 2 minutes (Paused)", "", None),
        ("Created", "", None),
        ("Restarting (1) 4 seconds ago", "", None),
        ("Exited (0) 1 second ago", "", 0),
        ("Exited (137) 2 minutes ago", "", 137),
    ],
)
def test_health_and_exit_code(status: str, health: str, code: int | None) -> None:
    (found,) = parse_containers(line(status, "any", ""))
    assert (found.health, found.exit_code) == (health, code)


def test_labels_may_hold_anything() -> None:
    branch = 'a,b=c\n"$x"\x85\u2028ü'
    raw = json.loads(line("Up", "running", ""))
    raw[12] = branch
    (found,) = parse_containers(json.dumps(raw, ensure_ascii=False) + "\n")
    assert found.labels[Label.BRANCH] == branch


def test_an_empty_listing_and_the_template() -> None:
    assert parse_containers("\n") == ()
    assert FORMAT == (
        "[{{json .ID}},{{json .Names}},{{json .State}},{{json .Status}},{{json .Ports}},"
        '{{json .CreatedAt}},{{json (.Label "com.docker.compose.service")}},'
        '{{json (.Label "taskslib.project")}},{{json (.Label "taskslib.service")}},'
        '{{json (.Label "taskslib.instance")}},{{json (.Label "taskslib.name")}},'
        '{{json (.Label "taskslib.root")}},{{json (.Label "taskslib.branch")}},'
        '{{json (.Label "taskslib.host")}},{{json (.Label "taskslib.kind")}},'
        '{{json (.Label "taskslib.locks")}},{{json (.Label "taskslib.endpoints")}}]'
    )


def test_images_of_an_instance_have_its_name_or_none() -> None:
    listed = [
        "1=shop-test-id-web:latest",
        "2=<none>:<none>",
        "3=mine:1",
        "4=shop-test-idx-web:latest",
        "5=host:5000/shop-test-id-web:1",
    ]
    assert own_images("shop-test-id", listed) == ["shop-test-id-web:latest", "2"]


def test_labels_of_networks_volumes_and_images_are_alike() -> None:
    values = ["shop", "", "id", "shop-test-id", "", "", "box", "ephemeral", "/locks", ""]
    [network] = parse_labels(json.dumps(values) + "\n")
    owner = json.dumps(["ephemeral", "box", "/locks"])
    own = {Label.IMAGE: "shop-test-id", Label.IMAGE_OWNER: owner, "other": "1"}
    lines = [json.dumps(own), "null", json.dumps({Label.IMAGE: "shop-test-id"}), ""]
    [image] = image_labels("\n".join(lines))
    assert image == {key: network[key] for key in image}
    assert set(image) == {Label.NAME, Label.KIND, Label.HOST, Label.LOCKS}


def told(**changes: Any) -> dict[str, Any]:
    """Return a container as the engine's API has it."""
    return {
        "Id": "1f",
        "Names": ["/other/alias", "/shop-1"],
        "State": "running",
        "Status": "Up 3 seconds (health: starting)",
        "Created": 1_795_700_000,
        "Ports": [],
        "Labels": {"com.docker.compose.service": "web", Label.BRANCH: "a,b=c", "theirs": "1"},
        **changes,
    }


def test_a_container_of_the_api() -> None:
    assert by_api.container(told()) == Container(
        id="1f",
        name="shop-1",
        service="web",
        state="running",
        status="Up 3 seconds (health: starting)",
        created=f"{datetime.fromtimestamp(1_795_700_000).astimezone():%Y-%m-%d %H:%M:%S %z %Z}",
        health="starting",
        labels={Label.BRANCH: "a,b=c"},
    )
    exited = by_api.container(told(State="exited", Status="Exited (3) 1 second ago", Labels=None))
    assert (exited.exit_code, exited.health, exited.service, exited.labels) == (3, "", "", {})


def test_ports_of_the_api() -> None:
    """As the client has them: on some engines those of IPv4 and IPv6 are not the same."""
    port = {"PrivatePort": 80, "Type": "tcp"}
    ports = [
        {**port, "IP": "::", "PublicPort": 2},
        {**port, "IP": "0.0.0.0", "PublicPort": 1},  # noqa: S104 — as an engine says it
        {"PrivatePort": 53, "Type": "udp"},
    ]
    assert by_api.container(told(Ports=ports)).ports == {(80, "tcp"): 1}
    assert by_api.container(told(Ports=None)).ports == {}


def test_images_of_the_api() -> None:
    images: list[dict[str, Any]] = [
        {"Id": "sha256:0123456789abcdef", "RepoTags": ["x-web:latest", "theirs:1"]},
        {"Id": "sha256:1", "RepoTags": None},
        {"Id": "sha256:2", "RepoTags": ["<none>:<none>"]},
        {"Id": "sha256:3", "RepoTags": ["docker.io/library/x-api:latest"]},
        {"Id": "sha256:4", "RepoTags": [], "RepoDigests": ["registry.example/theirs@sha256:5"]},
    ]
    names = list(by_api.image_names(images))
    assert names == [
        "0123456789ab=x-web:latest",
        "0123456789ab=theirs:1",
        "1=<none>:<none>",
        "2=<none>:<none>",
        "3=x-api:latest",
        "4=registry.example/theirs:<none>",
    ]
    assert own_images("x", names) == ["x-web:latest", "x-api:latest", "1", "2"]
