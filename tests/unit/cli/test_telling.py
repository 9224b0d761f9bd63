"""What a run is told of at its end: nothing of it is lost because of anything else."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
from junitparser import JUnitXml

from taskslib.cli.given import Wanted
from taskslib.cli.telling import Telling
from taskslib.pipeline.plan import make_plan
from taskslib.pipeline.report import Report
from taskslib.pipeline.request import TestRequest
from taskslib.project import load
from taskslib.reports.document import SCHEMA_FILE
from tests.support.projects import Ran, inv, multi, write
from tests.unit.reports.runs import PASSED

TEST = "services/web/tests/unit/test_unit.py"
TOLD = (
    "Unit Tests\n  ✓ web              1 passed TIME\n"
    "\n1 suite in TIME\n1 passed, 0 failed, 0 skipped\n"
)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return write(tmp_path / "shop", multi())


def test_an_engine_that_has_gone_when_stacks_are_to_be_kept(shop: Path) -> None:
    ran = inv(
        shop, "test-service", "web", "--keep", "--json", "--junit", "out",
        DOCKER_HOST="tcp://127.0.0.1:1",
    )  # fmt: skip
    told = json.loads(ran.out)
    assert (ran.code, told["exit"]["code"], told["suites"][0]["state"]) == (3, 3, "error")
    assert ran.err.endswith("\n0 passed, 1 failed, 0 skipped\n")
    assert "Traceback" not in ran.err
    assert JUnitXml.fromfile(str(shop / "out" / "junit.xml")).errors == 1


def test_a_place_that_cannot_be_is_refused_before_anything_runs(shop: Path) -> None:
    err = f"error: --junit {TEST}/j: {TEST} is a file\n\nhint: --junit FOLDER\n"
    assert inv(shop, "test-unit", "--json", "--junit", f"{TEST}/j") == Ran(2, "", err)


def test_a_place_that_is_gone_at_the_end_costs_only_itself(shop: Path) -> None:
    folder = shop / "out"
    body = (
        "import pathlib\n"
        "def test_a():\n"
        f"    folder = pathlib.Path({str(folder)!r})\n"
        "    folder.rmdir()\n"
        "    folder.touch()\n"
    )
    write(shop, {TEST: body})
    ran = inv(shop, "test-unit", "--junit", "out")
    assert ran == Ran(3, TOLD, "error: out: File exists\n")
    folder.unlink()
    ran = inv(shop, "test-unit", "--junit", "out", "--json", "--force")
    assert json.loads(ran.out)["counts"]["passed"] == 1
    err = TOLD.replace("\n\n", "\nerror: out: File exists\n\n")
    assert (ran.code, ran.err) == (3, err)


@pytest.mark.skipif(sys.platform == "win32", reason="no such names there")
def test_names_that_xml_cannot_hold(shop: Path) -> None:
    (shop / TEST).unlink()
    write(shop, {"services/web/tests/unit/b\x01d/test_c.py": "def test_c(): assert 0\n"})
    ran = inv(shop, "test-unit", "--json", "--junit", "out")
    assert (ran.code, json.loads(ran.out)["counts"]["failed"]) == (1, 1)
    [suite] = JUnitXml.fromfile(str(shop / "out" / "junit.xml"))
    [case] = suite
    assert (case.classname, case.name) == ("web:unit.tests/unit/bd/test_c.py", "test_c")


def test_what_is_broken_breaks_nothing_else(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> Iterator[str]:
        yield "one"
        raise ValueError("two")

    plan = make_plan(load(shop), TestRequest())
    with (
        Telling(Wanted(plain=True), plan, tmp_path, {}) as telling,
        pytest.raises(ValueError, match="two"),
    ):
        telling.end(Report((PASSED,), 1.0), None, broken(), ["three"])
    assert capsys.readouterr().out == (
        "one\nthree\n\n1 suite in 1.0s\n2 passed, 0 failed, 1 skipped\n"
    )


def test_a_run_of_nothing_is_in_the_reports_too(shop: Path) -> None:
    own = {"TASKSLIB_CACHE_DIR": str(shop.parent / "cache")}
    ran = inv(shop, "test", "--failed", "--json", "--junit", "out", "--events", "out/e", **own)
    assert (ran.code, ran.err) == (
        0,
        "note: no test was red when it ran last\n"
        "\n0 suites in TIME\n0 passed, 0 failed, 0 skipped\n",
    )
    told = json.loads(ran.out)
    jsonschema.validate(told, json.loads(SCHEMA_FILE.read_text("utf-8")))
    assert (told["exit"]["meaning"], told["suites"]) == ("passed", [])
    assert list(JUnitXml.fromfile(str(shop / "out" / "junit.xml"))) == []
    events = (shop / "out" / "e").read_text("utf-8").splitlines()
    assert [json.loads(line)["event"] for line in events] == ["Run", "RunStarted", "RunFinished"]


@pytest.mark.parametrize(
    ("path", "narrowing"),
    [(TEST, "--service lib"), ("services/web", "--stage unit --service lib")],
)
def test_a_path_of_which_nothing_is_left(shop: Path, path: str, narrowing: str) -> None:
    write(shop, {"services/lib/tests/unit/test_lib.py": "", "services/lib/pyproject.toml": ""})
    err = f"error: nothing of {path} runs with {narrowing}\n\nhint: leave out {narrowing}\n"
    assert inv(shop, "test", path, *narrowing.split(), "--json") == Ran(4, "", err)


def test_what_was_red_is_not_what_was_asked_for(shop: Path) -> None:
    own = {"TASKSLIB_CACHE_DIR": str(shop.parent / "cache")}
    lib = "services/lib/tests/unit/test_lib.py"
    write(shop, {TEST: "def test_a(): assert 0\n", lib: "", "services/lib/pyproject.toml": ""})
    assert inv(shop, "test", "--service", "web", "--stage", "unit", **own).code == 1
    note = "note: no test of --service lib was red when it ran last\n"
    assert inv(shop, "test", "--failed", "--service", "lib", **own) == Ran(0, "", note)


REPORTS = ("--junit", "out", "--events", "out/e.jsonl")
THEIRS = {
    "out/theirs.xml": "<testsuites><testsuite name='web:unit'/></testsuites>\n",
    "out/notes.txt": "<!-- Written by taskslib -->\n",
}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("test --stage unti", 2),
        ("test --service wbe", 2),
        ("test --retries x", 2),
        ("test --watch", 2),
        ("test-unit --dry-run", 2),
        ("test-service wbe", 2),
        ("test services/nowhere.py", 2),
    ],
)
def test_a_run_that_is_refused_leaves_no_earlier_report(shop: Path, words: str, code: int) -> None:
    write(shop, THEIRS)
    assert inv(shop, "test-unit", *REPORTS).code == 0
    there = {file.name for file in (shop / "out").iterdir()}
    assert there == {"junit.xml", "web-unit.xml", "e.jsonl", "theirs.xml", "notes.txt"}
    assert inv(shop, *words.split(), *REPORTS).code == code
    assert {file.name for file in (shop / "out").iterdir()} == {"theirs.xml", "notes.txt"}
    assert {name: (shop / name).read_text("utf-8") for name in THEIRS} == THEIRS


@pytest.mark.parametrize("text", ["", "{}\n", "[1]\n", '{"event": "Run"}\n', "\x00\n"])
def test_a_file_for_events_that_is_anybodys_stays_where_nothing_runs(shop: Path, text: str) -> None:
    write(shop, {"e.jsonl": text})
    assert inv(shop, "test", "--stage", "unti", "--events", "e.jsonl").code == 2
    assert (shop / "e.jsonl").read_text("utf-8") == text


def test_reports_are_of_one_run(shop: Path) -> None:
    """What is about suites that do not run this time would be taken for what they came to now."""
    write(shop, {"services/lib/tests/unit/test_lib.py": "def test_a(): pass\n"})
    assert inv(shop, "test-unit", "--junit", "out").code == 0
    assert inv(shop, "test-unit", "--service", "web", "--junit", "out").code == 0
    assert {file.name for file in (shop / "out").iterdir()} == {"junit.xml", "web-unit.xml"}


def test_shards_that_cannot_be_joined_leave_no_earlier_report(shop: Path) -> None:
    assert inv(shop, "test-unit", "--junit", "out").code == 0
    assert inv(shop, "merge-reports", "nowhere", "--junit", "out").code == 2
    assert list((shop / "out").iterdir()) == []
