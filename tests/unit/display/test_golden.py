"""What a run shows, whole, in every situation: the texts are in `golden/`; `--renew` writes them.

The table is looked at as a terminal has it: what was written is fed to an emulator.
"""

from __future__ import annotations

import io
from itertools import groupby
from pathlib import Path

import pyte
import pytest
from pyte.screens import Char

from taskslib.ages import ago
from taskslib.cli.given import Wanted
from taskslib.cli.telling import Telling
from taskslib.display.live import LiveDisplay
from taskslib.display.plain import PlainDisplay
from taskslib.events import SuiteFinished
from taskslib.pipeline.plan import make_plan
from taskslib.pipeline.report import Report
from taskslib.pipeline.request import TestRequest
from taskslib.project import load
from taskslib.testing import wait_for
from tests.support.projects import multi, write
from tests.unit.display.names import Plain
from tests.unit.display.situations import API, NOW, RED_UNIT, SITUATIONS, Situation, cached_now

GOLDEN = Path(__file__).parent / "golden"


def compare(name: str, text: str, config: pytest.Config) -> None:
    file = GOLDEN / f"{name}.txt"
    if config.getoption("--renew"):
        file.write_text(text, "utf-8", newline="\n")
    assert text == file.read_text("utf-8")


class Stream(io.TextIOWrapper):
    """A stream that remembers what was written, and says that it is a terminal."""

    def __init__(self, encoding: str) -> None:
        self.raw = io.BytesIO()
        super().__init__(self.raw, encoding=encoding, newline="\n", write_through=True)

    def isatty(self) -> bool:
        return True

    def written(self) -> str:
        return self.raw.getvalue().decode(self.encoding)


class Clock:
    """Stands still, and counts how often it was looked at: once a picture."""

    def __init__(self, now: float) -> None:
        self.now = now
        self.looks = 0

    def __call__(self) -> float:
        self.looks += 1
        return self.now


def age(then: float) -> str:
    return ago(then, NOW)


def report(run: Situation) -> Report:
    return Report(run.results, 37.4, run.signum, run.path, run.slow)


def screen(run: Situation, written: str) -> str:
    """Return what a terminal shows, from the first line that was ever written."""
    terminal = pyte.Screen(run.width, 500)
    terminal.set_mode(pyte.modes.LNM)
    pyte.Stream(terminal).feed(written)
    lines = [
        "".join(map(_piece, groupby((line[x] for x in range(run.width)), _style))).rstrip()
        for line in (terminal.buffer[y] for y in range(terminal.cursor.y + 1))
    ]
    return "".join(f"{line}\n" for line in lines)


def _style(char: Char) -> str:
    words = ["bold"] if char.bold else []
    return " ".join([*words, *([char.fg] if char.fg != "default" else [])])


def _piece(group: tuple[str, object]) -> str:
    style, chars = group
    text = "".join(char.data for char in chars)  # type: ignore[attr-defined]
    return f"<{style}>{text}</>" if style else text


@pytest.mark.parametrize("name", SITUATIONS)
def test_lines(name: str, pytestconfig: pytest.Config) -> None:
    run = SITUATIONS[name]
    stream = Stream(run.encoding)
    display = PlainDisplay(stream, Plain(), run.environ, clock=lambda: 0.0, age=age)
    for event in run.events:
        display(event)
    display.summary(report(run), None)
    compare(f"{name}.lines", stream.written().replace("\x1b", "ESC"), pytestconfig)


@pytest.mark.parametrize("name", SITUATIONS)
def test_table(name: str, pytestconfig: pytest.Config) -> None:
    run = SITUATIONS[name]
    stream, clock = Stream(run.encoding), Clock(run.now)
    size = {"COLUMNS": str(run.width), "LINES": str(run.height)}
    display = LiveDisplay(stream, Plain(), {**run.environ, **size}, clock=clock, age=age)
    for event in run.before:
        display(event)
    looks = clock.looks
    # The second picture from now on begins when one with all of that has been drawn.
    wait_for(lambda: clock.looks >= looks + 2, timeout=30)
    then = screen(run, stream.written())
    for event in run.after:
        display(event)
    display.summary(report(run), None)
    text = f"=== while it runs\n{then}=== in the end\n{screen(run, stream.written())}"
    compare(f"{name}.table", text, pytestconfig)


@pytest.mark.parametrize(("name", "run"), [("ci-red", RED_UNIT), ("ci-cached", cached_now())])
def test_ci(
    name: str,
    run: Situation,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    pytestconfig: pytest.Config,
) -> None:
    """Lines, annotations and the job's summary, though the output be a terminal."""
    names = ("api", "worker", "frontend")
    files = multi(**{f"services/{one}/tests/unit/test_prices.py": "" for one in names})
    files["services/api/tests/integration/test_orders.py"] = ""
    files["services/api/Dockerfile"] = ""
    files["services/api/deploy/test/docker-compose.yml"] = "services: {}\n"
    plan = make_plan(load(write(tmp_path / "shop", files)), TestRequest())
    summary = tmp_path / "summary.md"
    environ = {"CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    folder = tmp_path / "run"
    folder.mkdir()
    with Telling(Wanted(), plan, folder, environ) as telling:
        for event in run.events:
            telling(event)
        telling.end(report(run), None)
    written = capsys.readouterr().out.replace(str(tmp_path), "ROOT")
    compare(name, f"{written}=== the job's summary\n{summary.read_text('utf-8')}", pytestconfig)


def test_no_row_of_a_suite_wraps() -> None:
    """On a terminal of 40 columns."""
    text = (GOLDEN / "40-columns.table.txt").read_text("utf-8")
    rows = [line for line in text.splitlines() if line.startswith("  ") and line[2] in "✓✗○●◐"]
    assert len(rows) == 10
    assert all(len(row) < 40 for row in rows)
    assert SuiteFinished in map(type, SITUATIONS["40-columns"].after)
    assert API in {one.suite for one in SITUATIONS["40-columns"].results}


def test_every_text_belongs_to_a_test() -> None:
    names = {f"{name}.{kind}" for name in SITUATIONS for kind in ("lines", "table")}
    assert {file.stem for file in GOLDEN.iterdir()} == {*names, "ci-red", "ci-cached"}
