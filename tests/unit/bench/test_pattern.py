"""The pattern's side of the comparison runs what ours runs, in its own way."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from taskslib.errors import UsageError
from taskslib.events import Stage
from taskslib.project import load
from tests.bench.pattern.runner import STAGES
from tests.bench.pipeline import PATTERN, as_in_the_pattern
from tests.bench.run import BENCHMARKS, chosen

ROOT = Path(__file__).parents[3]
FILES = [*ROOT.glob("**/deploy/test/docker-compose.yml"), *ROOT.glob("services/*/Dockerfile")]


@pytest.mark.parametrize("path", FILES, ids=str)
def test_healthchecks_as_in_the_pattern(path: Path) -> None:
    text = as_in_the_pattern(path.read_text("utf-8"))
    assert "start_interval" not in text
    assert "start-interval" not in text
    assert set(re.findall(r"start_period: (\S+)", text)) <= {"10s"}
    assert text.count("interval: 5s") == path.read_text("utf-8").count("interval: 5s")


def test_the_same_suites_but_for_our_own_unit_tests() -> None:
    project = load(ROOT)
    ours: dict[Stage, set[str]] = {stage: set() for stage in Stage}
    for suite in project.suites:
        ours[suite.id.stage].add(suite.id.name)
    ours[Stage.UNIT].remove(project.name)
    ours[Stage.INTEGRATION] = {"integration"}
    assert [set(names) for _, _, names in STAGES] == list(ours.values())


def test_every_published_port_is_found_by_a_call() -> None:
    for script, stacks in (
        ("test-service.sh", ROOT.glob("services/*/deploy/test/docker-compose.yml")),
        ("run-integration-tests.sh", [ROOT / "deploy/test/docker-compose.yml"]),
    ):
        asked = re.findall(r"compose port \w+ (\d+)", (PATTERN / "scripts" / script).read_text())
        published = [
            port for path in stacks for port in re.findall(r'"127.0.0.1::(\d+)"', path.read_text())
        ]
        assert sorted(asked) == sorted(published)


def test_which_benchmarks() -> None:
    assert chosen("") == tuple(BENCHMARKS)
    assert chosen("infra, cached") == ("infra", "cached")
    with pytest.raises(UsageError) as refused:
        chosen("cashed")
    assert refused.value.hint.startswith("did you mean 'cached'? benchmarks: pipeline, ")
