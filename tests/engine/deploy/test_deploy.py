"""`inv deploy` on the real engine, from a real registry: what answers is asked all the time."""

from __future__ import annotations

import json
import platform
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from taskslib.testing import wait_for
from tests.engine.deploy.scenes import status, what_does_not_come_up
from tests.engine.deploy.shop import Shop
from tests.support.leftovers import docker
from tests.support.projects import Ran

BRINGING = "bringing up store\nbringing up migrate\nbringing up web\n"


def labels(container: str) -> dict[str, str]:
    told: dict[str, str] = json.loads(docker("inspect", "-f", "{{json .Config.Labels}}", container))
    # What the base image says of itself, where it is a stand-in, is no business of a deployment's.
    ours = ("taskslib.deploy.", "taskslib.managed", "taskslib.name", "taskslib.project")
    return {key: value for key, value in told.items() if key.startswith(ours)}


def test_releases_come_and_go(
    shop: Shop, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    image = shop.release("1.2.3", ours=True)
    assert shop.deploy("--dry-run") == Ran(
        0,
        f"migrate  is new       {image}\nstore    is new       python:3.13-slim\n"
        f"web      is new       {image}\n",
        "prod: nothing → 1.2.3 (deployment 1)\n",
    )
    assert (shop.containers(), shop.volumes()) == ({}, [])
    assert shop.deploy() == Ran(
        2,
        "",
        "prod: nothing → 1.2.3 (deployment 1)\n"
        f"migrate  is new       {image}\nstore    is new       python:3.13-slim\n"
        f"web      is new       {image}\n"
        "error: nobody can be asked, since stdin is no terminal: deploy 1.2.3 to prod?\n\n"
        "hint: to say yes beforehand: --yes\n",
    )
    ran = shop.deploy("--yes", GITHUB_ACTOR="Ada $HOME,\n`id`\x1b ::error::x")
    assert ran.err == f"prod: nothing → 1.2.3 (deployment 1)\n{BRINGING}", ran.err
    assert ran.code == 0
    assert shop.answer() == "1.2.3"
    assert shop.volumes() == ["-deploy-1", "_data"]
    first = shop.containers()
    told = labels(first["web"])
    commit = shop.repo.git.rev_parse("v1.2.3^{commit}")
    assert re.fullmatch("[0-9a-f]{12}", told.pop("taskslib.deploy.definitions"))
    assert (told.pop("taskslib.deploy.at") > "2", told.pop("taskslib.deploy.host") > "") == (1, 1)
    assert told == {
        "taskslib.deploy.number": "1",
        "taskslib.deploy.version": "1.2.3",
        "taskslib.deploy.commit": commit,
        "taskslib.deploy.image": image,
        "taskslib.deploy.by": "Ada $HOME, `id` ::error::x",
    }
    inspected = json.loads(docker("inspect", first["web"]))[0]["Config"]
    assert inspected["Image"] == image
    assert {"GREETING=costs 5 $, ${HOME}", "RELEASE=1.2.3"} <= set(inspected["Env"])

    # The same once more: nothing is replaced, nothing recorded, and no migration runs.
    began = docker("inspect", "-f", "{{.State.StartedAt}}", *first.values())
    again = shop.deploy("--yes")
    assert again.err.startswith("prod: 1.2.3 is what was deployed last\n")
    assert (again.code, shop.containers(), shop.volumes()) == (0, first, ["-deploy-1", "_data"])
    assert docker("inspect", "-f", "{{.State.StartedAt}}", *first.values()) == began

    shop.release("1.2.4")
    with shop.asked() as gaps:
        ran = shop.deploy("--yes")
    record_property("seconds without an answer", gaps)
    assert ran.err.startswith("prod: 1.2.3 → 1.2.4 (deployment 2)\n")
    assert (ran.code, shop.answer()) == (0, "1.2.4")
    assert shop.containers()["store"] == first["store"]
    assert status(shop) == {
        "migrate": "1.2.4 exited 0", "store": "1.2.3 healthy", "web": "1.2.4 healthy"
    }  # fmt: skip

    # Back, from a clone without a lock or variables; and the data is still there.
    docker("exec", first["store"], "touch", "/data/kept")
    clone = replace(shop, repo=shop.repo.clone(tmp_path / "clone"))
    (clone.root / "deploy/prod/images.lock").unlink()
    ran = clone.deploy("--rollback", "--yes", PORT="")
    assert (ran.code, shop.answer()) == (0, "1.2.3")
    assert ran.err == "prod: 1.2.4 → 1.2.3 (deployment 3)\nbringing up store\nbringing up web\n"
    docker("exec", first["store"], "test", "-f", "/data/kept")
    table = clone.deploy("--status").out
    table = re.sub(r"\b(\S+T\S+:\d\d|\d+ (s|min))(?=[ ,\n])", "WHEN", table)
    table = re.sub(r"\b[0-9a-f]{12}\b", "HEX", table.replace(f"@{platform.node()}", "@HOST"))
    assert re.sub(" +", " ", re.sub(r"\S+@HOST", "ME", table)) == (
        f"prod ({shop.name}): 1.2.3 from HEX, deployment 3, WHEN, by ME\n"
        "before: 1.2.4 from HEX, deployment 2, WHEN, by ME\n"
        "service version digest health since by\n"
        "migrate 1.2.4 HEX exited 0 WHEN ME\n"
        "store 1.2.3 HEX healthy WHEN Ada $HOME, `id` ME\n"
        "web 1.2.3 HEX healthy WHEN ME\n"
        "note: migrate: the last that ran is of 1.2.4; on the way back none runs\n"
    )
    assert status(shop)["web"] == "1.2.3 healthy"
    assert shop.volumes() == ["-deploy-2", "-deploy-3", "_data"]


def test_what_does_not_come_up_is_taken_back(
    shop: Shop, record_property: Callable[[str, object], None]
) -> None:
    what_does_not_come_up(shop, record_property)
    assert shop.volumes() == ["-deploy-1", "_data"]


def test_the_first_ever(shop: Shop) -> None:
    ran = shop.deploy("--yes")
    assert ran == Ran(
        2,
        "",
        "error: deploy/prod/images.lock is not there, or is none: which release is deployed is not "
        "known\n\nhint: name it: --version 1.2.3; or `inv build --push` on the release's tag "
        "writes it\n",
    )
    assert shop.deploy("--status") == Ran(
        3, "", "error: nothing is deployed as NAME there\n\nhint: inv deploy prod\n"
    )
    elsewhere = ("--context", "default", "--orchestrator", "compose")
    hint = f"hint: inv deploy prod {' '.join(elsewhere)}\n"
    assert shop.deploy(*elsewhere, "--status").err.endswith(hint)
    ran = shop.deploy("--status", "--json")
    told = json.loads(ran.out)
    assert (ran.code, ran.err) == (3, "")
    assert (told["well"], told["deployment"], told["services"]) == (False, None, [])
    shop.release("1.0.0", "broken")
    ran = shop.deploy("--yes", START="1s")
    assert ran.code == 3
    assert (
        "error: 1.0.0 does not come up: web unhealthy; nothing of it ran before, so what had been "
        "started is stopped; its data stays\n"
    ) in ran.err
    states = docker("inspect", "-f", "{{.State.Running}}", *shop.containers().values())
    assert set(states.split()) == {"false"}
    assert shop.volumes() == ["_data"]
    ran = shop.deploy("--rollback", "--yes")
    assert (ran.code, ran.err) == (
        2,
        "error: of prod no version is known that ran before\n\n"
        "hint: inv deploy prod --version 1.2.3\n",
    )
    # What failed is not what runs: the second goes back to nothing too.
    shop.release("1.0.1", "ends")
    ran = shop.deploy("--yes")
    assert ran.err.startswith("prod: nothing → 1.0.1 (deployment 1)\n")
    assert "; nothing of it ran before, so what had been started is stopped; " in ran.err
    shop.release("1.0.2")
    assert shop.deploy("--yes").code == 0
    assert shop.answer() == "1.0.2"


def test_what_ran_without_us_comes_back(shop: Shop) -> None:
    """What `docker compose up` had started: its images are known, nothing else."""
    image = shop.release("1.0.0")
    folder = shop.root / "deploy/prod"
    by_hand = {"PORT": str(shop.port), "REGISTRY": image.rpartition("/")[0], "VERSION": "1.0.0"}
    (folder / ".env").write_text("".join(f"{key}={value}\n" for key, value in by_hand.items()))
    text = json.dumps(
        {"services": {"legacy": {"image": "python:3.13-slim", "command": ["sleep", "999"],
                                 "init": True}}}
    )  # fmt: skip
    docker("compose", "-p", shop.name, "-f", "-", "up", "-d", given=text)
    docker("compose", "-p", shop.name, "--project-directory", str(folder), "up", "-d", "--wait",
           "web")  # fmt: skip
    legacy = shop.containers()["legacy"]
    assert status(shop)["web"] == "healthy no deployment is recorded"
    shop.release("1.0.1", "broken")
    ran = shop.deploy("--yes", START="1s")
    begun = "prod: what runs, of which nothing is recorded → 1.0.1 (deployment 1)\n"
    assert ran.err.startswith(begun)
    assert "web unhealthy; prod runs what ran before again\n" in ran.err
    assert (ran.code, shop.answer()) == (3, "1.0.0")
    assert "legacy" not in ran.err
    assert docker("inspect", "-f", "{{.State.Running}}", legacy) == "true"


def test_services_that_a_release_has_no_more(shop: Shop) -> None:
    file = shop.root / "deploy/prod/docker-compose.yml"
    text = file.read_text()
    more = '  "--odd.one": {image: "python:3.13-slim", command: [sleep, "99"], init: true}\n'
    file.write_text(text.replace("volumes:\n  data:", f"{more}volumes:\n  data:"))
    shop.release("1.0.0")
    assert shop.deploy("--yes").code == 0
    assert sorted(shop.containers()) == ["--odd.one", "migrate", "store", "web"]
    file.write_text(text)
    ran = shop.deploy("--dry-run")
    assert "--odd.one  is ended     python:3.13-slim\n" in ran.out
    ran = shop.deploy("--yes")
    assert "ending --odd.one, which it has no more\n" in ran.err
    # Its container is the one that migrated before; each deployment lets it do so once.
    assert docker("logs", shop.containers()["migrate"]).count("migrating") == 2
    assert sorted(shop.containers()) == ["migrate", "store", "web"]
    assert status(shop)["web"] == "1.0.0 healthy"
    # The other way round: what a failed one brought along goes again.
    file.write_text(text.replace("volumes:\n  data:", f"{more}volumes:\n  data:"))
    shop.release("1.0.1", "broken")
    assert shop.deploy("--yes", START="1s").code == 3
    assert sorted(shop.containers()) == ["migrate", "store", "web"]


def test_drift(shop: Shop) -> None:
    shop.release("1.0.0")
    assert shop.deploy("--yes").code == 0
    # Since when it runs, and not when it was deployed: the engine's machine may have started anew.
    docker("restart", shop.containers()["web"])
    started = docker("inspect", "-f", "{{.State.StartedAt}}", shop.containers()["web"])
    wait_for(lambda: shop.deploy("--status").code == 0, timeout=60)
    told = json.loads(shop.deploy("--status", "--json").out)["services"]
    assert {one["service"]: one["since"] for one in told}["web"] == f"{started[:19]}+00:00"
    docker("rm", "-f", shop.containers()["store"])
    image = "python:3.13-slim"
    text = json.dumps(
        {"services": {"web": {"image": image, "command": ["sleep", "99"], "init": True}}}
    )
    docker("compose", "-p", shop.name, "-f", "-", "up", "-d", "-t", "0", "web", given=text)
    ran = shop.deploy("--status")
    assert ran.code == 1
    assert "drift: store: its container is missing\n" in ran.out
    assert "drift: web: not the image of the deployment, " in ran.out
    # The same deployment again sets it right, and recreates no more than that.
    migrate = shop.containers()["migrate"]
    assert shop.deploy("--yes").code == 0
    assert (shop.deploy("--status").code, shop.answer()) == (0, "1.0.0")
    assert shop.containers()["migrate"] == migrate
