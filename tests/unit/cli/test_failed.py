"""`inv test --failed`: all that was red when it ran last, until it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.projects import Ran, inv, multi, write

FOLDER = "services/web/tests/unit"
TEST = f"{FOLDER}/test_unit.py"
NONE = Ran(0, "", "note: no test was red when it ran last\n")


class Shop:
    """A project with a history of its own."""

    def __init__(self, folder: Path) -> None:
        self.root = write(folder / "shop", multi())
        self._cache = str(folder / "cache")

    def test(self, tests: str, *arguments: str) -> Ran:
        """Write its one file of tests, and run it."""
        write(self.root, {TEST: tests})
        return self.run("--stage", "unit", *arguments)

    def run(self, *arguments: str, **variables: str) -> Ran:
        return inv(self.root, "test", *arguments, TASKSLIB_CACHE_DIR=self._cache, **variables)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


ONE = "def test_a(): pass\n"


def total(passed: int, failed: int) -> str:
    return f"\n{passed} passed, {failed} failed, 0 skipped\n"


def green(passed: int) -> Ran:
    said = f"Unit Tests\n  ✓ web              {passed} passed TIME\n\n1 suite in TIME"
    return Ran(0, said + total(passed, 0), "")


def test_what_could_not_be_loaded_is_over_when_it_can(shop: Shop) -> None:
    write(shop.root, {f"{FOLDER}/test_other.py": "def test_b(): pass\n"})
    assert shop.test("import no_such_thing\ndef test_a(): pass\n").out.endswith(total(0, 1))
    # The other file was not run either.
    assert shop.test("def test_a(): pass\n", "--failed") == green(2)
    assert shop.run("--failed") == NONE


def test_a_file_is_settled_when_it_could_be_loaded(shop: Shop) -> None:
    broken = "import no_such_thing\ndef test_a(): pass\n"
    write(shop.root, {f"{FOLDER}/test_other.py": "def test_b(): assert 0\n"})
    assert shop.test(broken, "--", "--continue-on-collection-errors").code == 1
    assert shop.test("def test_a(): pass\n", "--failed").out.endswith(total(1, 1))
    assert shop.run("--failed").out.endswith(total(0, 1))


TWO = "def test_x(): assert 0\ndef test_y(): assert 0\ndef test_z(): assert 0\n"


def test_what_is_called_otherwise_now_hides_nothing(shop: Shop) -> None:
    assert shop.test(TWO.replace("z(): assert 0", "z(): pass")).out.endswith(total(1, 2))
    # One whose new name nobody knows is somewhere in its file.
    assert shop.test(TWO.replace("test_x", "test_n"), "--failed").out.endswith(total(0, 3))
    assert shop.test(TWO.replace("test_x", "test_n"), "--failed").out.endswith(total(0, 3))
    mended = "def test_n(): pass\ndef test_y(): pass\ndef test_z(): pass\n"
    assert shop.test(mended, "--failed") == green(3)
    assert shop.run("--failed") == NONE


def test_a_file_that_is_gone_is_red_no_more(shop: Shop) -> None:
    other = write(shop.root, {f"{FOLDER}/test_other.py": TWO}) / FOLDER / "test_other.py"
    assert shop.test("def test_a(): assert 0\n").out.endswith(total(0, 4))
    other.unlink()
    assert shop.run("--failed").out.endswith(total(0, 1))
    assert shop.test("def test_a(): pass\n", "--failed") == green(1)
    assert shop.run("--failed") == NONE


def test_only_red_tests_run_and_only_their_files_are_read(shop: Shop) -> None:
    assert shop.test(f"{TWO}def test_ok(): pass\n").out.endswith(total(1, 3))
    write(shop.root, {f"{FOLDER}/test_other.py": "import no_such_thing\n"})
    assert shop.run("--failed").out.endswith(total(0, 3))
    assert shop.run("--failed", "--", "-k", "test_x").out.endswith(total(0, 1))
    # What an option left out is not gone.
    assert shop.run("--failed").out.endswith(total(0, 3))


MANY = """\
import pytest
@pytest.mark.parametrize("n", range(560), ids=lambda n: "n" * 4000 + str(n))
def test_long(n): assert 0
"""


def test_more_red_tests_than_a_command_line_holds(shop: Shop) -> None:
    for arguments in (("--stage", "unit"), ("--failed",), ("--failed", "--retries", "1")):
        ran = shop.test(MANY) if "--stage" in arguments else shop.run(*arguments)
        assert (ran.code, ran.err) == (1, "")
        assert ran.out.endswith(total(0, 560))


DIES = "import os\ndef test_ok(): pass\ndef test_dies(): os._exit(3)\ndef test_after(): assert 0\n"


def test_a_crash_is_over_when_all_of_it_ran(shop: Shop) -> None:
    assert shop.test(DIES).out.endswith(total(1, 1))
    assert shop.run(f"{TEST}::test_ok") == green(1)
    assert shop.run("--failed").out.endswith(total(1, 1))
    mended = DIES.replace("os._exit(3)", "pass")
    assert shop.test(mended, "--failed").out.endswith(total(2, 1))
    assert shop.run("--failed").out.endswith(total(0, 1))
    assert shop.test(mended.replace("assert 0", "pass"), "--failed") == green(1)
    assert shop.run("--failed") == NONE


def test_what_some_tests_crash_in_is_broken_too(shop: Shop) -> None:
    assert shop.test(DIES.replace("assert 0", "pass").replace("os._exit(3)", "pass")) == green(3)
    shop.test(DIES, "--", "-k", "dies")
    assert shop.run("--failed").out.endswith(total(1, 1))


def test_what_did_not_run_beside_red_tests_is_not_forgotten(shop: Shop) -> None:
    two = "def test_first(): assert 0\ndef test_later(): assert 0\n"
    write(shop.root, {"services/web/pytest.ini": "[pytest]\naddopts = -x\n"})
    assert shop.test(two).out.endswith(total(0, 1))
    mended = two.replace("first(): assert 0", "first(): pass")
    assert shop.test(mended, "--failed").out.endswith(total(1, 1))
    assert shop.test(mended.replace("assert 0", "pass"), "--failed") == green(1)
    assert shop.run("--failed") == NONE


def test_a_run_that_failed_by_no_test_is_red_too(shop: Shop) -> None:
    exits = "import pytest\ndef pytest_sessionfinish(session):\n    session.exitstatus = {}\n"
    write(shop.root, {f"{FOLDER}/conftest.py": exits.format(7)})
    ok = "def test_ok(): pass\n"
    assert shop.test(ok).code == 1
    assert shop.run("--failed").code == 1
    write(shop.root, {f"{FOLDER}/conftest.py": exits.format(0)})
    assert shop.run("--failed") == green(1)
    assert shop.run("--failed") == NONE


@pytest.mark.parametrize("arguments", [("-k", "nothing"), ("--no-such-option",)])
def test_arguments_that_fit_no_test_break_nothing(shop: Shop, arguments: tuple[str, ...]) -> None:
    assert shop.test("def test_ok(): pass\n") == green(1)
    assert shop.run("--stage", "unit", "--", *arguments).code == 1
    assert shop.run("--failed") == NONE


SKIPS = "import pytest\npytest.skip('none', allow_module_level=True)\n"


@pytest.mark.parametrize(
    "tests",
    [
        pytest.param("", id="no test"),
        pytest.param("import os\nos._exit(3)\n", id="a crash before any test"),
        pytest.param(SKIPS, id="skipped"),
    ],
)
@pytest.mark.parametrize("path", [(), (TEST,)])
def test_a_suite_that_is_red_by_no_test_runs_again_whole(
    shop: Shop, tests: str, path: tuple[str, ...]
) -> None:
    write(shop.root, {f"{FOLDER}/conftest.py": ""})
    write(shop.root, {TEST: tests})
    assert shop.run(*(path or ("--stage", "unit"))).code == 1
    again = shop.run("--failed")
    assert (again.code, "\n0 passed, 1 failed, " in again.out) == (1, True)
    write(shop.root, {f"{FOLDER}/test_other.py": "def test_b(): pass\n"})
    assert shop.test(ONE, "--failed") == green(2)
    assert shop.run("--failed") == NONE


def test_so_does_one_without_a_file_of_tests(shop: Shop) -> None:
    (shop.root / TEST).rename(shop.root / FOLDER / "check.py")
    assert shop.run("--stage", "unit").code == 1
    assert shop.run("--failed").code == 1
    assert shop.test(ONE, "--failed") == green(1)
    assert shop.run("--failed") == NONE


def test_so_does_one_that_took_too_long_to_load(shop: Shop) -> None:
    limited = "[tool.taskslib]\nproject = 'shop'\nlimits.suite = 3\n"
    write(shop.root, {"pyproject.toml": limited})
    slow = "import time\ntime.sleep(60)\n"
    assert shop.test(slow + ONE, "--", "-k", "test_a").code == 1
    assert shop.run("--failed").code == 1
    write(shop.root, {"pyproject.toml": limited.replace("3", "300")})
    assert shop.test(ONE, "--failed") == green(1)
    assert shop.run("--failed") == NONE


def test_so_does_one_whose_environment_or_stack_failed(shop: Shop) -> None:
    needs = "[project]\nname = 'web'\nversion = '1'\nrequires-python = '>=9'\n"
    write(shop.root, {"services/web/pyproject.toml": needs})
    no_engine = {"DOCKER_HOST": "unix:///nowhere/docker.sock"}
    assert shop.run("--keep-going", **no_engine).code == 3
    again = shop.run("--failed", "--keep-going", **no_engine)
    assert (again.code, again.out.endswith(total(0, 2))) == (3, True)
    (shop.root / "services/web/pyproject.toml").unlink()
    assert shop.run("--failed", "--stage", "unit") == green(1)
    again = shop.run("--failed", **no_engine)
    assert (again.code, "Unit Tests" in again.out) == (3, False)
