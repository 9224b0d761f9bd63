"""What every engine adapter does, the fake included."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from taskslib.cancellation import Cancellation
from taskslib.errors import BuildError, ConfigError, EngineError, StackError
from taskslib.project.model import Stack
from taskslib.stacks.docker import DockerEngine
from taskslib.stacks.engine import Engine, Label
from taskslib.stacks.fake import FakeEngine
from taskslib.stacks.isolate import isolate
from taskslib.stacks.reach import Reach
from taskslib.stacks.wait import listed
from taskslib.testing import wait_for
from tests.engine.stacks.conftest import Side

COMPOSE = """\
services:
  web:
    image: IMAGE
    init: true
    command: [sh, -c, "echo here; exec sleep 300"]
    ports: ["8000"]
    x-taskslib: {env: WEB, url: "x://{host}:{port}"}
"""
RESOLVED: dict[str, Any] = {
    "services": {
        "web": {
            "image": "python:3.13-slim",
            "ports": [{"target": 8000, "protocol": "tcp"}],
            "x-taskslib": {"env": "WEB", "url": "x://{host}:{port}"},
        }
    }
}


@pytest.fixture
def adapter(side: Side, shop: Path) -> Iterator[tuple[Engine, Stack, str]]:
    shop.mkdir()
    file = shop / "docker-compose.yml"
    file.write_text(COMPOSE.replace("IMAGE", side.image))
    stack = Stack("", (file,))
    engine = side.engine(FakeEngine(files={stack: RESOLVED}))
    name = f"{shop.name}-test-x"
    yield engine, stack, name
    engine.teardown(name)
    assert engine.leftovers(name) == ()


def test_from_nothing_to_running_and_back(adapter: tuple[Engine, Stack, str]) -> None:
    engine, stack, name = adapter
    engine.check()
    assert engine.containers(name) == ()
    assert engine.leftovers(name) == ()
    config = engine.config(stack, name, {"TEST_INSTANCE_ID": "x"})
    assert config["services"]["web"]["x-taskslib"]["env"] == "WEB"
    project = name.split("-", maxsplit=1)[0]
    config = isolate(config, name, {Label.NAME: name, Label.PROJECT: project, Label.MANAGED: "1"})
    engine.build(name, stack, config, limit=60)
    engine.start(name, stack, config, limit=60)
    (web,) = wait_for(lambda: [one for one in engine.containers(name) if one.state == "running"])
    assert (web.service, web.health, web.exit_code) == ("web", "", None)
    assert list(web.ports) == [(8000, "tcp")]
    assert web.labels[Label.NAME] == name
    assert web.name == f"{name}-web-1"
    assert name in {one.labels.get(Label.NAME) for one in engine.containers("")}
    assert name in {one.get(Label.NAME) for one in engine.belongings()}
    assert engine.probe_output(web) == ""
    assert engine.reach() == Reach()
    assert engine.leftovers(name) == (f"container {name}-web-1", f"network {name}_default")
    assert (engine.volumes(name), engine.strangers(name)) == ({}, ())
    # Another `up` recreates nothing.
    engine.start(name, stack, config, limit=60)
    again = engine.containers(name)
    assert [(one.id, one.ports) for one in again] == [(web.id, web.ports)]
    # What has nearly the same name is another one.
    assert engine.containers(f"{name}x") == engine.containers(name[:-1]) == ()
    assert not engine.teardown(f"{name}x")
    assert engine.containers(name)
    assert engine.teardown(name)
    assert engine.leftovers(name) == ()
    assert engine.containers(name) == ()
    assert not engine.teardown(name)


WAITS = """\
services:
  store:
    image: IMAGE
    command: [sleep, "300"]
    healthcheck: {test: [CMD, "true"], interval: 1s}
  web:
    image: IMAGE
    command: [sleep, "300"]
    depends_on: {store: {condition: service_healthy}}
