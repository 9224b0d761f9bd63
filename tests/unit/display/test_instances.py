"""Running stacks as lines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from taskslib.display.instances import instance_lines
from taskslib.stacks.engine import Container
from taskslib.stacks.inventory import Listed, Prunable

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
WEB = Container("1", "web-1", "web", "running", status="Up 3 hours")


def listed(name: str, branch: str, owner: str = "") -> Listed:
    began = NOW - timedelta(hours=3)
    return Listed(name, "kept", branch, f"/src/{name}", "box", began, owner, (WEB,))


def test_what_nobody_needs_is_marked() -> None:
    found = [listed("a", "main"), listed("b", "gone"), listed("c", "", "pid 7")]
    unneeded = [Prunable("b", "its branch is gone: gone")]
    assert list(instance_lines(found, unneeded, NOW)) == [
        "a  kept  1/1 up  3 h",
        "  main  /src/a",
        "  web              Up 3 hours",
        "b  kept  1/1 up  3 h",
        "  gone  /src/b",
        "  its branch is gone: gone; inv infra-prune --yes ends it",
        "  web              Up 3 hours",
        "c  kept  1/1 up  3 h  held by pid 7",
        "  no branch  /src/c",
        "  web              Up 3 hours",
    ]
