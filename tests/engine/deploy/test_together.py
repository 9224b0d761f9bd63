"""Two deployments at once; those that are interrupted, at any moment, and one that is killed."""

from __future__ import annotations

import json
import os
import platform
import shutil
import uuid
from pathlib import Path

import pytest

from taskslib.cancellation import Cancellation
from taskslib.deploy.lock import VOLUMES, held, holder_of, lock_name
from taskslib.deploy.record import Who
from taskslib.stacks.client import DockerClient
from taskslib.testing import wait_for
from tests.engine.deploy.shop import Shop, interrupted, of
from tests.support.leftovers import docker
from tests.support.terminal import Terminal


@pytest.fixture
def deploying(shop: Shop) -> Shop:
    """Return a project with a release that runs, and one after it that never is healthy."""
    shop.release("1.0.0")
    assert shop.deploy("--yes").code == 0
    shop.release("1.0.1", "broken")
    return shop


def under_way(shop: Shop) -> bool:
    """Tell whether the new release has taken the place of the old one."""
    told = json.loads(shop.deploy("--status", "--json").out)
    versions = {one["service"]: one["version"] for one in told["services"]}
    return bool(told["under_way"]) and versions["web"] == "1.0.1" and shop.answer() == "broken"


def test_the_second_is_refused_and_ctrl_c_goes_back(deploying: Shop) -> None:
    first = deploying.begin("--yes", START="100s", GITHUB_ACTOR="ada")
    wait_for(lambda: under_way(deploying), timeout=60)
    second = deploying.deploy("--yes")
    assert (second.code, second.out) == (3, "")
    assert "error: another deployment to NAME is under way: 1.0.1, by ada from " in second.err
    assert second.err.endswith(
        "hint: wait for it; if it was killed: docker volume rm NAME-deploying\n"
    )
    assert "\nunder way: 1.0.1, by ada from " in deploying.deploy("--status").out
    dry = deploying.deploy("--dry-run")
    noted = "note: another deployment to NAME is under way: 1.0.1, by ada from "
    assert (dry.code, dry.err.startswith(noted)) == (0, True)
    ended = interrupted(first)
    assert ended.code == 130
    assert "interrupted: going back to 1.0.0; again: stays as it is\n" in ended.err
    assert "prod runs 1.0.0 again\n" in ended.err
    assert deploying.answer() == "1.0.0"
    assert deploying.volumes() == ["-deploy-1", "_data"]


def test_what_is_confirmed_is_what_was_shown(shop: Shop) -> None:
    shop.release("1.0.0")
    assert shop.deploy("--yes").code == 0
    shop.release("1.0.1")
    asked = Terminal(shop.root, "deploy", "prod", interactive=True, PORT=str(shop.port))
    wait_for(lambda: "deploy 1.0.1 to prod? [y/N]" in asked.read(), timeout=60)
    assert "prod: 1.0.0 → 1.0.1 (deployment 2)\r\nmigrate  is replaced  " in asked.read()
    shop.release("1.0.2")
    assert shop.deploy("--yes", GITHUB_ACTOR="ada").code == 0
    asked.type("y\n")
    assert asked.child.wait(60) == 2
    told = asked.read().rpartition("[y/N]")[2].replace("\r\n", "\n")
    assert told.endswith(
        f"error: 1.0.2 (deployment 2) was deployed meanwhile, by ada from {platform.node()}\n\n"
        "hint: run the command again: it shows what changes now\n"
    )
    assert (shop.answer(), shop.volumes()) == ("1.0.2", ["-deploy-1", "-deploy-2", "_data"])


def test_two_ctrl_c_leave_it_as_it_is(deploying: Shop) -> None:
    began = deploying.begin("--yes", "--version", "1.0.1", START="100s")
    wait_for(lambda: under_way(deploying), timeout=60)
    began.send_signal(2)
    assert began.stderr is not None
    assert any("interrupted: going back to 1.0.0" in line for line in began.stderr)
    ended = interrupted(began)
    assert ended.code == 130
    assert (
        "prod was left in the middle of 1.0.1: containers of both versions may run; inv deploy "
        "prod --version 1.0.1 goes on, inv deploy prod --status says what runs\n"
    ) in ended.err
    assert deploying.volumes() == ["-deploy-1", "_data"]
    # Whatever it was left like, the next one goes back to what is recorded.
    assert deploying.deploy("--yes", START="1s").code == 3
    assert deploying.answer() == "1.0.0"


def test_one_that_is_killed_leaves_a_lock_that_says_whose_it_is(deploying: Shop) -> None:
    began = deploying.begin("--yes", START="100s")
    wait_for(lambda: under_way(deploying), timeout=60)
    began.kill()
    began.communicate()
    assert deploying.volumes() == ["-deploy-1", "-deploying", "_data"]
    refused = deploying.deploy("--yes")
    assert refused.code == 3
    command = refused.err.rpartition("if it was killed: ")[2].strip()
    docker(*command.replace("NAME", deploying.name).split()[1:])
    deploying.release("1.0.2")
    assert deploying.deploy("--yes").code == 0
    assert deploying.answer() == "1.0.2"


def test_nobody_listens_any_more(deploying: Shop) -> None:
    """As where Ctrl-C has ended the `tee` behind it too: nothing stays halfway."""
    began = deploying.begin("--yes", START="100s")
    wait_for(lambda: under_way(deploying), timeout=60)
    for stream in (began.stdout, began.stderr):
        assert stream is not None
        stream.close()
    began.send_signal(2)
    began.wait(60)
    assert deploying.answer() == "1.0.0"
    assert deploying.volumes() == ["-deploy-1", "_data"]


