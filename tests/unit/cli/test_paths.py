"""`inv test PATH` and `inv test --failed`, on the real command line."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from taskslib.cli.path_task import PathTask, WordTask, given_word
from taskslib.events import Counts, Outcome, Stage, State, SuiteId
from taskslib.pipeline.history import History, Run, SuiteRun, TestRun
from taskslib.project.places import results_root
from tests.support.projects import TASKS, Ran, inv, multi, write

TEST = "services/web/tests/unit/test_unit.py"
TWO = "def test_a(): pass\ndef test_b(): assert 0\n"
VALUED = {"--service", "--junit"}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return write(tmp_path / "shop", multi(**{TEST: TWO}))


@pytest.mark.parametrize(
    ("words", "path"),
    [
        ("test a/b.py", "a/b.py"),
        ("test b.py::t", "b.py::t"),
        ("test b.py", "b.py"),
        ("test a\\b", "a\\b"),
        ("--echo test --force a/b", "a/b"),
        ("shop.test a/b", "a/b"),
        ("test --junit out/dir --service a a/b", "a/b"),
        ("test --junit=out/dir", None),
        ("test --junit out/dir", None),
        ("test services", None),
        ("test -- a/b", None),
        ("lint a/b", None),
        ("", None),
    ],
)
def test_which_word_is_a_path(words: str, path: str | None) -> None:
    assert given_word(words.split(), "test", VALUED, PathTask.fits) == path


@pytest.mark.parametrize(
    ("words", "service"),
    [
        ("test api", "api"),
        ("test --service x api", "api"),
        ("test --service x", None),
        ("test", None),
        ("test -- api", None),
    ],
)
def test_which_word_is_a_service(words: str, service: str | None) -> None:
    assert given_word(words.split(), "test", VALUED, WordTask.fits) == service


def test_one_test_and_nothing_else(shop: Path) -> None:
    assert inv(shop, "test", f"{TEST}::test_a") == Ran(
        0,
        "Unit Tests\n  ✓ web              1 passed TIME\n"
        "\n1 suite in TIME\n1 passed, 0 failed, 0 skipped\n",
        "",
    )
    # Named, it is run again.
    assert "cached" not in inv(shop, "test", f"{TEST}::test_a").out


def test_a_path_and_more_tasks(shop: Path) -> None:
    ran = inv(shop, "test", f"{TEST}::test_a", "--plain", "instance-id")
    assert ran.code == 0
    assert "1 passed, 0 failed" in ran.out


def test_only_what_failed_until_it_passes(shop: Path) -> None:
    # Nobody else's history is in there.
    own = {"TASKSLIB_CACHE_DIR": str(shop.parent / "cache")}
    none = Ran(0, "", "note: no test was red when it ran last\n")
    assert inv(shop, "test", "--failed", **own) == none
    assert inv(shop, "test", "--stage", "unit", **own).code == 1
    red = inv(shop, "test", "--failed", **own)
    assert red.out.endswith("\n0 passed, 1 failed, 0 skipped\n")
    assert f"    again: inv test {TEST}::test_b\n" in red.out
    write(shop, {TEST: TWO.replace("assert 0", "pass")})
    green = inv(shop, "test", "--failed", **own)
    assert green.out.endswith("\n1 passed, 0 failed, 0 skipped\n")
    assert inv(shop, "test", "--failed", **own) == none


def test_a_crash_is_red_too(shop: Path) -> None:
    own = {"TASKSLIB_CACHE_DIR": str(shop.parent / "cache")}
    write(shop, {TEST: "import os\ndef test_a(): pass\ndef test_b(): os._exit(0)\n"})
    assert inv(shop, "test", "--stage", "unit", **own).code == 1
    told = inv(shop, "show", **own).out
    assert told.startswith("web:unit crashed: ended with exit code 0 in the middle of the run")
    assert inv(shop, "show", "--id", "F1", **own).err == (
        "error: no failure 'F1' in the last run\n\n"
        "hint: failures: none; inv show tells what broke\n"
    )
    assert inv(shop, "test", "--failed", **own).out.endswith("\n1 passed, 1 failed, 0 skipped\n")
    page = shop / inv(shop, "report", **own).out.strip().removeprefix("ROOT/")
    assert "1 passed, 1 failed, 0 skipped" in page.read_text("utf-8")
    write(shop, {TEST: "def test_a(): pass\ndef test_b(): pass\n"})
    assert inv(shop, "test", "--failed", **own).out.endswith("\n2 passed, 0 failed, 0 skipped\n")
    assert "no test was red" in inv(shop, "test", "--failed", **own).err


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGUSR1 on Windows")
def test_where_a_suite_hung_is_shown_again(shop: Path) -> None:
    # Also where another test was red before.
    red = "import threading\ndef test_a(): assert 0\n"
    hangs = f"{red}def test_hangs():\n    threading.Event().wait()\n"
    config = '[tool.taskslib]\nproject = "shop"\n[tool.taskslib.limits]\nsuite = 5\n'
    write(shop, {TEST: hangs, "pyproject.toml": config})
    assert inv(shop, "test", "--stage", "unit").code == 1
    told = inv(shop, "show").out
    name = "tests/unit/test_unit.py"
    assert told.startswith(
        f"web:unit timed out: did not end within 5 s during {name}::test_hangs\n"
    )
    assert f'      File "{name}", line 4 in test_hangs\n' in told
    assert f"\nF1 web:unit FAILED {name}::test_a\n" in told


DEBUGGER = "the debugger has the terminal, and no test is counted"
ROUND = "a round runs only what a save affects"
PLAN = "nothing runs that they could tell of"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--retries", "-1"), "--retries '-1' is no whole number from 0 on"),
        (("--retries", "x"), "--retries 'x' is no whole number from 0 on"),
        (("--retries", "9" * 5000), f"--retries '{'9' * 5000}' is no whole number from 0 on"),
        (("--junit", "tasks.py"), "--junit tasks.py: tasks.py is a file"),
        (("--junit", "tasks.py/a/b"), "--junit tasks.py/a/b: tasks.py is a file"),
        (
            ("--watch", "--coverage"),
            f"--watch and --coverage exclude each other: {ROUND}",
        ),
        (("--pdb",), "--pdb needs a terminal to ask on"),
        (("--base", "HEAD"), "--base is for --affected"),
        (("--durations", "a.json"), "--durations is for --shard"),
        *(
            (
                (one, *other.split()),
                f"{one} and {other.partition(' ')[0]} exclude each other: {why}",
            )
            for one, why, others in (
                ("--pdb", DEBUGGER, ("--watch", "--coverage", "--retries 1")),
                ("--pdb", DEBUGGER, ("--json", "--junit out", "--events e.jsonl")),
                ("--watch", ROUND, ("--json", "--junit out", "--events e.jsonl")),
                ("--watch", "its stacks stay up until Ctrl-C", ("--keep",)),
                ("--dry-run", PLAN, ("--json", "--junit out", "--events e.jsonl")),
            )
            for other in others
        ),
        (("--affected",), "--affected and a path exclude each other: each says which tests"),
        (("--failed",), "--failed and a path exclude each other: each says which tests"),
        (
            ("--shard", "1/2"),
            "--shard and a path exclude each other: a share is one of a whole run",
        ),
    ],
)
def test_options_that_mean_nothing(shop: Path, options: tuple[str, ...], message: str) -> None:
    ran = inv(shop, "test", TEST, *options)
    error, empty, hint = ran.err.splitlines()
    assert (ran.code, error, empty, hint[:6]) == (2, f"error: {message}", "", "hint: ")


@pytest.mark.parametrize(
    "words",
    [
        "slowest --count x", "history test_a --count 1.5", "infra-logs --tail many",
        "infra-prune --older x", "test --stage unti", "test --service wbe", "flaky --format xml",
    ],
)  # fmt: skip
def test_values_that_mean_nothing(shop: Path, words: str) -> None:
    ran = inv(shop, *words.split())
    error, empty, hint = ran.err.splitlines()
    assert (ran.code, ran.out, error[:7], empty, hint[:6]) == (2, "", "error: ", "", "hint: ")


def test_what_can_not_be_is_refused(shop: Path) -> None:
    both = inv(shop, "test", "a/b.py", "--failed")
    assert (both.code, both.err.splitlines()[0]) == (
        2,
        "error: --failed and a path exclude each other: each says which tests",
    )
    gone = inv(shop, "test", "services/web/gone.py")
    assert (gone.code, gone.err) == (
        2,
        "error: there is no services/web/gone.py\n\n"
        "hint: tests are in services/web/tests/unit, services/web/tests/integration\n",
    )


def test_a_misspelt_test_costs_no_stack(shop: Path) -> None:
    file = "services/web/tests/integration/test_service.py"
    ran = inv(shop, "test", f"{file}::test_anwsers", DOCKER_HOST="unix:///nonexistent")
    assert (ran.code, ran.out, ran.err) == (
        2,
        "",
        "error: test_service.py has no test_anwsers\n\n"
        "hint: did you mean 'test_answers'? it has: test_answers\n",
    )


def test_a_failure_in_full(shop: Path) -> None:
    none = Ran(4, "", "error: no run is known in this checkout\n\nhint: inv test\n")
    assert inv(shop, "show") == inv(shop, "show", "--id", "F1") == none
    inv(shop, "test", "--stage", "unit")
    listed = inv(shop, "show").out
    assert listed == (
        f"F1 web:unit FAILED tests/unit/test_unit.py::test_b\n{TEST}:2: AssertionError: assert 0\n"
    )
    full = inv(shop, "show", "--id", "f1").out
    assert full.startswith(f"{listed}again: inv test {TEST}::test_b\n\n")
    assert ">   def test_b(): assert 0\n" in full
    wrong = inv(shop, "show", "--id", "F2")
    assert (wrong.code, wrong.err) == (
        2,
        "error: no failure 'F2' in the last run\n\nhint: did you mean 'F1'? failures: F1\n",
    )


FLAKY = """\
import os, pathlib
SEEN = pathlib.Path(os.environ["SEEN"])

