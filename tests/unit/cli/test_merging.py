"""`merge-reports`, as it is typed: the real documents of real shards."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from junitparser import JUnitXml

from taskslib.reports.document import SCHEMA_FILE
from tests.support.projects import Ran, inv, repository, write

TESTS = """\
import pytest

@pytest.mark.parametrize("n", range(2))
def test_{0}(n):
    assert n < {1}
"""
FAILING = {"api": ("a", "b", "c"), "web": ("d",)}
FILES = {
    "tasks.py": "from taskslib import ns\n",
    ".gitignore": ".taskslib\n__pycache__\n.pytest_cache\n",
    "pyproject.toml": "[tool.taskslib]\nproject = 'shop'\n",
    **{
        f"services/{name}/tests/unit/test_{one}.py": TESTS.format(one, 1 if one in "bc" else 2)
        for name, files in FAILING.items()
        for one in files
    },
}
DURATIONS = {
    "schema": 1,
    "project": "shop",
    "suites": {
        "api:unit": {
            "seconds": 9,
            "files": {f"tests/unit/test_{one}.py": 3 for one in "abc"},
        },
        "web:unit": {"seconds": 0.5, "files": {}},
    },
}


@pytest.fixture(scope="module")
def sharded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A committed project whose shards have run; two of them are red."""
    root = write(tmp_path_factory.mktemp("sharded") / "shop", FILES)
    repository(root)
    write(root, {".taskslib/durations.json": json.dumps(DURATIONS)})
    for index in (1, 2, 3):
        given = ("--durations", ".taskslib/durations.json", "--json")
        ran = inv(root, "test", "--shard", f"{index}/3", *given)
        write(root, {f".taskslib/shards/{index}/run.json": ran.out})
    return root


@pytest.fixture
def shop(sharded: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(sharded, tmp_path / "shop"))


def change(root: Path, index: int, body: Callable[[dict[str, Any]], object]) -> None:
    file = root / ".taskslib" / "shards" / str(index) / "run.json"
    told = json.loads(file.read_text("utf-8"))
    body(told)
    file.write_text(json.dumps(told), "utf-8")


def merge(root: Path, *arguments: str, **variables: str) -> Ran:
    return inv(root, "merge-reports", ".taskslib/shards", *arguments, **variables)


def test_a_file_is_no_folder_of_reports(shop: Path) -> None:
    assert inv(shop, "merge-reports", ".taskslib/shards/1/run.json") == Ran(
        2,
        "",
        "error: .taskslib/shards/1/run.json is a file: the reports of all shards are read from a "
        "folder\n\nhint: inv merge-reports .taskslib/shards/1\n",
    )


def test_one_verdict(shop: Path) -> None:
    cache = str(shop.parent / "cache")
    ran = merge(shop, "--json", "--junit", ".taskslib/junit", TASKSLIB_CACHE_DIR=cache)
    assert ran.code == 1
    told = json.loads(ran.out)
    jsonschema.validate(told, json.loads(SCHEMA_FILE.read_text("utf-8")))
    assert told["exit"] == {"code": 1, "meaning": "tests failed"}
    assert (told["counts"]["passed"], told["counts"]["failed"]) == (6, 2)
    api, web = told["suites"]
    assert (api["state"], api["reason"], web["state"]) == ("failed", "2 failed", "passed")
    assert [one["test"] for one in api["failures"]] == [
        f"tests/unit/test_{one}.py::test_{one}[1]" for one in "bc"
    ]
    assert [one["id"] for one in api["failures"]] == ["F1", "F2"]
    assert len(api["tests"]) == 6
    assert (api["fingerprint"], bool(web["fingerprint"])) == (None, True)
    first = json.loads((shop / ".taskslib/shards/1/run.json").read_text("utf-8"))
    assert (told["commit"], told["selection"]["shard"]) == (first["commit"], None)
    xml = JUnitXml.fromfile(str(shop / ".taskslib" / "junit" / "junit.xml"))
    assert (xml.tests, xml.failures) == (8, 2)
    assert "api:unit: 2 failed, 4 passed" in ran.err
    assert ran.err.endswith("6 passed, 2 failed, 0 skipped\n")
    shown = inv(shop, "show", "F2").out
    assert "again: inv test 'services/api/tests/unit/test_c.py::test_c[1]'" in shown
    assert inv(shop, "report").code == 0
    # What was red says nothing of how long it takes; what passed does.
    known = json.loads(inv(shop, "durations", TASKSLIB_CACHE_DIR=cache).out)["suites"]
    assert {name: list(one["files"]) for name, one in known.items()} == {
        "web:unit": ["tests/unit/test_d.py"]
    }
    # Its red tests are all that is wrong with a suite: the others need not run again.
    again = json.loads(inv(shop, "test", "--failed", "--json", TASKSLIB_CACHE_DIR=cache).out)
    assert [one["test"] for suite in again["suites"] for one in suite["tests"]] == [
        one["test"] for one in api["failures"]
    ]


