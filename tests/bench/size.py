"""How much a reader gets to read: a thousand green tests, and three red ones among a thousand."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

from taskslib.errors import EnvironmentFailure
from tests.bench.commands import INV
from tests.bench.context import Bench
from tests.bench.figures import By, Figure, Target

NAME = "size"
_PYTEST = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider")
_PEERS: dict[str, Sequence[str]] = {
    "pytest -v": ("-v",),
    "pytest -q": ("-q",),
    "pytest -qq --tb=line": ("-qq", "--tb=line"),
}
_FILES = 10
_TESTS = 100
_TASKS = "from taskslib import ns\n"
_MAKE = """\
test:
\t@echo "=== Unit tests: api ==="
\t@cd services/api && {python} -m pytest -v tests/unit
"""


def measure(bench: Bench) -> Iterator[Figure]:
    """Yield the figures."""
    if find_spec("pytest") is None:
        raise EnvironmentFailure(
            "the peers need pytest beside taskslib",
            hint=f"{sys.executable} -m pip install 'pytest<9.2'",
        )
    for red, most in ((0, 300), (3, 900)):
        bench.say(f"{NAME}: {_FILES * _TESTS} tests, {red} of them red")
        with bench.folder() as folder:
            root = folder / "shop"
            _write(root, red)
            yield from _figures(bench, root, red, most)


def _figures(bench: Bench, root: Path, red: int, most: int) -> Iterator[Figure]:
    what = f"{_FILES * _TESTS} tests, {red} red"
    ours = _size(bench, (INV, "test", "--stage", "unit", "--force"), root)
    service = root / "services" / "api"
    peers = {
        name: _size(bench, (*_PYTEST, *options, "tests/unit"), service)
        for name, options in _PEERS.items()
    }
    peers["the pattern's make"] = _size(bench, ("make", "-s", "test"), root)
    for name, theirs in peers.items():
        target = Target(By.VALUE, most)
        yield Figure(NAME, what, "bytes", (ours,), name, (theirs,), target)


def _size(bench: Bench, argv: Sequence[str], folder: Path) -> float:
    return len(bench.run(argv, folder, codes=(0, 1, 2)).output.encode())


def _write(root: Path, red: int) -> None:
    tests = root / "services" / "api" / "tests" / "unit"
    tests.mkdir(parents=True)
    for file in range(_FILES):
        lines = [f"def test_{number:03}():\n    assert True\n\n" for number in range(_TESTS)]
        if file < red:
            lines[file] = (
                f"def test_{file:03}():\n    total = {file} + 1\n    assert total == 7\n\n"
            )
        (tests / f"test_part_{file}.py").write_text("".join(lines), "utf-8")
    (root / "services" / "api" / "pyproject.toml").write_text(
        '[project]\nname = "api"\nversion = "0"\n', "utf-8"
    )
    (root / "tasks.py").write_text(_TASKS, "utf-8")
    (root / "Makefile").write_text(_MAKE.format(python=sys.executable), "utf-8")
