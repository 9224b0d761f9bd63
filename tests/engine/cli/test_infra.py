"""Stacks that stay: up, where they are reached, what they log, down; and branches beside them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.support.leftovers import docker, leftovers
from tests.support.projects import (
    COMPOSE,
    Ran,
    argv,
    environment,
    inv,
    multi,
    repository,
    single,
    write,
)


def eval_ports(root: Path) -> str:
    """Return what a shell knows after `eval "$(inv ports --format env)"`."""
    command = " ".join(argv("ports", "--format", "env"))
    done = subprocess.run(
        ["sh", "-c", f'eval "$({command})" && echo $TEST_WEB_URL $TEST_WEB_PORT'],
        cwd=root,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.mark.skipif(shutil.which("sh") is None, reason="needs a POSIX shell")
def test_the_full_stack_of_two_branches(shop: Path) -> None:
    write(shop, single())
    repo = repository(shop, "feature/a")
    other = shop.with_name("other")
    repo.git.worktree("add", "-b", "feature/b", str(other))
    name = f"{shop.name}-test-feature-a-ID-kept"
    table = "web  8000/tcp  127.0.0.1:PORT  http://127.0.0.1:PORT\n"

    none = f"error: no stack is up for this branch ({name})\n\nhint: start it: inv infra-up\n"
    for form in ("table", "env", "json"):
        assert inv(shop, "ports", "--format", form) == Ran(3, "", none)
    assert inv(shop, "infra-logs") == Ran(3, "", none)

    up = f"{name} is up\n  {table}end it: inv infra-down\n"
    assert inv(shop, "infra-up") == Ran(0, up, "")
    before = docker("ps", "-q", "--filter", f"label=taskslib.project={shop.name}")
    assert inv(shop, "test-infra-up") == Ran(0, up, "")  # the same, untouched
    assert docker("ps", "-q", "--filter", f"label=taskslib.project={shop.name}") == before

    assert inv(shop, "ports") == Ran(0, table, "")
    assert inv(other, "ports").code == 3
    url, port = eval_ports(shop).split()
    with urlopen(url, timeout=10) as answer:  # noqa: S310 — it is our own
        assert answer.status == 200
    document = subprocess.run(
        argv("ports", "--format", "json"),
        cwd=shop,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    told = json.loads(document)
    assert told["version"] == 1
    assert told["instance"] == told["variables"]["TEST_INSTANCE_ID"]
    assert told["endpoints"] == [
        {
            "service": "web",
            "container_port": 8000,
            "protocol": "tcp",
            "host": "127.0.0.1",
            "port": int(port),
            "url": url,
            "variables": {
                "TEST_WEB_HOST": "127.0.0.1",
                "TEST_WEB_PORT": port,
                "TEST_WEB_PORT_8000": port,
                "TEST_WEB_URL": url,
            },
        }
    ]

    assert inv(other, "infra-up").code == 0
    for root in (shop, other):  # one project: each sees both
        listed = re.sub(r"Up .*", "Up", inv(root, "infra-ps").out).replace("ROOT", str(root))
        listed = re.sub(r"1/1 up  \d+ s", "1/1 up  AGE", listed)
        assert listed.partition("stand-ins, ")[0] == (
            f"{shop.name}-test-feature-a-ID-kept  kept  1/1 up  AGE\n"
            f"  feature/a  {shop}\n"
            "  web              Up\n"
            f"{shop.name}-test-feature-b-ID-kept  kept  1/1 up  AGE\n"
            f"  feature/b  {other}\n"
            "  web              Up\n"
        )

    logs = inv(shop, "infra-logs", "--tail", "1")
    assert (logs.code, logs.err, logs.out.count("\n")) == (0, "", 1)
    assert logs.out.startswith("web-1  | ")

    assert inv(shop, "test-infra-down") == Ran(0, "", "the stack is gone\n")
    assert inv(shop, "infra-down") == Ran(0, "", "there was no stack to end\n")
    assert f"{shop.name}-test-feature-b-" in "".join(leftovers(shop.name))
    assert inv(other, "infra-down") == Ran(0, "", "the stack is gone\n")


def test_prune_ends_just_what_nobody_needs(shop: Path) -> None:
    write(shop, single())
    repo = repository(shop, "main")
    other = shop.with_name("other")
    repo.git.worktree("add", "-b", "feature/gone", str(other))
    for root in (shop, other):
        assert inv(root, "infra-up").code == 0
    assert inv(shop, "infra-prune") == Ran(0, "", "there is nothing to prune\n")

    repo.git.worktree("remove", "--force", str(other))
    name = f"{shop.name}-test-feature-gone-ID-kept"
    gone = f"{name}  its worktree is gone: {other}\n"
    hint = "nothing was ended; `inv infra-prune --yes` ends these, with their data\n"
    listed = inv(shop, "infra-prune")
    assert (listed.code, listed.out.replace("ROOT", str(shop)), listed.err) == (0, gone, hint)
    marked = [line for line in inv(shop, "infra-ps").out.splitlines() if "infra-prune" in line]
    assert marked == [f"  its worktree is gone: {other}; inv infra-prune --yes ends it"]
    assert inv(shop, "infra-prune", "--yes") == Ran(0, f"{name} is gone\n", "")
    assert inv(shop, "ports").code == 0
    assert inv(shop, "infra-prune", "--older", "1x").code == 2
    assert inv(shop, "infra-down").code == 0


def test_another_stack_of_the_branch_is_not_forgotten(shop: Path) -> None:
    full = COMPOSE.format(context="../../services/web")
    write(shop, multi(**{"deploy/test/docker-compose.yml": full}))
    assert inv(shop, "infra-up", "--service", "web").code == 0
    said = "there was no stack to end\nweb's own is up: inv infra-down --service web\n"
    assert inv(shop, "infra-down") == Ran(0, "", said)
    assert inv(shop, "infra-down", "--service", "web") == Ran(0, "", "the stack is gone\n")
