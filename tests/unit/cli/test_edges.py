"""The command line at its edges: odd values, odd terminals, other people's tasks."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.projects import Ran, argv, environment, inv, multi, repository, single, write


@pytest.mark.parametrize(
    ("arguments", "err"),
    [
        (
            ("infra-logs", "--tail", "ten"),
            "error: --tail 'ten' is no whole number from 0 on\n\nhint: inv infra-logs --tail 20\n",
        ),
        (
            ("infra-logs", "--tail=-1"),
            "error: --tail '-1' is no whole number from 0 on\n\nhint: inv infra-logs --tail 20\n",
        ),
        (
            ("test-service", " , "),
            "error: ' , ' names nothing\n\nhint: separate names by commas: api,worker\n",
        ),
        (
            ("test", "--service", ""),
            "error: '' names nothing\n\nhint: separate names by commas: api,worker\n",
        ),
        (
            ("port-discovery", "--format", "jsno"),
            "error: no format 'jsno'\n\n"
            "hint: did you mean 'json'? formats: table, env, powershell, fish, dotenv, json\n",
        ),
        (
            ("infra-down", "--service", "wbe"),
            "error: no service 'wbe'\n\nhint: did you mean 'web'? services with a stack: web\n",
        ),
        (
            ("infra-up", "--service", "lib"),
            "error: lib has no test stack of its own\n\nhint: services with a stack: web\n",
        ),
    ],
)
def test_odd_values(tmp_path: Path, arguments: tuple[str, ...], err: str) -> None:
    write(tmp_path, multi(**{"services/lib/pyproject.toml": ""}))
    assert inv(tmp_path, *arguments) == Ran(2, "", err)


def test_what_invoke_refuses_keeps_invokes_code(tmp_path: Path) -> None:
    write(tmp_path, multi())
    words = "'test-service' did not receive required positional arguments: 'name'\n"
    assert inv(tmp_path, "test-service") == Ran(1, "", words)
    assert inv(tmp_path, "test-service", program="taskslib") == Ran(2, "", f"error: {words}")


def test_a_wrong_file_is_named_by_every_task(tmp_path: Path) -> None:
    write(tmp_path, multi(**{"pyproject.toml": "[tool.taskslib]\njobs = 'many'\n"}))
    reason = "Expected `int | null`, got `str` - at `$.jobs`"
    err = f"error: ROOT/pyproject.toml: [tool.taskslib]: {reason}\n"
    for name in ("test", "services", "infra-ps"):
        assert inv(tmp_path, name) == Ran(2, "", err)


def test_dry_runs(tmp_path: Path) -> None:
    """What is printed names exactly what a run with these options would make."""
    full = {"deploy/test/compose.yaml": "", "tests/integration/test_a.py": ""}
    root = write(tmp_path / "shop", multi(**full))
    repository(root, "feature/login-form")
    narrowed = inv(root, "test", "--service", "web", "--keep", "--dry-run")
    assert narrowed == Ran(
        0,
        "Unit Tests\n"
        "  web: environment > test\n"
        "      tests: services/web/tests/unit\n"
        "Service Tests\n"
        "  web: environment > build > start > wait > test\n"
        "      tests: services/web/tests/integration\n"
        "      stack: services/web/deploy/test/docker-compose.yml as shop-web-feature-login-ID"
        "-kept\n"
        "note: the integration stage is not run with --service (--stage integration does)\n",
        "",
    )
    integration = inv(root, "test-integration", "--dry-run", "--", "-k", "a or b")
    assert integration == Ran(
        0,
        "Integration Tests\n"
        "  shop: environment > build > start > wait > test > stop\n"
        "      tests: tests/integration\n"
        "      stack: deploy/test/compose.yaml as shop-test-feature-login-ID\n",
        "",
    )
    assert inv(root, "test", "--stage", "integration", "--dry-run") == integration
    assert list(root.glob(".taskslib")) == []


def test_the_id_is_the_worktrees_own(tmp_path: Path) -> None:
    repo = repository(write(tmp_path / "shop", single()))
    repo.git.worktree("add", "--detach", str(tmp_path / "other"))
    commit = repo.head.commit.hexsha[:12]
    assert inv(tmp_path / "other", "instance-id").out == f"{commit}-ID\n"
    run_id = inv(tmp_path / "other", "instance-id", GITHUB_RUN_ID="42")
    assert run_id.out == "42-ID\n"


def test_names_that_the_output_cannot_encode_are_escaped(tmp_path: Path) -> None:
    root = write(tmp_path / "日本", single())
    ran = inv(root, "services", PYTHONIOENCODING="ascii")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("\\u65e5\\u672c: single-service, ")


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of Windows end otherwise")
@pytest.mark.parametrize("task", ["services", "test-unit"])
def test_a_reader_that_has_gone_is_no_traceback(tmp_path: Path, task: str) -> None:
    write(tmp_path, multi())
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        argv(task),
        cwd=tmp_path,
        env=environment(),
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the device that is always full")
def test_output_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    write(tmp_path, multi())
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            argv("services"),
            cwd=tmp_path,
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (3, "error: the output: No space left on device\n")


@pytest.mark.skipif(shutil.which("sh") is None, reason="needs a POSIX shell")
def test_a_closed_output_is_nothing_to_write_to(tmp_path: Path) -> None:
    write(tmp_path, multi())
    done = subprocess.run(
        ["sh", "-c", f"{shlex.join(argv('test', '--dry-run'))} >&-"],
        cwd=tmp_path,
        env=environment(),
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_errors_of_commands_have_words_and_codes(tmp_path: Path) -> None:
    """The wrapper of every task, on bodies that end in each way."""
    tasks = """\
