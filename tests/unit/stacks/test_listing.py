"""Lines of `docker ps` as data."""

from __future__ import annotations

import json

from taskslib.stacks.engine import Container, Label
from taskslib.stacks.listing import FORMAT, parse_containers


def line(status: str, state: str, ports: str) -> str:
    labels = ["shop", "", "id", "shop-test-id", "/src", "a,b=c", "box", "kept", '[{"port":80}]']
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
                Label.ENDPOINTS: '[{"port":80}]',
            },
        ),
    )


def test_exit_code_and_an_empty_listing() -> None:
    found = parse_containers(line("Exited (137) 2 minutes ago", "exited", "") + "\n\n")
    assert [(one.exit_code, one.health) for one in found] == [(137, "")]
    assert parse_containers("") == ()
    assert FORMAT.count("{{json") == 7 + 9
