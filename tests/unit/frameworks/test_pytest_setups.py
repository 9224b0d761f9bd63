"""What projects and users bring along: options, variables, workers, configuration elsewhere."""

from __future__ import annotations

import pytest

from taskslib import events
from taskslib.events import Counts, Outcome, Stage, State, SuiteId
from tests.unit.frameworks.bench import Bench, without_times

IT = "tests/unit/test_it.py"
ONE = "def test_it(): pass\n"
GREEN = (State.PASSED, Counts(passed=1), "")


def test_events_of_a_run(bench: Bench) -> None:
    run = bench.test("def test_passes(): pass\ndef test_fails(): assert 0\n")
    suite = SuiteId("api", Stage.UNIT)
    [failure] = run.result.failures
    assert without_times(run.events) == [
        events.TestsCollected(suite, 2),
        events.TestStarted(suite, f"{IT}::test_passes", 0.0),
        events.TestFinished(suite, f"{IT}::test_passes", Outcome.PASSED, 0.0),
        events.TestStarted(suite, f"{IT}::test_fails", 0.0),
        events.TestFinished(suite, f"{IT}::test_fails", Outcome.FAILED, 0.0, failure),
    ]


def test_seconds_are_those_of_the_call(bench: Bench) -> None:
    run = bench.test(
        """
        import time, pytest
        @pytest.fixture
        def slow(): time.sleep(0.3)
        def test_quick(slow): pass
        def test_slow(): time.sleep(0.3)
        """
    )
    quick, slow = (e.seconds for e in run.events if isinstance(e, events.TestFinished))
    assert quick < 0.2
    assert 0.3 <= slow < run.result.seconds


@pytest.mark.parametrize(
    "variables",
    [
        {"PYTEST_ADDOPTS": "-k wanted -p mine"},
        {"PYTEST_PLUGINS": "mine", "PYTEST_ADDOPTS": "-k wanted"},
    ],
    ids=["addopts", "plugins"],
)
def test_variables_of_the_user_work(bench: Bench, variables: dict[str, str]) -> None:
    mine = "import builtins\nbuiltins.mine = True\n"
    bench.write({"own/mine.py": mine, "own/helper.py": "answer = 42\n"})
    bench.variables = {"PYTHONPATH": str(bench.folder / "own")} | variables
    run = bench.test(
        """
        import builtins, helper
        def test_wanted(): assert builtins.mine and helper.answer == 42
        def test_other(): assert 0
        """
    )
    assert run.verdict == GREEN


NESTED = """
    import os, subprocess, sys
    pytest_plugins = ["pytester"]

    def test_subprocess(tmp_path):
        (tmp_path / "test_inner.py").write_text("def test_inner(): assert 0")
        argv = [sys.executable, "-m", "pytest", str(tmp_path), "--rootdir", str(tmp_path)]
        assert subprocess.run(argv, cwd=tmp_path).returncode == 1

    def test_in_process(pytester):
        pytester.makepyfile("def test_inner(): assert 0")
        pytester.inline_run().assertoutcome(failed=1)

    def test_variables():
        assert not [name for name in os.environ if name.startswith("TASKSLIB")]
"""


@pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["alone", "workers"])
def test_nested_runs_are_not_heard(bench: Bench, workers: tuple[str, ...]) -> None:
    run = bench.test(NESTED, *workers)
    assert run.verdict == (State.PASSED, Counts(passed=3), "")
    seen = {event.test for event in run.events if isinstance(event, events.TestStarted)}
    assert seen == {f"{IT}::test_{name}" for name in ("subprocess", "in_process", "variables")}


def test_workers(bench: Bench) -> None:
    run = bench.test(
        """
        import pytest
        @pytest.mark.parametrize("n", range(20))
        def test_it(n): assert n != 13
        """,
        "-n2",
    )
    assert run.verdict == (State.FAILED, Counts(passed=19, failed=1), "1 failed")
    message = "AssertionError: assert 13 != 13"
    assert run.failures == [(f"{IT}::test_it[13]", Outcome.FAILED, message, f"{IT}:4")]
    # Each worker collects all of them: 20, not 40, and said once.
    totals = [event.total for event in run.events if isinstance(event, events.TestsCollected)]
    assert totals == [20]


INTEGRATION = {
    "tests/unit/conftest.py": """
        import pytest
        def pytest_addoption(parser):
            parser.addoption("--integration", action="store_true")
        def pytest_collection_modifyitems(config, items):
            if not config.getoption("--integration"):
                config.hook.pytest_deselected(items=items)
                items[:] = []
        """
}


@pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["alone", "workers"])
@pytest.mark.parametrize("stage", [Stage.SERVICE, Stage.INTEGRATION])
def test_integration_is_turned_on(bench: Bench, stage: Stage, workers: tuple[str, ...]) -> None:
    bench.write(INTEGRATION)
    bench.stage = stage
    assert bench.test(ONE, *workers).verdict == GREEN


def test_integration_stays_off_in_unit_tests(bench: Bench) -> None:
    bench.write(INTEGRATION)
    assert bench.test(ONE).result.reason == "no test ran: 1 deselected"


