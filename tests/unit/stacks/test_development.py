"""Development instances: labelled, not isolated, and never ended by anybody but `dev-down`."""

from __future__ import annotations

import copy
import platform
from pathlib import Path
from typing import Any

import pytest

from taskslib.cancellation import Cancellation
from taskslib.errors import StackError, UsageError
from taskslib.project import load
from taskslib.project.environments import environment
from taskslib.project.model import Project
from taskslib.stacks.development import (
    bring_up,
    development_spec,
    merged,
    overlay,
    refuse_other_volumes,
    remains,
)
from taskslib.stacks.engine import Container, Label
from taskslib.stacks.fake import FakeEngine
from taskslib.stacks.instance import Spec
from taskslib.stacks.lifetime import Lifetime
from taskslib.stacks.reap import candidates
from tests.support.checkouts import two_commits
from tests.support.projects import multi, write

COMPOSE = """\
services:
  web:
    image: x:1
    ports: ["${WEB_PORT:-8000}:8000", "${OTHER:-9000}:9000", "7000:7000"]
"""
CONFIG: dict[str, Any] = {
    "name": "shop-dev",
    "networks": {"default": None, "shared": {"external": True}},
    "services": {
        "web": {
            "image": "x:1",
            "labels": {"own": "1"},
            "ports": [{"target": 8000, "published": "8000", "protocol": "tcp"}],
            "restart": "always",
            "healthcheck": {"test": ["CMD", "true"]},
        },
        "job": {"image": "x:1", "healthcheck": {"test": ["CMD", "true"]}},
    },
    "volumes": {"data": {"name": "shop-dev-data"}},
}


@pytest.fixture
def shop(tmp_path: Path) -> Project:
    return load(write(tmp_path / "shop", multi(**{"deploy/dev/compose.yml": COMPOSE})))


@pytest.fixture
def spec(shop: Project, tmp_path: Path) -> Spec:
    return development_spec(shop, environment(shop.root, "dev"), tmp_path / "locks")


@pytest.fixture
def engine(spec: Spec) -> FakeEngine:
    return FakeEngine(files={spec.stack: CONFIG})


def lifetime(engine: FakeEngine, tmp_path: Path) -> Lifetime:
    return Lifetime(engine, Cancellation(), tmp_path / "locks", rest=lambda _: None)


def test_its_name_and_labels_are_the_projects_and_change_with_nothing(spec: Spec) -> None:
    assert spec.name == "shop-dev"
    assert spec.labels[Label.KIND] == "dev"
    assert Label.BRANCH not in spec.labels


def test_what_a_file_says_stays_and_what_is_made_is_labelled() -> None:
    before = copy.deepcopy(CONFIG)
    found = merged(CONFIG, overlay(CONFIG, {"a": "$b"}))
    assert before == CONFIG
    web, job = found["services"]["web"], found["services"]["job"]
    assert {**web, "labels": ()} == {**before["services"]["web"], "labels": ()}
    assert web["labels"].pop(Label.ENDPOINTS).startswith('[{"port":8000,')
    assert web["labels"] == {"own": "1", "a": "$$b"}
    assert job["labels"] == {"a": "$$b"}
    assert found["networks"] == {
        "default": {"labels": {"a": "$$b"}},
        "shared": {"external": True},
    }
    assert found["volumes"] == {"data": {"name": "shop-dev-data", "labels": {"a": "$$b"}}}


def test_up_and_up_again(engine: FakeEngine, spec: Spec, tmp_path: Path) -> None:
    for _ in range(2):
        instance = bring_up(lifetime(engine, tmp_path), spec)
        assert [one.container_port for one in instance.endpoints] == [8000]
    assert engine.calls == ["start", "start"]


def test_one_that_does_not_start_is_not_ended(spec: Spec, tmp_path: Path) -> None:
    """Its data may be older than this start."""
    engine = FakeEngine(files={spec.stack: CONFIG}, fails={"start"})
    with pytest.raises(StackError):
        bring_up(lifetime(engine, tmp_path), spec)
    assert engine.calls == ["start"]
    assert engine.leftovers(spec.name) != ()


