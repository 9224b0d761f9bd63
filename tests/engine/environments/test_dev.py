"""`inv dev-up` of the reference services: what is changed is answered, and data stays."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from taskslib.testing import WaitTimeoutError, wait_for
from tests.engine.environments.conftest import free_ports
from tests.support.leftovers import docker, leftovers
from tests.support.projects import Ran, argv, environment, inv, write

MADE = "deploy/dev/.env was not there: made from .env.example; change in it what does not fit\n"


def get(url: str) -> str:
    with urlopen(url, timeout=10) as answer:  # noqa: S310 — it is our own
        return str(answer.read().decode())


def told(url: str, words: str) -> bool:
    try:
        return words in get(url)
    except OSError:  # it is loading itself anew
        return False


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def with_ports(root: Path) -> dict[str, int]:
    """Write a `.env` with ports that are free, and return them."""
    names = ("API_PORT", "FRONTEND_PORT", "DATABASE_PORT")
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    text = (root / "deploy/dev/.env.example").read_text("utf-8")
    for name, port in ports.items():
        text = re.sub(rf"^{name}=.*$", f"{name}={port}", text, flags=re.MULTILINE)
    write(root, {"deploy/dev/.env": text})
    return ports


def containers(root: Path, service: str = "") -> str:
    name = f"label=taskslib.name={root.name}-dev"
    one = ("--filter", f"label=com.docker.compose.service={service}") if service else ()
    return docker("ps", "-q", "--no-trunc", "--filter", name, *one)


def test_a_change_is_answered_without_a_restart_and_data_stays(reference: Path) -> None:
    ports = with_ports(reference)
    api = f"http://127.0.0.1:{ports['API_PORT']}"
    page = f"http://127.0.0.1:{ports['FRONTEND_PORT']}"
    up = (
        f"{reference.name}-dev is up\n"
        "  api       8000/tcp  127.0.0.1:PORT  http://127.0.0.1:PORT\n"
        "  database  5432/tcp  127.0.0.1:PORT  postgresql://dev:***@127.0.0.1:PORT/orders\n"
        "  frontend  8080/tcp  127.0.0.1:PORT  http://127.0.0.1:PORT\n"
        "end it: inv dev-down\n"
    )
    assert inv(reference, "dev-up") == Ran(0, up, "")
    before = containers(reference)
    assert told(f"{page}/api/health", '"ok"')

    services = reference / "services"
    replace(
        services / "api/api/routes.py", 'Health(status="ok")', 'Health(status="ok", detail="x")'
    )
    wait_for(lambda: told(f"{api}/health", '"detail":"x"'), timeout=60)
    replace(services / "frontend/src/money.ts", "export ", "export const changed = 1;\nexport ")
    wait_for(lambda: told(f"{page}/src/money.ts", "changed"), timeout=60)
    loaded = "from worker.settings import Settings"
    replace(services / "worker/worker/__main__.py", loaded, f"{loaded}\nprint('loaded anew')")
    wait_for(lambda: "loaded anew" in inv(reference, "dev-logs", "worker").out, timeout=60)
    assert containers(reference) == before  # nothing was started again

    order = json.dumps({"sku": "coffee", "quantity": 2, "currency": "USD"})
    headers = {"Content-Type": "application/json"}
    with urlopen(Request(f"{api}/orders", order.encode(), headers), timeout=10) as answer:  # noqa: S310
        made = json.load(answer)["id"]
    # The whole way: the worker, loaded anew, prices it.
    wait_for(lambda: '"priced"' in get(f"{api}/orders/{made}"), timeout=60)

    assert inv(reference, "dev-down") == Ran(
        0, "", "the development stack is gone; named volumes stay\n"
    )
    assert containers(reference) == ""
    assert inv(reference, "dev-up") == Ran(0, up, "")
    assert '"priced"' in get(f"{api}/orders/{made}")

    volume = f"{reference.name}-dev-postgres"
    assert inv(reference, "dev-down", "--volumes") == Ran(
        2,
        "",
        f"error: nobody can be asked, since stdin is no terminal: remove the data in {volume}?\n\n"
        "hint: to say yes beforehand: --yes\n",
    )
    assert containers(reference) != ""
    gone = Ran(0, "", "the development stack is gone, and its data\n")
    assert inv(reference, "dev-down", "--volumes", "--yes") == gone
    assert [one for one in leftovers(reference.name) if not one.startswith("image ")] == []
    assert inv(reference, "dev-down") == Ran(0, "", "there was no development stack to end\n")


WEB = """\
services:
  web:
    build: .
    init: true
    ports: ["127.0.0.1:${WEB_PORT:-8000}:8000"]
    volumes: ["data:/data"]
    develop:
      watch:
        - {path: Dockerfile, action: rebuild}
