"""`inv dev-up` where it can't be as it was meant: what is said, and what is left."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from taskslib.testing import wait_for
from tests.engine.environments.conftest import free_ports
from tests.support.leftovers import docker
from tests.support.projects import Ran, argv, environment, inv, unredacted, write
from tests.support.terminal import Terminal

_SERVES = "python -m http.server 8000"
TWO = f"""\
services:
  web:
    image: python:3.13-slim
    init: true
    command: {_SERVES}
    ports: ["127.0.0.1:${{WEB_PORT:-8000}}:8000"]
  page:
    image: python:3.13-slim
    init: true
    command: {_SERVES}
    ports: ["127.0.0.1:${{PAGE_PORT:-8001}}:8000"]
"""
_CHECK = "{test: [CMD, test, -e, /ready], interval: 1s, start_period: 120s, start_interval: 1s}"
SLOW = f"""\
services:
  store:
    image: python:3.13-slim
    init: true
    command: sleep 600
    healthcheck: {_CHECK}
  web:
    image: python:3.13-slim
    init: true
    command: sleep 600
    depends_on: {{store: {{condition: service_healthy}}}}
"""


SLOW_STORE = "services:\n  store: {image: 'python:3.13-slim', init: true, command: sleep 600}\n"


def made(root: Path, compose: str, **more: str) -> Path:
    return write(
        root,
        {
            "tasks.py": "from taskslib import ns\n",
            "pyproject.toml": "",
            "deploy/dev/docker-compose.yml": compose,
            **more,
        },
    )


def states(root: Path) -> dict[str, str]:
    """Return the state of each container of the project's development stack, by service."""
    listed = docker(
        *("ps", "-a", "--format", '{{.Label "com.docker.compose.service"}} {{.State}}'),
        *("--filter", f"label=taskslib.name={root.name}-dev"),
    )
    return dict(line.split() for line in listed.splitlines())


def test_one_port_for_two_services_touches_nothing(shop: Path) -> None:
    made(shop, TWO)
    web, page = free_ports(2)
    write(shop, {"deploy/dev/.env": f"WEB_PORT={web}\nPAGE_PORT={page}\n"})
    assert inv(shop, "dev-up").code == 0
    write(shop, {"deploy/dev/.env": f"WEB_PORT={page}\nPAGE_PORT={page}\n"})
    assert inv(shop, "dev-up") == Ran(
        2,
        "",
        f"error: deploy/dev/.env:2: PAGE_PORT and WEB_PORT are both {page}\n\n"
        "hint: give one of them another port in deploy/dev/.env\n",
    )
    assert states(shop) == {"web": "running", "page": "running"}
    # The other way round: that a port is its own is no reason to refuse it.
    write(shop, {"deploy/dev/.env": f"WEB_PORT={web}\nPAGE_PORT={page}\n"})
    assert inv(shop, "dev-up").code == 0
    assert inv(shop, "dev-down").code == 0


def test_a_port_that_is_taken_is_found_before_anything_starts(shop: Path) -> None:
    made(shop, TWO)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port, (free,) = taken.getsockname()[1], free_ports(1)
        write(shop, {"deploy/dev/.env": f"WEB_PORT={free}\nPAGE_PORT={port}\n"})
        ran = inv(shop, "dev-up")
    assert (ran.code, ran.err.splitlines()[0]) == (
        3,
        f"error: port {port} is taken on this machine (PAGE_PORT)",
    )
    assert states(shop) == {}


@pytest.mark.parametrize("command", [("dev-up",), ("config", "dev")])
def test_what_is_no_port_is_traced_to_its_variable(shop: Path, command: tuple[str, ...]) -> None:
    made(shop, TWO, **{"deploy/dev/.env": "WEB_PORT=8000\nPAGE_PORT=abc\n"})
    assert inv(shop, *command) == Ran(
        2,
        "",
        "error: deploy/dev/.env:2: PAGE_PORT is abc, which is no port\n\n"
        "hint: a number from 1 to 65535: PAGE_PORT=…\n",
    )


