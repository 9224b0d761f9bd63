"""A suite's tests in several processes: where it is asked for, and nobody has said otherwise."""

from __future__ import annotations

import pytest

from taskslib.frameworks.pytest import Pytest
from tests.unit.frameworks.bench import Bench

FILES = {
    f"tests/unit/test_{name}.py": """
        import os, pathlib

        def test_one(): note()
        def test_two(): note()

        def note():
            name = pathlib.Path(__file__).stem
            with open(os.environ["SEEN"], "a") as seen:
                seen.write(f"{name} {os.environ.get('PYTEST_XDIST_WORKER', 'none')}\\n")
        """
    for name in ("a", "b", "c", "d")
}


def workers(bench: Bench, *arguments: str, **variables: str) -> set[tuple[str, ...]]:
    """Run the suite with two workers, and return which of them each file met."""
    seen = bench.folder / "seen"
    seen.unlink(missing_ok=True)
    bench.variables = {"SEEN": str(seen), **variables}
    bench.write(FILES)
    result = bench.run(*arguments, workers=2).result
    assert (result.state, result.counts.passed) == ("passed", 8)
    return {tuple(line.split()) for line in seen.read_text("utf-8").splitlines()}


def test_each_file_is_one_workers(bench: Bench) -> None:
    met = workers(bench)
    assert len(met) == 4
    assert {worker for _, worker in met} == {"gw0", "gw1"}


@pytest.mark.parametrize("arguments", [("-n", "0"), ("-p", "no:xdist"), ("--dist", "no", "-n0")])
def test_what_is_passed_wins(bench: Bench, arguments: tuple[str, ...]) -> None:
    assert {worker for _, worker in workers(bench, *arguments)} == {"none"}


@pytest.mark.parametrize("addopts", ["-n0", "-n1", "--dist=loadgroup"])
def test_the_configuration_wins(bench: Bench, addopts: str) -> None:
    bench.write({"pytest.ini": f"[pytest]\naddopts = {addopts}\n"})
    met = {worker for _, worker in workers(bench)}
    assert met == {"gw0" if addopts == "-n1" else "none"}


@pytest.mark.parametrize(
    ("files", "able"),
    [
        ({"pyproject.toml": "[dependency-groups]\ndev = ['Pytest_XDist>=3']\n"}, True),
        ({"requirements-dev.txt": "pytest_xdist==3.8\n"}, True),
        ({"requirements-dev.lock": "pytest-xdist==3.8 \\\n"}, True),
        ({"requirements.txt": "pytest-xdist-more\n# pytest-xdist\n"}, False),
        ({"pyproject.toml": "[dependency-groups]\ndev = ['pytest']\n"}, False),
        (
            {
                "requirements-dev.txt": "pytest-xdist\n",
                "tests/unit/test_x.py": "@pytest.mark.xdist_group('a')\n",
            },
            False,
        ),
        (
            {
                "requirements.txt": "pytest-xdist\n",
                "pyproject.toml": "[tool.pytest.ini_options]\naddopts = ['-q', '-nauto']\n",
            },
            False,
        ),
        ({}, False),
    ],
)
def test_which_suites_can(bench: Bench, files: dict[str, str], *, able: bool) -> None:
    bench.write(files)
    assert Pytest().spreads(bench.suite) is able
