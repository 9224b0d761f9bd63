"""A stack with all of the pattern's mistakes runs when `inv lint --fix` has been over it."""

from __future__ import annotations

import json
import subprocess
import uuid
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.support.mistakes import FIXED, LEFT, PATH, mistaken
from tests.support.projects import TASKS, Ran, argv, environment, inv, repository, write


def test_the_fixed_stack_comes_up(shop: Path) -> None:
    write(shop, mistaken())
    repository(shop)
    assert inv(shop, "lint", "--fix") == Ran(0, f"fixed {PATH}\n{LEFT}", "")
    assert (shop / PATH).read_text("utf-8") == FIXED
    try:
        up = inv(shop, "infra-up")
        # Not a word of what had to be replaced for the branch's sake.
        assert (up.code, up.err) == (0, "")
        told = subprocess.run(
            argv("ports", "--format", "json"),
            cwd=shop,
            env=environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        variables = json.loads(told.stdout)["variables"]
        assert variables["TEST_DATABASE_URL"].startswith("postgresql://postgres:test@127.0.0.1:")
        with urlopen(variables["TEST_WEB_URL"], timeout=10) as answer:  # noqa: S310 — it is our own
            assert answer.status == 200
    finally:
        assert inv(shop, "infra-down").code == 0


STAYS = "web: {image: 'python:3.13-slim', command: [sleep, '300'], restart: always}"
ONCE = "once: {image: 'python:3.13-slim', command: [\"true\"]MORE}"
WAITS = (
    "waits: {image: 'python:3.13-slim', command: [sleep, '300'], restart: always, "
    "depends_on: {once: {condition: service_completed_successfully}}}"
)


@pytest.mark.parametrize(
    ("services", "code"),
    [
        ((STAYS,), 0),
        ((STAYS, ONCE.replace("MORE", "")), 1),
        ((STAYS, ONCE.replace("MORE", ", restart: on-failure")), 1),
        ((STAYS, ONCE.replace("MORE", ""), WAITS), 0),
    ],
    ids=["servers", "a one-shot", "one that is repeated", "one that is waited for"],
)
def test_wait_is_added_where_compose_itself_exits_0(
    tmp_path: Path, services: tuple[str, ...], code: int
) -> None:
    path = "deploy/test/compose.yml"
    text = "services:\n" + "".join(f"  {one}\n" for one in services)
    command = f"docker compose -f {path} up -d\n"
    root = write(tmp_path, {**TASKS, path: text, "scripts/test.sh": f"#!/bin/sh\n{command}"})
    assert inv(root, "lint", "--fix", "--rule", "TL704").code == 0
    is_added = "up --wait -d" in (root / "scripts/test.sh").read_text("utf-8")
    compose = (
        "docker",
        "compose",
        "-p",
        f"taskslib-wait-{uuid.uuid4().hex[:8]}",
        "-f",
        path,
    )
    try:
        up = subprocess.run((*compose, "up", "-d", "--wait"), cwd=root, check=False, timeout=60)
    finally:
        down = (*compose, "down", "-v", "-t", "0")
        subprocess.run(down, cwd=root, check=True, capture_output=True, timeout=60)
    assert (up.returncode, is_added) == (code, code == 0)
