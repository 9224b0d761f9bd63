"""What every engine adapter does, the fake included."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from taskslib.cancellation import Cancellation
from taskslib.errors import BuildError, ConfigError, EngineError
from taskslib.project.model import Stack
from taskslib.stacks.docker import DockerEngine
from taskslib.stacks.engine import Engine, Label
from taskslib.stacks.fake import FakeEngine
from taskslib.stacks.isolate import isolate
from taskslib.stacks.reach import Reach
from taskslib.testing import wait_for

COMPOSE = """\
services:
  web:
    image: python:3.13-slim
    init: true
    command: [sh, -c, "echo here; exec python -m http.server 8000"]
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


@pytest.fixture(params=["docker", "fake"])
def adapter(request: pytest.FixtureRequest, shop: Path) -> Iterator[tuple[Engine, Stack, str]]:
    shop.mkdir()
    file = shop / "docker-compose.yml"
    file.write_text(COMPOSE)
    stack = Stack("", (file,))
    engine: Engine = (
        DockerEngine(Cancellation(), os.environ)
        if request.param == "docker"
        else FakeEngine(files={stack: RESOLVED})
    )
    name = f"{shop.name}-test-x"
    yield engine, stack, name
    engine.teardown(name)


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


COUNTS = """\
FROM python:3.13-slim
RUN --mount=type=cache,id=ID,target=/count echo built >> /count/n && cp /count/n /built
CMD ["cat", "/built"]
"""


def test_what_is_built_before_is_not_built_again(shop: Path) -> None:
    shop.mkdir()
    name = f"{shop.name}-test-x"
    (shop / "Dockerfile").write_text(COUNTS.replace("ID", shop.name))
    build = {"build": {"context": str(shop), "dockerfile": "Dockerfile"}}
    engine = DockerEngine(Cancellation(), os.environ)
    engine.prebuild({"services": {"image-0": build, "image-1": build}}, limit=300)
    assert engine.leftovers(name) == ()
    config = isolate({"services": {"web": build}}, name, {Label.NAME: name, Label.PROJECT: "x"})
    stack = Stack("", (shop / "docker-compose.yml",))
    try:
        engine.build(name, stack, config, limit=300)
        image = f"{name}-web"
        show = ["docker", "run", "--rm", image]
        assert subprocess.run(show, capture_output=True, check=True).stdout == b"built\n"
    finally:
        engine.teardown(name)


@pytest.mark.parametrize("kind", ["docker", "fake"])
def test_what_does_not_build_before_is_told(kind: str, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM python:3.13-slim\nRUN echo broken; false\n")
    config = {"services": {"image-0": {"build": {"context": str(tmp_path)}}}}
    fake = FakeEngine(fails={"prebuild"})
    engine: Engine = fake if kind == "fake" else DockerEngine(Cancellation(), os.environ)
    with pytest.raises(BuildError, match="the images don't build") as refused:
        engine.prebuild(config, limit=300)
    assert kind == "fake" or "broken" in refused.value.details


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


@pytest.mark.parametrize(
    "engine",
    [
        FakeEngine(fails={"check"}),
        DockerEngine(Cancellation(), {**os.environ, "DOCKER_HOST": "unix:///nonexistent.sock"}),
    ],
    ids=["fake", "docker"],
)
def test_an_engine_that_is_down(engine: Engine) -> None:
    with pytest.raises(EngineError) as refused:
        engine.check()
    assert refused.value.message == "the container engine is not running"
    assert refused.value.hint == "start it, or let `inv setup` say how"


def test_docker_that_is_not_installed(tmp_path: Path) -> None:
    engine = DockerEngine(Cancellation(), {"PATH": str(tmp_path)})
    with pytest.raises(EngineError, match="docker is not installed") as refused:
        engine.check()
    assert refused.value.hint == "`inv setup` says what to install here"