def test_a(): pass

def test_sometimes():
    if not SEEN.exists():
        SEEN.touch()
        raise RuntimeError("the first time")
"""


def test_a_flaky_test_is_told_counted_and_never_cached(shop: Path, tmp_path: Path) -> None:
    config = '[tool.taskslib]\nproject = "shop"\npass_env = ["SEEN"]\n'
    write(shop, {TEST: FLAKY, "pyproject.toml": config})
    seen = tmp_path / "seen"
    own = {"SEEN": str(seen), "TASKSLIB_CACHE_DIR": str(tmp_path / "cache")}
    assert inv(shop, "flaky", **own).out == "no test is known to be flaky\n"
    for _ in range(2):
        seen.unlink(missing_ok=True)
        ran = inv(shop, "test", "--stage", "unit", "--retries", "1", **own)
        assert ran == Ran(
            0,
            "Unit Tests\n  ✓ web              2 passed, 1 flaky TIME\n"
            "    flaky: tests/unit/test_unit.py::test_sometimes\n"
            "\n1 suite in TIME\n2 passed, 0 failed, 0 skipped\n",
            "",
        )
    assert inv(shop, "flaky", **own).out.startswith("web:unit  2 of 2 red, ")
    past = inv(shop, "history", "sometimes", **own).out.splitlines()
    assert [" flaky " in line for line in past] == [True, True]
    assert " web:unit  tests/unit/test_unit.py::test_" in inv(shop, "slowest", **own).out
    # Without another try it is red, and with the same inputs green: flaky as well.
    seen.unlink()
    assert inv(shop, "test", "--stage", "unit", **own).code == 1
    assert inv(shop, "test", "--stage", "unit", **own).code == 0
    assert "3 of 4 red" in inv(shop, "flaky", **own).out


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="workers need processors")
def test_workers_where_history_says_that_they_gain(shop: Path) -> None:
    told = "import os\nNAME = os.environ.get('PYTEST_XDIST_WORKER', 'none')\n"
    files = {
        TEST: f"{told}def test_a(): assert NAME == 'none'\n",
        "services/web/requirements-dev.txt": "pytest-xdist\n",
        "pyproject.toml": '[tool.taskslib]\nproject = "shop"\n',
    }
    write(shop, files)
    own = {"TASKSLIB_CACHE_DIR": str(shop.parent / "cache")}
    unit = ("test", "--stage", "unit", "--force")
    none = "      xdist: no workers: no whole run of it is known\n"
    assert none in inv(shop, *unit, "--dry-run", **own).out
    assert inv(shop, *unit, **own).code == 0
    # As if its tests had taken longer.
    web = SuiteId("web", Stage.UNIT)
    tests = (TestRun("tests/unit/test_unit.py::test_a", Outcome.PASSED, 30.0),)
    ran = SuiteRun(web, State.PASSED, Counts(passed=1), 31.0, tests)
    known = History(results_root(shop, own), "shop")
    known.record(Run(1.7e9, "main", "", (ran,)))
    dry = inv(shop, *unit, "--dry-run", **own).out
    assert re.search(r"^      xdist: \d workers: its tests take 30 s$", dry, re.MULTILINE)
    red = inv(shop, *unit, **own)
    assert red.code == 1
    assert re.search(r"assert 'gw\d' == 'none'", red.out), red.out
    assert inv(shop, *unit, "--", "-n", "0", **own).code == 0
    assert inv(shop, "test", f"{TEST}::test_a", **own).code == 0


HERE = "import sys; sys.path.insert(0, '.')\n"
COVERED = "def f(x):\n    if x:\n        return 2\n    return 3\n"


def test_one_total_of_what_all_suites_cover(shop: Path) -> None:
    own = "services/lib/tests/unit/test_lib.py"
    write(
        shop,
        {
            TEST: f"{HERE}from web import f\ndef test_a(): assert f(1)\n",
            "services/web/web.py": COVERED,
            own: f"{HERE}from lib import f\ndef test_a(): f(1), f(0)\n",
            "services/lib/lib.py": COVERED,
            "services/lib/pyproject.toml": '[project]\nname = "lib"\nversion = "0"\n',
        },
    )
    ran = inv(shop, "test", "--stage", "unit", "--coverage")
    assert ran.code == 0, ran
    files = ".taskslib/coverage/index.html, .taskslib/coverage/lcov.info"
    assert f"\ncoverage: 87.5 % of 8 lines ({files})\n" in ran.out
    lcov = (shop / ".taskslib" / "coverage" / "lcov.info").read_text("utf-8")
    sources = [line for line in lcov.splitlines() if line.startswith("SF:")]
    assert sorted(sources) == ["SF:services/lib/lib.py", "SF:services/web/web.py"]
    assert "DA:4,0" in lcov
    assert (shop / ".taskslib" / "coverage" / "index.html").is_file()
    # It is measured again, and not told from memory.
    assert "cached" not in inv(shop, "test", "--stage", "unit", "--coverage").out


def test_what_no_test_imports_is_covered_by_nothing(tmp_path: Path) -> None:
    """As coverage.py has it, in the service's folder, in its src, and beside what is imported."""
    web, own = "services/web", "import os\nos.getcwd()\n"
    imports = "import sys\nsys.path[:0] = ['.', 'src', 'here']\nimport beside, top\n"
    files = {
        "top.py": own, "other.py": own, "src/pkg/__init__.py": "", "src/pkg/deep.py": own,
        "src/pkg/made/__init__.py": "", "src/pkg/made/omitted.py": own, "here/beside.py": own,
        "here/unseen.py": own, "scripts/no_package.py": own, "noxfile.py": own, "broken.py": "(",
        "tests/helper.py": own,
        "setup.cfg": "[coverage:run]\nomit = src/pkg/made/*\n",
        "tests/unit/test_web.py": f"{imports}def test_a(): pass\n",
    }  # fmt: skip
    # Another one says itself what is to be measured.
    lib = {
        "services/lib/app.py": own, "services/lib/made.py": own,
        "services/lib/.coveragerc": "[run]\nsource = .\nomit = made.py\n  tests/*\n",
        "services/lib/tests/unit/test_lib.py": "def test_a(): pass\n",
        "tests/unit/test_all.py": "def test_a(): pass\n", "more.py": own,
    }  # fmt: skip
    inside = {f"{web}/{name}": text for name, text in files.items()}
    shop = write(tmp_path / "shop", {**TASKS, **inside, **lib})
    ran = inv(shop, "test", "--stage", "unit", "--coverage")
    assert ran.code == 0, ran
    lcov = (shop / ".taskslib" / "coverage" / "lcov.info").read_text("utf-8")
    covered = dict(re.findall(r"^SF:(.*)\n(?:.*\n)*?(?:LH:(\d))", lcov, re.MULTILINE))
    assert {name.removeprefix("services/"): lines for name, lines in covered.items()} == {
        "lib/app.py": "0", "more.py": "0", "web/top.py": "2", "web/other.py": "0",
        "web/here/beside.py": "2", "web/here/unseen.py": "0", "web/src/pkg/deep.py": "0",
        "web/src/pkg/__init__.py": "0",
    }  # fmt: skip
    assert "\ncoverage: 28.6 % of 14 lines (" in ran.out