def test_a_missing_shard_is_not_green(shop: Path) -> None:
    for index in (1, 2, 3):  # none of the others is red
        change(shop, index, _make_green)
    assert merge(shop).code == 0
    lost = shop / ".taskslib" / "shards" / "2"
    (lost / "run.json").write_text('{"schema": 1', "utf-8")
    summary = shop / "summary.md"
    ran = merge(shop, "--json", CI="1", GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(summary))
    assert ran.code == 1
    assert "run.json: no whole document" in ran.err
    assert "note: shard 2 of 3 is missing\n" in ran.err
    assert "::error::shard 2 of 3 is missing\n" in ran.err
    assert "**shard 2 of 3 is missing**" in summary.read_text("utf-8")
    told = json.loads(ran.out)
    assert (told["exit"]["code"], told["selection"]["notes"]) == (1, ["shard 2 of 3 is missing"])
    shutil.rmtree(lost)
    ran = merge(shop)
    assert ran.code == 1
    assert re.search(r"\nshard 2 of 3 is missing\n", ran.out)


def _make_green(told: dict[str, Any]) -> None:
    for suite in told["suites"]:
        suite |= {"state": "passed", "reason": "", "failures": []}
        suite["counts"]["failed"] = 0
    told["exit"]["code"] = 0


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("commit", "f" * 40, "of different commits: {commit}, " + "f" * 40),
        ("changes", "abc", "of different changes to files: none, abc"),
        ("taskslib", "9.9", "of different versions of taskslib: {taskslib}, 9.9"),
        ("project", "mall", "of different projects: shop, mall"),
    ],
)
def test_shards_of_different_runs_are_refused(shop: Path, key: str, value: str, said: str) -> None:
    before = json.loads((shop / ".taskslib/shards/1/run.json").read_text("utf-8"))
    change(shop, 2, lambda told: told.update({key: value}))
    ran = merge(shop)
    assert (ran.code, ran.out) == (2, "")
    files = [f".taskslib/shards/{index}/run.json" for index in (1, 2)]
    assert ran.err.splitlines()[0] == f"error: {' and '.join(files)} are {said.format(**before)}"
    assert "\nhint: give all shards one commit" in ran.err


def test_shards_of_different_splits_are_refused(shop: Path) -> None:
    for index in (1, 2, 3):
        inv(shop, "test", "--shard", f"{index}/3", "--dry-run")
    told = inv(shop, "test", "--shard", "2/3", "--json")  # without the durations of the others
    write(shop, {".taskslib/shards/2/run.json": told.out})
    ran = merge(shop)
    assert ran.code == 2
    assert "are of different splits: " in ran.err


def test_two_of_one_shard_are_refused(shop: Path) -> None:
    shutil.copytree(shop / ".taskslib/shards/1", shop / ".taskslib/shards/again")
    ran = merge(shop)
    assert (ran.code, ran.err) == (
        2,
        "error: .taskslib/shards/1/run.json and .taskslib/shards/again/run.json are both of shard 1"
        "\n\nhint: remove what is left of an earlier run\n",
    )


def test_no_shard_at_all(shop: Path) -> None:
    write(shop, {"empty/other.json": "{}"})
    ran = inv(shop, "merge-reports", "empty")
    assert (ran.code, ran.err) == (
        2,
        "error: no shard's report is in empty\n"
        "\nhint: inv test --shard 1/2 --json > empty/1.json\n",
    )


def test_no_folder(shop: Path) -> None:
    ran = inv(shop, "merge-reports", "nope")
    assert (ran.code, ran.err) == (
        2,
        "error: there is no folder nope: the reports of all shards are read from one\n"
        "\nhint: inv merge-reports FOLDER\n",
    )


def test_in_another_checkout(shop: Path) -> None:
    shutil.rmtree(shop / "services" / "web")
    ran = merge(shop)
    assert ran.code == 2
    assert ran.err.startswith("error: web:unit is no suite of this checkout\n\nhint: git checkout ")


def test_a_signal_ends_the_whole(shop: Path) -> None:
    change(shop, 3, lambda told: told["exit"].update(code=143))
    assert merge(shop).code == 143
