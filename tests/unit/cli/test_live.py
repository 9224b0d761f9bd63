"""The live display on a real pseudo-terminal."""

from __future__ import annotations

import re
import shutil
import signal
import sys
from pathlib import Path

import pytest

from taskslib.testing import wait_for
from tests.support.projects import inv, multi, write
from tests.support.terminal import Terminal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")

WAITS = """\
import os, pathlib, time

def test_first():
    pass

def test_waits():
    while not pathlib.Path(os.environ["GO"]).exists():
        time.sleep(0.01)
"""


def test_a_debugger_on_the_terminal(tmp_path: Path) -> None:
    test = "services/web/tests/unit/test_unit.py"
    body = "def test_bad():\n    answer = 41\n    assert answer == 42\n"
    write(tmp_path, multi(**{test: body}))
    assert inv(tmp_path, "test-unit").code == 1
    shown = inv(tmp_path, "show", "--id", "F1")
    terminal = Terminal(tmp_path, "test", f"{test}::test_bad", "--pdb", interactive=True)
    try:
        wait_for(lambda: "(Pdb) " in terminal.read(), timeout=60, message="the debugger")
        terminal.type("p answer + 1\n")
        wait_for(lambda: "\n42\r\n(Pdb) " in terminal.read(), timeout=60, message="an answer")
        terminal.type("q\n")
        wait_for(lambda: terminal.read() and terminal.child.poll() is not None, timeout=60)
    finally:
        terminal.child.kill()
    assert terminal.child.returncode == 1
    assert "-> assert answer == 42" in terminal.written
    # A session in the debugger is not the last run.
    assert inv(tmp_path, "show", "--id", "F1") == shown


def test_what_is_saved_runs_again_until_ctrl_c(tmp_path: Path) -> None:
    test, other = (f"services/{name}/tests/unit/test_unit.py" for name in ("web", "lib"))
    project = "[project]\nname = 'lib'\nversion = '0'\n"
    files = {other: "def test_lib(): pass\n", "services/lib/pyproject.toml": project}
    write(tmp_path, multi(**{test: "def test_a(): pass\n", **files}))
    terminal = Terminal(tmp_path, "test", "--stage", "unit", "--watch", "--plain")
    words = "watching for changes; Ctrl-C ends"
    try:
        wait_for(lambda: words in terminal.read(), timeout=60, message="the first round")
        assert "2 passed, 0 failed" in terminal.written
        write(tmp_path, {test: "def test_a(): assert 0\n"})
        wait_for(lambda: terminal.read().count(words) == 2, timeout=60, message="a second round")
        first, second = terminal.written.split(words)[:2]
        assert f"changed: {test}" in second
        assert "1 passed, 1 failed" in second
        # The other's result is known; and what is red, nobody takes for green.
        assert re.findall(r"✓ (\S+) .* cached", second) == ["lib"]
        (tmp_path / "services" / "web" / "__pycache__").mkdir(exist_ok=True)
        (tmp_path / "services" / "web" / "__pycache__" / "x.pyc").touch()
        (tmp_path / "services" / "web" / "pytest-cache-files-x1").mkdir()
        write(tmp_path, {test: "def test_a(): pass\n"})
        wait_for(lambda: terminal.read().count(words) == 3, timeout=60, message="a third round")
        third = terminal.written.split(words)[2]
        assert f"changed: {test}\r\n" in third
        assert "2 passed, 0 failed" in third
        terminal.child.send_signal(signal.SIGINT)
        wait_for(lambda: terminal.read() and terminal.child.poll() is not None, timeout=60)
    finally:
        terminal.child.kill()
    assert terminal.child.returncode == 130
    assert "cached" not in first


def test_an_error_that_is_mended_is_over(tmp_path: Path) -> None:
    write(tmp_path, multi(**{"pyproject.toml": "[tool.taskslib]\n"}))
    terminal = Terminal(tmp_path, "test", "--stage", "unit", "--watch", "--plain")
    words = "watching for changes; Ctrl-C ends"

    def reaches(told: str, since: int = 0) -> int:
        found = re.compile(f"{re.escape(told)}.*{words}", re.DOTALL)
        wait_for(lambda: found.search(terminal.read(), since), timeout=60, message=told)
        return len(terminal.written)

    try:
        began = reaches("1 passed, 0 failed")
        write(tmp_path, {"pyproject.toml": "[tool.taskslib]\nprojekt = 'x'\n"})
        broken = reaches("error: ROOT/pyproject.toml".replace("ROOT", str(tmp_path)), began)
        write(tmp_path, {"pyproject.toml": "[tool.taskslib]\n"})
        mended = reaches("1 passed, 0 failed", broken)
        write(
            tmp_path, {"services/new/tests/integration/test_a.py": "", "services/new/setup.py": ""}
        )
        broken = reaches("error: services/new/tests/integration has no Compose file", mended)
        shutil.rmtree(tmp_path / "services" / "new")
        end = reaches("1 passed, 0 failed", broken)
        assert "changed: services/new" in terminal.written[broken:end]
    finally:
        terminal.child.send_signal(signal.SIGINT)
        wait_for(lambda: terminal.read() and terminal.child.poll() is not None, timeout=60)


def run(tmp_path: Path, seen: str, **variables: str) -> str:
    """Run a suite that waits until `seen` was on the screen; return all that was written."""
    files = multi(**{"services/web/tests/unit/test_unit.py": WAITS})
    slow = "[tool.taskslib.slow]\nunit = 0.001\n"
    files["pyproject.toml"] = f'[tool.taskslib]\npass_env = ["GO"]\n{slow}'
    write(tmp_path, files)
    go = tmp_path / "go"
    terminal = Terminal(tmp_path, "test-unit", interactive=False, GO=str(go), **variables)
    try:
        wait_for(lambda: seen in terminal.read(), timeout=60, message=f"{seen!r} on the screen")
        go.touch()
        wait_for(lambda: terminal.read() and terminal.child.poll() is not None, timeout=60)
    finally:
        terminal.child.kill()
    assert terminal.child.returncode == 0
    return terminal.read()


def test_totals_and_the_current_test_while_it_runs(tmp_path: Path) -> None:
    # With its time as soon as it is longer than the configuration has it.
    written = run(tmp_path, "tests/unit/test_unit.py::test_waits (0.", CI="")
    assert "50%  1/2" in written
    # The cursor rests below the rows, where the echo of Ctrl-C wraps none of them.
    assert "\r\n \r\x1b[2K" in written
    # At the end the cursor is there again, and the last line is the plain one.
    assert written.rindex("\x1b[?25h") > written.rindex("\x1b[?25l")
    assert written.splitlines()[-1] == "2 passed, 0 failed, 0 skipped"


@pytest.mark.parametrize("variables", [{"TERM": "dumb", "CI": ""}, {"CI": "true"}])
def test_where_nothing_can_be_drawn_anew_there_are_plain_lines(
    tmp_path: Path, variables: dict[str, str]
) -> None:
    written = run(tmp_path, "Unit Tests", **variables)
    assert "\x1b[?25" not in written
    assert "50%" not in written