def test_suites_that_are_not_measured_say_why(tmp_path: Path) -> None:
    run = "import pathlib\npathlib.Path('junit.xml').write_text({!r})\n".format(
        "<testsuite><testcase name='works'/></testsuite>"
    )
    config = (
        "[tool.taskslib.service.page.unit]\n"
        f"command = [{sys.executable!r}, 'run.py']\nreport = 'junit.xml'\n"
    )
    shop = write(
        tmp_path / "shop",
        {
            **TASKS,
            "pyproject.toml": config,
            "services/page/run.py": run,
            "services/page/tests/unit/test_page.txt": "",
            "services/web/setup.cfg": "[tool:pytest]\naddopts = --no-cov\n",
            "services/web/tests/unit/test_web.py": "def test_a(): pass\n",
        },
    )
    ran = inv(shop, "test", "--stage", "unit", "--coverage")
    assert ran.code == 0, ran
    said = [line for line in ran.out.splitlines() if line.startswith("coverage: ")]
    assert said == [
        "coverage: nothing was measured",
        f"coverage: not measured: page:unit ({sys.executable} is a command of its own, and so is "
        "what it measures)",
        "coverage: not measured: web:unit (pytest-cov wrote nothing: it is switched off, or the "
        "run ended early)",
    ]


def test_files_of_equal_names_below_tests_and_a_retry_are_all_counted(tmp_path: Path) -> None:
    """Named from their suites' folders on; the repo lies in a folder `tests`, and has brackets."""
    files = {}
    for name in ("api", "web"):
        files[f"services/{name}/app.py"] = COVERED
        files[f"services/{name}/setup.cfg"] = "[coverage:run]\nrelative_files = true\n"
        files[f"services/{name}/tests/unit/test_{name}.py"] = (
            f"{HERE}from app import f\ndef test_a(): assert f(1)\n"
        )
    files["services/web/tests/unit/test_flaky.py"] = FLAKY
    files["pyproject.toml"] = '[tool.taskslib]\nproject = "shop"\npass_env = ["SEEN"]\n'
    shop = write(tmp_path / "tests" / "[shop]", {**TASKS, **files})
    options = ("--stage", "unit", "--coverage", "--retries", "1")
    ran = inv(shop, "test", *options, SEEN=str(tmp_path / "seen"))
    assert ran.code == 0, ran
    assert "1 flaky" in ran.out
    assert "\ncoverage: 75.0 % of 8 lines (" in ran.out


