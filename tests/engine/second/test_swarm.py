"""`inv deploy` to a Swarm of one node, which is an engine in namespaces of its own."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from taskslib.testing import wait_for
from tests.engine.deploy.scenes import (
    a_migration_that_goes_on,
    migrations_that_take_long,
    status,
    what_does_not_come_up,
)
from tests.engine.deploy.shop import COMPOSE, DOCKERFILE, SERVER, interrupted
from tests.engine.second.daemon import Daemon, missing, second_daemon
from tests.engine.second.fleet import NO_IPVS, Fleet
from tests.engine.second.images import copy
from tests.support.leftovers import docker
from tests.support.projects import (
    TASKS,
    Ran,
    repository,
    unredacted,
    write,
)
from tests.support.registry import Running, registry
from tests.support.registry import missing as no_registry

pytestmark = pytest.mark.xdist_group("second-swarm")
ADDRESS = "10.213.11.2"
PORT = 8123
IMAGE = "python:3.13-slim"
CONFIG = (
    "[tool.taskslib]\nproject = '{name}'\n[tool.taskslib.release]\nregistry = '{host}/{name}'\n"
)
SWARM = "[tool.taskslib.deploy]\norchestrator = 'swarm'\n"
# The kernel of the tests may have no IPVS, which a Swarm's own load balancing takes.
STACK = COMPOSE.replace(
    'ports: ["127.0.0.1:${PORT:?}:8000"]', "ports: [{target: 8000, published: '$PORT', mode: host}]"
).replace("    restart: unless-stopped\n", "    restart: unless-stopped\n    secrets: [key]\n")
STACK += "secrets:\n  key: {file: ./key}\n"
BRINGING = "bringing up store\nbringing up migrate\nbringing up web\n"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """Return a manager of a Swarm."""
    if why := missing() or no_registry():
        pytest.skip(why)
    folder = tmp_path_factory.mktemp("swarm") / "e"
    with second_daemon(folder, address=ADDRESS, size="1g") as daemon:
        copy(IMAGE, daemon.host)
        docker("--host", daemon.host, "swarm", "init", "--advertise-addr", ADDRESS)
        yield daemon


@pytest.fixture(scope="module")
def store(engine: Daemon, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Return a registry in the engine's network."""
    with registry(tmp_path_factory.mktemp("swarm") / "registry", engine.within) as running:
        yield running


@pytest.fixture
def fleet(
    engine: Daemon, store: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Fleet]:
    """Return a project without any release; afterwards nothing of it is on the Swarm."""
    monkeypatch.setenv("DOCKER_HOST", engine.host)
    name = f"s{uuid.uuid4().hex[:8]}"
    files = {
        **TASKS,
        "pyproject.toml": CONFIG.format(name=name, host=store.host) + SWARM,
        "services/web/Dockerfile": DOCKERFILE,
        "services/web/server.py": SERVER,
        "deploy/prod/docker-compose.yml": STACK.replace("shop-web", f"{name}-web"),
        "deploy/prod/key": "one",
    }
    repo = repository(write(tmp_path / name, files))
    found = Fleet(repo, store, PORT, f"{name}-prod", ADDRESS)
    found.engine = engine
    yield found
    for kind, left in (
        ("service", [f"{found.name}_{one}" for one in found.services()]),
        ("config", [f"{found.name}{one}" for one in found.configs()]),
        ("secret", found.secrets()),
    ):
        if left:
            docker(kind, "rm", *left)
    # The network, which tasks that are ending still hold, and volumes go with the engine. What
    # still ends must not answer in the place of the next one.
    wait_for(lambda: not found.answer(), timeout=60)


def unhurried(ran: Ran) -> str:
    """Return what is said but for what is waited for: the old task may take its time to end."""
    return re.sub(r"^waiting: .*\n", "", ran.err, flags=re.MULTILINE)


