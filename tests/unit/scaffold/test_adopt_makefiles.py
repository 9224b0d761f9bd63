"""`taskslib adopt` on Makefiles with variables: recipes are read as make would run them."""

from __future__ import annotations

from pathlib import Path

import pytest

from taskslib.lint.makefiles import lines, variables
from tests.support.adoptable import adopted, one_service, repo, told
from tests.support.projects import inv, repository, write

UNIT = "import os\n\ndef test_all():\n    assert os.environ['CURRENCY'] == 'EUR'\n"


def test_recipes_that_call_pytest_by_a_variable(tmp_path: Path) -> None:
    root = write(tmp_path / "shop", repo())
    made = repository(root)
    assert adopted(root).code == 0
    ran = inv(root, "test", "--stage", "unit", "--plain")
    assert ran.code == 0, ran.out + ran.err
    assert "\n2 passed, 0 failed" in ran.out
    status = made.git.status("--porcelain").split("\n")
    theirs = [one for one in status if not one.endswith(("/__pycache__/", "/.pytest_cache/"))]
    assert theirs == ["?? pyproject.toml", "?? tasks.py"]


RECIPES = {
    "the other brackets": "R ?= pytest\ntest-unit:\n\tCURRENCY=EUR ${R} test\n",
    "at once": "B = py\nR ::= $(B)test\nB = x\ntest-unit:\n\tCURRENCY=EUR $(R) test\n",
    "in each other": "E := CURRENCY=EUR\nR = $(E) $(P)\nP = pytest\ntest-unit:\n\t$(R) test\n",
    "with itself": "R := pytest\nR := CURRENCY=EUR $(R)\ntest-unit:\n\t$(R) test\n",
    "added to": "R = CURRENCY=EUR\nR += pytest\ntest-unit:\n\t@$(R) test\n",
    "under a condition": "ifndef R\nR = pytest #\nendif\ntest-unit: ; CURRENCY=EUR $(R) test\n",
    "exported": "export CURRENCY := EUR\ntest-unit: ; pytest test\n",
    "exported later": "CURRENCY := EUR\nexport CURRENCY\ntest-unit:\n\tpytest test\n",
    "exported to a target": "test-unit: export CURRENCY = EUR\ntest-unit:\n\tpytest test\n",
    "a condition in the recipe": "test-unit:\nifdef V\n\techo\nendif\n\tCURRENCY=EUR pytest test\n",
    "unittest": "test-unit: ; CURRENCY=EUR python -m unittest discover -s test -p 'test_*.py'\n",
    "unittest by name": "test-unit:\n\tCURRENCY=EUR python -m unittest test.test_a\n",
    "a pattern": "test-unit:\n\tCURRENCY=EUR pytest te*\n",
}


@pytest.mark.parametrize("how", RECIPES)
def test_values_come_along(tmp_path: Path, how: str) -> None:
    files = one_service(**{"Makefile": RECIPES[how], "test/test_a.py": UNIT})
    _, table = told(tmp_path / "shop", files)
    assert table == {"unit_tests": "test", "unit": {"env": {"CURRENCY": "EUR"}}}


@pytest.mark.parametrize(
    "script",
    [
        "export CURRENCY=EUR\npytest test\n",
        'cd "$(dirname "$0")/.."\nCURRENCY=EUR pytest test\n',
        'cd "$(dirname -- "${BASH_SOURCE[0]}")/.." && export CURRENCY=EUR\npytest -v test\n',
        "cd $(dirname $0)/../test\nCURRENCY=EUR pytest .\n",
    ],
    ids=["exported", "from beside the script", "both", "into a folder"],
)
def test_values_of_a_script_come_along(tmp_path: Path, script: str) -> None:
    files = {"Makefile": "test-unit:\n\tscripts/unit.sh\n", "scripts/unit.sh": script}
    _, table = told(tmp_path / "shop", one_service(**{**files, "test/test_a.py": UNIT}))
    assert table["unit_tests"] == "test"
    unit = table["unit"]
    assert isinstance(unit, dict)
    assert unit["env"]["CURRENCY"] == "EUR"


def test_python_s_path_from_where_make_is(tmp_path: Path) -> None:
    recipe = "cd test && PYTHONPATH=$(CURDIR)/lib:$$PYTHONPATH:$$PWD/more pytest"
    files = one_service(Makefile=f"test-unit:\n\t{recipe}\n")
    _, table = told(tmp_path / "shop", files)
    assert table["unit"] == {"env": {"PYTHONPATH": "lib:test/more"}}


UNREAD = {
    "$(PYTEST)": "include other.mk\ntest-unit:\n\tA=1 $(PYTEST) test\n",
    "$(R)": "ifdef V\nR = pytest -v\nelse\nR = pytest\nendif\ntest-unit:\n\t$(R) test\n",
    "$(S)": "S != which pytest\ntest-unit:\n\t$(S) test\n",
    "tox": "T = tox -e py\ntest-unit:\n\t$(T)\n",
}


@pytest.mark.parametrize("word", UNREAD)
def test_a_recipe_that_can_not_be_read_is_said(tmp_path: Path, word: str) -> None:
    files = one_service(Makefile=UNREAD[word])
    ran, table = told(tmp_path / "shop", files)
    assert f"note: the recipe of test-unit was not read: {word}; variables that it " in ran.err
    assert table == {"unit_tests": "test"}


def test_recipes_of_programs_that_run_anything_are_not_said(tmp_path: Path) -> None:
    commands = ("$(PYTHON) run.py", "$(MAKE) x", "${DOCKER_COMPOSE} up", "@$(ECHO) $(PYTEST)")
    recipe = "".join(f"\t{one}\n" for one in commands)
    ran, _ = told(tmp_path / "shop", one_service(Makefile=f"test-all:\n{recipe}"))
    assert "was not read" not in ran.err


def test_values_that_only_who_runs_them_knows_are_said(tmp_path: Path) -> None:
    files = one_service(Makefile="test-unit:\n\tMODE=$(MODE) TEST_A_URL=$$A pytest test\n")
    ran, table = told(tmp_path / "shop", files)
    assert table == {"unit_tests": "test"}
    assert [line for line in ran.err.splitlines() if "known only" in line] == [
        "note: MODE is known only where tests are run, so it was not taken over: `pass_env`"
    ]


def test_variables_of_variables_take_no_hours() -> None:
    """Each has ten of the next one: all of them have a billion."""
    text = "".join(f"V{i} = {f'$(V{i + 1})' * 10}\n" for i in range(10)) + "V10 = x\n"
    text += "A = $(B)\nB = $(A)$(A)\n" + "".join(f"C{i} = $(C{i + 1})\n" for i in range(4_000))
    found = variables(lines(text))
    assert max(map(len, found.values())) <= 1_000
    assert found["V10"] == "x"


def test_the_makefile_is_not_run(tmp_path: Path) -> None:
    makefile = "X := $(shell touch ran)\nY != touch ran\n$(info $(shell touch ran))\n"
    root = write(tmp_path / "shop", one_service(Makefile=f"{makefile}test-unit: ; $(X)pytest\n"))
    assert adopted(root).code == 0
    assert not (root / "ran").exists()