volumes:
  data:
    name: ${COMPOSE_PROJECT_NAME}-data
"""
DOCKERFILE = """\
FROM python:3.13-slim
HEALTHCHECK --interval=5s --start-period=30s --start-interval=200ms \\
  CMD python -c "import urllib.request as u; u.urlopen('http://127.0.0.1:8000')"
CMD ["python", "-m", "http.server", "8000"]
"""


FILES = (
    "tasks.py",
    "Dockerfile",
    *(f"deploy/dev/{one}" for one in ("docker-compose.yml", "Dockerfile", ".env.example")),
)


@pytest.fixture
def small(shop: Path) -> Path:
    (port,) = free_ports(1)
    return write(
        shop,
        {
            "tasks.py": "from taskslib import ns\n",
            "Dockerfile": "",
            "deploy/dev/docker-compose.yml": WEB,
            "deploy/dev/Dockerfile": DOCKERFILE,
            "deploy/dev/.env.example": f"WEB_PORT={port}\n",
        },
    )


def clear(root: Path) -> None:
    """Remove what a developer would keep: data and images."""
    assert inv(root, "dev-down", "--volumes", "--yes").code == 0
    docker("image", "rm", "-f", f"{root.name}-dev-web")


def test_env_is_made_once_and_what_it_lacks_is_said(small: Path) -> None:
    assert inv(small, "dev-up").err == MADE
    write(small, {"deploy/dev/.env.example": "WEB_PORT=1\nNEW=2\n"})
    lacks = "deploy/dev/.env lacks NEW, which .env.example has; add it: NEW=2\n"
    assert inv(small, "dev-up").err == lacks
    clear(small)


BY_HAND = "services: {mail: {image: 'python:3.13-slim', init: true, command: sleep 600}}\n"


def test_what_somebody_started_by_hand_stays(small: Path) -> None:
    project = f"{small.name}-dev"
    compose = ("compose", "-p", project, "-f", str(small / "mail.yml"))
    write(small, {"mail.yml": BY_HAND, "deploy/dev/.env": "WEB_PORT=0\n"})
    refused = Ran(
        2,
        "",
        f"error: {project} has containers that inv did not start: {project}-mail-1\n\n"
        f"hint: end them first: docker rm --force {project}-mail-1\n",
    )
    docker(*compose, "up", "-d")
    try:
        assert inv(small, "dev-up") == refused
        docker(*compose, "down", "--timeout", "0")
        assert inv(small, "dev-up").code == 0
        docker(*compose, "up", "-d")
        assert inv(small, "dev-down", "--volumes", "--yes") == refused
        assert containers(small, "web") != ""
        running = docker("ps", "--format", "{{.Names}}", "--filter", f"name={project}-mail-1")
        assert running == f"{project}-mail-1"
    finally:
        docker("rm", "--force", f"{project}-mail-1")
    clear(small)


def test_data_of_another_project_of_the_name_stays(small: Path) -> None:
    other = write(
        small.parent / "other",
        {
            **{one: (small / one).read_text("utf-8") for one in FILES},
            "pyproject.toml": f"[tool.taskslib]\nproject = '{small.name}'\n",
        },
    )
    assert inv(small, "dev-up").code == 0
    assert inv(small, "dev-down").code == 0
    volume = f"{small.name}-dev-data"
    assert inv(other, "dev-down", "--volumes", "--yes") == Ran(
        2,
        "",
        f"error: {volume} was made in another checkout: {small}\n\n"
        f"hint: remove it there: cd {small} && inv dev-down --volumes\n",
    )
    assert inv(other, "dev-up") == Ran(
        2,
        "",
        f"error: {volume} has the data of another project of this name: {small}\n\n"
        'hint: call this one otherwise: [tool.taskslib] project = "…"\n',
    )
    assert not (other / "deploy/dev/.env").exists()  # refused before anything is made
    assert f"volume {volume}" in leftovers(small.name)
    clear(small)


def test_a_shell_and_logs_of_services_that_are_there_or_not(small: Path) -> None:
    down = Ran(3, "", "error: the development stack is not up\n\nhint: start it: inv dev-up\n")
    for words in (("dev-logs",), ("dev-shell", "web")):
        assert inv(small, *words) == down
    assert inv(small, "dev-up").code == 0
    no = Ran(2, "", "error: no service 'wbe'\n\nhint: did you mean 'web'? services: web\n")
    for words in (("dev-logs", "wbe"), ("dev-shell", "wbe")):
        assert inv(small, *words) == no
    assert "web-1" in inv(small, "dev-logs", "web", "--tail", "5").out
    assert inv(small, "dev-shell", "web", "--", "echo", "a b") == Ran(0, "a b\n", "")
    assert inv(small, "dev-shell", "web", "--", "sh", "-c", "exit 7") == Ran(7, "", "")
    assert inv(small, "dev-shell", "web", "--", "no-such-program").code in {126, 127}
    shell = subprocess.run(
        argv("dev-shell", "web"),
        cwd=small,
        env=environment(),
        input="echo $((1 + 2))\nexit 3\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (shell.returncode, shell.stdout) == (3, "3\n")
    clear(small)


def test_a_port_that_is_taken_is_said_in_one_line(small: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        write(small, {"deploy/dev/.env": f"WEB_PORT={port}\n"})
        assert inv(small, "dev-up") == Ran(
            3,
            "",
            f"error: port {port} is taken on this machine (WEB_PORT)\n\n"
            "hint: give another one in deploy/dev/.env, WEB_PORT=…, or end what listens there\n",
        )
    clear(small)


def test_watch_rebuilds_and_what_it_recreates_stays_ours(small: Path) -> None:
    said = small.parent / "said.txt"
    with said.open("wb") as file:
        child = subprocess.Popen(
            argv("dev-up", "--watch"),
            cwd=small,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    try:
        wait_for(lambda: "Watch enabled" in said.read_text("utf-8"), timeout=120)
        before = containers(small, "web")
        dockerfile = small / "deploy/dev/Dockerfile"

        def rebuilding() -> bool:
            # The watch is up a moment before it hears of changes, and waits until they cease.
            dockerfile.write_text(dockerfile.read_text("utf-8") + "# more\n", "utf-8")
            with suppress(WaitTimeoutError):
                wait_for(lambda: "Rebuilding" in said.read_text("utf-8"), timeout=5)
                return True
            return False

        wait_for(rebuilding, timeout=60)
        wait_for(lambda: containers(small, "web") not in {"", before}, timeout=120)
        os.killpg(child.pid, signal.SIGINT)  # type: ignore[attr-defined,unused-ignore]
        assert child.wait(timeout=60) == 130
    finally:
        child.kill()
        child.wait()
    assert containers(small) == containers(small, "web") != ""  # our labels are on it
    assert "the stack is still up: inv dev-down ends it" in said.read_text("utf-8")
    clear(small)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(
    ("answer", "words"), [("n\n", "nothing was ended"), ("y\n", "and its data")]
)
def test_data_is_removed_when_a_person_says_so(small: Path, answer: str, words: str) -> None:
    import pty

    assert inv(small, "dev-up").code == 0
    ours, theirs = pty.openpty()  # type: ignore[attr-defined,unused-ignore]
    os.write(ours, answer.encode())
    done = subprocess.run(
        argv("dev-down", "--volumes"),
        cwd=small,
        env=environment(),
        stdin=theirs,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    os.close(ours)
    os.close(theirs)
    assert f"remove the data in {small.name}-dev-data? [y/N]" in done.stderr
    assert words in done.stderr
    volumes = [one for one in leftovers(small.name) if one.startswith("volume ")]
    assert volumes == ([f"volume {small.name}-dev-data"] if answer == "n\n" else [])
    clear(small)
