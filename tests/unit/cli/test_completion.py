"""Completion in real shells, by a real TAB."""

from __future__ import annotations

import os
import re
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from invoke.parser.argument import Argument

from taskslib.cli.completing import typed_value
from tests.support.projects import Ran, argv, environment, inv, multi, single, write
from tests.unit.test_start_up import HEAVY

CASES = {
    "inv test-service ": "inv test-service web",
    "inv test --service w": "inv test --service web",
    "inv test --stage unit,s": "inv test --stage unit,service",
    "inv test --stage=i": "inv test --stage=integration",
    "inv ports --format po": "inv ports --format powershell",
    "inv why w": "inv why web",
    "inv new-service billing --kind f": "inv new-service billing --kind frontend",
    "inv init --datastore p": "inv init --datastore postgres",
    "inv init shop --datastore p": "inv init shop --datastore postgres",
    "inv test services/web --stage u": "inv test services/web --stage unit",
    "inv infra-d": "inv infra-down",
    "inv ports --fo": "inv ports --format",
    "inv test --junit servi": "inv test --junit services",
    "inv shop.test-service ": "inv shop.test-service web",
    "inv lib-test-service ": "inv lib-test-service web",
    "inv own": "inv own-task",
}
TASKS = """\
from taskslib import make_ns, task

@task
def own_task(c):
    pass

ns = make_ns()
ns.add_task(own_task)
ns.add_collection(make_ns(), name="shop")
for one in make_ns(prefix="lib-").tasks.values():
    ns.add_task(one)
"""
LOADED = """
import sys
from invoke.program import Program
Program().run(["inv", *sys.argv[1:]], exit=False)
print(*sys.modules, sep="\\n", file=sys.stderr)
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project; below `bin` is the `inv` that a shell finds, and below `scripts` ours."""
    root = write(tmp_path_factory.mktemp("completion") / "shop", multi(**{"tasks.py": TASKS}))
    program = root / "bin" / "inv"
    program.parent.mkdir()
    quoted = " ".join(f"'{word}'" for word in argv())
    program.write_text(f'#!/bin/sh\nexec {quoted} "$@"\n', "utf-8")
    program.chmod(0o755)
    for shell in ("bash", "zsh", "fish", "powershell"):
        ran = inv(root, "completion", shell)
        assert (ran.code, ran.err) == (0, "")
        write(root / "scripts", {shell: ran.out})
    return root


def shell_environment(root: Path) -> dict[str, str]:
    path = f"{root / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return environment(PATH=path, HOME=str(root / "home"), TERM="dumb", PS1="$ ")


