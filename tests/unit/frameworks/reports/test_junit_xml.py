"""The dialects of JUnit XML, each as its tool wrote it."""

from __future__ import annotations

from pathlib import Path

import pytest

from taskslib.events import Counts, Failure, Outcome, Stage, State, SuiteId, SuiteResult
from taskslib.frameworks.messages import Begun, Ended, Started
from taskslib.frameworks.reports.junit_xml import messages
from taskslib.frameworks.tally import Tally
from taskslib.frameworks.verdict import Exit, verdict

JEST = """\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="jest tests" tests="3" failures="1" errors="0" time="0.9">
  <testsuite name="prices" errors="0" failures="1" skipped="1" tests="3">
    <testcase classname="prices rounds" name="prices rounds" time="0.002"></testcase>
    <testcase classname="prices converts" name="prices converts" time="0.004">
      <failure>Error: expect(received).toBe(expected)

Expected: 3
Received: 2
    at Object.toBe (/FOLDER/src/price.test.js:7:17)
    at Promise.then (/FOLDER/node_modules/jest-circus/run.js:1:1)</failure>
    </testcase>
    <testcase classname="prices later" name="prices later" time="0"><skipped/></testcase>
  </testsuite>
</testsuites>
"""
GOTESTSUM = """\
<testsuites tests="2" failures="1" errors="0">
  <testsuite tests="2" failures="1" name="example.org/shop/price">
    <testcase classname="example.org/shop/price" name="TestRounds" time="0.01"></testcase>
    <testcase classname="example.org/shop/price" name="TestConverts" time="0.00">
      <failure message="Failed" type="">=== RUN   TestConverts
    price_test.go:12: got 2, want 3
--- FAIL: TestConverts (0.00s)
</failure>
    </testcase>
  </testsuite>
</testsuites>
"""
SUREFIRE = """\
<testsuite name="org.example.PriceTest" time="0.05" tests="2" errors="1" skipped="0" failures="0">
  <testcase name="rounds" classname="org.example.PriceTest" time="1,000.5"/>
  <testcase name="converts" classname="org.example.PriceTest" time="0.001">
    <error message="no rate" type="java.lang.IllegalStateException"><![CDATA[
java.lang.IllegalStateException: no rate
\tat org.example.PriceTest.converts(PriceTest.java:12)]]></error>
    <system-out><![CDATA[asked for a rate
]]></system-out>
  </testcase>
</testsuite>
"""


def read(folder: Path, *reports: str, code: int = 0) -> SuiteResult:
    tally = Tally(SuiteId("api", Stage.UNIT))
    files = {folder / f"{n}.xml": text.encode() for n, text in enumerate(reports)}
    for message in (Begun("junit"), *messages(files, folder), Ended(0)):
        tally.add(message, 0.0)
    return verdict(tally, Exit(code))


def test_jest(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "price.test.js").touch()
    report = JEST.replace("/FOLDER", tmp_path.as_posix())
    result = read(tmp_path, report, code=1)
    assert (result.state, result.reason) == (State.FAILED, "1 failed")
    assert result.counts == Counts(passed=1, failed=1, skipped=1)
    [failure] = result.failures
    assert failure.test == "prices converts"
    assert failure.message == "Error: expect(received).toBe(expected)"
    assert (failure.path, failure.line) == ("src/price.test.js", 7)
    place = f"    at Object.toBe ({tmp_path.as_posix()}/src/price.test.js:7:17)"
    assert failure.text.endswith(f"\n\nExpected: 3\nReceived: 2\n{place}")


def test_gotestsum(tmp_path: Path) -> None:
    (tmp_path / "price_test.go").touch()
    [failure] = read(tmp_path, GOTESTSUM, code=1).failures
    assert failure.test == "example.org/shop/price > TestConverts"
    assert failure.message == "Failed"
    assert (failure.path, failure.line) == ("price_test.go", 12)