def test_releases_come_and_go(fleet: Fleet, record_property: Callable[[str, object], None]) -> None:
    image = fleet.release("1.2.3", ours=True)
    assert fleet.deploy("--dry-run").out.endswith(f"web      is new       {image}\n")
    assert (fleet.services(), fleet.configs()) == ([], [])
    ran = fleet.deploy("--yes", GITHUB_ACTOR="Ada $HOME, `id` ::error::x")
    assert (ran.code, ran.err) == (0, f"prod: nothing → 1.2.3 (deployment 1)\n{BRINGING}")
    assert fleet.answer() == "1.2.3"
    assert fleet.configs() == ["-deploy-1"]
    (task,) = fleet.tasks("web")
    spec = json.loads(docker("inspect", "--type", "task", task))[0]["Spec"]["ContainerSpec"]
    assert spec["Image"] == image
    assert {"GREETING=costs 5 $, ${HOME}", "RELEASE=1.2.3"} <= set(spec["Env"])
    assert spec["Labels"]["taskslib.deploy.by"] == "Ada $HOME, `id` ::error::x"
    again = fleet.deploy("--yes")
    assert again.err.startswith("prod: 1.2.3 is what was deployed last\n")
    assert (again.code, fleet.tasks("web"), fleet.configs()) == (0, [task], ["-deploy-1"])

    stays = fleet.tasks("store")
    docker("exec", docker("ps", "--quiet", "--filter", f"name={fleet.name}_store"),
           "touch", "/data/kept")  # fmt: skip
    (fleet.root / "deploy/prod/key").write_text("two")
    fleet.release("1.2.4")
    with fleet.asked() as gaps:
        ran = fleet.deploy("--yes")
    record_property("seconds without an answer", gaps)
    assert unhurried(ran) == f"prod: 1.2.3 → 1.2.4 (deployment 2)\n{BRINGING}"
    assert (ran.code, fleet.answer(), fleet.tasks("store")) == (0, "1.2.4", stays)
    assert (fleet.secret(), len(fleet.secrets())) == ("two", 2)
    expected = {"migrate": "1.2.4 exited 0", "store": "1.2.3 healthy", "web": "1.2.4 healthy"}
    assert status(fleet) == expected
    assert fleet.deploy("--status").code == 0

    # Back, without what was the secret then, or any.
    (fleet.root / "deploy/prod/key").unlink()
    ran = fleet.deploy("--rollback", "--yes", PORT="")
    assert (
        unhurried(ran) == "prod: 1.2.4 → 1.2.3 (deployment 3)\nbringing up store\nbringing up web\n"
    )
    assert (ran.code, fleet.answer(), fleet.tasks("store")) == (0, "1.2.3", stays)
    assert (fleet.secret(), len(fleet.secrets())) == ("one", 2)
    docker("exec", docker("ps", "--quiet", "--filter", f"name={fleet.name}_store"),
           "test", "-f", "/data/kept")  # fmt: skip
    assert fleet.configs() == ["-deploy-2", "-deploy-3"]
    docker("service", "update", "--detach", "--env-add", "A=b", "--image", IMAGE,
           "--args", "sleep 99", "--no-healthcheck", f"{fleet.name}_web")  # fmt: skip
    wait_for(lambda: "not the image of the deployment" in status(fleet)["web"], timeout=60)
    assert fleet.deploy("--yes", "--rollback").code == 0
    assert fleet.answer() == "1.2.4"


def test_what_does_not_come_up_is_taken_back(
    fleet: Fleet, record_property: Callable[[str, object], None]
) -> None:
    what_does_not_come_up(fleet, record_property, why="  task: non-zero exit (1)\n")


def test_migrations_that_take_long(fleet: Fleet) -> None:
    migrations_that_take_long(fleet)


def test_a_migration_that_goes_on_is_stopped(fleet: Fleet) -> None:
    a_migration_that_goes_on(fleet)
    assert fleet.services() == ["store", "web"]


