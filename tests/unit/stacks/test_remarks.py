"""What is said of a stack before it starts."""

from __future__ import annotations

from pathlib import Path

from taskslib.project.model import Stack
from taskslib.stacks.engine import Label
from taskslib.stacks.instance import Spec
from taskslib.stacks.reach import Reach
from taskslib.stacks.remarks import remarks

FILE = """\
services:
  restart:
    image: x
    restart: on-failure
    deploy: {restart_policy: {condition: any}}
    ports: ["80:80"]
"""


def test_what_is_replaced_and_what_is_switched_off(tmp_path: Path) -> None:
    file = tmp_path / "docker-compose.yml"
    file.write_text(FILE)
    service = {
        "image": "x",
        "restart": "on-failure",
        "deploy": {"restart_policy": {"condition": "any"}},
        "ports": [{"target": 80, "published": "80"}],
    }
    spec = Spec(Stack("", (file,)), "shop-test-x", "x", {Label.ROOT: str(tmp_path)})
    off = "is switched off: what ends in a test stack has ended"
    assert list(remarks({"services": {"restart": service}}, spec, Reach())) == [
        f"docker-compose.yml:4: service restart: restart on-failure {off}",
        f"docker-compose.yml:5: service restart: deploy restart_policy {off}",
        "docker-compose.yml:6: service restart: ports 80 is fixed; "
        "every stack gets one of its own instead",
    ]