from invoke import task
from taskslib.cli.session import command
from taskslib.errors import BuildError, ExitCode, Interrupted

@task
@command
def build(c):
    raise BuildError("it \\x1b[31mdoes not", details="line 1\\nline 2", hint="mend it")

@task
@command
def terminate(c):
    raise Interrupted(15)

@task
@command
def code(c):
    return ExitCode.NOTHING
"""
    write(tmp_path, {"tasks.py": tasks})
    words = "error: it does not\n  line 1\n  line 2\n\nhint: mend it\n"
    assert inv(tmp_path, "build") == Ran(3, "", words)
    assert inv(tmp_path, "terminate") == Ran(143, "", "interrupted by signal 15\n")
    assert inv(tmp_path, "code") == Ran(4, "", "")


def test_setup_that_has_nothing_to_do_with_the_repo(tmp_path: Path) -> None:
    ran = inv(tmp_path, "setup", "--dry-run", program="taskslib", DOCKER_HOST="unix:///nonexistent")
    assert ran.out == ""
    assert "Traceback" not in ran.err


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    write(tmp_path, multi(**{".taskslib": "a file where the folder should be"}))
    ran = inv(tmp_path, "test-unit")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith("error: ROOT/.taskslib")
    assert len(ran.err.splitlines()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes and signals of POSIX")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_while_the_repo_is_read_says_how_it_ended(tmp_path: Path, name: str) -> None:
    number = signal.Signals[name]
    write(tmp_path, multi())
    once = inv(tmp_path, "services").out
    subprocess.run(["mkfifo", tmp_path / "pyproject.toml"], check=True)
    child = subprocess.Popen(
        argv("services", "services"),
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with (tmp_path / "pyproject.toml").open("w"):  # open as soon as the child reads
        child.send_signal(number)
    out, err = child.communicate(timeout=60)
    assert (child.returncode, out.replace(str(tmp_path), "ROOT")) == (128 + number, once)
    assert err == f"interrupted by signal {number.value}\n"


def test_an_empty_folder_of_tests_stops_nothing(tmp_path: Path) -> None:
    files = {k: v for k, v in multi().items() if "deploy" not in k and "integration" not in k}
    shop = write(tmp_path / "shop", files)
    for folder in ("tests/integration", "services/web/tests/integration/__pycache__"):
        (shop / folder).mkdir(parents=True)
    note = "note: web has no service tests (services/web/tests/integration)\n"
    ran = inv(shop, "test")
    assert (ran.code, ran.err, "1 passed, 0 failed" in ran.out) == (0, note, True)
    assert inv(shop, "instance-id").code == 0


@pytest.mark.skipif(sys.platform == "win32", reason="no such error there")
@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("taskslib", "--list"),
        ("taskslib", "--help"),
        ("taskslib", "--help test"),
        ("taskslib", "--version"),
        ("taskslib", "services"),
        ("taskslib", "test --stage unit"),
        ("inv", "test --stage unit"),
        ("inv", "show"),
    ],
)
def test_what_nobody_reads_any_more_ends_quietly(tmp_path: Path, program: str, words: str) -> None:
    shop = write(tmp_path / "shop", multi())
    if words == "show":
        assert inv(shop, "test", "--stage", "unit").code == 0
    ours, theirs = os.pipe()
    os.close(ours)
    done = subprocess.run(
        argv(*words.split(), program=program), cwd=shop, env=environment(),
        stdout=theirs, stderr=subprocess.PIPE, text=True, check=False, timeout=300,
    )  # fmt: skip
    os.close(theirs)
    assert (done.returncode, done.stderr) == (141, "")
