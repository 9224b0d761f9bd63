"""What is to start first: it has to come up beside the old one, which answers meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from taskslib.testing import wait_for
from tests.engine.deploy.scenes import status
from tests.engine.deploy.shop import Shop, interrupted, of
from tests.support.leftovers import docker
from tests.support.projects import Ran

FIRST = "    deploy: {update_config: {order: start-first}}\n"
SAME = """\
  same:
    image: ${REGISTRY}/NAME-web:${VERSION:?}
    init: true
    container_name: NAME-fixed
    labels: {"proxy.to": same}
    environment: {API_TOKEN: none}
    networks: {default: {aliases: [other]}}
    depends_on:
      migrate: {condition: service_completed_successfully}
    volumes: ["/scratch"]
"""
RUNNING = "prod: 1.0.0 → {} (deployment 2)\nbringing up store\nbringing up migrate\n"


@pytest.fixture
def first(shop: Shop) -> Shop:
    """Return a project with a release that runs, whose web is to start first."""
    file = shop.root / "deploy/prod/docker-compose.yml"
    text = file.read_text()
    file.write_text(text.replace("    restart: unless-stopped\n", f"    restart: always\n{FIRST}"))
    shop.release("1.0.0")
    assert shop.deploy("--yes").code == 0
    return shop


def trials(shop: Shop) -> list[str]:
    """Return the names of what is tried, without the environment's."""
    one_off = ("--filter", "label=com.docker.compose.oneoff=True")
    listed = docker("ps", "-a", *of(shop.name), *one_off, "--format", "{{.Names}} {{.State}}")
    return sorted(one.removeprefix(f"{shop.name}-") for one in listed.splitlines())


def test_what_does_not_come_up_takes_nothing_down(
    first: Shop, record_property: Callable[[str, object], None]
) -> None:
    before = first.lasting()
    for version, kind, broken, start, log in (
        ("1.0.1", "broken", "web unhealthy", "1s", "serving broken ***"),
        ("1.0.2", "ends", "web exited with 1", "60s", "this release ends at once"),
    ):
        first.release(version, kind)
        with first.asked() as gaps:
            ran = first.deploy("--yes", START=start)
        record_property(f"seconds without an answer: {kind}", gaps)
        assert (gaps, first.lasting(), first.answer()) == ([], before, "1.0.0")
        what = f"{version} does not come up: {broken}"
        probe = "  healthcheck of web:\n" if kind == "broken" else ""
        begin = (
            f"{RUNNING.format(version)}trying web beside what runs\n{what}\n"
            f"error: {what}; prod runs 1.0.0 again\n{probe}"
        )
        end = (
            f"  logs of web:\n  web-trial  | {log}\n\n"
            "hint: check the command, environment and healthcheck of service 'web'\n"
        )
        assert (ran.code, ran.out) == (3, "")
        assert (ran.err[: len(begin)], ran.err[-len(end) :]) == (begin, end)
        assert trials(first) == []
        assert status(first)["web"] == "1.0.0 healthy"
    assert first.records() == ["-deploy-1"]


def test_what_ran_without_us_is_left_alone(shop: Shop) -> None:
    """What it was made of is not known: the file of today with its image is something else."""
    file = shop.root / "deploy/prod/docker-compose.yml"
    text = f"services:\n  web:{file.read_text().partition('  web:')[2]}"
    migrated = "      migrate: {condition: service_completed_successfully}\n"
    file.write_text(text.replace(f"    depends_on:\n{migrated}", ""))
    image = shop.release("1.0.0")
    by_hand = {"PORT": str(shop.port), "REGISTRY": image.rpartition("/")[0], "VERSION": "1.0.0"}
    env = file.with_name(".env")
    env.write_text("".join(f"{key}={value}\n" for key, value in by_hand.items()))
    where = ("-p", shop.name, "--project-directory", str(file.parent))
    docker("compose", *where, "up", "-d", "--wait", "web")
    before = shop.containers()
    file.write_text(file.read_text().replace("    restart: unless-stopped\n", FIRST))
    shop.release("1.0.1", "broken")
    ran = shop.deploy("--yes", START="1s")
    assert "web unhealthy; prod runs what ran before again\n" in ran.err
    assert (ran.code, shop.answer(), trials(shop)) == (3, "1.0.0", [])
    assert shop.containers() == before