"""


def test_what_is_created_runs_when_it_is_launched(
    adapter: tuple[Engine, Stack, str], side: Side
) -> None:
    engine, stack, name = adapter
    stack.files[0].write_text(WAITS.replace("IMAGE", side.image))
    config = isolate(engine.config(stack, name, {}), name, {Label.NAME: name})
    engine.create(name, stack, config, limit=60)
    created = engine.containers(name)
    assert {one.state for one in created} == {"created"}
    for one in created:
        engine.launch(one, limit=60)
    wait_for(lambda: {one.state for one in engine.containers(name)} == {"running"})
    assert {one.id for one in engine.containers(name)} == {one.id for one in created}
    with pytest.raises(StackError) as refused:
        engine.launch(replace(created[0], id="0" * 64, service="nobody"), limit=60)
    assert refused.value.message == "nobody does not start"


EVERYTHING = """\
services:
  store:
    build: .
    init: true
    ports: ["8000", "127.0.0.1::9000/udp"]
    volumes: [data:/data]
    healthcheck: {test: [CMD, "true"], interval: 1s}
  migrate:
    image: IMAGE
    command: [sh, -c, exit 3]
volumes: {data: {}}
"""


def test_the_socket_and_the_client_tell_the_same(shop: Path, tcp: str) -> None:
    """At the socket the engine's API is asked; by TCP it can't be, and the client lists."""
    shop.mkdir()
    file, name = shop / "docker-compose.yml", f"{shop.name}-test-x"
    file.write_text(EVERYTHING.replace("IMAGE", "python:3.13-slim"))
    (shop / "Dockerfile").write_text('FROM python:3.13-slim\nCMD ["sleep", "300"]\n')
    stack = Stack("", (file,))
    engine = DockerEngine(Cancellation(), os.environ)
    client = DockerEngine(Cancellation(), {**os.environ, "DOCKER_HOST": tcp})
    labels = dict.fromkeys((Label.NAME, Label.ROOT, Label.BRANCH, Label.MANAGED), name)
    config = isolate(engine.config(stack, name, {}), name, labels)
    try:
        engine.build(name, stack, config, limit=300)
        engine.start(name, stack, config, limit=60)
        wait_for(lambda: {one.health for one in engine.containers(name)} == {"", "healthy"})
        wait_for(lambda: {one.state for one in engine.containers(name)} == {"running", "exited"})
        there = engine.containers(name)
        # Seconds pass between two listings.
        without = [replace(one, status="") for one in client.containers(name)]
        assert without == [replace(one, status="") for one in there]
        assert {one.exit_code for one in there} == {None, 3}
        assert {protocol for one in there for _, protocol in one.ports} == {"tcp", "udp"}
        kinds = [words.split()[0] for words in engine.leftovers(name)]
        assert kinds == ["container", "container", "network", "volume", "image"]
        assert client.leftovers(name) == engine.leftovers(name)
        assert client.volumes(name) == engine.volumes(name) == {f"{name}_data": name}
        ours = [[one for one in it.belongings() if name in one.values()] for it in (engine, client)]
        assert ours[0] == ours[1]
        assert len(ours[0]) == len(kinds)
    finally:
        client.teardown(name)
    assert engine.leftovers(name) == ()


COUNTS = """\
FROM IMAGE
RUN --mount=type=cache,id=ID,target=/count sh -c 'echo built >> /count/n && cp /count/n /built'
CMD ["cat", "/built"]
"""


NO_BUILDKIT = (
    "the builder is a container, on Podman always, and its image can't be pulled: "
    "docker pull moby/buildkit:buildx-stable-1"
)


@pytest.mark.otherwise("builds nothing before: each stack's build is its own, in each run")
def test_what_is_built_before_is_not_built_again(real: Side, shop: Path) -> None:
    """Podman has nothing to build before by, and says so; then the stack itself has it built."""
    shop.mkdir()
    name = f"{shop.name}-test-x"
    (shop / "Dockerfile").write_text(COUNTS.replace("IMAGE", real.image).replace("ID", shop.name))
    build = {"build": {"context": str(shop), "dockerfile": "Dockerfile"}}
    engine = DockerEngine(Cancellation(), real.environ)
    before = {"services": {"image-0": build, "image-1": build}}
    if real.podman:
        with pytest.raises(BuildError) as refused:
            engine.prebuild(before, limit=300)
        assert refused.value.hint == NO_BUILDKIT
    else:
        engine.prebuild(before, limit=300)
    assert engine.leftovers(name) == ()
    config = isolate({"services": {"web": build}}, name, {Label.NAME: name, Label.PROJECT: "x"})
    stack = Stack("", (shop / "docker-compose.yml",))
    try:
        engine.build(name, stack, config, limit=300)
        show = ["docker", "run", "--rm", f"{name}-web"]
        ran = subprocess.run(show, env=real.environ, capture_output=True, check=True)
        assert ran.stdout == b"built\n"
    finally:
        engine.teardown(name)
    assert engine.leftovers(name) == ()


BROKEN = "FROM IMAGE\nRUN echo broken; false\n"


@pytest.mark.otherwise("says of all that it can't build before")
def test_what_does_not_build_before_is_told(side: Side, tmp_path: Path) -> None:
    """Podman says the same of all: that it can't build before."""
    (tmp_path / "Dockerfile").write_text(BROKEN.replace("IMAGE", side.image))
    config = {"services": {"image-0": {"build": {"context": str(tmp_path)}}}}
    engine = side.engine(FakeEngine(fails={"prebuild"}))
    with pytest.raises(BuildError, match="the images don't build") as refused:
        engine.prebuild(config, limit=300)
    assert refused.value.hint == (NO_BUILDKIT if side.podman else "")
    assert side.name != "docker" or "broken" in refused.value.details


