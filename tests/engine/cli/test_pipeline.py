"""`inv test` on the real engine, in temporary projects: green, red, broken, interrupted."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from taskslib.testing import wait_for
from tests.support.leftovers import docker, leftovers
from tests.support.projects import Ran, argv, environment, inv, multi, single, write

WEB = "services/web"
COMPOSE = f"{WEB}/deploy/test/docker-compose.yml"
FAILS = """\
import os, urllib.request

def test_fails():
    urllib.request.urlopen(os.environ["TEST_WEB_URL"] + "/of-the-test", timeout=60)

def test_later():
    assert 1 == 2
"""


def test_a_repo_without_any_configuration(shop: Path) -> None:
    write(shop, multi())
    assert inv(shop, "test") == Ran(
        0,
        "Unit Tests\n"
        "  ✓ web              1 passed TIME\n"
        "Service Tests\n"
        "  ✓ web              1 passed TIME\n"
        "\n"
        "2 suites in TIME\n"
        "2 passed, 0 failed, 0 skipped\n",
        "",
    )


def test_a_flat_repo_has_two_stages(shop: Path) -> None:
    write(shop, single())
    assert inv(shop, "test").out == (
        "Unit Tests\n"
        f"  ✓ {shop.name:16} 1 passed TIME\n"
        "Integration Tests\n"
        f"  ✓ {shop.name:16} 1 passed TIME\n"
        "\n"
        "2 suites in TIME\n"
        "2 passed, 0 failed, 0 skipped\n"
    )


def test_a_red_service_suite_shows_its_logs_and_blocks_the_next_stage(shop: Path) -> None:
    root = {
        "tests/integration/test_a.py": "",
        "deploy/test/compose.yaml": "services: {a: {image: 'python:3.13-slim'}}\n",
    }
    write(shop, multi(**root, **{f"{WEB}/tests/integration/test_service.py": FAILS}))
    ran = inv(shop, "test")
    assert ran.code == 1
    assert "    F1 FAILED test_fails\n" in ran.out
    again = f"inv test {WEB}/tests/integration/test_service.py::test_fails"
    assert f"    again: {again}\n" in ran.out
    _, _, logs = ran.out.partition("    logs of its containers:\n")
    assert '"GET /of-the-test HTTP/1.1" 404 -\n' in logs
    assert f"○ {shop.name:16} not run: stage service failed\n" in ran.out
    assert ran.out.endswith("full output: .taskslib/runs/RUN\n2 suites in TIME\n"
                            "1 passed, 2 failed, 0 skipped\n")  # fmt: skip


@pytest.mark.parametrize(
    ("files", "code", "words"),
    [
        ({COMPOSE: ""}, 2, f"    ROOT/{COMPOSE}:1: empty compose file\n"),
        (
            {COMPOSE: "services:\n  web: [\n"},
            2,
            f"    ROOT/{COMPOSE}:2: yaml: line 2: did not find expected node content\n",
        ),
        (
            {COMPOSE: "services:\n  web:\n    imgae: x\n"},
            2,
            f"    ROOT/{COMPOSE}:3: services.web Additional property imgae is not allowed\n",
        ),
        (
            {f"{WEB}/Dockerfile": "FROM python:3.13-slim\nRUN echo why; exit 7\n"},
            3,
            "exit code: 7\n",
        ),
        (
            {f"{WEB}/Dockerfile": 'FROM python:3.13-slim\nCMD ["sh", "-c", "echo why; exit 3"]\n'},
            3,
            "    web exited with 3\n    logs of web:\n    web-1  | why\n",
        ),
        (
            {
                f"{WEB}/Dockerfile": "FROM python:3.13-slim\n"
                "HEALTHCHECK --interval=200ms --retries=1 CMD echo probed; exit 1\n"
                'CMD ["sh", "-c", "echo why; sleep 60"]\n'
            },
            3,
            "    web unhealthy\n    healthcheck of web:\n    probed\n\n    logs of web:\n"
            "    web-1  | why\n",
        ),
    ],
    ids=["empty", "malformed", "unknown", "build", "exits", "unhealthy"],
)
def test_a_stack_that_does_not_come_up(
    shop: Path, files: dict[str, str], code: int, words: str
) -> None:
    write(shop, multi(**files))
    ran = inv(shop, "test-service", "web")
    assert ran.code == code
    assert words in ran.out
    assert ran.out.endswith("0 passed, 1 failed, 0 skipped\n")
    assert ran.err == ""


def test_without_an_engine_the_unit_stage_still_runs(shop: Path) -> None:
    write(shop, multi())
    ran = inv(shop, "test", DOCKER_HOST="unix:///nonexistent.sock")
    assert ran.code == 3
    assert ran.out.startswith("Unit Tests\n  ✓ web              1 passed TIME\n")
    assert "    the container engine is not running\n" in ran.out
    assert "    hint: start it at unix:///nonexistent.sock, which DOCKER_HOST names; " in ran.out


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals between processes")
@pytest.mark.parametrize(("signum", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_a_signal_during_the_tests_takes_everything_down(
    shop: Path, signum: str, code: int
) -> None:
    hangs = (
        "import pathlib, time\n\n"
        "def test_hangs():\n    pathlib.Path('up').touch()\n    time.sleep(300)\n"
    )
    write(shop, multi(**{f"{WEB}/tests/integration/test_service.py": hangs}))
    with subprocess.Popen(
        argv("test-service", "web"),
        cwd=shop,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as child:
        wait_for((shop / WEB / "up").exists, timeout=120)
        child.send_signal(getattr(signal, signum))
        out, _ = child.communicate(timeout=60)
    assert child.returncode == code
    assert "  ○ web              interrupted" in out
    assert leftovers(shop.name) == []


def test_kept_stacks(shop: Path) -> None:
    write(shop, multi())
    none = inv(shop, "ports", "--service", "web", "--format", "env")
    assert (none.code, none.out) == (3, "")
    assert none.err.endswith("\n\nhint: start it: inv infra-up --service web\n")
    name = f"{shop.name}-web-{shop.name}-ID-kept"
    up = (
        f"{name} is up\n"
        "  web  8000/tcp  127.0.0.1:PORT  http://127.0.0.1:PORT\n"
        "end it: inv infra-down --service web\n"
    )
    first = inv(shop, "test-service", "web", "--keep", "--json")
    assert json.loads(first.out)["exit"]["code"] == 0
    assert up in first.err
    again = inv(shop, "test-service", "web", "--keep")
    assert again.code == 2
    assert again.err == (
        f"error: a kept stack is there already: {name}\n\n"
        "hint: `inv infra-down --service web` ends it\n"
    )
    assert inv(shop, "test-service", "web").code == 0  # its own, beside it
    assert inv(shop, "infra-up", "--service", "web") == Ran(0, up, "")
    ports = inv(shop, "ports", "--service", "web", "--format", "env")
    port = ports.out.split("PORT=")[1].split()[0]
    assert ports.out == (
        f"export TEST_INSTANCE_ID={shop.name}-ID\n"
        f"export TEST_COMPOSE_PROJECT={name}\n"
        "export TEST_WEB_HOST=127.0.0.1\n"
        f"export TEST_WEB_PORT={port}\n"
        f"export TEST_WEB_PORT_8000={port}\n"
        "export TEST_WEB_URL=http://127.0.0.1:PORT\n"
    )
    listed = inv(shop, "infra-ps").out
    assert listed.startswith(f"{name}  kept  1/1 up  ")
    assert "\n  no branch  ROOT\n  web " in listed
    assert "web-1  | " in inv(shop, "infra-logs", "--service", "web").out
    assert inv(shop, "infra-down", "--service", "web") == Ran(0, "", "the stack is gone\n")
    assert inv(shop, "infra-down", "--service", "web").err == "there was no stack to end\n"


def test_what_is_not_ours_stays(shop: Path) -> None:
    """A foreign network with the name that the Compose file asks for, and a similar volume."""
    foreign = f"{shop.name}-test-shared"
    fixed = (
        "services:\n"
        "  web:\n"
        "    build: ../..\n"
        "    init: true\n"
        f"    container_name: {foreign}\n"
        "    restart: always\n"
        '    ports: ["18999:8000"]\n'
        "    networks: [shared]\n"
        "    volumes: ['data:/data']\n"
        f"networks: {{shared: {{name: {foreign}, external: true}}}}\n"
        f"volumes: {{data: {{name: {foreign}}}}}\n"
    )
    docker("network", "create", foreign)
    docker("volume", "create", foreign)
    try:
        write(shop, multi(**{COMPOSE: fixed}))
        assert inv(shop, "test").code == 0
        assert docker("network", "ls", "-q", "--filter", f"name={foreign}")
        assert docker("volume", "ls", "-q", "--filter", f"name={foreign}")
    finally:
        docker("network", "rm", foreign)
        docker("volume", "rm", foreign)