def test_reports_for_machines(shop: Path) -> None:
    import json

    ran = inv(
        shop, "test", "--stage", "unit", "--json", "--junit", "out/j", "--events", "out/e.jsonl"
    )
    told = json.loads(ran.out)
    assert (ran.code, told["exit"]["code"]) == (1, 1)
    assert ran.err.endswith("\n1 passed, 1 failed, 0 skipped\n")
    assert sorted(file.name for file in (shop / "out" / "j").iterdir()) == [
        "junit.xml",
        "web-unit.xml",
    ]
    first, *events = (shop / "out" / "e.jsonl").read_text("utf-8").splitlines()
    assert json.loads(first)["project"] == "shop"
    assert json.loads(events[-1])["event"] == "RunFinished"
    refused = inv(shop, "test", "--events", "services")
    assert (refused.code, refused.err.splitlines()[0]) == (
        2,
        "error: --events services: Is a directory",
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has such a full disk")
def test_events_that_cannot_be_written_are_known_before_the_run(shop: Path) -> None:
    ran = inv(shop, "test", "--stage", "unit", "--events", "/dev/full")
    assert ran == Ran(2, "", "error: --events /dev/full: No space left on device\n")


if sys.platform != "win32":  # which has no such pipes

    def test_events_that_nobody_reads_any_more_cost_themselves_alone(shop: Path) -> None:
        pipe = shop.parent / "pipe"
        os.mkfifo(pipe)
        reader = subprocess.Popen(["head", "-n", "1", str(pipe)], stdout=subprocess.PIPE)
        ran = inv(shop, "test", "--stage", "unit", "--events", str(pipe))
        assert b'"event":"Run"' in reader.communicate()[0]
        said = f"error: --events {pipe}: Broken pipe; the rest is missing\n"
        assert (ran.code, ran.err) == (3, said)
        assert ran.out.endswith("\n1 passed, 1 failed, 0 skipped\n")


def test_what_is_cached_is_in_the_reports_too(shop: Path) -> None:
    import json

    write(shop, {TEST: "def test_a(): pass\n"})
    first = json.loads(inv(shop, "test-unit", "--json").out)["suites"][0]
    again = json.loads(inv(shop, "test-unit", "--json").out)["suites"][0]
    assert (first["cached"], again["cached"] is None) == (None, False)
    assert again["tests"] == first["tests"]
    assert again["fingerprint"] == first["fingerprint"]


def test_annotations_and_summary_where_ci_is_seen(shop: Path) -> None:
    summary = shop / "summary.md"
    ran = inv(shop, "test-unit", GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(summary))
    assert (
        f"\n::error file={TEST},line=2,"
        "title=web%3Aunit tests/unit/test_unit.py%3A%3Atest_b::AssertionError: assert 0\n"
    ) in ran.out
    assert ran.out.endswith("\n1 passed, 1 failed, 0 skipped\n")
    assert "| web | unit | failed | 1 | 1 | 0 |" in summary.read_text("utf-8")


@pytest.mark.parametrize("program", ["inv", "taskslib"])
def test_a_summary_of_what_is_cached_too(shop: Path, program: str) -> None:
    write(shop, {TEST: "def test_a(): pass\n"})
    summary = shop.parent / "summary.md"
    variables = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    for _ in range(3):
        summary.unlink(missing_ok=True)
        ran = inv(shop, "test", "--stage", "unit", program=program, **variables)
        assert "| web | unit | passed" in summary.read_text("utf-8")
    assert "cached" in ran.out


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_what_is_printed_of_a_linked_file_runs_it_again(shop: Path) -> None:
    write(shop, {"shared/test_l.py": "def test_l(): assert 0\n", TEST: "def test_a(): pass\n"})
    link = shop / TEST.replace("test_unit", "test_l")
    link.symlink_to(shop / "shared" / "test_l.py")
    red = inv(shop, "test-unit")
    again = f"{TEST.replace('test_unit', 'test_l')}::test_l"
    assert f"\n    again: inv test {again}\n" in red.out
    ran = inv(shop, "test", again)
    assert ran.out == red.out.replace("1 failed, 1 passed", "1 failed").replace(
        "1 passed,", "0 passed,"
    )
