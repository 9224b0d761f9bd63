"""Reports of a run that has ended, whole."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from junitparser import JUnitXml

from taskslib.events import Counts, Failure, Outcome, State, SuiteId, SuiteResult
from taskslib.pipeline.plan import Sharded, make_plan
from taskslib.pipeline.report import Report
from taskslib.pipeline.request import TestRequest
from taskslib.pipeline.timeline import Leg
from taskslib.project import load
from taskslib.project.git import Checked
from taskslib.quick import ci_seen
from taskslib.reports.annotations import annotation_lines, job_summary
from taskslib.reports.document import SCHEMA_FILE, document, encoded
from taskslib.reports.failures import FailureFiles, failures_of
from taskslib.reports.junit import write_junit
from taskslib.reports.record import Record
from taskslib.secrets import Mask
from tests.support.projects import multi, write
from tests.unit.display.names import Plain
from tests.unit.reports.runs import BAD, EVENTS, FAILED, RESULTS, SERVICE, UNIT, WEB

REPORT = Report(RESULTS, 7.25, critical_path=(Leg(SERVICE, "wait", 2.0),))


@pytest.fixture
def record() -> Record:
    found = Record("shop")
    for event in EVENTS:
        found(event)
    return found


def test_the_document_is_as_its_schema_says(tmp_path: Path, record: Record) -> None:
    plan = make_plan(load(write(tmp_path / "shop", multi())), TestRequest(arguments=("-k", "a")))
    reasons = {UNIT: ("abc", ("services/api/a.py changed",)), WEB: ("def", ())}
    plan = replace(plan, shard=Sharded(2, 5, "0" * 64))
    told = document(plan, REPORT, record, reasons, Mask(), Checked("f" * 40, ""))
    again = json.loads(encoded(told))
    assert again == told
    schema = json.loads(SCHEMA_FILE.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(again, schema)
    assert told["exit"] == {"code": 1, "meaning": "tests failed"}
    assert told["selection"]["arguments"] == ["-k", "a"]
    api, web, service, whole = told["suites"]
    assert (api["fingerprint"], api["changed"]) == ("abc", ["services/api/a.py changed"])
    assert api["steps"] == [{"step": "test", "began": 0.25, "ended": 1.25}]
    assert [one["test"] for one in api["tests"]] == ["test_one", "test_two", "test_three"]
    assert (web["cached"], api["cached"]) == ("2023-11-14T22:13:20+00:00", None)
    assert web["tests"] == [{"test": "test_web", "outcome": "passed", "seconds": 0.125}]
    assert service["endpoints"] == {"api:8000": "http://127.0.0.1:32768"}
    assert [one["id"] for one in service["failures"]] == ["F1", "F2"]
    assert (whole["state"], whole["reason"]) == ("blocked", "stage service failed")
    # What the schema asks for is not less than what there is.
    for key in told:
        broken = {name: value for name, value in told.items() if name != key}
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(json.loads(encoded(broken)), schema)


def test_junit_is_read_by_its_library(tmp_path: Path, record: Record) -> None:
    write_junit(tmp_path / "new" / "junit", record)
    names = sorted(file.name for file in (tmp_path / "new" / "junit").iterdir())
    assert names == [
        "api-service.xml", "api-unit.xml", "junit.xml", "shop-integration.xml", "web-unit.xml",
    ]  # fmt: skip
    merged = JUnitXml.fromfile(str(tmp_path / "new" / "junit" / "junit.xml"))
    assert (merged.tests, merged.failures, merged.errors, merged.skipped) == (8, 1, 1, 2)
    suites = {suite.name: suite for suite in merged}
    assert list(suites) == ["api:unit", "web:unit", "api:service", "shop:integration"]
    assert [suite.time for suite in suites.values()] == [1.25, 0.5, 4.0, 0.0]
    properties = {one.name: one.value for one in suites["web:unit"].properties()}  # type: ignore[no-untyped-call]
    assert properties == {"stage": "unit", "service": "web", "state": "passed", "cached": "true"}
    cases = {case.name: case for case in suites["api:service"]}
    assert list(cases) == ["test_ok", "test_b[x|y]", "tests/integration/test_c.py"]
    [failure] = cases["test_b[x|y]"].result
    assert failure.message == "AssertionError: assert 1 == 2"
    assert "日本" in failure.text
    alone = JUnitXml.fromfile(str(tmp_path / "new" / "junit" / "api-unit.xml"))
    assert [suite.name for suite in alone] == ["api:unit"]


def test_junit_keeps_the_parameters_of_a_name_whole(tmp_path: Path, record: Record) -> None:
    record.suites[UNIT].tests["a.py::T::test_b[x::y]"] = (Outcome.PASSED, 0.0)
    write_junit(tmp_path, record)
    [suite] = JUnitXml.fromfile(str(tmp_path / "api-unit.xml"))
    [case] = [one for one in suite if one.name == "test_b[x::y]"]
    assert case.classname == "api:unit.a.py::T"


def test_junit_of_a_suite_that_is_red_without_a_red_test(tmp_path: Path, record: Record) -> None:
    record.suites[UNIT].result = SuiteResult(UNIT, State.CRASHED, reason="died", details="trace")
    write_junit(tmp_path, record)
    [suite] = JUnitXml.fromfile(str(tmp_path / "api-unit.xml"))
    assert (suite.tests, suite.errors) == (4, 1)


def test_junit_of_a_red_test_of_which_nothing_is_told(tmp_path: Path, record: Record) -> None:
    record.suites[UNIT].tests["test_one"] = (Outcome.FAILED, 0.0)
    record.suites[UNIT].result = SuiteResult(UNIT, State.FAILED, Counts(2, 1))
    write_junit(tmp_path, record)
    [suite] = JUnitXml.fromfile(str(tmp_path / "api-unit.xml"))
    assert (suite.tests, suite.failures, suite.errors) == (3, 1, 0)


def test_annotations_are_one_line_each_and_begin_no_other_command() -> None:
    hostile = Failure(
        "a,b:c::t%\n::warning::x", Outcome.FAILED, "no\n::error::yes\r%", path="a,b:c.py", line=3
    )
    result = SuiteResult(UNIT, State.FAILED, Counts(failed=1), (hostile,))
    died = SuiteResult(WEB, State.CRASHED, reason="killed by SIGSEGV")
    assert list(annotation_lines(Report((result, died, RESULTS[3]), 1.0), Plain())) == [
        "::error file=api/a%2Cb%3Ac.py,line=3,"
        "title=api%3Aunit a%2Cb%3Ac%3A%3At%25%0A%3A %3Awarning%3A%3Ax::no%0A: :error::yes%25",
        "::error title=web%3Aunit crashed::killed by SIGSEGV",
    ]
    assert next(annotation_lines(REPORT, Plain())) == (
        "::error file=api/tests/integration/test_a.py,line=7,"
        "title=api%3Aservice tests/integration/test_a.py%3A%3Atest_b[x|y]::"
        "AssertionError: assert 1 == 2"
    )
    many = replace(FAILED, failures=(BAD,) * 99)
    assert len(list(annotation_lines(Report((many,), 1.0), Plain()))) == 50


@pytest.mark.parametrize(
    ("environ", "seen"),
    [
        ({"GITHUB_ACTIONS": "true"}, True),
        ({"GITEA_ACTIONS": "true"}, True),
        ({"CI": "true"}, False),
        ({}, False),
    ],
)
def test_which_ci_is_seen(environ: dict[str, str], *, seen: bool) -> None:
    assert ci_seen(environ) is seen


def test_what_ci_gets_is_no_larger_than_it_takes() -> None:
    """GitHub takes a megabyte as a job's summary, and nothing at all of one that is larger."""
    long = [replace(BAD, message="é" * 10**6, test=f"t::{'x' * 5000}{n}") for n in range(900)]
    report = Report((replace(FAILED, failures=tuple(long)),), 1.0)
    summary = job_summary(report, Plain())
    assert 800_000 < len(summary.encode()) < 1_000_000
    shown = summary.count("again: ")
    assert summary.endswith(f"\n… and {900 - shown} more failures\n")
    assert all(len(line) < 6000 for line in annotation_lines(report, Plain()))