def test_what_does_not_build_is_told(side: Side, shop: Path) -> None:
    shop.mkdir()
    (shop / "Dockerfile").write_text(BROKEN.replace("IMAGE", side.image))
    config = {"services": {"web": {"build": {"context": str(shop)}, "image": f"{shop.name}-web"}}}
    engine = side.engine(FakeEngine(fails={"build"}))
    stack = Stack("", (shop / "docker-compose.yml",))
    with pytest.raises(BuildError) as refused:
        engine.build(f"{shop.name}-test-x", stack, config, limit=300)
    assert refused.value.message == f"the images of {stack.files[0]} don't build"
    assert side.name == "fake" or "broken" in refused.value.details


@pytest.mark.otherwise("builds without BuildKit, and says what it can't")
def test_what_takes_buildkit(real: Side, shop: Path) -> None:
    """Podman builds without it, and says so of what it can't."""
    shop.mkdir()
    (shop / "Dockerfile").write_text(f"FROM {real.image}\nCOPY --from=other Dockerfile /\n")
    build = {"context": str(shop), "additional_contexts": {"other": str(shop)}}
    name = f"{shop.name}-test-x"
    config = isolate({"services": {"web": {"build": build}}}, name, {Label.NAME: name})
    stack = Stack("", (shop / "docker-compose.yml",))
    engine = real.engine()
    try:
        if real.podman:
            with pytest.raises(BuildError) as refused:
                engine.build(name, stack, config, limit=300)
            assert refused.value.hint == (
                "Podman builds by itself, without BuildKit, where that can't be pulled: "
                "docker pull moby/buildkit:buildx-stable-1"
            )
        else:
            engine.build(name, stack, config, limit=300)
    finally:
        engine.teardown(name)


def test_whoever_switches_buildkit_off(real: Side, shop: Path) -> None:
    """Nothing is built before, since the engine's own builder would not find it."""
    shop.mkdir()
    (shop / "Dockerfile").write_text(f"FROM {real.image}\nCOPY Dockerfile /\n")
    name, build = f"{shop.name}-test-x", {"context": str(shop)}
    engine = DockerEngine(Cancellation(), {**real.environ, "DOCKER_BUILDKIT": "0"})
    engine.prebuild({"services": {"image-0": {"build": {"context": "/nowhere"}}}}, limit=300)
    config = isolate({"services": {"web": {"build": build}}}, name, {Label.NAME: name})
    engine.build(name, Stack("", (shop / "docker-compose.yml",)), config, limit=300)
    assert len(engine.leftovers(name)) == 1
    assert engine.teardown(name)


