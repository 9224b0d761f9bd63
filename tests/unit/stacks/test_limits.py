"""What an engine that has run out of something says, and what is done about it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from taskslib.cancellation import Cancellation
from taskslib.errors import StackError
from taskslib.project.model import Stack
from taskslib.stacks.engine import ComposeConfig, Label
from taskslib.stacks.fake import FakeEngine
from taskslib.stacks.lifetime import Lifetime
from taskslib.stacks.limits import out_of_networks, remedy
from tests.unit.stacks.test_lifetime import CONFIG, NAME, STACK, spec

BEFORE_27 = (
    "failed to create network a_default: Error response from daemon: could not find an "
    "available, non-overlapping IPv4 address pool among the defaults to assign to the network"
)
FROM_27 = "Error response from daemon: all predefined address pools have been fully subnetted"


@pytest.mark.parametrize(
    ("output", "hint"),
    [
        (BEFORE_27, "default-address-pools"),
        (FROM_27, "default-address-pools"),
        ("could not find free subnet from subnet pools", "default_subnet_pools"),
        ("write /x: no space left on device", "docker system df"),
        ('The container name "/db" is already in use by container "1f"', "docker ps -a"),
        ("python:4: failed to resolve source metadata for x", "inv setup --offline-images"),
        (
            'Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io: '
            "connect: network is unreachable",
            "inv setup --offline-images",
        ),
        (
            "runc create failed: unable to start container process: error during container init: "
            'exec: "nosuch": executable file not found in $PATH: unknown',
            "`command` and `entrypoint`",
        ),
        (
            'environment variable "MYKEY" required by file "x_key" is not set',
            "set the variable",
        ),
        (
            "container create: container-init binary not found on the host: stat /x: no such file",
            "install catatonit",
        ),
        (
            "#1 [web internal] booting buildkit\n#1 creating container x 0.8s done\n"
            "#1 ERROR: Error response from daemon: no such image: docker.io/moby/buildkit",
            "docker pull moby/buildkit:buildx-stable-1",
        ),
        ("additional contexts, set DOCKER_BUILDKIT=1 to use BuildKit", "docker pull moby/buildkit"),
        (
            'Head "http://localhost:5000/v2/x/manifests/1": EOF',
            "inv setup --offline-images",
        ),
    ],
)
def test_what_mends_it(output: str, hint: str) -> None:
    assert hint in remedy(output)
    assert out_of_networks(output) is hint.startswith("default")


def test_what_is_not_known_has_no_hint() -> None:
    assert remedy("it does not start") == ""
    booted = "#1 [internal] booting buildkit\n#1 DONE 1.0s\n#5 RUN false\n#5 ERROR: exit code: 1"
    assert remedy(booted) == ""
    assert not out_of_networks("it does not start")


class Crowded(FakeEngine):
    """An engine with one network."""

    def create(self, name: str, stack: Stack, config: ComposeConfig, *, limit: float) -> None:
        if any(one.labels.get(Label.NAME) != name for one in self.containers("")):
            self.calls.append("create")
            raise StackError("it does not start", details=FROM_27)
        super().create(name, stack, config, limit=limit)


def crowded(kind: str) -> Crowded:
    engine = Crowded(files={STACK: CONFIG})
    other = {Label.NAME: "other", Label.KIND: kind}
    engine.start("other", STACK, {"services": {"web": {"labels": other}}}, limit=60)
    engine.calls.clear()
    return engine


def life(engine: FakeEngine, tmp_path: Path) -> Lifetime:
    return Lifetime(engine, Cancellation(), tmp_path, rest=lambda _: None)


def test_it_is_waited_for_until_another_run_ends(tmp_path: Path) -> None:
    engine = crowded("ephemeral")
    said: list[str] = []

    def say(words: str) -> None:
        said.append(words)
        engine.teardown("other")

    with replace(life(engine, tmp_path), say=say).running(spec()) as instance:
        assert instance.spec is not None
    assert said == ["the engine has no network left: waiting for another run to end"]
    assert engine.leftovers(NAME) == ()


def test_for_kept_stacks_nobody_waits(tmp_path: Path) -> None:
    engine = crowded("kept")
    with pytest.raises(StackError), life(engine, tmp_path).running(spec()):
        pytest.fail("it is not up")
    assert engine.calls == ["build", "create", "create", "teardown"]


def test_nor_for_ever(tmp_path: Path) -> None:
    engine = crowded("ephemeral")
    times = iter([0.0, 10_000.0])
    lifetime = replace(life(engine, tmp_path), clock=lambda: next(times))
    with pytest.raises(StackError), lifetime.running(spec()):
        pytest.fail("it is not up")
    assert engine.calls == ["build", "create", "teardown"]
