"""Stacks that do not come up: what is said, with which evidence; and nothing is left."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from taskslib.errors import BuildError, ConfigError, EngineError, StackError
from tests.engine.stacks.bench import IMAGE, SERVES, Bench, status

HINT = "check the command, environment and healthcheck of service 'web'"
WEB = f"services:\n  web:\n    image: {IMAGE}\n    init: true\n"
NEVER_WELL = """\
    command: [sh, -c, "echo started; sleep 300"]
    healthcheck: {test: "echo probed; exit 1", interval: 200ms, retries: 2}
"""


def fails(bench: Bench) -> StackError:
    with pytest.raises(StackError) as raised, bench.lifetime.running(bench.spec()):
        pytest.fail("it is not up")
    assert bench.of_compose() == []
    assert bench.said == []
    return raised.value


@pytest.mark.parametrize(
    ("service", "message", "details"),
    [
        (
            NEVER_WELL,
            "web unhealthy",
            "healthcheck of web:\nprobed\n\nlogs of web:\nweb-1  | started",
        ),
        (
            '    command: [sh, -c, "echo why; exit 3"]\n',
            "web exited with 3",
            "logs of web:\nweb-1  | why",
        ),
        (
            '    command: [sh, -c, "sleep 1; echo why; exit 3"]\n'
            '    healthcheck: {test: "echo probed; exit 1", interval: 200ms, retries: 99}\n',
            "web exited with 3",
            "logs of web:\nweb-1  | why",
        ),
        (
            '    ports: ["8000"]\n    command: [sh, -c, "echo bye"]\n',
            "web exited with 0",
            "logs of web:\nweb-1  | bye",
        ),
        ('    command: ["false"]\n', "web exited with 1", "it logged nothing"),
    ],
    ids=["unhealthy", "exits", "exits unhealthy", "ends", "silent"],
)
def test_a_container_that_will_not_do(shop: Path, service: str, message: str, details: str) -> None:
    error = fails(Bench(shop, WEB + service))
    assert (error.message, error.details, error.hint) == (message, details, HINT)
    assert error.exit_code == 3


@pytest.mark.parametrize("condition", ["service_healthy", "service_completed_successfully"])
def test_what_others_wait_for_is_named_with_its_evidence(shop: Path, condition: str) -> None:
    service = NEVER_WELL if condition == "service_healthy" else '    command: [sh, -c, "exit 4"]\n'
    needs = f"depends_on: {{web: {{condition: {condition}}}}}"
    error = fails(Bench(shop, f"{WEB}{service}  app: {{image: '{IMAGE}', {needs}}}\n"))
    assert (error.message, error.details) == {
        "service_healthy": (
            "web unhealthy",
            "healthcheck of web:\nprobed\n\nlogs of web:\nweb-1  | started",
        ),
        "service_completed_successfully": ("web exited with 4", "it logged nothing"),
    }[condition]


@pytest.mark.parametrize("code", [0, 4])
def test_a_one_shot_is_waited_for_longer_than_others_settle(shop: Path, code: int) -> None:
    service = f'    command: [sh, -c, "sleep 3; exit {code}"]\n'
    needs = "depends_on: {web: {condition: service_completed_successfully}}"
    app = f"  app: {{image: '{IMAGE}', command: [sleep, '99'], init: true, {needs}}}\n"
    bench = Bench(shop, f"{WEB}{service}{app}")
    if code:
        assert fails(bench).message == "web exited with 4"
        return
    with bench.lifetime.running(bench.spec()):
        found = bench.engine.containers(bench.spec().name)
        states = {one.service: (one.state, one.exit_code) for one in found}
        assert states == {"web": ("exited", 0), "app": ("running", None)}


def test_a_program_that_is_not_in_the_image(shop: Path) -> None:
    bench = Bench(shop, f"services: {{web: {{image: '{IMAGE}', command: [no-such-program]}}}}\n")
    error = fails(bench)
    assert error.message == f"{bench.file} does not start"
    assert 'exec: "no-such-program": executable file not found' in error.details
    assert "\x1b" not in error.details


def test_an_image_that_nobody_has(shop: Path) -> None:
    bench = Bench(shop, "services: {web: {image: 'registry.invalid/none:1'}}\n")
    error = fails(bench)
    assert error.message == f"{bench.file} does not start"
    assert "registry.invalid" in error.details


def test_a_port_that_listens_late_without_healthcheck(shop: Path) -> None:
    late = (
        f"{WEB}    ports: ['8000']\n    command: [sh, -c, 'sleep 1; exec python -m http.server']\n"
    )
    bench = Bench(shop, late)
    with bench.lifetime.running(bench.spec()) as running:
        assert status(running) == 200
    assert bench.of_compose() == []


def test_a_dockerfile_that_does_not_build(shop: Path) -> None:
    bench = Bench(shop, "services: {web: {build: .}}\n")
    (shop / "Dockerfile").write_text(
        f"FROM {IMAGE}\nRUN echo before\nRUN seq 20; echo because; exit 7\n"
    )
    with pytest.raises(BuildError) as raised, bench.lifetime.running(bench.spec()):
        pytest.fail("it is not up")
    assert raised.value.message == f"the images of {bench.file} don't build"
    lines = raised.value.details.splitlines()
    assert len(lines) <= 30
    assert "RUN echo before" not in raised.value.details
    assert any(line.endswith(" because") for line in lines)
    assert lines[-1].endswith("exit code: 7")
    assert (raised.value.exit_code, raised.value.hint) == (3, "")


def test_a_file_that_is_refused_is_refused_without_an_engine(shop: Path) -> None:
    down = {**os.environ, "DOCKER_HOST": "unix:///nonexistent.sock"}
    bench = Bench(shop, "services:\n  web: [\n", environ=down)
    with pytest.raises(ConfigError) as raised, bench.lifetime.running(bench.spec()):
        pytest.fail("it is not up")
    said = "yaml: line 2: did not find expected node content"
    assert raised.value.message == f"{bench.file}:2: {said}"


def test_an_engine_that_is_down(shop: Path) -> None:
    down = {**os.environ, "DOCKER_HOST": "unix:///nonexistent.sock"}
    bench = Bench(shop, f"{WEB}    {SERVES}\n", environ=down)
    for kind in ("ephemeral", "kept"):
        with pytest.raises(EngineError) as raised, bench.lifetime.running(bench.spec(kind=kind)):
            pytest.fail("it is not up")
        assert raised.value.message == "the container engine is not running"
        assert raised.value.hint.startswith("start it at unix:///nonexistent.sock, which DOCKER_")
        assert "unix:///nonexistent.sock" in raised.value.details


@pytest.mark.parametrize(
    ("says", "message", "hint"),
    [
        (
            None,
            "docker is not installed (it is not on PATH)",
            "`inv setup` says what to install here",
        ),
        (
            "docker: 'compose' is not a docker command.\nSee 'docker --help'",
            "docker has no Compose v2",
            "`inv setup` says what to install",
        ),
        (
            "docker: unknown command: docker compose\n\nRun 'docker --help' for more information",
            "docker has no Compose v2",
            "`inv setup` says what to install",
        ),
        (
            "unknown flag: --ansi\n\nUsage:  docker [OPTIONS] COMMAND [ARG...]\n",
            "docker has no Compose v2",
            "`inv setup` says what to install",
        ),
    ],
)
def test_what_is_not_installed(shop: Path, says: str | None, message: str, hint: str) -> None:
    """A client without its plugin, as clients up to 28 say it."""
    tools = shop.parent / "bin"
    tools.mkdir()
    if says is not None:
        (tools / "docker").write_text(f"#!/bin/sh\n/bin/cat >&2 <<'END'\n{says}\nEND\nexit 1\n")
        (tools / "docker").chmod(0o755)
    bench = Bench(shop, f"{WEB}    {SERVES}\n", environ={"PATH": str(tools)})
    with pytest.raises(EngineError) as raised, bench.lifetime.running(bench.spec()):
        pytest.fail("it is not up")
    assert (raised.value.message, raised.value.hint) == (message, hint)