def test_surefire(tmp_path: Path) -> None:
    result = read(tmp_path, SUREFIRE, code=1)
    assert result.counts == Counts(passed=1, errors=1)
    text = (
        "java.lang.IllegalStateException: no rate\n"
        "\tat org.example.PriceTest.converts(PriceTest.java:12)\n\n"
        "--- system-out ---\nasked for a rate"
    )
    name = "org.example.PriceTest > converts"
    assert result.failures == (Failure(name, Outcome.ERROR, "no rate", text),)


def test_cases_outside_of_suites_and_in_suites_of_suites(tmp_path: Path) -> None:
    cases = '<testcase name="a"/><testsuite name="g"><testsuite><testcase name="b"/></testsuite>'
    result = read(tmp_path, f"<testsuites>{cases}</testsuite></testsuites>")
    assert (result.state, result.counts) == (State.PASSED, Counts(passed=2))


def test_several_reports_are_one_run(tmp_path: Path) -> None:
    result = read(tmp_path, JEST, SUREFIRE, code=1)
    assert result.counts == Counts(passed=2, failed=1, errors=1, skipped=1)


def test_equal_names_count_apart(tmp_path: Path) -> None:
    result = read(tmp_path, '<testsuite><testcase name="a"/><testcase name="a"/></testsuite>')
    assert result.counts == Counts(passed=2)


@pytest.mark.parametrize(
    ("report", "state", "reason"),
    [
        ("", State.CRASHED, "0.xml is empty"),
        ("  \n", State.CRASHED, "0.xml is empty"),
        ("<testsuites/>", State.NO_TESTS, "no test was collected"),
        ("<testsuite><testcase", State.CRASHED, "0.xml is cut off, or no XML: "),
        (
            '<testsuite tests="1" failures="1"><testcase name="a"/></testsuite>',
            State.CRASHED,
            "0.xml counts 1 failures and lists 0",
        ),
        (
            '<testsuites failures="0"><testsuite name="s" errors="1" tests="0"/></testsuites>',
            State.CRASHED,
            "s counts 1 failures and lists 0",
        ),
        (
            '<testsuite name="s"><error message="no such module"/><testcase name="a"/></testsuite>',
            State.CRASHED,
            "s: no such module",
        ),
    ],
)
def test_reports_that_are_not_in_order(
    tmp_path: Path, report: str, state: State, reason: str
) -> None:
    result = read(tmp_path, report)
    assert result.state is state
    assert result.reason.startswith(reason)


def test_a_green_report_of_a_failed_command(tmp_path: Path) -> None:
    result = read(tmp_path, '<testsuite><testcase name="a"/></testsuite>', code=2)
    assert result.state is State.FAILED
    assert result.reason == "no test failed, but junit ended with exit code 2"


def test_a_text_of_any_size_is_read_at_once(tmp_path: Path) -> None:
    """What a pattern that looks back over all of it would take minutes for."""
    text = "x" * 400_000 + "\n" * 100_000 + "." * 100_000
    report = f'<testsuite><testcase name="a"><failure>{text}</failure></testcase></testsuite>'
    [failure] = read(tmp_path, report, code=1).failures
    assert len(failure.text) == 200_000


def test_what_is_said_by_an_attribute_alone(tmp_path: Path) -> None:
    cases = (
        '<testcase name="a" status="notrun" result="suppressed"/>'
        '<testcase name="b" status="run" result="completed"/>'
        '<testcase name="c" status="failed"/><testcase name="d" result="failed"/>'
    )
    result = read(tmp_path, f"<testsuite>{cases}</testsuite>")
    assert (result.state, result.counts) == (State.FAILED, Counts(passed=1, failed=2, skipped=1))


def test_a_test_outside_of_any_group_is_called_by_its_name_alone(tmp_path: Path) -> None:
    """As jest-junit writes it, with a space where the group would be."""
    text = '<testsuite><testcase classname=" top" name=" top"/></testsuite>'
    said = messages({tmp_path / "r.xml": text.encode()}, tmp_path)
    assert [one.test for one in said if isinstance(one, Started)] == ["top"]
