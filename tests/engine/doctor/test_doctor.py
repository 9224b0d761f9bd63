"""`inv doctor` on a machine with an engine, and on one whose engine is stopped."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.projects import inv, repository, single, write


def test_with_an_engine_and_with_none(shop: Path, tmp_path: Path) -> None:
    repository(write(shop, single()))
    ran = inv(shop, "doctor", "--json")
    assert ran.err == ""
    lines = json.loads(ran.out)["lines"]
    by_subject = {one["subject"]: one for one in lines}
    for subject in ("engine", "Compose", "Buildx", "networks", "image", "instances"):
        assert by_subject[subject]["status"] != "problem", subject
    assert by_subject["image"]["words"].startswith("python:3.13-slim is here")
    assert ran.code == int(any(one["status"] == "problem" for one in lines))

    stopped = inv(shop, "doctor", DOCKER_HOST=f"unix://{tmp_path}/none")
    assert stopped.code == 1
    assert stopped.err == ""
    first, fix = stopped.out.splitlines()[:2]
    assert first.startswith("problem  engine ")
    assert first.endswith("none does not answer")
    assert fix.strip().startswith("start it there; ")
    assert "\nok       git " in stopped.out
    assert " networks " not in stopped.out  # nothing is known of what only the engine knows


def test_a_context_that_is_not_there(shop: Path) -> None:
    write(shop, single())
    first, fix = inv(shop, "doctor", DOCKER_CONTEXT="nosuch", DOCKER_HOST="").out.splitlines()[:2]
    assert first == "problem  engine        there is no Docker context 'nosuch'"
    assert fix.strip() == (
        "the usual engine: unset DOCKER_CONTEXT; which contexts there are: docker context ls"
    )


def test_what_nobody_needs_is_named(shop: Path) -> None:
    repo = repository(write(shop, single()))
    other = shop.with_name("other")
    repo.git.worktree("add", "-b", "feature/gone", str(other))
    assert inv(other, "infra-up").code == 0
    repo.git.worktree("remove", "--force", str(other))
    told = inv(shop, "doctor").out
    assert f"{shop.name}-test-feature-gone-ID-kept: its worktree is gone: " in told
    assert "inv infra-prune --yes\n" in told
    assert inv(shop, "infra-prune", "--yes").code == 0
    assert "its worktree is gone" not in inv(shop, "doctor").out