def tabbed(root: Path, shell: list[str], setup: str) -> list[str]:
    """Return what each line of `CASES` is after a TAB, in an interactive shell."""
    import pty  # there is none on Windows, which skips what needs it

    ours, theirs = pty.openpty()  # type: ignore[attr-defined,unused-ignore]
    ended = False
    with subprocess.Popen(
        shell, cwd=root, env=shell_environment(root), stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        typed = f"{setup}\n"
        # The line's beginning makes an `echo` of it, between marks that were not typed as such.
        for line in CASES:
            typed += f"{line}\t\x01echo A''A \x05 B''B\n"
        for piece in [*typed.splitlines(keepends=True), "exit\n"]:
            os.write(ours, piece.encode())
        told, until = b"", time.monotonic() + 120
        while not ended and time.monotonic() < until:
            if select.select([ours], [], [], 1)[0]:
                try:
                    piece_read = os.read(ours, 65536)
                except OSError:  # how Linux says that the other end is closed
                    piece_read = b""
                told += piece_read
                ended = not piece_read
        if not ended:
            process.kill()
    os.close(ours)
    return re.findall(r"^AA (.*?)/? ?BB\r?$", told.decode("utf-8", "replace"), re.MULTILINE)


@pytest.mark.skipif(shutil.which("bash") is None or os.name == "nt", reason="no bash")
def test_bash(shop: Path) -> None:
    found = tabbed(shop, ["bash", "--norc", "-i"], ". scripts/bash")
    assert found == list(CASES.values())


@pytest.mark.skipif(shutil.which("zsh") is None or os.name == "nt", reason="no zsh")
def test_zsh(shop: Path) -> None:
    setup = "autoload -U compinit; compinit -u -D; . scripts/zsh"
    assert tabbed(shop, ["zsh", "--no-rcs", "-i"], setup) == list(CASES.values())


@pytest.mark.skipif(shutil.which("fish") is None, reason="no fish")
def test_fish(shop: Path) -> None:
    script = "source scripts/fish\n" + "".join(
        f"echo == (complete --do-complete '{line}')\n" for line in CASES
    )
    done = subprocess.run(
        ["fish", "--no-config", "-c", script],
        cwd=shop,
        env=shell_environment(shop),
        capture_output=True,
        text=True,
        check=True,
    )
    found = [line.removeprefix("== ").rstrip("/").split() for line in done.stdout.splitlines()]
    assert found == [[line.split(" ")[-1]] for line in CASES.values()]


@pytest.mark.skipif(shutil.which("pwsh") is None, reason="no PowerShell")
def test_powershell(shop: Path) -> None:
    script = "Get-Content -Raw scripts/powershell | Invoke-Expression\n" + "".join(
        f"(TabExpansion2 '{line}' {len(line)}).CompletionMatches.CompletionText\n"
        for line in CASES
        if "--junit" not in line
    )
    done = subprocess.run(
        ["pwsh", "-NoProfile", "-Command", script],
        cwd=shop,
        env=shell_environment(shop),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [
        line.split(" ")[-1] for line in CASES.values() if "--junit" not in line
    ]


def completed(root: Path, *words: str) -> list[str]:
    ran = inv(root, "--complete", "--", "inv", *words)
    assert (ran.code, ran.err) == (0, "")
    return ran.out.split()


def test_values(tmp_path: Path) -> None:
    more = {f"services/{name}/pyproject.toml": "" for name in ("api", "worker")}
    root = write(tmp_path / "shop", {**multi(), **more})
    # Only what has service tests, and so a stack of its own.
    assert completed(root, "test-service", "") == ["web"]
    assert completed(root, "test-service", '""') == ["web"]  # PowerShell's
    for task in ("infra-up", "infra-down", "infra-logs", "ports"):
        assert completed(root, task, "--service", "") == ["web"]
    assert completed(root, "test", "--service", "web,") == ["web,api", "web,worker"]
    assert completed(root, "test", "--service", "=", "w") == ["api", "web", "worker"]  # bash's
    assert completed(root, "test", "--stage", "unit,") == ["unit,service", "unit,integration"]
    assert completed(root, "history", "") == []  # any text
    assert "test-unit" in completed(root, "test-service", "api", "")
    assert completed(root, "dev-logs", "") == ["api", "web", "worker"]
    assert "test-unit" in completed(root, "dev-logs", "api", "")
    assert "test-unit" in completed(root, "dev-logs", "--follow", "api", "")
    assert completed(root, "lint", "--rule", "TL101,")[:3] == [
        "TL101,TL001",
        "TL101,TL002",
        "TL101,TL102",
    ]
    assert "TL101" in completed(root, "lint", "--explain", "TL1")


def test_failures_of_the_last_run(tmp_path: Path) -> None:
    root = write(tmp_path / "shop", multi())
    assert "test-unit" in completed(root, "show", "")  # there are none, so the next task
    write(root, {"services/web/tests/unit/test_red.py": "def test_red():\n    assert 0\n"})
    assert inv(root, "test", "--stage", "unit").code == 1
    assert completed(root, "show", "") == ["F1"]
    assert completed(root, "show", "--id", "F") == ["F1"]
    assert "test-unit" in completed(root, "show", "F1", "")


def test_environments_are_folders_with_a_compose_file(tmp_path: Path) -> None:
    stacks = dict.fromkeys(("deploy/dev/compose.yaml", "deploy/stage/docker-compose.yml"), "")
    others = dict.fromkeys(("deploy/offline/Dockerfile", "deploy/README.md"), "")
    root = write(tmp_path / "shop", {**single(), **stacks, **others})
    assert completed(root, "config", "") == ["dev", "stage", "test"]
    linted = ["dev", "test", "prod", "stage"]  # of any service too
    assert completed(root, "lint", "--env", "") == linted


def test_a_configuration_that_is_wrong_says_nothing(tmp_path: Path) -> None:
    root = write(tmp_path / "shop", multi(**{"pyproject.toml": "[tool.taskslib]\njbos = 1\n"}))
    assert completed(root, "test-service", "") == []


def test_what_make_ns_was_given_counts(tmp_path: Path) -> None:
    tasks = "from taskslib import make_ns\nns = make_ns(services=['apps/*'])\n"
    root = write(tmp_path / "shop", multi(**{"tasks.py": tasks, "apps/one/Dockerfile": ""}))
    assert completed(root, "test", "--service", "") == ["one"]


@pytest.mark.parametrize("task", ["ports", "graph", "affected", "flaky", "slowest"])
def test_formats_are_those_that_there_are(tmp_path: Path, task: str) -> None:
    root = write(tmp_path / "shop", multi())
    said = inv(root, task, "--format", "none").err.rpartition("formats: ")[2]
    assert completed(root, task, "--format", "") == said.strip().split(", ")


def test_an_unknown_shell(tmp_path: Path) -> None:
    ran = inv(write(tmp_path, multi()), "completion", "zhs")
    assert ran == Ran(
        2,
        "",
        "error: no shell 'zhs'\n\nhint: did you mean 'zsh'? shells: bash, fish, powershell, zsh\n",
    )


def test_completion_of_tasks_and_flags_loads_nothing_heavy(tmp_path: Path) -> None:
    root = write(tmp_path / "shop", multi())
    for words, allowed in ((["test", "--s"], set[str]()), (["test-service", ""], {"msgspec"})):
        done = subprocess.run(
            [sys.executable, "-c", LOADED, "--complete", "--", "inv", *words],
            cwd=root,
            env=environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        loaded = set(done.stderr.split())
        assert "taskslib.cli.completing" in loaded
        assert loaded & HEAVY <= allowed


def test_which_value_is_typed() -> None:
    name = Argument(name="name", positional=True)
    arguments = [name, Argument(name="service"), Argument(name="keep", kind=bool)]
    typed = {
        ("a-task", ""): ("name", ""),
        ("x.a-task", "b"): ("name", "b"),
        ("a-task", "--keep", "b"): ("name", "b"),
        ("a-task", "--service", "x", ""): ("name", ""),
        ("a-task", "--service", ""): ("service", ""),
        ("a-task", "--service=x"): ("service", "--service=x"),
        ("a-task", "--service", "="): ("service", ""),
    }
    none: list[tuple[str, ...]] = [
        (),
        ("",),
        ("a-task",),
        ("other", ""),
        ("a-task", "-"),
        ("a-task", "b", ""),
    ]
    none.append(("a-task", "b", "other", ""))
    for words, expected in typed.items():
        found = typed_value(words, {"a_task"}, arguments)
        assert found is not None, words
        assert (found[0].name, found[1]) == expected
    for words in none:
        assert typed_value(words, {"a_task"}, arguments) is None, words
    # A word that may be left out, of a task that knows its own when it sees one.
    optional = [Argument(name="path"), arguments[1]]
    for words, told in {("a/b", "--service", ""): "service", ("lint", "--service", ""): ""}.items():
        found = typed_value(
            ("a-task", *words), {"a_task"}, optional, "path", lambda word: "/" in word
        )
        assert (found[0].name if found else "") == told
