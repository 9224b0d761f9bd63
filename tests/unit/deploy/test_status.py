"""What runs, held against what was recorded; and what waiting takes it for."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from taskslib.deploy.lock import Holder
from taskslib.deploy.plan import Wanted, plan
from taskslib.deploy.running import parse_inspected
from taskslib.deploy.status import Status, status_of
from taskslib.deploy.watching import watched
from taskslib.display.deployment import plan_lines, plan_words, status_json, status_lines
from tests.unit.deploy.support import WHO, config, running

IMAGE = f"r/web@sha256:{'1' * 64}"
CURRENT = plan(
    Wanted("1.0.0", "c0ffee" * 7, config(web=IMAGE, migrate=IMAGE, store="postgres:17")),
    (),
    (),
    WHO,
).deployment
SAID = {"number": "1", "version": "1.0.0", "at": WHO.at, "by": "ada", "host": "host"}
LATER = {**SAID, "number": "2", "version": "1.1.0"}


def whole(**changes: object) -> Status:
    there = {
        "web": running("web", IMAGE, health="healthy", labels=SAID),
        "migrate": running("migrate", "r/web@sha256:9", "exited", code=0, labels=SAID),
        "store": running("store", "postgres:17", labels=SAID),
    }
    found = [one for one in {**there, **changes}.values() if one]
    return status_of("prod", "shop-prod", [CURRENT], found, None)  # type: ignore[arg-type]


@pytest.mark.parametrize("none", [{"scale": 0}, {"deploy": {"replicas": 0}}])
def test_a_service_that_is_to_have_no_container_misses_none(none: dict[str, object]) -> None:
    wanted = config(web=IMAGE)
    wanted["services"]["web"] |= none
    found = plan(Wanted("1.0.0", "", wanted), (), (), WHO).deployment
    assert status_of("prod", "shop-prod", [found], (), None).well


def test_all_is_well() -> None:
    assert whole().well
    assert [one.drift for one in whole().rows] == ["", "", ""]


@pytest.mark.parametrize(
    ("changes", "drift", "well"),
    [
        ({"store": None}, "its container is missing", False),
        ({"migrate": None}, "", True),  # its work is done
        ({"migrate": running("migrate", IMAGE, "exited", code=1, labels=SAID)},
         "it did not complete", False),
        ({"migrate": running("migrate", IMAGE, labels=SAID)}, "it has not completed", False),
        ({"migrate": running("migrate", IMAGE, "restarting", code=1, labels=SAID)},
         "it has not completed", False),
        ({"migrate": running("migrate", IMAGE, labels=LATER)},
         "goes on for 1.1.0, which is not deployed", False),
        ({"migrate": running("migrate", IMAGE, "exited", code=1, labels=LATER)}, "", True),
        ({"web": running("web", "r/web:latest", labels=SAID)},
         "not the image of the deployment, 111111111111", False),
        ({"store": running("store", "postgres:18", labels=SAID)},
         "not the image of the deployment, postgres:17", False),
        ({"web": running("web", IMAGE, health="healthy")}, "not made by that deployment", False),
        ({"new": running("new", "n", labels=SAID)}, "no service of the deployment", False),
        ({"web": running("web", IMAGE, health="unhealthy", labels=SAID)}, "", False),
        ({"web": running("web", IMAGE, "restarting", code=1, labels=SAID)}, "", False),
        ({"web": running("web", IMAGE, "exited", code=0, labels=SAID)}, "", False),
    ],
)  # fmt: skip
def test_what_is_not_as_it_was_deployed(
    changes: dict[str, object], drift: str, *, well: bool
) -> None:
    found = whole(**changes)
    assert (found.well, "".join(one.drift for one in found.rows)) == (well, drift)


@pytest.mark.parametrize("code", [0, 1])
def test_a_migration_of_another_version_is_said(code: int) -> None:
    found = whole(migrate=running("migrate", IMAGE, "exited", code=code, labels=LATER))
    note = "the last that ran is of 1.1.0; on the way back none runs"
    assert [one.note for one in found.rows if one.note] == [note]
    assert list(status_lines(found, datetime.now(UTC)))[-1] == f"note: migrate: {note}"


def test_what_nobody_recorded() -> None:
    found = status_of("prod", "shop-prod", [], [running("web", IMAGE)], None)
    assert not found.well
    assert [one.drift for one in found.rows] == ["no deployment is recorded"]


def test_the_table() -> None:
    now = datetime(2026, 1, 2, 6, 4, 5, tzinfo=UTC)
    holder = Holder("x", "eve", "there", "2026-01-02T06:00:00+00:00", "1.0.1")
    later = plan(Wanted("1.0.1", "", CURRENT.config), [CURRENT], (), WHO).deployment
    since = "2026-01-02T06:02:05+00:00"  # it was started again
    there = [replace(running("web", IMAGE, health="healthy", labels=SAID), since=since)]
    found = status_of("prod", "shop-prod", [CURRENT, later], there, holder)
    assert list(status_lines(found, now)) == [
        "prod (shop-prod): 1.0.1, deployment 2, 2026-01-02T03:04:05+00:00, by ada@host",
        "before: 1.0.0 from c0ffeec0ffee, deployment 1, 2026-01-02T03:04:05+00:00, by ada@host",
        "under way: 1.0.1, by eve from there, since 2026-01-02T06:00:00+00:00",
        "service  version  digest        health   since  by",
        "web      1.0.0    111111111111  healthy  2 min  ada@host",
        "migrate  -        111111111111  missing  -      -",
        "store    -        -             missing  -      -",
        "drift: store: its container is missing",
    ]


@pytest.mark.parametrize(
    ("state", "since"),
    [
        ("running", "2026-01-02T03:04:05+00:00"),
        ("exited", "2026-01-02T04:05:06+00:00"),
        ("restarting", "2026-01-02T04:05:06+00:00"),
        ("created", ""),
    ],
)
def test_since_when_a_container_is_as_it_is(state: str, since: str) -> None:
    never = "0001-01-01T00:00:00Z"
    told = {
        "Id": "id",
        "Name": "/shop-prod-web-1",
        "Image": "sha256:1",
        "Config": {"Image": IMAGE, "Labels": None},
        "State": {
            "Status": state,
            "ExitCode": 0,
            "StartedAt": never if state == "created" else "2026-01-02T05:04:05.123456789+02:00",
            "FinishedAt": "2026-01-02T04:05:06Z" if state in {"exited", "restarting"} else never,
        },
    }
    (found,) = parse_inspected(json.dumps([told]))
    assert found.since == since


def test_the_document_has_no_configuration() -> None:
    found = json.loads(status_json(whole()))
    assert found["deployment"] == {
        "number": 1,
        "version": "1.0.0",
        "commit": "c0ffee" * 7,
        "by": "ada",
        "host": "host",
        "at": WHO.at,
        "images": {"web": IMAGE, "migrate": IMAGE, "store": "postgres:17"},
    }
    assert (found["previous"], found["under_way"], found["well"]) == (None, None, True)
    assert [one["service"] for one in found["services"]] == ["web", "migrate", "store"]


def test_the_document_of_nothing() -> None:
    found = status_of("prod", "shop-prod", [], (), None)
    told = json.loads(status_json(found))
    assert (found.empty, told["well"], told["deployment"], told["services"]) == (
        True, False, None, []
    )  # fmt: skip


def test_the_plan_in_words() -> None:
    after = plan(Wanted("1.0.1", "", config(web="w2", store="postgres:17")), [CURRENT], (), WHO)
    assert plan_words("prod", after) == "prod: 1.0.0 → 1.0.1 (deployment 2)"
    assert list(plan_lines(after)) == [
        f"migrate  is ended     {IMAGE}",
        "store    stays        postgres:17",
        "web      is replaced  w2",
    ]


def test_on_the_way_back_one_shots_are_not_run() -> None:
    older = config(web="w0", migrate="w0", store="postgres:17")
    back = plan(Wanted("0.9.0", "", older), [CURRENT], (), WHO)
    assert list(plan_lines(back, back=True)) == [
        "migrate  is not run   w0",
        "store    stays        postgres:17",
        "web      is replaced  w0",
    ]


def test_the_plan_of_a_first_one_where_others_run() -> None:
    found = plan(Wanted("1.0.0", "", config(web="w1")), (), [running("old", "o")], WHO)
    assert plan_words("prod", found) == (
        "prod: what runs, of which nothing is recorded → 1.0.0 (deployment 1)"
    )
    assert list(plan_lines(found)) == ["old  is ended     o", "web  is new       w1"]


def test_what_ends_again_and_again_has_ended() -> None:
    before = [running("old", restarts=7, identity="same"), running("web", restarts=9)]
    now = [
        running("old", restarts=7, identity="same"),  # as it was: so it is ready
        running("web", state="restarting", code=1, restarts=13, health="unhealthy"),
        running("worker", state="restarting", code=2, restarts=5),
        running("other"),
    ]
    found = watched(now, before, frozenset({"old", "web", "worker"}))
    assert [(one.service, one.state, one.health) for one in found] == [
        ("old", "running", "healthy"),
        ("web", "restarting", ""),
        ("worker", "exited", ""),
    ]
    (again,) = watched([running("old", restarts=8, identity="same")], before, frozenset({"old"}))
    assert again.health == ""


def test_what_somebody_removed_meanwhile_is_not_ready() -> None:
    found = watched([running("web")], (), frozenset({"web", "store"}))
    assert [(one.service, one.state) for one in found] == [
        ("web", "running"),
        ("store", "not there"),
    ]
