"""An engine that is elsewhere: a daemon with an address of its own, reached over the network."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from taskslib.testing import wait_for
from tests.engine.environments.conftest import free_ports
from tests.engine.second.daemon import Daemon, missing, second_daemon
from tests.engine.second.images import TINY, copy
from tests.engine.second.server import ANSWERS, COMPOSE, HANGS, PROGRAM, SERVER, STACK, load_server
from tests.support.leftovers import docker, leftovers, remove
from tests.support.projects import TASKS, argv, environment, inv, repository, write
from tests.support.ssh import PORT, ssh_server
from tests.support.ssh import missing as no_ssh

pytestmark = pytest.mark.xdist_group("second-remote")
ADDRESS = "10.213.9.2"
HERE = """\

def test_it_is_elsewhere():
    assert os.environ["TEST_WEB_HOST"] == "10.213.9.2"
"""


@contextmanager
def elsewhere(folder: Path, address: str, *, like: str = "") -> Iterator[Daemon]:
    """Have an engine with an address, and with the server's image, or with that of another."""
    if why := missing() or ("" if shutil.which(PROGRAM) else f"no {PROGRAM}"):
        pytest.skip(why)
    with second_daemon(folder / "e", address=address) as daemon:
        copy(SERVER, daemon.host, source=like) if like else load_server(daemon.host)
        yield daemon


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    with elsewhere(tmp_path_factory.mktemp("remote"), ADDRESS) as daemon:
        yield daemon