def test_configuration_above_the_service(bench: Bench) -> None:
    """Ids are relative to pytest's root folder; ours to the suite's, where they are run again."""
    root = bench.folder
    bench.folder = root / "services" / "api"
    bench.write({"tests/unit/test_it.py": "def test_it(): assert 0\n"})
    (root / "pyproject.toml").unlink()
    (root / "pytest.ini").write_text("[pytest]\n")
    run = bench.run()
    message = "AssertionError: assert 0"
    assert run.failures == [(f"{IT}::test_it", Outcome.FAILED, message, f"{IT}:1")]
    assert bench.run(run.failures[0][0]).verdict == run.verdict


def test_configuration_below_the_service(bench: Bench) -> None:
    (bench.folder / "pyproject.toml").unlink()
    bench.write({"tests/unit/pytest.ini": "[pytest]\n"})
    run = bench.test("def test_it(): assert 0\n")
    message = "AssertionError: assert 0"
    assert run.failures == [(f"{IT}::test_it", Outcome.FAILED, message, f"{IT}:1")]
    assert bench.run(run.failures[0][0]).verdict == run.verdict


TWO = {
    "tests/unit/test_it.py": "def test_a(): pass\ndef test_b(): pass\n",
    "tests/unit/test_other.py": "def test_a(): pass\n",
}


@pytest.mark.parametrize(
    ("arguments", "passed"),
    [
        ((), 3),
        (("-k", "test_b"), 1),
        (("-k", "tests"), 3),
        ((f"{IT}::test_a",), 1),
        (("-v", IT), 2),
        ((f"{IT}::test_a", "tests/unit/test_other.py"), 2),
        (("--ignore", IT), 1),
        ((f"--deselect={IT}::test_a",), 2),
    ],
)
def test_arguments(bench: Bench, arguments: tuple[str, ...], passed: int) -> None:
    bench.write(TWO)
    assert bench.run(*arguments).verdict == (State.PASSED, Counts(passed=passed), "")


def test_failure_in_a_library_is_shown_where_it_was_called(bench: Bench) -> None:
    bench.write(
        {
            "own/helper.py": "def check(value):\n    assert value, 'nothing'\n",
            "tests/unit/test_library.py": "import json\ndef test_json():\n    json.loads('{')\n",
        }
    )
    run = bench.test(
        """
        import helper
        def test_helper():
            helper.check(0)
        """,
        "-o",
        "pythonpath=own",
    )
    message = "JSONDecodeError: Expecting property name enclosed in double quotes"
    assert [failure[3] for failure in run.failures] == [
        "own/helper.py:2",
        "tests/unit/test_library.py:3",
    ]
    assert run.failures[1][2].startswith(f"json.decoder.{message}")


@pytest.mark.parametrize("style", ["short", "native", "line", "no"])
def test_traceback_styles(bench: Bench, style: str) -> None:
    text = "import json\ndef test_it():\n    x = 1\n    assert x == 2\n"
    run = bench.test(text, f"--tb={style}")
    [(test, _, message, place)] = run.failures
    assert (test, message) == (f"{IT}::test_it", "AssertionError: assert 1 == 2")
    assert place == f"{IT}:4"


def test_without_traceback(bench: Bench) -> None:
    run = bench.test("import pytest\ndef test_it():\n    pytest.fail('no way', pytrace=False)\n")
    assert run.failures == [(f"{IT}::test_it", Outcome.FAILED, "Failed: no way", f"{IT}:3")]


def test_captured_output_is_part_of_the_report(bench: Bench) -> None:
    run = bench.test("def test_it():\n    print('a clue' * 50_000)\n    assert 0\n")
    text = run.result.failures[0].text
    assert "- Captured stdout call -" in text
    assert "100" in text
    assert " characters left out]" in text
    assert len(text) < 201_000


@pytest.mark.parametrize(
    "options",
    [("-W", "error"), ("--assert=plain", "-p", "no:cacheprovider"), ("--strict-markers",)],
)
def test_strict_and_stripped(bench: Bench, options: tuple[str, ...]) -> None:
    """Nothing of ours warns or leans on an optional part; folders may have any name."""
    bench.folder = bench.folder / "ein Ordner [é] 'x'"
    assert bench.test(ONE, *options).verdict == GREEN


def test_rerun_runs_that_test(bench: Bench) -> None:
    run = bench.test(
        """
        import pytest
        @pytest.mark.parametrize("name", ["it's", "a b", "$HOME", "x::y", "[1]"])
        def test_it(name): assert 0
        """
    )
    tests = [failure.test for failure in run.result.failures]
    assert len(tests) == 5
    again = bench.run(*tests[2:4])
    assert [failure.test for failure in again.result.failures] == tests[2:4]


