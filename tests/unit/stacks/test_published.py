"""The ports that a stack fixes: which can't be had, and which variable moves each."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from taskslib.errors import ConfigError, StackError
from taskslib.project.environments import env_file, environment
from taskslib.stacks.engine import Container
from taskslib.stacks.limits import taken_port
from taskslib.stacks.published import (
    Sources,
    in_use,
    port_error,
    published,
    refuse_ports,
    refused_port,
)
from tests.support.projects import write

COMPOSE = """\
services:
  web:
    image: x:1
    ports: ["${WEB_PORT:-8000}:8000", "${OTHER:-9000}:9000", "7000:7000"]
  page:
    image: x:1
    ports:
      - {target: 80, published: "${PAGE_PORT:-8080}"}
"""
FILE = "deploy/dev/compose.yml"


def sources(root: Path, env: str = "", environ: dict[str, str] | None = None) -> Sources:
    write(root, {FILE: COMPOSE, "deploy/dev/.env": env})
    stack = environment(root, "dev")
    return Sources(stack, root, env_file(stack).values or {}, environ or {})


def config(**ports: list[str]) -> dict[str, Any]:
    """Return services, each with ports such as `8000`, `127.0.0.1:8000`, `8000/udp`."""
    services = {}
    for service, given in ports.items():
        parts = [one.partition("/") for one in given]
        services[service] = {
            "ports": [
                {
                    "target": 80,
                    "published": place.rpartition(":")[2],
                    "host_ip": place.rpartition(":")[0],
                    "protocol": protocol or "tcp",
                }
                for place, _, protocol in parts
            ]
        }
    return {"services": services}


def refusal(
    made: dict[str, Any], given: Sources, taken: tuple[int, ...] = (), own: tuple[int, ...] = ()
) -> tuple[str, str]:
    there = [Container("1", "x", "web", "running", ports={(80, "tcp"): port}) for port in own]
    with pytest.raises((ConfigError, StackError)) as refused:
        refuse_ports(made, there, given, lambda _, port: port in taken)
    return refused.value.message, refused.value.hint


@pytest.mark.parametrize(
    ("env", "environ", "place"),
    [
        ("WEB_PORT=8802\nPAGE_PORT=8802\n", {}, "deploy/dev/.env:1"),
        ("# ports\nPAGE_PORT=8802\n", {"WEB_PORT": "8802"}, "the environment"),
    ],
)
def test_two_variables_with_one_port(
    tmp_path: Path, env: str, environ: dict[str, str], place: str
) -> None:
    given = sources(tmp_path, env, environ)
    assert refusal(config(web=["8802"], page=["8802"]), given) == (
        f"{place}: WEB_PORT and PAGE_PORT are both 8802",
        "give one of them another port in deploy/dev/.env",
    )


def test_two_services_with_one_port_that_no_variable_moves(tmp_path: Path) -> None:
    assert refusal(config(web=["7000"], page=["7000"]), sources(tmp_path)) == (
        f"{FILE}: web and page both publish port 7000",
        "give one of them another port",
    )


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ("80", "80", True),
        ("80", "80/udp", False),
        ("127.0.0.1:80", "127.0.0.2:80", False),
        ("127.0.0.1:80", "0.0.0.0:80", True),
        ("80", "81", False),
    ],
)
def test_which_ports_meet(tmp_path: Path, one: str, other: str, *, meet: bool) -> None:
    made = config(web=[one], page=[other])
    first, second = published(made)
    assert first.meets(second) is second.meets(first) is meet
    if not meet:
        refuse_ports(made, (), sources(tmp_path), lambda _, __: False)


def test_ports_of_a_profile_and_free_ones_are_fixed_to_nothing() -> None:
    made = config(web=["0"], tool=["80"], page=["8000-8010"])
    made["services"]["tool"]["profiles"] = ["tools"]
    assert list(published(made)) == []


def test_a_port_of_something_else_is_refused_and_the_stacks_own_is_not(tmp_path: Path) -> None:
    made, given = config(web=["8000"], page=["8080"]), sources(tmp_path)
    told = refusal(made, given, taken=(8000, 8080), own=(8000,))
    assert told == (
        "port 8080 is taken on this machine (PAGE_PORT)",
        "give another one in deploy/dev/.env, PAGE_PORT=…, or end what listens there",
    )
    refuse_ports(made, (), given, None)  # an engine elsewhere
    refuse_ports(config(web=["8000/udp"]), (), given, lambda _, __: True)


def test_whether_a_program_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert in_use("", port)
        assert in_use("127.0.0.1", port)
    assert not in_use("", port)
    assert not in_use("192.0.2.1", port)  # no address of this machine


@pytest.mark.parametrize(
    ("env", "environ", "place"),
    [
        ("# ports\nWEB_PORT=99999\n", {}, "deploy/dev/.env:2"),
        ("", {"WEB_PORT": "99999"}, "the environment"),
    ],
)
def test_what_is_no_port_is_traced_to_its_variable(
    tmp_path: Path, env: str, environ: dict[str, str], place: str
) -> None:
    error = ConfigError(f"{FILE}: Invalid hostPort: 99999")
    given = sources(tmp_path, env, environ)
    told = refused_port(error, given)
    assert told is not None
    words = (
        f"{place}: WEB_PORT is 99999, which is no port",
        "a number from 1 to 65535: WEB_PORT=…",
    )
    assert (told.message, told.hint) == words
    assert refusal(config(web=["99999"]), given) == words  # Compose takes the long form as it is
    assert refused_port(ConfigError("no services"), given) is None


def test_what_is_no_port_and_of_no_variable(tmp_path: Path) -> None:
    error = ConfigError(f"{FILE}:4: Invalid hostPort: 70000")
    assert refused_port(error, sources(tmp_path)) is None
    assert refusal(config(web=["70000"]), sources(tmp_path)) == (
        f"{FILE}: web publishes 70000, which is no port",
        "",
    )


BY_CONTAINER = "… Bind for 0.0.0.0:{port} failed: port is already allocated"
BY_PROCESS = (
    "Error starting userland proxy: listen tcp4 127.0.0.1:{port}: bind: address already in use"
)
FROM_28 = "failed to bind host port for 0.0.0.0:{port}:172.18.0.2:80/tcp: address already in use"
LATER = "failed to bind host port 0.0.0.0:{port}/tcp: address already in use"


@pytest.mark.parametrize("words", [BY_CONTAINER, BY_PROCESS, FROM_28, LATER])
def test_a_port_that_is_taken(words: str) -> None:
    assert taken_port(words.format(port=8000)) == 8000


def test_another_reason_is_no_taken_port() -> None:
    assert taken_port("no space left on device") is None


@pytest.mark.parametrize(
    ("port", "values", "message", "hint"),
    [
        (
            8000,
            {},
            "port 8000 is taken on this machine (WEB_PORT)",
            "give another one in deploy/dev/.env, WEB_PORT=…, or end what listens there",
        ),
        (
            8123,
            {"OTHER": "8123"},
            "port 8123 is taken on this machine (OTHER)",
            "give another one in deploy/dev/.env, OTHER=…, or end what listens there",
        ),
        (
            7000,
            {},
            "port 7000 is taken on this machine",
            "end what listens there, or publish another one in deploy/dev/compose.yml",
        ),
    ],
)
def test_a_taken_port_names_its_variable(
    tmp_path: Path, port: int, values: dict[str, str], message: str, hint: str
) -> None:
    error = StackError("it does not start", details=BY_PROCESS.format(port=port))
    told = port_error(error, sources(tmp_path, environ=values))
    assert told is not None
    assert (told.message, told.details, told.hint) == (message, "", hint)


def test_any_other_failure_is_left_as_it_is(tmp_path: Path) -> None:
    assert port_error(StackError("no", details="why"), sources(tmp_path)) is None
