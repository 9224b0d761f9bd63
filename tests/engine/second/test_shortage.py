"""An engine that has no more of something, for real: what is said, and nothing is left."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from taskslib.errors import BuildError, EngineError, StackError
from taskslib.project.places import LOCK
from taskslib.release.lockfile import Locked, written
from taskslib.stacks.instance import Spec
from taskslib.stacks.limits import out_of_networks
from tests.engine.second.daemon import Daemon
from tests.engine.second.images import TINY
from tests.engine.stacks.bench import Bench
from tests.support.leftovers import docker, leftovers
from tests.support.projects import TASKS, argv, environment, inv, single, write
from tests.support.registry import missing as no_registry
from tests.support.registry import registry

pytestmark = pytest.mark.xdist_group("second-shortage")
RUNS = f"services: {{web: {{image: '{TINY}', init: true}}}}\n"
BUILDS = "services: {web: {build: .}}\n"
NO_NETWORK = (
    "end stacks that nobody needs (inv infra-prune), or give it more: `default-address-pools`"
)
NO_SPACE = "make room on the engine's disk: `docker system df` shows what takes it"
NO_REGISTRY = "base images that no registry gives: `inv setup --offline-images`"
TAKEN = "a container of that name that is not ours: `docker ps -a` shows it"


def fails(bench: Bench, spec: Spec) -> EngineError:
    with pytest.raises(EngineError) as raised, bench.lifetime.running(spec):
        pytest.fail("it is not up")
    assert bench.said == []
    return raised.value


def says(error: EngineError, bench: Bench) -> str:
    """Return the hint of an error that says in one line which file does not build or start."""
    words = {
        BuildError: f"the images of {bench.file} don't build",
        StackError: f"{bench.file} does not start",
    }
    assert error.message == words[type(error)]
    return error.hint


@pytest.fixture
def kept(shop: Path) -> Iterator[str]:
    """Return the name of a kept stack, which has the engine's only network."""
    bench = Bench(shop, RUNS)
    spec = bench.spec("kept", kind="kept")
    bench.lifetime.start(spec)
    yield spec.name
    bench.lifetime.stop(spec.name)


def test_there_is_no_network_and_nothing_that_will_free_one(shop: Path, kept: str) -> None:
    bench = Bench(shop, RUNS)
    error = fails(bench, bench.spec())
    assert says(error, bench) == NO_NETWORK
    assert out_of_networks(error.details)
    assert leftovers(shop.name) == [f"container {kept}-web-1", f"network {kept}_default"]


def test_there_is_no_network_until_another_run_ends(shop: Path) -> None:
    bench = Bench(shop, RUNS)
    with ExitStack() as other:
        other.enter_context(bench.lifetime.running(bench.spec("other")))

        def say(words: str) -> None:
            bench.said.append(words)
            other.close()

        with replace(bench.lifetime, say=say).running(bench.spec()):
            assert bench.said == ["the engine has no network left: waiting for another run to end"]
            assert docker("ps", "--format", "{{.Names}}") == f"{bench.spec().name}-web-1"
    assert leftovers(shop.name) == []


@pytest.mark.parametrize("text", [BUILDS, RUNS], ids=["build", "start"])
def test_the_disk_is_full(shop: Path, second: Daemon, text: str) -> None:
    bench = Bench(shop, text)
    (shop / "Dockerfile").write_text(f"FROM {TINY}\nRUN echo x > /x\n")
    with second.full():
        error = fails(bench, bench.spec())
        assert leftovers(shop.name) == []
        assert bench.of_compose() == []
    assert says(error, bench) == NO_SPACE
    assert "no space left on device" in error.details.splitlines()[-1]


def test_the_disk_is_full_when_a_release_is_pulled(
    shop: Path, second: Daemon, tmp_path: Path
) -> None:
    if why := no_registry():
        pytest.skip(why)
    with registry(tmp_path / "registry", second.within) as store:
        name = f"{store.host}/{shop.name}-web"
        service = f"image: '{name}:${{VERSION:?}}', init: true"
        write(shop, {**TASKS, "deploy/prod/compose.yaml": f"services: {{web: {{{service}}}}}\n"})
        (shop / "Dockerfile").write_text(f"FROM {TINY}\nCOPY Dockerfile /\n")
        docker("build", "--quiet", "--tag", f"{name}:1.0.0", str(shop))
        docker("push", "--quiet", f"{name}:1.0.0")
        image = docker("image", "inspect", "--format", "{{index .RepoDigests 0}}", f"{name}:1.0.0")
        lock = written("1.0.0", "c0ffee", {"web": Locked(name, image.rpartition("@")[2])})
        write(shop, {LOCK: lock})
        docker("image", "rm", "--force", f"{name}:1.0.0", image)
        docker("builder", "prune", "--all", "--force")
        with second.full():
            ran = inv(shop, "deploy", "prod", "--yes")
            assert docker("ps", "--all", "--quiet") == docker("volume", "ls", "--quiet") == ""
    assert ran.code == 3
    assert " can't be pulled; nothing was changed\n" in ran.err
    assert ran.err.endswith(f"\nhint: {NO_SPACE}\n")