def test_ctrl_c_on_the_way_back(deploying: Shop) -> None:
    began = deploying.begin("--yes", START="1s")
    assert began.stderr is not None
    assert any("1.0.1 does not come up" in line for line in began.stderr)
    ended = interrupted(began)
    assert ended.code == 130
    assert "interrupted: going back to 1.0.0; again: stays as it is\n" in ended.err
    assert "prod runs 1.0.0 again\n" in ended.err
    assert deploying.answer() == "1.0.0"
    assert deploying.volumes() == ["-deploy-1", "_data"]


def test_ctrl_c_while_it_is_recorded(shop: Shop, tmp_path: Path) -> None:
    """By a client that presses it at that moment: what runs is recorded all the same."""
    shop.release("1.0.0")
    client = tmp_path / "bin" / "docker"
    client.parent.mkdir()
    pressed = 'case "$*" in *"-record "*" create") kill -INT $PPID ;; esac'
    client.write_text(f'#!/bin/sh\n{pressed}\nexec {shutil.which("docker")} "$@"\n')
    client.chmod(0o755)
    ran = shop.deploy("--yes", PATH=f"{client.parent}{os.pathsep}{os.environ['PATH']}")
    assert ran.code == 130
    assert "1.0.0 was ready before the interruption: prod runs it\n" in ran.err
    assert shop.volumes() == ["-deploy-1", "_data"]
    assert shop.deploy("--status").code == 0


PRESSES = """\
#!/bin/sh
# A docker client that presses Ctrl-C while Compose replaces `web`, and on the way back.
case "$*" in
*" up "*" -- web")
  if mkdir {0}/first 2>/dev/null; then
    exec 3<&0
    {1} "$@" <&3 &
    until {1} ps -a --filter status=created --format '{{{{.Names}}}}' | grep -q "_{2}-web-1$"; do
      sleep 0.02
    done
    kill -INT $PPID
    wait
  fi ;;
esac
if [ -d {0}/twice ] && [ -d {0}/first ] && mkdir {0}/second 2>/dev/null; then
  kill -INT $PPID
  sleep 60
fi
exec {1} "$@"
"""


@pytest.mark.parametrize("twice", [False, True])
def test_ctrl_c_while_compose_replaces_a_container(
    shop: Shop, tmp_path: Path, *, twice: bool
) -> None:
    """The new one is there beside the old one then, which is being stopped, and takes its time."""
    file = shop.root / "deploy/prod/docker-compose.yml"
    slow = "restart: unless-stopped\n    stop_signal: SIGTERM\n    stop_grace_period: 5s"
    file.write_text(file.read_text().replace("restart: unless-stopped", slow))
    shop.release("1.0.0")
    assert shop.deploy("--yes").code == 0
    shop.release("1.0.1")
    client = tmp_path / "bin" / "docker"
    client.parent.mkdir()
    client.write_text(PRESSES.format(client.parent, shutil.which("docker"), shop.name))
    client.chmod(0o755)
    if twice:
        (client.parent / "twice").mkdir()
    ran = shop.deploy("--yes", PATH=f"{client.parent}{os.pathsep}{os.environ['PATH']}")
    assert ran.code == 130
    if not twice:
        assert "prod runs 1.0.0 again\n" in ran.err
        assert (shop.answer(), shop.deploy("--status").code) == ("1.0.0", 0)
        return
    assert "prod was left in the middle of 1.0.1: " in ran.err
    listed = ("ps", "-a", "--format", "{{.Names}} {{.State}}", *of(shop.name))
    wait_for(lambda: f"\n{shop.name}-web-1 exited" in docker(*listed), timeout=30)
    assert f"_{shop.name}-web-1 created" in docker(*listed)
    ran = shop.deploy("--yes")
    assert (ran.code, shop.answer()) == (0, "1.0.1"), ran.err
    assert "created" not in docker(*listed)


def test_a_lock_that_is_given_up_just_when_it_is_asked_for(tmp_path: Path) -> None:
    """Somebody's is there when we make it, and no more when we ask whose it is."""
    name = f"s{uuid.uuid4().hex[:8]}"
    real, once = shutil.which("docker"), tmp_path / "once"
    client = tmp_path / "bin" / "docker"
    client.parent.mkdir()
    away = f"if [ ! -e {once} ]; then : >{once}; {real} volume rm {lock_name(name)}; fi"
    client.write_text(f'#!/bin/sh\ncase "$*" in "volume inspect "*) {away} ;; esac\n'
                      f'exec {real} "$@"\n')  # fmt: skip
    client.chmod(0o755)
    docker("volume", "create", "--label", "taskslib.deploy.lock=theirs", lock_name(name))
    path = f"{client.parent}{os.pathsep}{os.environ['PATH']}"
    asked = DockerClient(Cancellation(), {**os.environ, "PATH": path})
    with held(asked, VOLUMES, name, Who("ada", "host", "now"), "1.0.0", "docker"):
        holder = holder_of(asked, VOLUMES, name)
        assert holder is not None
        assert (holder.by, holder.what) == ("ada", "1.0.0")
    assert holder_of(asked, VOLUMES, name) is None
