"""The whole on Podman, on the machine that it is on: in the namespace of its network."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from taskslib.testing import wait_for
from tests.engine.second.daemon import missing, second_daemon
from tests.engine.second.images import TINY
from tests.engine.second.podman import NO_INIT, Podman
from tests.engine.second.server import HANGS, PROGRAM, STACK, load_server
from tests.engine.stacks.conftest import IN_ONE_PROCESS
from tests.support.leftovers import leftovers, remove
from tests.support.projects import PASSES, TASKS, argv, environment, repository, write
from tests.support.projects import inv as inv_outside

pytestmark = IN_ONE_PROCESS


@pytest.fixture(scope="module")
def server(podman: Podman) -> None:
    """Have the server's image there."""
    if not shutil.which(PROGRAM):
        pytest.skip(f"no {PROGRAM}")
    load_server(podman.host)


@pytest.fixture
def shop(
    podman: Podman, server: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """Return a project with a full stack of an image; afterwards nothing of it is left."""
    del server
    root = tmp_path / f"p{os.urandom(4).hex()}"
    repository(write(root, {**TASKS, **STACK}))
    monkeypatch.setenv("DOCKER_HOST", podman.host)
    yield root
    found = leftovers(root.name)
    remove(found)
    assert found == []


def command(podman: Podman, *arguments: str) -> list[str]:
    return ["nsenter", f"--target={podman.inside}", "--net", *argv(*arguments)]


def inv(podman: Podman, root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(podman, *arguments),
        cwd=root,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def with_environment(root: Path) -> Path:
    """Have the suites' environment made, which takes the network that is not in the namespace."""
    write(root, {"tests/unit/test_one.py": PASSES})
    assert inv_outside(root, "test-unit").code == 0
    return root


def test_a_run(podman: Podman, shop: Path) -> None:
    with_environment(shop)
    ran = inv(podman, shop, "test-integration")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert f"✓ {shop.name}" in ran.stdout


def test_a_kept_stack(podman: Podman, shop: Path) -> None:
    assert inv(podman, shop, "infra-up").returncode == 0
    (endpoint,) = json.loads(inv(podman, shop, "ports", "--format", "json").stdout)["endpoints"]
    assert (endpoint["host"], endpoint["container_port"]) == ("127.0.0.1", 5000)
    assert "1/1 up" in inv(podman, shop, "infra-ps").stdout
    assert "listening on" in inv(podman, shop, "infra-logs").stdout
    assert inv(podman, shop, "infra-down").returncode == 0


def test_a_run_that_is_killed(podman: Podman, shop: Path) -> None:
    write(with_environment(shop), {"tests/integration/test_web.py": HANGS})
    with subprocess.Popen(
        command(podman, "test-integration"), cwd=shop, env=environment(), stdout=subprocess.DEVNULL
    ) as run:
        wait_for(lambda: leftovers(shop.name), timeout=60)
        run.kill()
    wait_for(lambda: not leftovers(shop.name), timeout=30)


def test_what_the_doctor_says(podman: Podman, shop: Path) -> None:
    told = json.loads(inv(podman, shop, "doctor", "--json").stdout)["lines"]
    (engine,) = (one for one in told if one["subject"] == "engine")
    assert engine["status"] == "warning"
    assert engine["words"].startswith("Podman ")
    assert "networks" not in {one["subject"] for one in told}  # it gives addresses of its own


def test_no_init_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if why := missing(Podman):
        pytest.skip(why)
    root = tmp_path / f"p{os.urandom(4).hex()}"
    compose = f"services: {{web: {{image: '{TINY}', init: true}}}}\n"
    repository(write(root, {**TASKS, "deploy/test/docker-compose.yml": compose}))
    with second_daemon(tmp_path / "e", kind=Podman, config=NO_INIT) as podman:
        assert isinstance(podman, Podman)
        monkeypatch.setenv("DOCKER_HOST", podman.host)
        ran = inv(podman, root, "infra-up")
        assert leftovers(root.name) == []
    assert ran.returncode == 3
    assert "hint: for `init: true` Podman takes an init program" in ran.stderr


def test_a_healthcheck_that_others_wait_for(podman: Podman, shop: Path) -> None:
    """Where systemd isn't, it never runs: it is waited for, and said why."""
    checked = f"web: {{image: '{TINY}', healthcheck: {{test: [CMD, cat, /bin/sh]}}}}"
    waits = f"api: {{image: '{TINY}', depends_on: {{web: {{condition: service_healthy}}}}}}"
    limits = "[tool.taskslib.limits]\nstart = 5\n"
    files = {"deploy/test/docker-compose.yml": f"services: {{{checked}, {waits}}}\n"}
    write(shop, {**files, "pyproject.toml": limits})
    ran = inv(podman, shop, "infra-up")
    assert ran.returncode == 3
    assert "not ready after 5 s: web starting\n" in ran.stderr
    assert "has healthchecks run by systemd" in ran.stderr
