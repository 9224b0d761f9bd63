"""What is read off files, listings and the environment."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from taskslib.cancellation import Cancellation
from taskslib.doctor.health.engine import engine_facts
from taskslib.doctor.health.facts import Net, Wait
from taskslib.doctor.health.pools import DEFAULT_POOLS, Pool, left, linked, pool, resolvers
from taskslib.doctor.health.repo import base_images, crlf_files, repo_facts
from taskslib.doctor.health.system import net
from taskslib.doctor.health.waits import wait
from taskslib.doctor.machine import ThisMachine
from taskslib.pipeline.history.database import is_damaged
from taskslib.processes import Completed
from taskslib.project import load
from taskslib.project.references.values import duration
from tests.support.projects import multi, repository, single, write

TINY = pool("10.0.0.0/28", 30)
BRIDGE = "172.17.0.0/16"


@pytest.mark.parametrize(
    ("pools", "subnets", "number"),
    [
        (DEFAULT_POOLS, [], 31),
        (DEFAULT_POOLS, [BRIDGE], 30),  # as DESIGN and the engine itself say
        (DEFAULT_POOLS, [BRIDGE, "172.20.0.0/16", "192.168.16.0/20", "10.0.0.0/8", ""], 28),
        (DEFAULT_POOLS, ["192.168.0.0/24", "192.168.1.0/24"], 30),  # both in one piece
        (DEFAULT_POOLS, ["172.16.0.0/12"], 16),  # wider than the pools in it
        (DEFAULT_POOLS, ["fd00::/64", "no network"], 31),
        ((TINY,), [], 4),
        ((TINY,), ["10.0.0.0/29"], 2),  # as wide as two pieces
    ],
)
def test_networks_that_are_left(pools: tuple[Pool, ...], subnets: list[str], number: int) -> None:
    assert left(pools, subnets) == number


ROUTES = """\
Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
br-left\t000012AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
eth0\t000014AC\t010200C0\t0003\t0\t0\t0\t0000FFFF\t0\t0\t0
"""
"""As a little-endian machine tells them."""


@pytest.mark.skipif(sys.byteorder == "big", reason="they are told in the machine's byte order")
def test_ranges_on_links_are_used_and_those_behind_a_gateway_are_not() -> None:
    assert list(linked(ROUTES)) == ["172.18.0.0/255.255.0.0"]
    assert left(DEFAULT_POOLS, [BRIDGE, *linked(ROUTES)]) == 29


def test_name_servers_are_used_addresses() -> None:
    text = "# nameserver 172.18.0.1\nnameserver 172.19.0.53\nnameserver ::1\nsearch a.example\n"
    assert list(resolvers(text)) == ["172.19.0.53", "::1"]
    assert left(DEFAULT_POOLS, resolvers(text)) == 30


@pytest.mark.parametrize(("host", "networks"), [("build-7", 30), ("laptop", 31)])
def test_what_a_machine_uses_counts_for_an_engine_on_it(host: str, networks: int) -> None:
    said = {"info": '{"Name": "build-7", "DockerRootDir": ""}', "network": "[]"}
    facts = engine_facts(
        lambda argv: Completed(0, said[argv[1]], ""), host=host, used=("172.18.0.0/16",)
    )
    assert facts.pools == networks


def test_a_pool_of_the_other_protocol_is_none() -> None:
    assert pool("fd00::/48", 64) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("200ms", 0.2),
        ("1m30s", 90),
        ("5s", 5),
        ("1.5s", 1.5),
        ("5", None),
        ("", None),
        (None, None),
    ],
)
def test_durations(text: object, seconds: float | None) -> None:
    assert duration(text) == (None if seconds is None else pytest.approx(seconds))


def service(check: dict[str, Any] | None, *after: str) -> dict[str, Any]:
    conditions = {name: {"condition": "service_healthy"} for name in after}
    return {"healthcheck": check, "depends_on": conditions}


FAST = {"interval": "5s", "start_period": "30s", "start_interval": "200ms"}


@pytest.mark.parametrize(
    ("services", "seconds", "path"),
    [
        ({"db": service(FAST), "api": service(FAST, "db")}, 0.4, ("db 0.2 s", "api 0.2 s")),
        ({"db": service({"interval": "5s"}), "api": service(FAST, "db")}, 5.2, None),
        ({"db": service({"test": "x"})}, 30, ("db 30 s",)),
        ({"db": service({"start_period": "1m"})}, 5, ("db 5 s",)),  # the engine's own default
        # Without a start_period, start_interval does nothing.
        ({"db": service({"interval": "4s", "start_interval": "1s"})}, 4, ("db 4 s",)),
        # Side by side, the longer one counts.
        ({"a": service({"interval": "9s"}), "b": service({"interval": "2s"})}, 9, ("a 9 s",)),
        ({"a": {"depends_on": ["b"]}, "b": service({"interval": "2s"})}, 2, ("b 2 s",)),
        # A circle, which Compose refuses: no reason to end up in one.
        ({"a": service(FAST, "b"), "b": service(FAST, "a")}, 0.4, None),
    ],
)
def test_what_healthchecks_cost(
    services: dict[str, Any], seconds: float, path: tuple[str, ...] | None
) -> None:
    found = wait("a.yml", {"services": services})
    assert found is not None
    assert found.seconds == pytest.approx(seconds)
    assert path is None or found == Wait("a.yml", found.seconds, path)


@pytest.mark.parametrize(
    "check", [None, {"disable": True, "interval": "5s"}, {"test": ["NONE"]}, {"test": "NONE"}]
)
def test_without_a_healthcheck_nothing_is_waited_for(check: dict[str, Any] | None) -> None:
    assert wait("a.yml", {"services": {"a": service(check), "odd": None}}) is None


def test_line_ends() -> None:
    listing = (
        "i/lf    w/crlf  attr/                 \tscripts/run.sh\0"
        "i/mixed w/mixed attr/text             \tservices/a/Dockerfile.dev\0"
        "i/lf    w/crlf  attr/                 \tnotes.txt\0"
        "i/lf    w/lf    attr/                 \tother.sh\0"
        "i/crlf  w/crlf  attr/                 \ta b/docker-entrypoint\0"
    )
    found = ("scripts/run.sh", "services/a/Dockerfile.dev", "a b/docker-entrypoint")
    assert crlf_files(listing) == found


def test_proxies_and_bundles(tmp_path: Path) -> None:
    here = tmp_path / "ca.pem"
    here.touch()
    assert net({"SSL_CERT_FILE": str(here)}) == Net()
    assert net({"https_proxy": "http://p", "NO_PROXY": "a, 127.0.0.1"}) == Net(("HTTPS_PROXY",))
    assert net({"HTTP_PROXY": "http://p"}) == Net(("HTTP_PROXY",), past_loopback=False)
    assert net({"HTTP_PROXY": ""}) == Net()
    gone = f"{tmp_path}/gone.pem"
    assert net({"PIP_CERT": gone}) == Net(missing_bundles=(f"PIP_CERT={gone}",))


DEV = "services: {db: {image: 'db:1'}, other: {build: ../../services/other}}"


def test_a_repo(tmp_path: Path) -> None:
    stack = "services/web/deploy/test/docker-compose.yml"
    changes = {
        "services/web/tests/unit/test_unit.py": "",
        "services/other/Dockerfile": "FROM other:2\n",
        "deploy/dev/compose.yml": DEV,
        "run.sh": "#!/bin/sh\r\n",
    }
    root = write(tmp_path / "shop", multi(**changes))
    (root / "run.sh").write_bytes(b"#!/bin/sh\r\n")
    unit = root / "services/web/tests/unit"
    (unit / "test_unit.py").rename(unit / "helper.py")
    repository(root)
    project, ask = load(root), ThisMachine(Cancellation()).ask
    assert base_images(project, {}, ask) == ("db:1", "other:2", "python:3.13-slim")
    found = repo_facts(project, ask)
    assert found.carriage_returns == ("run.sh",)
    assert "web:unit has no test in services/web/tests/unit" in found.gaps
    write(root, {stack: "services: ["})
    (words,) = repo_facts(project, ask).unreadable
    assert words.startswith(f"{stack}: ")


STRANGE = ["über", "a b", "it's"]
if os.name != "nt":
    STRANGE += ['say "x"', "two\nlines", "a\ttab"]


@pytest.mark.parametrize("name", STRANGE)
def test_names_of_files_are_anybodys(tmp_path: Path, name: str) -> None:
    """Git alone would print most of these as C would write them."""
    quoted = json.dumps(f"deploy/test/{name}/Dockerfile")
    stack = f"services: {{web: {{build: {{context: ../.., dockerfile: {quoted}}}}}}}"
    root = write(tmp_path / "shop", single(**{"deploy/test/docker-compose.yml": stack}))
    folder = root / "deploy/test" / name
    folder.mkdir()
    (folder / "Dockerfile").write_bytes(b"FROM other:2\r\n")
    repository(root)
    project, ask = load(root), ThisMachine(Cancellation()).ask
    assert base_images(project, {}, ask) == ("other:2",)
    assert repo_facts(project, ask).carriage_returns == (f"deploy/test/{name}/Dockerfile",)


def test_a_history_that_is_damaged(tmp_path: Path) -> None:
    file = tmp_path / "history"
    assert not is_damaged(file)
    file.write_bytes(b"no database at all, of some length" * 100)
    assert is_damaged(file)
    assert [one.name for one in tmp_path.iterdir()] == ["history"]  # it only looks
