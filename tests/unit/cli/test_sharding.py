"""`test --shard` and `durations`, as they are typed."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from pathlib import Path

import jsonschema
import pytest

from taskslib.events import Counts, Outcome, Stage, State, SuiteId
from taskslib.pipeline.history import History, Run, SuiteRun, TestRun
from taskslib.project.places import results_root
from taskslib.reports.document import SCHEMA_FILE
from tests.support.projects import PASSES, Ran, inv, repository, write

RUN = """\
import pathlib
pathlib.Path("junit.xml").write_text("<testsuite><testcase name='works'/></testsuite>")
"""
SLOW = """\
import time

def test_{0}():
    end = time.monotonic() + 0.3
    while time.monotonic() < end:
        pass
"""
FILES = {
    "tasks.py": "from taskslib import ns\n",
    ".gitignore": "junit.xml\n.taskslib\n__pycache__\n.pytest_cache\n",
    "pyproject.toml": f"""\
[tool.taskslib]
project = "shop"
[tool.taskslib.service.lib.unit]
command = [{sys.executable!r}, "run.py"]
report = "junit.xml"
""",
    "services/lib/run.py": RUN,
    "services/lib/tests/unit/keep": "",
    **{f"services/api/tests/unit/test_{one}.py": SLOW.format(one) for one in "abc"},
    "services/web/tests/unit/test_web.py": PASSES,
}
API = {f"tests/unit/{one}.py": 6 for one in ("test_a", "test_b", "gone")}
DURATIONS = {
    "schema": 1,
    "project": "shop",
    "suites": {
        "api:unit": {"seconds": 18, "files": API},
        "lib:unit": {"seconds": 3, "files": {"tests/unit/keep": 9, "run.py": 9}},
        "web:unit": {"seconds": 3, "files": {}},
    },
}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A committed project of three libraries, with a file that says how long they take."""
    root = write(tmp_path / "shop", FILES)
    repository(root)
    return write(root, {".taskslib/durations.json": json.dumps(DURATIONS)})


def shard(root: Path, *arguments: str) -> Ran:
    return inv(root, "test", "--durations", ".taskslib/durations.json", *arguments)


def told(ran: Ran) -> dict[str, list[str]]:
    suites = json.loads(ran.out)["suites"]
    return {f"{one['name']}:{one['stage']}": [it["test"] for it in one["tests"]] for one in suites}


def test_the_shards_together_are_the_whole(shop: Path) -> None:
    ran = [shard(shop, "--shard", f"{index}/3", "--json") for index in (1, 2, 3)]
    assert [one.code for one in ran] == [0, 0, 0]
    names = Counter(test for one in ran for tests in told(one).values() for test in tests)
    files = {f"tests/unit/test_{one}.py::test_{one}" for one in "abc"}
    assert names == dict.fromkeys({*files, "works", "tests/unit/test_web.py::test_one"}, 1)
    split = [sorted(told(one).get("api:unit", [])) for one in ran]
    assert sum(bool(tests) for tests in split) == 2
    # What no file of durations names is in the part that is everything else.
    assert ["tests/unit/test_b.py::test_b"] in split
    documents = [json.loads(one.out) for one in ran]
    for document in documents:
        jsonschema.validate(document, json.loads(SCHEMA_FILE.read_text("utf-8")))
    shards = [document["selection"]["shard"] for document in documents]
    assert [(one["index"], one["count"]) for one in shards] == [(1, 3), (2, 3), (3, 3)]
    assert len({one["split"] for one in shards}) == 1
    assert {document["changes"] for document in documents} == {""}
    assert len({document["commit"] for document in documents}) == 1


def test_a_part_that_passed_is_cached_as_a_part_alone(shop: Path) -> None:
    def run(*arguments: str) -> Ran:
        return inv(shop, *arguments, TASKSLIB_CACHE_DIR=str(shop.parent / "cache"))

    given = ("test", "--durations", ".taskslib/durations.json", "--shard")
    first, again = run(*given, "1/3"), run(*given, "1/3")
    assert [one.code for one in (first, again, run(*given, "2/3"), run(*given, "3/3"))] == [0] * 4
    assert re.search(r"\d suites?,( all)? cached\n\d passed", again.out)
    assert "cached" not in first.out
    whole = run("test")
    assert re.search(r"✓ api +3 passed +TIME", whole.out)
    assert re.search(r"✓ (lib|web) .* cached", whole.out)
    assert "1 suite, cached" in run(*given, "2/3").out


def test_a_shard_with_nothing_to_run_says_so_and_reports(shop: Path) -> None:
    ran = inv(
        shop, "test", "--service", "web", "--shard", "2/2", "--json", "--junit", ".taskslib/j"
    )
    assert ran.code == 0
    assert json.loads(ran.out)["suites"] == []
    assert (shop / ".taskslib" / "j" / "junit.xml").is_file()
    assert "note: shard 2 of 2: 0 of 1 suites\n" in ran.err
    ran = inv(shop, "test", "--service", "web", "--shard", "2/2")
    assert (ran.code, ran.out) == (0, "")


