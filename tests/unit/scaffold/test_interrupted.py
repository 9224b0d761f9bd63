"""`taskslib init` and a signal: it ends at once, says so, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from taskslib import __version__
from taskslib.cancellation import Cancellation
from taskslib.errors import Interrupted
from taskslib.scaffold.answers import Answers
from taskslib.scaffold.naming import Kind, Named
from taskslib.scaffold.project import project_changes
from taskslib.testing import wait_for
from tests.support.projects import argv, environment, write
from tests.support.scaffolds import contents
from tests.support.terminal import Terminal


def slow_git(folder: Path) -> tuple[dict[str, str], Path]:
    """Return variables by which git takes its time, and the file that it makes when it is asked.

    It answers when the file is gone again.
    """
    asked = folder / "asked"
    script = f'#!/bin/sh\n: >"{asked}"\nwhile [ -e "{asked}" ]; do sleep 0.05; done\n'
    write(folder, {"bin/git": script})
    (folder / "bin" / "git").chmod(0o755)
    return {"PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"}, asked


@pytest.mark.skipif(sys.platform == "win32", reason="a script that is a program is POSIX's")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_before_anything_is_written_ends_it_at_once(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    variables, asked = slow_git(tmp_path)
    with subprocess.Popen(
        argv("init", "shop", "--yes", program="taskslib"),
        cwd=tmp_path,
        env=environment(**variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        try:
            wait_for(asked.exists, timeout=60, message="init asks git")
            child.send_signal(number)
            wait_for(lambda: child.poll() is not None, timeout=60, message="its end")
        finally:
            asked.unlink(missing_ok=True)
            child.kill()
        out, err = child.communicate()
    assert (child.returncode, out) == (code, "")
    assert err == f"interrupted by signal {int(number)}: nothing was written\n"
    assert not (tmp_path / "shop").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")
def test_ctrl_c_before_a_question_is_not_followed_by_it(tmp_path: Path) -> None:
    variables, asked = slow_git(tmp_path)
    terminal = Terminal(tmp_path, "init", "shop", interactive=True, program="taskslib", **variables)
    try:
        wait_for(asked.exists, timeout=60, message="init asks git")
        terminal.child.send_signal(signal.SIGINT)
        wait_for(lambda: terminal.child.poll() is not None, timeout=60, message="its end")
    finally:
        asked.unlink(missing_ok=True)
        terminal.child.kill()
    said = terminal.read()
    assert (terminal.child.returncode, "called?" in said) == (130, False)
    assert "interrupted by signal 2: nothing was written" in said
    assert not (tmp_path / "shop").exists()


def test_a_signal_while_files_are_written_takes_them_back(tmp_path: Path) -> None:
    write(tmp_path / "shop", {"README.md": "mine\n"})
    before = contents(tmp_path)
    answers = Answers("shop", services=(Named("api", Kind.API),), taskslib=__version__)
    planned = project_changes(tmp_path / "shop", answers, {})
    cancellation = Cancellation()
    asked: list[int] = []

    def check() -> None:
        asked.append(1)
        if (tmp_path / "shop" / "README.md").read_text("utf-8") != "mine\n":
            cancellation.request(signal.SIGINT)
        cancellation.check()

    with pytest.raises(Interrupted):
        planned.write(check)
    assert 1 < len(asked) < len(planned.files)
    assert contents(tmp_path) == before
    assert [one.name for one in (tmp_path / "shop").iterdir()] == ["README.md"]


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")
def test_ctrl_c_at_a_question_leaves_nothing(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, "init", "shop", interactive=True, program="taskslib")
    try:
        wait_for(lambda: "project called?" in terminal.read(), timeout=60, message="a question")
        terminal.type("\x03")
        wait_for(lambda: terminal.read() and terminal.child.poll() is not None, timeout=60)
    finally:
        terminal.child.kill()
    assert terminal.child.returncode == 130
    assert terminal.written.endswith("interrupted by signal 2: nothing was written\r\n")
    assert contents(tmp_path) == {}


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")
def test_what_ends_processes_ends_a_question(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, "init", "shop", interactive=True, program="taskslib")
    try:
        wait_for(lambda: "project called?" in terminal.read(), timeout=60, message="a question")
        terminal.child.terminate()
        wait_for(lambda: terminal.read() and terminal.child.poll() is not None, timeout=60)
    finally:
        terminal.child.kill()
    assert terminal.child.returncode == 143
    assert contents(tmp_path) == {}