def test_what_is_late_takes_nothing_down(first: Shop) -> None:
    before = first.lasting()
    config = first.root / "pyproject.toml"
    config.write_text(f"{config.read_text()}[tool.taskslib.limits]\ndeploy = 3\n")
    first.release("1.0.1", "broken")
    ran = first.deploy("--yes", START="100s")
    assert "error: 1.0.1 does not come up: not ready after 3 s: web starting; prod runs" in ran.err
    assert (ran.code, first.lasting(), trials(first)) == (3, before, [])


def test_one_that_comes_up_is_tried_before_it_takes_over(first: Shop) -> None:
    """And nothing leads to it meanwhile; two of a level are tried at once."""
    file = first.root / "deploy/prod/docker-compose.yml"
    two = file.read_text().replace("volumes:\n  data:", f"{SAME}{FIRST}volumes:\n  data:")
    file.write_text(two.replace("NAME", first.root.name))
    first.release("1.0.1")
    ran = first.deploy("--yes")
    told = "trying web beside what runs\nbringing up same, web\n"
    assert ran == Ran(0, ran.out, f"{RUNNING.format('1.0.1')}{told}"), ran.err
    first.release("1.0.2")
    began = first.begin("--yes")
    both = ["same-trial running", "web-trial running"]
    wait_for(lambda: trials(first) == both, timeout=60)
    told = json.loads(docker("inspect", f"{first.name}-same-trial", f"{first.name}-web-trial"))
    for one, service in zip(told, ("same", "web"), strict=True):
        (network,) = one["NetworkSettings"]["Networks"].values()
        assert network["DNSNames"] == [f"{first.name}-{service}-trial", one["Id"][:12]]
        assert one["HostConfig"]["PortBindings"] == {}
        assert one["HostConfig"]["RestartPolicy"]["Name"] == "no"
        assert "proxy.to" not in one["Config"]["Labels"]
    (scratch,) = told[0]["Mounts"]
    assert first.answer() == "1.0.1"
    out, err = began.communicate(timeout=120)
    assert (began.returncode, trials(first), first.answer()) == (0, [], "1.0.2")
    assert "trying same, web beside what runs\nbringing up same, web\n" in err, out
    assert scratch["Name"] not in docker("volume", "ls", "-q").split()
    # Nothing is tried that stays, nor on the way back.
    for arguments in (("--yes",), ("--rollback", "--yes")):
        ran = first.deploy(*arguments)
        assert (ran.code, "trying" in ran.err) == (0, False)
    assert first.answer() == "1.0.1"


def test_ctrl_c_while_it_is_tried(first: Shop) -> None:
    before = first.lasting()
    first.release("1.0.1", "broken")
    began = first.begin("--yes", START="100s")
    wait_for(lambda: trials(first) == ["web-trial running"], timeout=60)
    assert list(status(first)) == ["migrate", "store", "web"]
    with first.asked() as gaps:
        ended = interrupted(began)
    assert ended.code == 130
    assert ended.err.endswith(
        "interrupted: going back to 1.0.0; again: stays as it is\nprod runs 1.0.0 again\n"
        "interrupted by signal 2\n"
    ), ended.err
    assert (gaps, first.lasting(), trials(first)) == ([], before, [])
    assert first.volumes() == ["-deploy-1", "_data"]


def test_what_a_killed_one_tried_is_removed_by_the_next(first: Shop) -> None:
    first.release("1.0.1", "broken")
    began = first.begin("--yes", START="100s")
    wait_for(lambda: trials(first) == ["web-trial running"], timeout=60)
    began.kill()
    began.communicate()
    docker("volume", "rm", f"{first.name}-deploying")
    other = f"{first.name}-other"
    label = f"taskslib.deploy.trial={other}"
    docker("run", "-d", "--name", other, "--label", label, "python:3.13-slim", "sleep", "99")
    try:
        assert list(status(first)) == ["migrate", "store", "web"]
        first.release("1.0.2")
        ran = first.deploy("--yes")
        assert (ran.code, trials(first), first.answer()) == (0, [], "1.0.2")
        assert "removed what a deployment that was killed had tried\n" in ran.err
        assert docker("inspect", "-f", "{{.State.Running}}", other).strip() == "true"
    finally:
        docker("rm", "-f", other)
