"""Start-up imports nothing heavy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.projects import environment, multi, write

HEAVY = {
    "python_on_whales", "git", "pydantic", "pytest", "rich.live", "ruamel", "msgspec", "filelock",
    "platformdirs", "uv", "semantic_version", "tap", "xml.etree.ElementTree", "sqlite3", "copier",
}  # fmt: skip
OURS = ("taskslib.events", "taskslib.project", "taskslib.pipeline", "taskslib.api.")
LIST = """
import sys
from invoke.program import Program
Program().run(["inv", "--list"], exit=False)
print(*sys.modules, sep="\\n", file=sys.stderr)
"""
TESTING = """
import sys
before = set(sys.modules)
import taskslib.testing
print(*set(sys.modules) - before, sep="\\n", file=sys.stderr)
"""


def modules(code: str, folder: Path) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stderr.split())


def test_list_loads_nothing_heavy(tmp_path: Path) -> None:
    loaded = modules(LIST, write(tmp_path, multi()))
    assert "taskslib.cli.namespace" in loaded
    assert not loaded & HEAVY
    # Making a dataclass costs as much as importing a module: none of ours but one is needed.
    assert not {name for name in loaded if name.startswith(OURS)}


def test_all_of_the_api_is_there_when_it_is_asked_for() -> None:
    from taskslib import api

    assert {name for name in api.__all__ if callable(getattr(api, name))} == set(api.__all__)
    with pytest.raises(AttributeError, match=r"^module 'taskslib.api' has no attribute 'tset'$"):
        _ = api.tset  # type: ignore[attr-defined]


def test_the_helpers_of_tests_load_the_standard_library_alone(tmp_path: Path) -> None:
    loaded = {name.partition(".")[0] for name in modules(TESTING, tmp_path)}
    assert loaded - set(sys.stdlib_module_names) == {"taskslib"}