def test_without_durations_and_with_arguments_suites_are_whole(shop: Path) -> None:
    plans = [inv(shop, "test", "--shard", f"{index}/2", "--dry-run") for index in (1, 2)]
    assert sorted(re.findall(r"^  (\w+):", "".join(one.out for one in plans), re.MULTILINE)) == [
        "api",
        "lib",
        "web",
    ]
    assert "note: every suite counts the same, and none is split (--durations)" in plans[0].out
    passed = [shard(shop, "--shard", f"{index}/2", "--json", "--", "-q") for index in (1, 2)]
    assert sorted(len(told(one).get("api:unit", [])) for one in passed) == [0, 3]


def test_files_that_are_gone_take_no_time(shop: Path) -> None:
    api = {"seconds": 18, "files": {**dict.fromkeys(list(API)[:2], 3), "tests/unit/gone.py": 12}}
    others = {name: {"seconds": 6, "files": {}} for name in ("lib:unit", "web:unit")}
    told = {**DURATIONS, "suites": {"api:unit": api, **others}}
    write(shop, {".taskslib/durations.json": json.dumps(told)})
    plans = [shard(shop, "--shard", f"{index}/2", "--dry-run").out for index in (1, 2)]
    assert [re.findall(r"^  (\w+):", one, re.MULTILINE) for one in plans] == [
        ["api", "web"],
        ["lib"],
    ]


def test_a_part_is_judged_by_its_own_files(shop: Path) -> None:
    """The history knows whole suites alone; a part has a third of the tests, or two."""
    write(shop, {"services/api/requirements-dev.txt": "pytest-xdist\n"})
    own = {"TASKSLIB_CACHE_DIR": str(shop.parent / "cache")}
    tests = (TestRun("tests/unit/test_a.py::test_a", Outcome.PASSED, 900.0),)
    api = SuiteRun(SuiteId("api", Stage.UNIT), State.PASSED, Counts(passed=1), 901.0, tests)
    History(results_root(shop, own), "shop").record(Run(1.7e9, "main", "", (api,)))
    given = ("test", "--durations", ".taskslib/durations.json", "--dry-run", "--shard")
    plans = "".join(inv(shop, *given, f"{index}/3", **own).out for index in (1, 2, 3))
    assert (
        re.findall(r"xdist: (.*)", plans)
        == ["no workers: its tests take 6.0 s, and workers some to start"] * 2
    )


def test_it_splits_what_is_affected_and_the_stages_that_are_named(shop: Path) -> None:
    write(shop, {"services/web/new.py": ""})
    narrow = ("--affected", "--base", "HEAD", "--stage", "unit")
    plans = [inv(shop, "test", *narrow, "--shard", f"{index}/2", "--dry-run") for index in (1, 2)]
    assert re.findall(r"^  (\w+):", "".join(one.out for one in plans), re.MULTILINE) == ["web"]


@pytest.mark.parametrize("wrong", ["0/5", "6/5", "x", "1/0", "2", "", "1/2/3", "-1/5", "1 / 5"])
def test_what_is_no_share(shop: Path, wrong: str) -> None:
    ran = inv(shop, "test", f"--shard={wrong}")
    last = ": the last of 5 is 5/5" if wrong == "6/5" else ""
    assert (ran.code, ran.out, ran.err) == (
        2,
        "",
        f"error: --shard {wrong}: no share of a run{last}\n"
        "\nhint: --shard 2/5 is the second of five\n",
    )


def test_what_a_shard_does_not_go_with(shop: Path) -> None:
    for other in ("--failed", "--keep", "--coverage", "--watch"):
        ran = inv(shop, "test", "--shard", "1/2", other)
        assert ran.code == 2
        assert ran.err.startswith(f"error: --shard and {other} exclude each other: ")
    ran = inv(shop, "test", "--durations", "a.json")
    assert (ran.code, ran.err.splitlines()[0]) == (2, "error: --durations is for --shard")
    ran = inv(shop, "test", "--shard", "1/2", "--durations", "nope.json")
    assert (ran.code, ran.err) == (
        2,
        "error: --durations nope.json: No such file or directory\n"
        "\nhint: inv durations --output nope.json\n",
    )


def test_durations_are_those_of_earlier_runs(shop: Path) -> None:
    cache = str(shop.parent / "cache")
    assert json.loads(inv(shop, "durations", TASKSLIB_CACHE_DIR=cache).out)["suites"] == {}
    assert inv(shop, "test", TASKSLIB_CACHE_DIR=cache).code == 0
    ran = inv(shop, "durations", "--output", ".taskslib/new/d.json", TASKSLIB_CACHE_DIR=cache)
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    suites = json.loads((shop / ".taskslib" / "new" / "d.json").read_text("utf-8"))["suites"]
    assert {name: sorted(one["files"]) for name, one in suites.items()} == {
        "api:unit": [f"tests/unit/test_{one}.py" for one in "abc"],
        "lib:unit": [],
        "web:unit": ["tests/unit/test_web.py"],
    }
    assert all(seconds >= 0.25 for seconds in suites["api:unit"]["files"].values())
    # A part says nothing of how long the whole takes.
    given = ("--durations", ".taskslib/durations.json", "--force")
    for index in (1, 2, 3):
        inv(shop, "test", "--shard", f"{index}/3", *given, TASKSLIB_CACHE_DIR=cache)
    again = json.loads(inv(shop, "durations", TASKSLIB_CACHE_DIR=cache).out)["suites"]
    assert again["api:unit"] == suites["api:unit"]