def test_the_old_one_goes_on_where_what_starts_first_fails(fleet: Fleet) -> None:
    file = fleet.root / "deploy/prod/docker-compose.yml"
    # A published port would be the old task's here.
    text = re.sub(r"    ports: .*\n", "", file.read_text())
    first = "    deploy: {update_config: {order: start-first}}\n"
    file.write_text(text.replace("    secrets: [key]\n", f"    secrets: [key]\n{first}"))
    fleet.release("1.0.0")
    assert fleet.deploy("--yes").code == 0
    before = fleet.lasting()
    for version, kind, told in (
        ("1.1.0", "ends", "web exited with 1"),
        ("1.2.0", "broken", "web unhealthy"),
        ("1.3.0", "late-migration", "migrate exited with 1"),
    ):
        fleet.release(version, kind)
        ran = fleet.deploy("--yes", START="1s")
        assert f"error: {version} does not come up: {told}; prod runs 1.0.0 again\n" in ran.err
        assert (ran.code, fleet.lasting()) == (3, before)
        ran = fleet.deploy("--status")
        assert (ran.code, "drift" in ran.out) == (0, False), ran.out
        assert status(fleet)["web"] == "1.0.0 healthy"
    fleet.release("1.4.0", "slow-migration")
    ran = fleet.deploy("--yes")
    assert (ran.code, status(fleet)["web"]) == (0, "1.4.0 healthy"), ran.err
    assert fleet.deploy("--rollback", "--yes").code == 0
    assert (status(fleet)["web"], fleet.deploy("--status").code) == ("1.0.0 healthy", 0)


def test_the_first_that_fails_is_removed_and_its_data_stays(fleet: Fleet) -> None:
    file = fleet.root / "deploy/prod/docker-compose.yml"
    # A Swarm's own delay is of five seconds.
    soon = "    deploy: {restart_policy: {condition: any, delay: 100ms}}\n"
    file.write_text(file.read_text().replace("    secrets: [key]\n", f"    secrets: [key]\n{soon}"))
    fleet.release("1.0.0", "ends")
    ran = fleet.deploy("--yes")
    assert ran.code == 3
    what = "nothing of it ran before, so what had been started is removed; its data stays\n"
    assert what in ran.err
    assert (fleet.services(), fleet.configs()) == ([], [])
    assert f"{fleet.name}_data" in docker("volume", "ls", "--format", "{{.Name}}").split()


def test_what_nobody_deployed_stays_where_one_fails(fleet: Fleet) -> None:
    for one in ("old", "store"):
        ours = ("--label", f"com.docker.stack.namespace={fleet.name}")
        docker("service", "create", "--detach", "--no-resolve-image", *ours,
               "--name", f"{fleet.name}_{one}", IMAGE, "sleep", "999")  # fmt: skip
    old = fleet.tasks("old")
    fleet.release("1.0.0", "no-migration")
    ran = fleet.deploy("--yes")
    assert "migrate exited with 1; prod runs what ran before again\n" in ran.err
    assert (ran.code, fleet.services(), fleet.tasks("old")) == (3, ["old", "store"], old)


def test_what_no_node_can_run_is_late(fleet: Fleet) -> None:
    file = fleet.root / "deploy/prod/docker-compose.yml"
    wanted = "    deploy: {placement: {constraints: [node.labels.disk == fast]}}\n"
    file.write_text(file.read_text().replace("    init: true\n", f"    init: true\n{wanted}"))
    with (fleet.root / "pyproject.toml").open("a") as config:
        config.write("[tool.taskslib.limits]\ndeploy = 6\n")
    fleet.release("1.0.0")
    ran = fleet.deploy("--yes")
    why = "no suitable node (scheduling constraints not satisfied on 1 node)"
    assert (ran.code, f": not ready after 6 s: store pending ({why}); " in ran.err) == (3, True)
    assert f"\n  logs of store:\n  {why}\n" in ran.err
    assert f"bringing up store\nwaiting: store pending ({why})\n" in ran.err
    assert (fleet.services(), fleet.configs()) == ([], [])


def test_services_that_a_release_has_no_more(fleet: Fleet) -> None:
    file = fleet.root / "deploy/prod/docker-compose.yml"
    text = file.read_text()
    more = "  more: {image: 'python:3.13-slim', command: [sleep, '99'], init: true}\n"
    file.write_text(text.replace("volumes:\n  data:", f"{more}volumes:\n  data:"))
    fleet.release("1.0.0")
    assert fleet.deploy("--yes").code == 0
    assert fleet.services() == ["migrate", "more", "store", "web"]
    file.write_text(text)
    ran = fleet.deploy("--yes", "--local", "--version", "1.0.0")  # images by their ids
    assert (ran.code, fleet.answer()) == (0, "1.0.0")
    assert "ending more, which it has no more\n" in ran.err
    assert fleet.services() == ["migrate", "store", "web"]


