"""Which tests a file certainly hasn't, and that no test that pytest finds is refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from taskslib.frameworks.defined import others
from tests.support.projects import environment, write

PLAIN = """\
import os
from decimal import Decimal as test_number

os.environ["A"] = "1"
pytestmark: list[str] = []
test_assigned = lambda: None

if os.name:
    def test_branch(): pass
else:
    async def test_other(): pass

def test_tea(): pass

class TestShop:
    rate = 3
    def test_price(self): pass
    class TestInside:
        def test_deep(self): pass
"""


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("test_tee", ("test_number", "test_assigned", "test_branch", "test_other", "test_tea",
                      "TestShop")),
        ("test_tee[x::y]", ("test_number", "test_assigned", "test_branch", "test_other",
                            "test_tea", "TestShop")),
        ("TestShop::test_prize", ("TestShop::test_price", "TestShop::TestInside")),
        ("TestShop::TestInside::test_x", ("TestShop::TestInside::test_deep",)),
        ("TestShip::test_price", ("test_number", "test_assigned", "test_branch", "test_other",
                                  "test_tea", "TestShop")),
        ("test_tea", None), ("test_tea[a]", None), ("test_other", None), ("test_number", None),
        ("test_assigned", None), ("TestShop", None), ("TestShop::test_price[1]", None),
        ("TestShop::TestInside::test_deep", None), ("mypy", None), ("test_a.f", None), ("", None),
    ],
)  # fmt: skip
def test_what_is_known(test: str, expected: tuple[str, ...] | None) -> None:
    assert others(PLAIN, test) == expected


@pytest.mark.parametrize(
    "more",
    [
        "from other import *",
        "scenarios('a.feature')",
        "globals()['test_x'] = test_tea",
        "names = vars()",
        "import sys\nsys.modules[__name__].test_x = 1",
        "from x import here\nhere.test_x = 1",
        "@expanded\ndef test_x(): pass",
        "for one in 'ab':\n    define(one)",
        "def broken(:",
        "\0",
    ],
)
def test_what_cannot_be_known(more: str) -> None:
    assert others(f"{PLAIN}{more}\n", "test_tee") is None


def test_what_a_conftest_may_make() -> None:
    assert others(PLAIN, "test_tee", ["def pytest_pycollect_makeitem(): pass"]) is None
    assert others(PLAIN, "test_tee", ["import os"]) is not None
    inherited = "class Base:\n    def test_a(self): pass\nclass TestB(Base):\n    pass\n"
    assert others(inherited, "TestB::test_a") is None
    assert others(inherited, "TestC::test_a") == ("TestB",)


EVERY = """\
import unittest
from unittest import mock
import pytest
from base import Common, test_imported

class TestInherits(Common):
    def test_own(self): pass

class TestCase(unittest.TestCase):
    def test_method(self): pass

@pytest.mark.parametrize("x", ["a::b", "c[d]", "e"])
class TestEach:
    @pytest.mark.parametrize("y", [1, 2])
    def test_pair(self, x, y): pass

@mock.patch("os.name", "x")
def test_patched(): pass

def test_by_hook(made): pass

def pytest_generate_tests(metafunc):
    if "made" in metafunc.fixturenames:
        metafunc.parametrize("made", [1, 2])

try:
    import nothing_like_this
except ImportError:
    def test_except(): pass

with pytest.raises(ZeroDivisionError):
    def test_with(): pass
    1 / 0

match 1:
    case 1:
        def test_match(): pass

while True:
    def test_while(): pass
    break

first, (test_second, *test_rest) = 1, (lambda: None, 2)
(test_walrus := lambda: None)
"""
BASE = "class Common:\n    def test_common(self): pass\n\ndef test_imported(): pass\n"


def test_nothing_that_pytest_finds_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"test_every.py": EVERY, "base.py": BASE})
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--collect-only", "-p", "no:cacheprovider", "-n0"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    found = [line.partition("::")[2] for line in done.stdout.splitlines() if "::" in line]
    assert len(found) == 19
    assert [test for test in found if others(EVERY, test) is not None] == []
    assert others(EVERY, "test_nosuch") is not None
