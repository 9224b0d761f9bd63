"""The bench on which the framework's tests run real suites."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from taskslib.frameworks.base import Prepared
from tests.unit.frameworks.bench import Bench, old_pytest, vitest_bench

VERSIONS = (
    "current",
    pytest.param("7.4", marks=pytest.mark.full),
    pytest.param("8.4", marks=pytest.mark.full),
)


VITESTS = (
    "4.1",
    pytest.param("2.1", marks=pytest.mark.full),
    pytest.param("3.2", marks=pytest.mark.full),
    pytest.param("5.1", marks=pytest.mark.full),
)


@pytest.fixture(params=VITESTS)
def vitest(request: pytest.FixtureRequest, tmp_path: Path) -> Bench:
    return vitest_bench(tmp_path / "a folder", request.param)


@pytest.fixture(params=VERSIONS)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Bench:
    python = Path(sys.executable) if request.param == "current" else old_pytest(request.param)
    bench = Bench(tmp_path, request.param, Prepared(python))
    # As in a service; it also keeps pytest from looking for its configuration above.
    bench.write({"pyproject.toml": "[tool.pytest.ini_options]\n"})
    return bench
