"""Which context the client uses, and the gateway of a container that we are in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from taskslib.stacks.surroundings import context_name, gateway

HEADER = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\n"
DEFAULT = "eth0\t00000000\t010012AC\t0003\t0\t0\t0\t00000000\n"
OTHER = "eth0\t000012AC\t00000000\t0001\t0\t0\t0\t0000FFFF\n"


@pytest.mark.parametrize(
    ("config", "environ", "name"),
    [
        (None, {}, ""),
        ({"auths": {}}, {}, ""),
        ({"currentContext": "default"}, {}, ""),
        ({"currentContext": "far"}, {}, "far"),
        ({"currentContext": "far"}, {"DOCKER_CONTEXT": "near"}, "near"),
        ({"currentContext": "far"}, {"DOCKER_CONTEXT": "default"}, ""),
        ({"currentContext": "far"}, {"DOCKER_HOST": "tcp://10.0.0.7:2376"}, ""),
        ({"currentContext": None}, {}, ""),
        (["nothing of the kind"], {}, ""),
    ],
)
def test_the_context_is_the_clients(
    tmp_path: Path, config: object, environ: dict[str, str], name: str
) -> None:
    if config is not None:
        (tmp_path / "config.json").write_text(json.dumps(config), "utf-8")
    assert context_name({"DOCKER_CONFIG": str(tmp_path), **environ}) == name


def test_a_configuration_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{", "utf-8")
    assert context_name({"DOCKER_CONFIG": str(tmp_path)}) == ""


def test_the_home_is_that_of_the_environment(tmp_path: Path) -> None:
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker" / "config.json").write_text('{"currentContext": "far"}', "utf-8")
    home = "USERPROFILE" if os.name == "nt" else "HOME"
    assert context_name({home: str(tmp_path)}) == "far"


@pytest.mark.skipif(os.name == "nt", reason="users are names there")
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root becomes one")
def test_a_user_without_a_home() -> None:
    """As in a container that was started with a number for its user."""
    asks = (
        "import os; from taskslib.stacks.surroundings import context_name; "
        "os.setuid(54321); print(repr(context_name({})))"
    )
    environ = {key: value for key, value in os.environ.items() if key != "HOME"}
    done = subprocess.run(
        [sys.executable, "-c", asks], env=environ, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("''\n", "")


@pytest.mark.parametrize(
    ("mark", "routes", "bridge", "address"),
    [
        (".dockerenv", HEADER + OTHER + DEFAULT, False, "172.18.0.1"),
        ("run/.containerenv", HEADER + DEFAULT, False, "172.18.0.1"),
        ("", HEADER + DEFAULT, False, ""),
        (".dockerenv", HEADER + OTHER, False, ""),
        (".dockerenv", "", False, ""),
        (".dockerenv", HEADER + DEFAULT, True, ""),
    ],
)
def test_the_gateway(tmp_path: Path, mark: str, routes: str, *, bridge: bool, address: str) -> None:
    for folder in ("run", "proc/net", "sys/class/net"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "proc/net/route").write_text(routes, "ascii")
    if mark:
        (tmp_path / mark).touch()
    if bridge:
        (tmp_path / "sys/class/net/docker0").mkdir()
    assert gateway(tmp_path) == address