def test_the_disk_fills_while_the_tests_run(shop: Path, second: Daemon) -> None:
    text = f"{RUNS.rstrip()[:-2]}, volumes: ['data:/data']}}}}\nvolumes: {{data: {{}}}}\n"
    bench = Bench(shop, text)
    with ExitStack() as filled:
        with bench.lifetime.running(bench.spec()):
            filled.enter_context(second.full())
        assert bench.said == []
        assert leftovers(shop.name) == []
        assert bench.of_compose() == []


@pytest.mark.parametrize("service", ["build: .", "image: python:3.13-slim"], ids=["build", "start"])
def test_no_registry_is_in_reach(shop: Path, service: str) -> None:
    bench = Bench(shop, f"services: {{web: {{{service}}}}}\n")
    (shop / "Dockerfile").write_text("FROM python:3.13-slim\n")
    error = fails(bench, bench.spec())
    assert says(error, bench) == NO_REGISTRY
    assert "https://registry-1.docker.io/v2/" in error.details.splitlines()[-1]
    assert leftovers(shop.name) == []


def test_a_name_is_taken(shop: Path) -> None:
    bench = Bench(shop, RUNS)
    name = f"{bench.spec().name}-web-1"
    foreign = docker("create", "--name", name, TINY)
    error = fails(bench, bench.spec())
    assert docker("ps", "--all", "--quiet", "--no-trunc") == foreign
    docker("rm", name)
    assert says(error, bench) == TAKEN
    assert f'"/{name}" is already in use by container "{foreign}"' in error.details
    assert bench.of_compose() == []


def test_the_doctor_says_that_there_is_no_network(shop: Path, kept: str) -> None:
    del kept
    write(shop, single())
    ran = inv(shop, "doctor", "--json")
    (told,) = [one for one in json.loads(ran.out)["lines"] if one["subject"] == "networks"]
    assert ran.code == 1
    assert (told["status"], told["words"]) == (
        "problem",
        "no addresses left for another; each stack takes one",
    )
    assert told["fix"].startswith("end stacks that nobody needs: inv infra-prune --yes; ")


def test_the_doctor_says_how_many_networks_are_left(shop: Path) -> None:
    write(shop, single())
    told = json.loads(inv(shop, "doctor", "--json").out)["lines"]
    (networks,) = [one for one in told if one["subject"] == "networks"]
    assert networks["words"] == "addresses for 1 more network; each stack takes one"


def test_the_doctor_says_that_another_bridge_has_the_addresses(shop: Path, second: Daemon) -> None:
    """As one that an engine left when it was killed: no network of docker's tells of it."""
    write(shop, single())
    # Entering the namespaces leaves the folder.
    entering = ("sh", "-c", 'cd "$0" && exec "$@"', str(shop))
    asked = second.within(*entering, *argv("doctor", "--json"))
    subprocess.run(second.within("ip", "link", "add", "left", "type", "bridge"), check=True)
    try:
        address = ("ip", "address", "add", "10.213.0.1/29", "dev", "left")
        subprocess.run(second.within(*address), check=True)
        subprocess.run(second.within("ip", "link", "set", "left", "up"), check=True)
        with pytest.raises(subprocess.CalledProcessError) as refused:
            docker("network", "create", f"{shop.name}-net")
        assert out_of_networks(refused.value.stderr)
        ran = subprocess.run(asked, env=environment(), capture_output=True, check=False, timeout=60)
    finally:
        subprocess.run(second.within("ip", "link", "delete", "left"), check=True)
    assert ran.stderr == b""
    (told,) = [one for one in json.loads(ran.stdout)["lines"] if one["subject"] == "networks"]
    assert (ran.returncode, told["status"]) == (1, "problem")
