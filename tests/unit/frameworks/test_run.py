"""Running a suite: limits, cancellation, output of every kind, many tests, a cut-off event file."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskslib import events
from taskslib.errors import EnvironmentFailure
from taskslib.events import Counts, Stage, State, SuiteId
from taskslib.frameworks.base import Prepared
from taskslib.frameworks.messages import Ended, parse
from taskslib.frameworks.tail import Tail
from taskslib.frameworks.tally import Tally
from taskslib.frameworks.verdict import Exit, verdict
from tests.unit.frameworks.bench import Bench

IT = "tests/unit/test_it.py"
HANGS = """
    import time
    def test_passes(): pass
    def test_hangs():
        print("waiting for godot", flush=True)
        time.sleep(600)
    """


def test_time_limit(bench: Bench) -> None:
    bench.write({IT: HANGS})
    run, limit = bench.time_out("-s")
    reason = f"did not end within {limit} s during {IT}::test_hangs"
    assert run.verdict == (State.TIMED_OUT, Counts(passed=1), reason)
    assert "waiting for godot" in run.result.details
    assert run.result.seconds < limit + 30


def test_cancelled(bench: Bench) -> None:
    """Cancelled as soon as the second test begins; what is known is in the result."""

    def cancel(event: events.Event) -> None:
        if isinstance(event, events.TestStarted) and event.test.endswith("test_hangs"):
            bench.cancellation.request(signal.SIGTERM)

    bench.on_event = cancel
    run = bench.test(HANGS)
    reason = f"interrupted during {IT}::test_hangs"
    assert run.verdict == (State.INTERRUPTED, Counts(passed=1), reason)
    assert run.result.seconds < 30


def test_cancelled_before_it_began(bench: Bench) -> None:
    bench.cancellation.request(signal.SIGINT)
    run = bench.run()
    assert run.verdict == (State.INTERRUPTED, Counts(), "interrupted")


def test_no_interpreter(bench: Bench, tmp_path: Path) -> None:
    bench.prepared = Prepared(tmp_path / "gone" / "python")
    with pytest.raises(EnvironmentFailure, match="cannot be started"):
        bench.run()


def test_an_earlier_run_is_forgotten(bench: Bench) -> None:
    assert bench.test("def test_it(): pass\n").result.state is State.PASSED
    run = bench.test("import os\nos._exit(0)\n")
    reason = "ended with exit code 0 in the middle of the run"
    assert run.verdict == (State.CRASHED, Counts(), reason)


def test_ten_thousand(bench: Bench) -> None:
    run = bench.test(
        """
        import pytest
        @pytest.mark.parametrize("n", range(10_000))
        def test_it(n): assert n != 5_000
        """,
        "-q",
        "-p",
        "no:cacheprovider",
    )
    assert run.verdict == (State.FAILED, Counts(passed=9_999, failed=1), "1 failed")
    assert len(run.events) == 20_001
    assert run.events[0] == events.TestsCollected(SuiteId("api", Stage.UNIT), 10_000)


def test_output_that_is_not_utf_8(bench: Bench) -> None:
    run = bench.test(
        r"""
        import os, sys
        def test_prints():
            sys.stdout.buffer.write(b"caf\xe9\r\n\x00\x1b[31m\xff\xfe")
            sys.stdout.flush()
            raise ValueError("lone \udce9 surrogate, \x00 and \x1b[31m")
        """,
        "-s",
    )
    assert run.verdict == (State.FAILED, Counts(failed=1), "1 failed")
    assert run.failures[0][2] == "ValueError: lone \\udce9 surrogate, \x00 and \x1b[31m"
    assert any(line.endswith("caf�") for line in run.live)
    assert "\x1b[31m��" in run.output


def test_output_is_handed_over_live(bench: Bench) -> None:
    seen: list[int] = []

    def look(event: events.Event) -> None:
        if isinstance(event, events.TestStarted):
            seen.append(len(Tail(bench.folder / "runs" / "api.txt").lines()))

    bench.on_event = look
    run = bench.test("def test_it(): print('here')\n", "-v")
    assert [line for line in run.live if "PASSED" in line] == [
        f"{IT}::test_it PASSED".ljust(73) + "[100%]"
    ]
    assert run.live == run.output.splitlines()
    assert seen[0] > 0


MANY_KINDS = """
    import pytest
    @pytest.fixture
    def broken():
        yield
        raise OSError("é")
    def test_passes(): pass
    def test_error(broken): pass
    @pytest.mark.skip
    def test_skipped(): pass
    """


def recorded(folder: Path, text: str) -> bytes:
    """The events of a real run."""
    bench = Bench(folder, "current", Prepared(Path(sys.executable)))
    bench.write({"pyproject.toml": "[tool.pytest.ini_options]\n"})
    bench.test(text)
    return (folder / "runs" / "api.events").read_bytes()


@pytest.fixture(scope="module")
def green(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return recorded(tmp_path_factory.mktemp("green"), "def test_a(): pass\ndef test_b(): pass\n")


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return recorded(tmp_path_factory.mktemp("mixed"), MANY_KINDS)


def state_of(data: bytes) -> State:
    """What a run comes to whose process ended with 0 and left these events."""
    tally = Tally(SuiteId("api", Stage.UNIT))
    for line in data.split(b"\n")[:-1]:
        tally.add(parse(line))
    return verdict(tally, Exit(0)).state


def test_whole_events_are_green(green: bytes, mixed: bytes) -> None:
    assert state_of(green) is State.PASSED
    assert state_of(mixed) is State.FAILED


def test_cut_off_anywhere_is_never_green(green: bytes, mixed: bytes) -> None:
    for data in (green, mixed):
        assert {state_of(data[:length]) for length in range(len(data))} == {State.CRASHED}


@given(data=st.data())
def test_damaged_anywhere_never_raises(data: st.DataObject, mixed: bytes) -> None:
    start = data.draw(st.integers(0, len(mixed)))
    end = data.draw(st.integers(start, len(mixed)))
    damaged = mixed[:start] + data.draw(st.binary(max_size=20)) + mixed[end:]
    if state_of(damaged) is State.PASSED:
        # Whole lines about the red test are gone; a process that exits with 0 has no red test.
        assert b'"error"' not in damaged


@given(data=st.data())
def test_a_lost_end_is_never_green(data: st.DataObject, green: bytes) -> None:
    """Whatever else is added, dropped or repeated."""
    lines = [line for line in green.splitlines() if not isinstance(parse(line), Ended)]
    noise = st.one_of(st.sampled_from(lines), st.binary(max_size=30))
    mess = b"\n".join(data.draw(st.lists(noise))) + b"\n"
    assert not state_of(mess).green