def test_two_at_once_ctrl_c_and_a_kill(fleet: Fleet) -> None:
    fleet.release("1.0.0")
    assert fleet.deploy("--yes").code == 0
    fleet.release("1.0.1", "broken")
    first = fleet.begin("--yes", START="100s", GITHUB_ACTOR="ada")
    wait_for(lambda: fleet.answer() == "broken", timeout=60)
    second = fleet.deploy("--yes")
    assert (second.code, second.out) == (3, "")
    assert "error: another deployment to NAME is under way: 1.0.1, by ada from " in second.err
    hint = "hint: wait for it; if it was killed: docker config rm NAME-deploying\n"
    assert second.err.endswith(hint)
    assert "\nunder way: 1.0.1, by ada from " in fleet.deploy("--status").out
    ended = interrupted(first)
    assert (ended.code, fleet.answer()) == (130, "1.0.0")
    assert "prod runs 1.0.0 again\n" in ended.err
    assert fleet.configs() == ["-deploy-1"]
    began = fleet.begin("--yes", START="100s")
    wait_for(lambda: fleet.answer() == "broken", timeout=60)
    began.kill()
    began.communicate()
    assert fleet.configs() == ["-deploy-1", "-deploying"]
    docker("config", "rm", f"{fleet.name}-deploying")
    fleet.release("1.0.2")
    assert fleet.deploy("--yes").code == 0
    assert fleet.answer() == "1.0.2"


def test_it_is_asked_for(fleet: Fleet) -> None:
    """A Swarm that nobody asked for is named, and left alone."""
    fleet.release("1.0.0")
    pyproject = fleet.root / "pyproject.toml"
    pyproject.write_text(pyproject.read_text().replace(SWARM, ""))
    note = (
        "note: this engine manages a Swarm; Compose deploys to this engine alone "
        "(`--orchestrator swarm` to the Swarm)\n"
    )
    ran = fleet.deploy("--dry-run")
    assert (ran.code, ran.err) == (0, f"{note}prod: nothing → 1.0.0 (deployment 1)\n")
    for chosen in ("swarm", "compose"):
        assert note not in fleet.deploy("--dry-run", "--orchestrator", chosen).err
    assert fleet.deploy("--status").err == (
        "error: nothing is deployed as NAME there\n\n"
        "hint: on the engine's Swarm: --orchestrator swarm; else inv deploy prod\n"
    )
    ran = fleet.deploy("--dry-run", "--orchestrator", "swamr")
    hint = "did you mean 'swarm'? orchestrators: compose, swarm"
    assert (ran.code, ran.err) == (2, f"error: no orchestrator 'swamr'\n\nhint: {hint}\n")


def test_what_a_swarm_has_not(fleet: Fleet) -> None:
    fleet.release("1.0.0")
    file = fleet.root / "deploy/prod/docker-compose.yml"
    text = file.read_text()
    file.write_text(text.replace("    init: true\n", "    init: true\n    privileged: true\n"))
    told = "note: store: a Swarm has no privileged; left out\n"
    assert fleet.deploy("--dry-run").err.startswith(told)
    file.write_text(re.sub(r"ports: .*", 'ports: ["127.0.0.1:8000:8000"]', text))
    ran = fleet.deploy("--dry-run")
    assert (ran.code, ran.err) == (
        2,
        "error: web publishes 8000 at 127.0.0.1 only, and a Swarm publishes at all addresses\n\n"
        "hint: take the address out of `ports`, or the whole port\n",
    )


def test_without_ipvs_it_is_said_beforehand(fleet: Fleet) -> None:
    fleet.release("1.0.0")
    ran = unredacted(fleet.root, "deploy", "prod", "--dry-run", PORT=str(PORT))
    note = f"note: store: {NO_IPVS}, so others don't reach it by its name; "
    assert (ran.code, note in ran.err) == (0, not Path("/proc/net/ip_vs").exists()), ran.err


def test_an_engine_without_a_swarm(fleet: Fleet, tmp_path: Path) -> None:
    with second_daemon(tmp_path / "e") as other:
        ran = fleet.deploy("--status", DOCKER_HOST=other.host)
        assert (ran.code, ran.err) == (
            2,
            "error: the engine is no manager of a Swarm\n\n"
            "hint: `--context` of one that is; a new Swarm: docker swarm init\n",
        )
