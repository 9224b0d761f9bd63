"""`inv flaky`: tests that came to different things with nothing changed, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.projects import Ran, inv, multi, write

FOLDER = "services/web/tests/unit"
TEST = f"{FOLDER}/test_unit.py"
CONFIG = '[tool.taskslib]\nproject = "shop"\npass_env = ["OUTSIDE"]\n'
OUTSIDE = """\
import os, pathlib
outside = pathlib.Path(os.environ["OUTSIDE"]).exists()
value = pathlib.Path(__file__).with_name("value.txt")
"""
NONE = "no test is known to be flaky\n"


class Shop:
    """A project with a history of its own, and with a file that is none of its inputs."""

    def __init__(self, folder: Path) -> None:
        self.root = write(folder / "shop", {**multi(), "pyproject.toml": CONFIG})
        self.outside = folder / "outside"
        self._own = {"OUTSIDE": str(self.outside), "TASKSLIB_CACHE_DIR": str(folder / "cache")}

    def test(self, tests: str, *arguments: str) -> Ran:
        """Write its one file of tests, and run it."""
        write(self.root, {TEST: OUTSIDE + tests})
        which = arguments or ("--stage", "unit", "--force")
        return inv(self.root, "test", *which, **self._own)

    def flaky(self) -> list[str]:
        """Return what is told of its flaky tests, but for when that was seen last."""
        lines = inv(self.root, "flaky", **self._own).out.splitlines()
        return [line.partition(",")[0] for line in lines]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


SOMETIMES = "def test_a(): assert not outside\n"


def test_only_runs_count_in_which_nothing_had_changed(shop: Shop) -> None:
    always = "def test_a(): assert 0\n"
    for _ in range(2):
        assert shop.test(always).code == 1
    assert shop.test("def test_a(): pass\n").code == 0
    assert shop.flaky() == [NONE.strip()]
    shop.outside.touch()
    assert shop.test(SOMETIMES).code == 1
    shop.outside.unlink()
    assert [shop.test(SOMETIMES).code for _ in range(2)] == [0, 0]
    assert shop.flaky() == ["web:unit  1 of 3 red"]
    # What it comes to when it is another test says nothing of that one.
    for _ in range(2):
        assert shop.test(always + "\n").code == 1
    assert shop.flaky() == ["web:unit  1 of 3 red"]


CHANGES = """\
def test_changes():
    if outside:
        value.write_text("2")

def test_value():
    assert value.read_text() == "2"
"""


def test_a_file_that_was_saved_while_tests_ran_makes_none_flaky(shop: Shop) -> None:
    write(shop.root, {f"{FOLDER}/value.txt": "1"})
    shop.outside.touch()
    assert shop.test(CHANGES).code == 0
    write(shop.root, {f"{FOLDER}/value.txt": "1"})
    shop.outside.unlink()
    assert shop.test(CHANGES).code == 1
    assert shop.flaky() == [NONE.strip()]


def test_nor_does_one_that_was_saved_while_they_were_red(shop: Shop) -> None:
    write(shop.root, {f"{FOLDER}/value.txt": "2"})
    shop.outside.touch()
    assert shop.test(CHANGES.replace('"2")', '"1")', 1)).code == 1
    write(shop.root, {f"{FOLDER}/value.txt": "2"})
    shop.outside.unlink()
    assert shop.test(CHANGES.replace('"2")', '"1")', 1)).code == 0
    assert shop.flaky() == [NONE.strip()]


def test_skipped_is_no_other_outcome(shop: Shop) -> None:
    """A test that needs what is not always there did not run, which is no news of it."""
    skips = "import pytest\ndef test_a():\n    outside or pytest.skip('none')\n    assert 0\n"
    also = "def test_b(): pass\n"
    assert shop.test(skips + also).code == 0
    shop.outside.touch()
    assert shop.test(skips + also).code == 1
    assert shop.flaky() == [NONE.strip()]


def test_what_passed_on_a_second_try_counts_where_nobody_knows_of_changes(shop: Shop) -> None:
    """Of picked tests no fingerprint is known; a try of the same run needs none."""
    tries = """
def test_a():
    was = outside
    pathlib.Path(os.environ["OUTSIDE"]).unlink(missing_ok=True)
    assert not was
"""
    shop.outside.touch()
    ran = shop.test(tries, TEST, "--retries", "1")
    assert (ran.code, "1 flaky" in ran.out) == (0, True)
    assert shop.flaky() == ["web:unit  1 of 1 red"]