@pytest.mark.otherwise(
    "tells it of a container that is asked for; checks run only where systemd does"
)
def test_health_is_told(side: Side, adapter: tuple[Engine, Stack, str]) -> None:
    """Podman tells it only of a container that is asked for, and here has nobody to look."""
    engine, stack, name = adapter
    text = stack.files[0].read_text()
    check = "    healthcheck: {test: [CMD-SHELL, echo fine], interval: 1s}\n    ports:"
    stack.files[0].write_text(text.replace("    ports:", check))
    config = isolate(engine.config(stack, name, {}), name, {Label.NAME: name})
    if side.name == "fake":
        config["services"]["web"]["healthcheck"] = {"test": ["CMD"]}
    engine.start(name, stack, config, limit=60)
    if side.podman:
        (web,) = engine.containers(name)
        (told,) = listed(engine, name, config)
        assert (web.health, told.health, engine.probe_output(web)) == ("", "starting", "")
        look = side.podman.podman("healthcheck", "run", web.name)
        subprocess.run(look, check=True, timeout=60)
    (web,) = wait_for(
        lambda: [one for one in listed(engine, name, config) if one.health == "healthy"]
    )
    assert engine.probe_output(web) == ("probe of web" if side.name == "fake" else "fine")


def test_what_engine_it_is(side: Side) -> None:
    told = side.engine().podman()
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*", told) if side.podman else told == ""


def test_logs_are_of_one_service_or_of_all(adapter: tuple[Engine, Stack, str]) -> None:
    engine, stack, name = adapter
    config = isolate(engine.config(stack, name, {}), name, {Label.NAME: name})
    engine.start(name, stack, config, limit=60)
    logs = wait_for(lambda: engine.logs(name, tail=10))
    assert logs.startswith("web")
    assert engine.logs(name, tail=10, service="web").startswith("web")
    assert engine.logs(name, tail=10, since=time.time() - 600) == logs
    assert engine.logs(name, tail=10, since=time.time() + 600) == ""
    assert engine.logs(f"{name}x", tail=10) == ""


def test_a_file_that_is_none_is_refused(adapter: tuple[Engine, Stack, str]) -> None:
    engine, stack, name = adapter
    other = Stack("", (stack.folder / "other.yml",))
    other.files[0].write_text("")
    with pytest.raises(ConfigError, match=r"other\.yml:1: empty compose file"):
        engine.config(other, name, {})


NOWHERE = "unix:///nonexistent.sock"


@pytest.mark.parametrize(
    ("engine", "hint"),
    [
        (FakeEngine(fails={"check"}), "start it, or let `inv setup` say how"),
        (
            DockerEngine(Cancellation(), {**os.environ, "DOCKER_HOST": NOWHERE}),
            f"start it at {NOWHERE}, which DOCKER_HOST names; for one on this machine: "
            "unset DOCKER_HOST",
        ),
    ],
    ids=["fake", "docker"],
)
def test_an_engine_that_is_down(engine: Engine, hint: str) -> None:
    with pytest.raises(EngineError) as refused:
        engine.check()
    assert refused.value.message == "the container engine is not running"
    assert refused.value.hint == hint


def test_a_context_that_is_not_there() -> None:
    environ = {key: one for key, one in os.environ.items() if key != "DOCKER_HOST"}
    engine = DockerEngine(Cancellation(), {**environ, "DOCKER_CONTEXT": "nosuch"})
    with pytest.raises(EngineError) as refused:
        engine.check()
    assert refused.value.message == "there is no Docker context 'nosuch'"
    assert refused.value.hint.startswith("the usual engine: unset DOCKER_CONTEXT; ")


def test_docker_that_is_not_installed(tmp_path: Path) -> None:
    engine = DockerEngine(Cancellation(), {"PATH": str(tmp_path)})
    with pytest.raises(EngineError, match="docker is not installed") as refused:
        engine.check()
    assert refused.value.hint == "`inv setup` says what to install here"