def test_no_run_takes_it_for_a_left_over(engine: FakeEngine, spec: Spec, tmp_path: Path) -> None:
    bring_up(lifetime(engine, tmp_path), spec)
    assert engine.belongings() != ()
    assert candidates(engine.belongings(), platform.node(), tmp_path / "locks") == ()


def test_another_checkouts_is_refused(engine: FakeEngine, spec: Spec, tmp_path: Path) -> None:
    bring_up(lifetime(engine, tmp_path), spec)
    other = Spec(spec.stack, spec.name, "dev", {**spec.labels, Label.ROOT: "/elsewhere"})
    with pytest.raises(UsageError, match="shop-dev is up in another checkout: ") as refused:
        bring_up(lifetime(engine, tmp_path), other)
    assert refused.value.hint.startswith("end it there, its data stays: cd ")


def test_what_somebody_started_by_hand_is_refused(spec: Spec, tmp_path: Path) -> None:
    """Compose would recreate it, or remove it as an orphan."""
    engine = FakeEngine(files={spec.stack: CONFIG}, foreign={"shop-dev-mail-1"})
    with pytest.raises(UsageError) as refused:
        bring_up(lifetime(engine, tmp_path), spec)
    assert (
        refused.value.message == "shop-dev has containers that inv did not start: shop-dev-mail-1"
    )
    assert refused.value.hint == "end them first: docker rm --force shop-dev-mail-1"
    assert engine.calls == []


def test_data_of_another_project_of_the_name_is_refused_and_a_worktrees_is_not(
    engine: FakeEngine, spec: Spec, tmp_path: Path
) -> None:
    places = {name: tmp_path / name for name in ("main", "other", "worktree", "gone")}
    two_commits(places["other"])
    two_commits(places["main"]).git.worktree("add", str(places["worktree"]), "-b", "more")
    specs = {
        name: Spec(spec.stack, spec.name, "dev", {**spec.labels, Label.ROOT: str(place)})
        for name, place in places.items()
    }
    life = lifetime(engine, tmp_path)
    bring_up(life, specs["main"])
    engine.down(spec.name)  # its data stays
    assert engine.volumes(spec.name) == {"shop-dev-data": str(places["main"])}
    with pytest.raises(UsageError) as refused:
        bring_up(life, specs["other"])
    assert refused.value.message == (
        f"shop-dev-data has the data of another project of this name: {places['main']}"
    )
    assert refused.value.hint == 'call this one otherwise: [tool.taskslib] project = "…"'
    bring_up(life, specs["worktree"])
    with pytest.raises(UsageError, match="shop-dev-data was made in another checkout: ") as refused:
        refuse_other_volumes(engine.volumes(spec.name), specs["worktree"])
    assert refused.value.hint == (f"remove it there: cd {places['main']} && inv dev-down --volumes")
    refuse_other_volumes(engine.volumes(spec.name), specs["main"])
    with pytest.raises(UsageError) as refused:
        refuse_other_volumes({"data": str(places["gone"])}, specs["main"])
    assert refused.value.hint == "nobody needs it? docker volume rm data"


@pytest.mark.parametrize(
    ("states", "ending", "words"),
    [
        ([], False, ""),
        ([("running", None)], False, "the stack is still up: inv dev-down ends it"),
        ([("running", None), ("exited", 0)], False, "the stack is still up: inv dev-down ends it"),
        (
            [("running", None), ("created", None), ("exited", 1)],
            False,
            "the stack is half up, without s1, s2: inv dev-down ends it",
        ),
        (
            [("exited", 0)],
            False,
            "containers of the stack are left: inv dev-down removes them",
        ),
        ([("exited", 0)], True, "not all of the stack is gone: inv dev-down goes on"),
    ],
)
def test_what_is_left_where_it_broke_off(
    states: list[tuple[str, int | None]], *, ending: bool, words: str
) -> None:
    there = [
        Container(str(number), f"x-{number}", f"s{number}", state, exit_code=code)
        for number, (state, code) in enumerate(states)
    ]
    assert remains(there, ending=ending) == words