@pytest.fixture(scope="module")
def other(engine: Daemon, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    folder = tmp_path_factory.mktemp("other")
    with elsewhere(folder, "10.213.10.2", like=engine.host) as daemon:
        yield daemon


@pytest.fixture
def shop(engine: Daemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a project with a full stack; by DOCKER_HOST what looks for leftovers asks there."""
    root = tmp_path / f"r{os.urandom(4).hex()}"
    write(root, {**TASKS, **STACK, "tests/integration/test_web.py": ANSWERS + HERE})
    repository(root)
    monkeypatch.setenv("DOCKER_HOST", engine.host)
    yield root
    found = leftovers(root.name)
    remove(found)
    assert found == []


def contexts(folder: Path, **engines: Daemon) -> dict[str, str]:
    """Make Docker contexts, and return the variables with which the client has them."""
    variables = {"DOCKER_CONFIG": str(folder), "DOCKER_HOST": ""}
    for name, daemon in engines.items():
        create = ["docker", "context", "create", name, "--docker", f"host={daemon.remote}"]
        made = environment(**variables)
        subprocess.run(create, env=made, check=True, capture_output=True, timeout=60)
    return variables


def test_a_run_from_here(engine: Daemon, shop: Path) -> None:
    ran = inv(shop, "test-integration", DOCKER_HOST=engine.remote)
    assert (ran.code, ran.err) == (0, "")
    assert f"✓ {shop.name}" in ran.out


def test_a_kept_stack_by_a_context(engine: Daemon, shop: Path, tmp_path: Path) -> None:
    variables = {**contexts(tmp_path / "docker", far=engine), "DOCKER_CONTEXT": "far"}
    assert inv(shop, "infra-up", **variables).code == 0
    ran = inv(shop, "ports", "--format", "json", **variables)
    (endpoint,) = json.loads(ran.out)["endpoints"]
    assert (endpoint["host"], endpoint["container_port"]) == (ADDRESS, 5000)
    assert urlopen(f"{endpoint['url']}/v2/").status == 200  # noqa: S310 — ours
    assert inv(shop, "infra-down", **variables).code == 0


def test_a_run_over_ssh(engine: Daemon, shop: Path, tmp_path: Path) -> None:
    if why := no_ssh():
        pytest.skip(why)
    with ssh_server(tmp_path / "ssh", ADDRESS, engine.host, engine.within()) as path:
        host = f"ssh://root@{ADDRESS}:{PORT}"
        ran = inv(shop, "test-integration", DOCKER_HOST=host, PATH=path)
    assert (ran.code, ran.err) == (0, "")
    assert f"✓ {shop.name}" in ran.out


def test_what_is_mounted_from_here(engine: Daemon, shop: Path) -> None:
    """It is said beforehand, and no folder is made where it would have to be."""
    file = shop / "deploy/test/docker-compose.yml"
    mount = "    volumes: [./seed:/seed]\n    ports:"
    file.write_text(file.read_text("utf-8").replace("    ports:", mount), "utf-8")
    (file.parent / "seed").mkdir()
    elsewhere = engine.within("mount", "-t", "tmpfs", "none", str(shop))
    subprocess.run(elsewhere, check=True, timeout=60)
    ran = inv(shop, "infra-up", DOCKER_HOST=engine.remote)
    assert ran.code == 3
    assert ran.err.startswith(
        f"deploy/test/docker-compose.yml:7: service web: volumes ROOT/deploy/test/seed is here, "
        f"and the engine at {ADDRESS} can't see it\n"
    )
    assert "bind source path does not exist" in ran.err


def test_a_deployment_by_a_context(engine: Daemon, shop: Path, tmp_path: Path) -> None:
    """By the image that is there; nothing of it, no lock and no record, is here."""
    name = f"{shop.name}-web"
    text = COMPOSE.replace(SERVER, f"far/{name}:${{VERSION:?}}")
    mount = "    volumes: [./seed:/seed]\n    ports:"
    write(shop, {"deploy/prod/compose.yaml": text.replace("    ports:", mount)})
    (shop / "deploy/prod/seed").mkdir()
    docker("tag", SERVER, f"far/{name}:1.2.3")
    variables = contexts(tmp_path / "docker", far=engine)
    far = ("deploy", "prod", "--context", "far")
    ran = inv(shop, *far, "--local", "--version", "1.2.3", "--yes", **variables)
    assert (ran.code, ran.err) == (
        0,
        "note: images as the engine has them, by id\n"
        "deploy/prod/compose.yaml:7: service web: volumes ROOT/deploy/prod/seed is here, "
        f"and the engine at {ADDRESS} can't see it\n"
        "prod: nothing → 1.2.3 (deployment 1)\nbringing up web\n",
    )
    ours = ("--filter", f"label=com.docker.compose.project={shop.name}-prod")
    (container,) = docker("ps", "-q", *ours).split()
    assert inv(shop, *far, "--status", **variables).code == 0
    with pytest.MonkeyPatch.context() as here:
        here.delenv("DOCKER_HOST")
        assert docker("ps", "-aq", *ours) == ""
        assert shop.name not in docker("volume", "ls", "--format", "{{.Name}}")
    docker("rm", "-f", container)
    docker("volume", "rm", f"{shop.name}-prod-deploy-1")


def test_a_run_that_is_killed(engine: Daemon, shop: Path) -> None:
    write(shop, {"tests/integration/test_web.py": HANGS})
    command = argv("test-integration")
    with subprocess.Popen(command, cwd=shop, env=environment(DOCKER_HOST=engine.remote)) as run:
        wait_for(lambda: leftovers(shop.name), timeout=60)
        run.kill()
    wait_for(lambda: not leftovers(shop.name), timeout=30)


def spread(root: Path) -> Path:
    """Return a project of two services with stacks, and a full one."""
    files = {**TASKS, **STACK}
    for name in ("left", "right"):
        files[f"services/{name}/Dockerfile"] = "FROM scratch\n"
        files |= {f"services/{name}/{path}": text for path, text in STACK.items()}
    write(root, files)
    repository(root)
    return root


def test_two_engines_at_once(
    engine: Daemon, other: Daemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = spread(tmp_path / f"e{os.urandom(4).hex()}")
    variables = contexts(tmp_path / "docker", one=engine, two=other)
    ran = inv(root, "test", "--engine", "one,two", "--json", **variables)
    assert ran.code == 0, ran.err
    suites = json.loads(ran.out)["suites"]
    assert [(one["name"], one["stage"], one["engine"]) for one in suites] == [
        ("left", "service", "one"),
        ("right", "service", "two"),
        (root.name, "integration", "one"),
    ]
    hosts = [urlsplit(one["endpoints"]["web:5000"]).hostname for one in suites]
    assert hosts == [ADDRESS, "10.213.10.2", ADDRESS]
    assert sorted(re.findall(r"✓ (left|right) +1 passed, on (one|two) ", ran.err)) == [
        ("left", "one"),
        ("right", "two"),
    ]
    for daemon in (engine, other):
        monkeypatch.setenv("DOCKER_HOST", daemon.host)
        assert leftovers(root.name) == []
    # The same images on both: it does not matter which of them it was. Else it does.
    image = docker("image", "inspect", "--format", "{{.Id}}", SERVER)

    def cached(*engines: str) -> int:
        planned = inv(root, "test", "--engine", ",".join(engines), "--dry-run", **variables)
        return planned.out.count("cached")

    assert (cached("one", "two"), cached("two")) == (3, 3)
    docker("tag", TINY, SERVER)
    try:
        assert (cached("one", "two"), cached("one"), cached("two")) == (0, 3, 0)
    finally:
        docker("tag", image, SERVER)


def test_a_run_that_is_killed_leaves_nothing_on_either(
    engine: Daemon, other: Daemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = spread(tmp_path / f"e{os.urandom(4).hex()}")
    for name in ("left", "right"):
        write(root, {f"services/{name}/tests/integration/test_web.py": HANGS})
    environ = environment(**contexts(tmp_path / "docker", one=engine, two=other))

    def there(daemon: Daemon) -> list[str]:
        monkeypatch.setenv("DOCKER_HOST", daemon.host)
        return leftovers(root.name)

    command = argv("test", "--engine", "one,two")
    with subprocess.Popen(command, cwd=root, env=environ, stdout=subprocess.DEVNULL) as run:
        wait_for(lambda: there(engine) and there(other), timeout=60)
        run.kill()
    wait_for(lambda: not there(engine) and not there(other), timeout=30)


def test_an_engine_that_does_not_answer(tmp_path: Path) -> None:
    """Whichever suites it would get: before anything runs, and by its name."""
    (closed,) = free_ports(1)
    root = spread(tmp_path / f"e{os.urandom(4).hex()}")
    write(root, {"deploy/prod/compose.yaml": "services: {web: {image: 'r/web:${VERSION}'}}\n"})
    variables = contexts(tmp_path / "docker")
    host = f"host=tcp://127.0.0.1:{closed}"
    create = ["docker", "context", "create", "dead", "--docker", host]
    subprocess.run(create, env=environment(**variables), check=True, capture_output=True)
    hint = "hint: does it run, and is that where it is? `docker context ls`\n"
    what = "error: the container engine of the context 'dead' does not answer\n"
    for arguments in (
        ("test", "--engine", "default,dead"),
        ("test", "--engine", "default,dead", "--service", "left", "--stage", "service"),
        ("deploy", "prod", "--context", "dead", "--status"),
    ):
        ran = inv(root, *arguments, **variables)
        assert (ran.code, ran.out) == (3, ""), arguments
        assert (ran.err.startswith(what), ran.err.endswith(hint)) == (True, True), ran.err


def test_no_such_engine(tmp_path: Path) -> None:
    root = spread(tmp_path / "shop")
    ran = inv(root, "test", "--engine", "defualt", **contexts(tmp_path / "docker"))
    assert (ran.code, ran.err) == (
        2,
        "error: no Docker context 'defualt'\n\nhint: did you mean 'default'? contexts: default\n",
    )