def test_the_jobs_summary() -> None:
    odd = replace(BAD, message="a `b` ``c`` | <script>")
    results = (replace(FAILED, failures=(odd,)), *RESULTS[1:2])
    assert job_summary(Report(results, 1.0), Plain()) == (
        "| suite | stage | state | passed | failed | skipped | time |\n"
        "|---|---|---|---|---|---|---|\n"
        "| api | service | failed | 1 | 2 | 0 | 4.0 s |\n"
        "| web | unit | passed (cached) | 1 | 0 | 0 | 0.5 s |\n"
        "\n"
        "**F1** `api:service tests/integration/test_a.py::test_b[x|y]`  \n"
        "``` a `b` ``c`` | <script> ```  \n"
        "again: `inv api:service -- tests/integration/test_a.py::test_b[x|y]`\n"
    )


def test_each_failure_in_full_in_a_file_of_its_own(tmp_path: Path) -> None:
    assert failures_of(tmp_path) == {}
    keep = FailureFiles(tmp_path, Plain())
    for event in EVENTS:
        keep(event)
    found = failures_of(tmp_path)
    assert list(found) == ["F1", "F2"]
    assert found["F2"].read_text("utf-8") == (
        "F2 api:service ERROR tests/integration/test_c.py\n"
        "ImportError: no\n"
        "again: inv api:service -- tests/integration/test_c.py\n"
        "\n"
        "\n"
        "\n"
        "not passed to the tests (`pass_env` passes them): SECRET\n"
    )
    assert "\nE       assert 1 == 2" in found["F1"].read_text("utf-8")


def test_failures_are_listed_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    (tmp_path / "failures").mkdir()
    for number in (10, 2, 1):
        (tmp_path / "failures" / f"F{number}.txt").touch()
    assert list(failures_of(tmp_path)) == ["F1", "F2", "F10"]


def test_a_run_without_any_suite_is_a_record_too() -> None:
    assert Record("shop").suites == {}
    assert SuiteId("a", UNIT.stage) not in Record("shop").suites
