"""What a deployment comes to, from what was recorded and what runs."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from taskslib.deploy.plan import Kind, Wanted, adopted, alone, levels, pinned, plan
from tests.unit.deploy.support import WHO, config, running

LABELS = {
    "taskslib.deploy.number": "1",
    "taskslib.deploy.version": "1.0.0",
    "taskslib.deploy.commit": "c1",
    "taskslib.deploy.by": "ada",
    "taskslib.deploy.host": "host",
    "taskslib.deploy.at": WHO.at,
    "taskslib.deploy.image": "r/web@sha256:1",
}


def test_the_first_says_on_each_container_whose_it_is() -> None:
    found = plan(Wanted("1.0.0", "c1", config(web="r/web@sha256:1")), (), (), WHO)
    assert (found.current, found.before, found.repeats) == (None, None, False)
    assert found.deployment.config["services"]["web"]["labels"] == LABELS
    assert [(one.service, one.kind) for one in found.changes] == [("web", Kind.NEW)]


def test_a_service_that_is_as_it_was_keeps_its_words() -> None:
    first = plan(Wanted("1.0.0", "c1", config(web="w1", store="s", old="o")), (), (), WHO)
    wanted = Wanted("1.1.0", "c2", config(web="w2", store="s", new="n"))
    second = plan(wanted, (first.deployment,), (), WHO)
    assert (second.deployment.number, second.repeats) == (2, False)
    assert second.before == first.deployment.config
    assert {one.service: one.kind for one in second.changes} == {
        "new": Kind.NEW,
        "old": Kind.GONE,
        "store": Kind.SAME,
        "web": Kind.CHANGED,
    }
    services = second.deployment.config["services"]
    assert services["store"] == first.deployment.config["services"]["store"]
    assert services["web"]["labels"]["taskslib.deploy.number"] == "2"


def test_the_same_again_is_the_same_deployment() -> None:
    wanted = Wanted("1.0.0", "c1", config(web="w1"))
    first = plan(wanted, (), (), WHO).deployment
    again = plan(wanted, (first,), (), WHO)
    assert again.repeats
    assert again.deployment is first
    # The same images under another version are another deployment, and nobody is recreated.
    other = plan(Wanted("1.0.1", "c2", wanted.config), (first,), (), WHO)
    assert (other.repeats, other.deployment.number) == (False, 2)
    assert other.deployment.config == first.config


def test_going_back_is_a_deployment_too() -> None:
    first = plan(Wanted("1.0.0", "c1", config(web="w1", store="s")), (), (), WHO).deployment
    second = plan(Wanted("1.1.0", "c2", config(web="w2", store="s")), (first,), (), WHO).deployment
    back = plan(Wanted("1.0.0", "c1", first.config), (first, second), (), WHO).deployment
    assert (back.number, back.version) == (3, "1.0.0")
    services = back.config["services"]
    assert services["web"]["image"] == "w1"
    assert services["web"]["labels"]["taskslib.deploy.number"] == "3"
    assert services["store"]["labels"]["taskslib.deploy.number"] == "1"


def test_what_nobody_recorded_goes_back_to_its_images() -> None:
    wanted = Wanted("1.0.0", "c1", config(web="w1", new="n"))
    there = (running("web", "w0"), running("old", "o"))
    found = plan(wanted, (), there, WHO)
    assert found.before == {
        "name": "shop-prod",
        "services": {"web": {"image": f"sha256:{'a' * 64}", "pull_policy": "never"}},
    }
    assert adopted(wanted.config, [running("old", "o")]) is None
    assert [(one.service, one.kind, one.before) for one in found.changes] == [
        ("new", Kind.NEW, ""),
        ("old", Kind.GONE, "o"),
        ("web", Kind.CHANGED, f"sha256:{'a' * 64}"),
    ]


def test_what_nobody_deployed_is_ended_by_the_same_deployment_again() -> None:
    wanted = Wanted("1.0.0", "c1", config(web="w1"))
    first = plan(wanted, (), (), WHO).deployment
    again = plan(wanted, (first,), (running("web", "w1"), running("by-hand", "h")), WHO)
    assert again.repeats
    assert again.services(Kind.GONE) == {"by-hand"}


@pytest.mark.parametrize("state", ["exited", "created", "dead", "rejected"])
def test_what_has_ended_is_not_what_runs(state: str) -> None:
    """A first deployment that failed leaves its containers: the next has nothing to go back to."""
    wanted = config(web="w1", migrate="m1", store="s1")
    done = running("migrate", state="exited", code=0)
    stopped = running("web", state=state, code=1)
    assert adopted(wanted, [done, stopped]) is None
    found = adopted(wanted, [done, stopped, running("store", state="restarting")])
    assert found is not None
    assert sorted(found["services"]) == ["migrate", "store"]


def test_no_variable_is_made_of_what_anybody_is_called() -> None:
    who = type(WHO)("$HOME `id`", "ho$t", WHO.at)
    found = plan(Wanted("1.0.0", "", config(web="w1")), (), (), who).deployment
    labels = found.config["services"]["web"]["labels"]
    assert labels["taskslib.deploy.by"] == "$$HOME `id`"
    assert found.by == "$HOME `id`"


def test_images_are_pinned_and_nothing_else_changes() -> None:
    given = config(web="r/web:1.0.0", store="postgres:17")
    given["services"]["web"]["profiles"] = ["x"]
    kept = copy.deepcopy(given)
    assert pinned(given, {"web": "r/web@sha256:1"})["services"] == {
        "web": {"image": "r/web@sha256:1", "pull_policy": "never"},
        "store": {"image": "postgres:17", "pull_policy": "never"},
    }
    assert given == kept


@pytest.mark.parametrize(
    ("services", "expected"),
    [
        ({"a": {}, "b": {}}, [["a", "b"]]),
        ({"a": {"depends_on": {"b": {}}}, "b": {}}, [["b"], ["a"]]),
        ({"a": {"depends_on": {"b": {}, "gone": {}}}, "b": {"links": ["c:x"]}, "c": {}},
         [["c"], ["b"], ["a"]]),
        ({"a": {"network_mode": "service:b"}, "b": {"pid": "host"}}, [["b"], ["a"]]),
        ({"a": {"volumes_from": ["b:ro"]}, "b": {"ipc": "service:c"}, "c": {}},
         [["c"], ["b"], ["a"]]),
    ],
)  # fmt: skip
def test_what_others_need_comes_first(services: Any, expected: list[list[str]]) -> None:
    assert [list(level) for level in levels({"services": services})] == expected


def test_alone_none_waits_for_another() -> None:
    given = config(web="w", migrate="w")
    assert "depends_on" not in json.dumps(alone(given))
    assert "depends_on" in json.dumps(given)