def test_a_test_that_is_repeated_is_told_of(bench: Bench) -> None:
    """As pytest-rerunfailures does it: with a report of an outcome of its own."""
    bench.write(
        {
            "tests/unit/conftest.py": """
                import pytest
                @pytest.hookimpl(wrapper=True)
                def pytest_runtest_makereport(item, call):
                    report = yield
                    if call.when == "call" and item.name == "test_flaky":
                        earlier = pytest.TestReport.from_item_and_call(item, call)
                        earlier.outcome = "rerun"
                        item.ihook.pytest_runtest_logreport(report=earlier)
                    return report
                """
        }
    )
    run = bench.test("def test_flaky(): pass\ndef test_passes(): pass")
    assert run.verdict == (State.PASSED, Counts(passed=2), "")
    assert run.result.repeated == 1


@pytest.mark.full
def test_reruns(bench: Bench) -> None:
    if bench.version == "current":
        pytest.skip("its environment has no pytest-rerunfailures")
    run = bench.test(
        """
        import itertools
        import pytest
        attempts = itertools.count()
        def test_third_time_lucky(): assert next(attempts) == 2
        def test_never(): assert 0
        def test_passes(): pass
        @pytest.fixture
        def broken(): raise OSError("gone")
        def test_set_up(broken): pass
        """,
        "--reruns=2",
    )
    assert run.verdict == (State.FAILED, Counts(passed=2, failed=1, errors=1), "1 failed, 1 error")
    assert run.result.repeated == 3
    finished = [e.test.split("::")[1] for e in run.events if isinstance(e, events.TestFinished)]
    assert finished == ["test_third_time_lucky", "test_never", "test_passes", "test_set_up"]


def test_xdist_keeps_a_group_on_one_worker_and_its_name_out_of_the_ids(bench: Bench) -> None:
    run = bench.test(
        """
        import os, pytest
        @pytest.mark.xdist_group("the group")
        @pytest.mark.parametrize("n", [*range(8), "a@b"])
        def test_it(n): assert os.environ["PYTEST_XDIST_WORKER"] == ""
        @pytest.mark.xdist_group("the group")
        def test_plain(): assert os.environ["PYTEST_XDIST_WORKER"] == ""
        @pytest.mark.parametrize("n", ["a@b"])
        def test_other(n): pass
        """,
        "-n2",
        "--dist=loadgroup",
    )
    names = [*(f"{IT}::test_it[{n}]" for n in (*range(8), "a@b")), f"{IT}::test_plain"]
    assert sorted(failure.test for failure in run.result.failures) == sorted(names)
    assert len({failure.message for failure in run.result.failures}) == 1
    assert f"{IT}::test_other[a@b]" in {
        event.test for event in run.events if isinstance(event, events.TestFinished)
    }


def test_an_at_sign_in_a_folder_is_no_group(bench: Bench) -> None:
    bench.write({"tests/unit/a@b/test_here.py": ONE})
    run = bench.run("-n2", "--dist=loadgroup")
    [event] = (event for event in run.events if isinstance(event, events.TestFinished))
    assert event.test == "tests/unit/a@b/test_here.py::test_it"


@pytest.mark.parametrize("options", [(), ("-n1",)], ids=["alone", "workers"])
def test_what_was_red_the_last_time_goes_first(bench: Bench, options: tuple[str, ...]) -> None:
    bench.write({IT: "def test_a(): pass\ndef test_b(): pass\ndef test_c(): pass\n"})
    run = bench.run(*options, first=(f"{IT}::test_c", f"{IT}::gone", "ü"))
    started = [event.test for event in run.events if isinstance(event, events.TestStarted)]
    assert started == [f"{IT}::test_{name}" for name in "cab"]


ALONE = ((), ("-n1",), ("-n1", "--dist=loadgroup"))


@pytest.mark.parametrize("options", ALONE, ids=["alone", "workers", "groups"])
def test_some_tests_alone(bench: Bench, options: tuple[str, ...]) -> None:
    at, brackets = "tests/unit/test_a@b.py", "tests/unit/[x]/test_c.py"
    grouped = "import pytest\n@pytest.mark.xdist_group('g')\ndef test_g(): pass\n"
    more = """\
        import pytest
        class TestIt:
            @pytest.mark.parametrize("n", ["x::y", "z"])
            def test_n(self, n): pass
            def test_b(self): pass
        def test_a(): pass
        """
    broken = {"tests/unit/test_broken.py": "import no_such_thing\n"}
    bench.write({IT: more, at: f"{grouped}{ONE}", brackets: ONE, **broken})

    def ran(*only: str) -> list[str]:
        run = bench.run(*options, only=only)
        assert run.result.state is State.PASSED, run.output
        return sorted(one.test for one in run.events if isinstance(one, events.TestFinished))

    ids = [f"{IT}::TestIt::test_n[x::y]", f"{at}::test_g"]
    assert ran(*ids) == sorted(ids)
    # A class or a file stands for all that is in it, and so does what is not there for its file.
    of_class = [f"{IT}::TestIt::test_{name}" for name in ("b", "n[x::y]", "n[z]")]
    assert ran(f"{IT}::TestIt") == of_class
    assert ran(at) == ran(f"{at}::gone") == [f"{at}::test_g", f"{at}::test_it"]
    bench.write({"tests/unit/test_broken.py": ""})
    assert ran(f"{brackets}::test_it") == [f"{brackets}::test_it"]
