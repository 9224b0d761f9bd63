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

    def run(self, *arguments: str) -> Ran:
        return inv(self.root, "test", *arguments, TASKSLIB_CACHE_DIR=self._cache)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def total(passed: int, failed: int) -> str:
    return f"\n{passed} passed, {failed} failed, 0 skipped\n"


def green(passed: int) -> Ran:
    said = f"Unit Tests\n  ✓ web              {passed} passed TIME\n\n1 suite in TIME"
    return Ran(0, said + total(passed, 0), "")


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
