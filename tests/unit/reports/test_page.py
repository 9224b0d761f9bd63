"""The page about a run: what is on it, and that nothing in it comes from the tests but text."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from taskslib.errors import ExitCode
from taskslib.events import (
    Outcome,
    RunFinished,
    Stage,
    StepFinished,
    StepStarted,
    SuiteFinished,
    SuiteId,
    TestFinished,
)
from taskslib.pipeline.history import FlakyTest, PastTotal
from taskslib.reports.page.chart import Bar, Chart, Tick, chart_of
from taskslib.reports.page.render import Earlier, page
from taskslib.reports.record import Record
from taskslib.reports.trace import trace
from tests.support.projects import inv, multi, write
from tests.unit.reports.runs import BAD, EVENTS, FAILED, SERVICE, UNIT

EVIL = "<script>document.title='evil'</script>\x1b[2J"
EARLIER = Earlier(
    (FlakyTest(UNIT, "test_sometimes", 1, 4, 1_700_000_000.0),),
    (PastTotal(2.0, 8.0, 9, 1, green=False), PastTotal(1.0, 4.0, 10, 0, green=True)),
)


@pytest.fixture
def record() -> Record:
    found = Record("shop")
    for event in EVENTS:
        found(event)
    return found


def test_where_each_step_stands(record: Record) -> None:
    chart = chart_of(record)
    assert (chart.seconds, [stage for stage, _ in chart.stages]) == (5.25, list(Stage))
    bars = {row.suite: row.bars for _, rows in chart.stages for row in rows}
    assert bars[UNIT] == (Bar("test", 4.762, 19.048, 1.0, critical=True),)
    assert bars[SERVICE] == (Bar("wait", 28.571, 38.095, 2.0, critical=True),)
    assert bars[SuiteId("web", Stage.UNIT)] == ()
    assert chart.ticks[:2] == (Tick(0.0, 0.0), Tick(19.048, 1.0))
    assert len(chart.ticks) == 6


def test_a_run_that_ended_before_it_began() -> None:
    assert chart_of(Record("shop")) == Chart((), (Tick(0.0, 0.0),), 0.0)


@pytest.mark.parametrize("seconds", [0.01, 0.9, 3.0, 59.0, 600.0, 7200.0, 400_000.0])
def test_there_are_never_too_many_marks(seconds: float) -> None:
    record = Record("shop")
    record(RunFinished(seconds, ExitCode.PASSED))
    ticks = chart_of(record).ticks
    assert 1 <= len(ticks) <= 9
    assert all(0 <= tick.left <= 100 for tick in ticks)


def test_what_is_on_the_page(record: Record) -> None:
    text = page(record, EARLIER)
    words = re.sub(r"\s+", " ", re.sub(r"<style>.*?</style>|<[^>]+>", " ", text, flags=re.DOTALL))
    for said in (
        "shop failed", "4 passed, 2 failed, 1 skipped", "Unit Tests api passed 1.2s web cached",
        "api failed 4.0s", "shop blocked",
        "F1 api:service tests/integration/test_a.py::test_b[x|y]",
        "shop:integration blocked: stage service failed", "Slowest tests 0.50 s api:unit test_one",
        "Flaky tests 1 of 4 red api:unit test_sometimes", "The last 2 runs",
    ):  # fmt: skip
        assert said in words, words
    assert "<script" not in text
    assert "http" not in text.replace("http-equiv", "")


def test_a_green_run_says_nothing_of_failures() -> None:
    record = Record("shop")
    for event in (*EVENTS[:11], RunFinished(102.0, ExitCode.PASSED)):
        record(event)
    text = page(record, Earlier())
    assert "<h2>Failures</h2>" not in text
    assert '<span class="passed">passed</span>' in text


def test_a_run_that_was_killed(record: Record) -> None:
    record.code = None
    assert "did not end" in page(record, Earlier())


def hostile(record: Record) -> Record:
    failure = replace(BAD, test=EVIL, message=EVIL, text=EVIL)
    for event in (
        TestFinished(SERVICE, EVIL, Outcome.FAILED, 1.0, failure),
        SuiteFinished(replace(FAILED, failures=(failure,), reason=EVIL)),
    ):
        record(event)
    return record


def test_what_tests_say_stays_text(record: Record) -> None:
    text = page(hostile(record), EARLIER)
    assert "<script" not in text
    assert "\x1b" not in text
    assert "&lt;script&gt;" in text


def test_it_opens_in_a_browser(record: Record, tmp_path: Path) -> None:
    from playwright.sync_api import sync_playwright

    browser_file = shutil.which("chromium")
    if browser_file is None:
        pytest.skip("chromium is not installed (`inv setup --yes` does it)")
    file = tmp_path / "report.html"
    file.write_text(page(hostile(record), EARLIER), "utf-8")
    errors: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_file, args=["--no-sandbox"])
        colours = []
        for scheme in ("light", "dark"):
            tab = browser.new_page(color_scheme=scheme)
            tab.on("console", lambda message: errors.append(message.text))
            tab.on("request", lambda request: errors.append(request.url) if "://" in request.url
                   and not request.url.startswith("file:") else None)  # fmt: skip
            tab.goto(file.as_uri())
            assert tab.title() == "shop: failed"
            assert tab.locator(".bar").count() == 2
            assert tab.locator("details").first.is_visible()
            style = "getComputedStyle(document.body)"
            colours.append(tab.evaluate(f"[{style}.backgroundColor, {style}.color]"))
            tab.set_viewport_size({"width": 360, "height": 700})
            wide = tab.evaluate("document.documentElement.scrollWidth")
            assert wide <= 360, "on a phone nobody scrolls sideways"
        browser.close()
    assert errors == []
    assert colours[0] != colours[1]


def test_a_trace_has_each_step_with_its_time(record: Record) -> None:
    record(StepStarted(UNIT, "stop", 101.25))
    record(StepFinished(UNIT, "stop", 101.5))
    told = json.loads(json.dumps(trace(record)))
    steps = [one for one in told["traceEvents"] if one["ph"] == "X"]
    assert [(one["name"], one["cat"], one["ts"], one["dur"]) for one in steps] == [
        ("test", "critical", 250_000, 1_000_000),
        ("stop", "step", 1_250_000, 250_000),
        ("wait", "critical", 1_500_000, 2_000_000),
    ]
    names = {one["args"]["name"] for one in told["traceEvents"] if one["ph"] == "M"}
    assert names == {"unit", "service", "integration", "api", "web", "shop"}


def test_the_report_of_the_last_run(tmp_path: Path) -> None:
    test = "services/web/tests/unit/test_unit.py"
    shop = write(tmp_path / "shop", multi(**{test: "def test_bad(): assert 0\n"}))
    nothing = inv(shop, "report")
    assert (nothing.code, nothing.err) == (
        4,
        "error: no run is known in this checkout\n\nhint: inv test\n",
    )
    inv(shop, "test", "--stage", "unit")
    written = inv(shop, "report", "--trace", "out/trace.json")
    file = shop / ".taskslib" / "report.html"
    assert (written.code, written.out) == (0, "ROOT/.taskslib/report.html\nout/trace.json\n")
    assert "test_unit.py::test_bad" in file.read_text("utf-8")
    for options in (("--trace", "services"), ("--output", "tasks.py/page.html")):
        refused = inv(shop, "report", *options)
        words = f"error: {' '.join(options)}: "
        assert (refused.code, refused.out, refused.err[: len(words)]) == (2, "", words)
        assert refused.err.endswith(f"\n\nhint: inv report {options[0]} FILE\n")
    assert json.loads((shop / "out" / "trace.json").read_text("utf-8"))["traceEvents"]