def test_what_a_failed_start_leaves_is_said(shop: Path) -> None:
    failing = f"{TWO}  job:\n    image: python:3.13-slim\n    command: sh -c 'echo no; exit 4'\n"
    made(shop, failing, **{"deploy/dev/.env": "WEB_PORT=0\nPAGE_PORT=0\n"})
    ran = inv(shop, "dev-up")
    assert ran.code == 3
    first, second, *_ = ran.err.splitlines()
    assert first == "the stack is half up, without job: inv dev-down ends it"
    assert second == "error: job exited with 4"
    assert inv(shop, "dev-down").code == 0


ENDS = "  {}:\n    image: python:3.13-slim\n    command: echo no\n"


def test_what_ends_is_not_up(shop: Path) -> None:
    made(shop, f"services:\n{ENDS.format('web')}")
    assert inv(shop, "dev-up") == Ran(
        3,
        "",
        "containers of the stack are left: inv dev-down removes them\n"
        f"error: {shop.name}-dev is not up: web ended at once, with 0\n\n"
        "hint: a service that is to stay needs a command that does not end; "
        "what it said: inv dev-logs\n",
    )
    write(shop, {"deploy/dev/docker-compose.yml": f"{SLOW_STORE}{ENDS.format('web')}"})
    assert inv(shop, "dev-up") == Ran(
        0,
        f"{shop.name}-dev is up\n  web has ended, with exit code 0\nend it: inv dev-down\n",
        "",
    )
    listed = inv(shop, "infra-ps").out.splitlines()[0]
    assert listed.startswith(f"{shop.name}-dev  dev  1/1 up, 1 done  ")
    assert inv(shop, "dev-down").code == 0


def test_what_never_answers_is_named_with_its_port(shop: Path) -> None:
    (port,) = free_ports(1)
    limits = "[tool.taskslib.limits]\nready = 2\n"
    silent = TWO.partition("  page:")[0].replace(_SERVES, "sleep 600")
    env = f"WEB_PORT={port}\n"
    made(shop, silent, **{"pyproject.toml": limits, "deploy/dev/.env": env})
    ran = unredacted(shop, "dev-up")
    assert ran.code == 3
    assert (
        f"error: not ready after 2 s: web not answering at 127.0.0.1:{port} (its port 8000)\n"
        in ran.err
    )
    assert "hint: it has no healthcheck, so what it publishes is to answer: " in ran.err
    assert inv(shop, "dev-down").code == 0


@pytest.mark.skipif(sys.platform == "win32", reason="other signals there")
def test_what_an_interrupted_start_and_end_leave_is_said(shop: Path) -> None:
    # It takes the ten seconds that the engine gives it to end.
    deaf = "python -c 'import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)'"
    made(shop, SLOW.replace("sleep 600", deaf, 1))
    child = begun(shop, "dev-up")
    wait_for(lambda: states(shop).get("store") == "running", timeout=60)
    child.send_signal(signal.SIGINT)
    assert child.communicate(timeout=60)[1] == (
        "the stack is half up, without web: inv dev-down ends it\ninterrupted by signal 2\n"
    )
    assert child.returncode == 130
    docker("exec", f"{shop.name}-dev-store-1", "touch", "/ready")
    assert inv(shop, "dev-up").code == 0
    child = begun(shop, "dev-down")
    wait_for(lambda: states(shop).get("web") != "running", timeout=60)
    child.send_signal(signal.SIGINT)
    assert child.communicate(timeout=60)[1] == (
        "not all of the stack is gone: inv dev-down goes on\ninterrupted by signal 2\n"
    )
    assert inv(shop, "dev-down").code == 0
    assert states(shop) == {}


def begun(root: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        argv(*arguments),
        cwd=root,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_person_who_waits_is_told_what_for(shop: Path) -> None:
    made(shop, SLOW)
    shown = Terminal(shop, "dev-up")
    wait_for(lambda: "waiting: store starting, web created" in shown.read(), timeout=120)
    docker("exec", f"{shop.name}-dev-store-1", "touch", "/ready")
    wait_for(lambda: "end it: inv dev-down" in shown.read(), timeout=60)
    assert shown.child.wait(timeout=60) == 0
    assert shown.written.count("waiting: store starting, web created") == 1
    assert inv(shop, "dev-down").code == 0
