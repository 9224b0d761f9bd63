"""`taskslib init`, as it is typed: what it writes is a project that passes at once."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import git
import pytest

import tasks
from taskslib import __version__
from taskslib.scaffold.answers import Answers, recorded
from taskslib.scaffold.naming import Kind, Named
from taskslib.testing import wait_for
from tests.support.plain_pytest import plain_pytest
from tests.support.projects import Ran, argv, environment, inv, unredacted, write
from tests.support.scaffolds import FULL, PLAIN, SINGLE, contents, made
from tests.support.terminal import Terminal

VARIANTS = {
    "plain": PLAIN,
    "full": FULL,
    "library": ("--services", "shared:library"),
    "single": SINGLE,
    "single-database": (*SINGLE, "--datastore", "postgres", "--registry", "a.example/b"),
}


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("projects")
    return {name: made(folder / name, *options) for name, options in VARIANTS.items()}


@pytest.mark.parametrize("variant", VARIANTS)
def test_there_is_nothing_to_find_fault_with(projects: dict[str, Path], variant: str) -> None:
    root = projects[variant]
    lint = inv(root, "lint", "--strict")
    assert (lint.code, lint.err) == (0, "")
    assert re.fullmatch(r"no findings in \d+ files\n", lint.out)
    assert inv(root, "ci-check") == Ran(0, "", "")


@pytest.mark.parametrize("variant", ["full", "single"])
def test_its_unit_tests_pass(projects: dict[str, Path], variant: str) -> None:
    ran = inv(projects[variant], "test-unit", "--plain", program="taskslib")
    assert ran.code == 0, ran.out
    suites = re.findall(r"^  ✓ (\S+) ", ran.out, re.MULTILINE)
    assert sorted(suites) == (["api", "jobs", "page", "shared"] if variant == "full" else [variant])


@pytest.mark.parametrize(
    ("variant", "tests", "stack"),
    [("full", "services/jobs/tests", " --service NAME"), ("single", "tests", "")],
)
def test_plain_pytest_runs_it_too(
    projects: dict[str, Path], variant: str, tests: str, stack: str
) -> None:
    """As an editor does: without containers, and with the option on a stack, which isn't up."""
    root = projects[variant]
    ran = plain_pytest(root, tests, root=root)
    assert ran.code == 0, ran
    assert re.search(r"^\d+ passed, [1-9]\d* deselected in TIME$", ran.out, re.MULTILINE)
    # Of two services it is one option.
    both = plain_pytest(root, tests, "tests", "--collect-only", root=root)
    assert "already added" not in both.out + both.err
    nowhere = {"DOCKER_HOST": "tcp://127.0.0.1:9"}
    missing = plain_pytest(root, tests, "--integration", root=root, **nowhere)
    assert (missing.code, missing.err[:7]) == (4, "ERROR: ")
    assert "unrecognized" not in missing.err
    skipped = plain_pytest(
        root, tests, "--integration", "--without-stack", "skip", root=root, **nowhere
    )
    assert skipped.code == 0, skipped
    assert re.search(r"^\d+ passed, [1-9]\d* skipped in TIME$", skipped.out, re.MULTILINE)
    assert f"`inv infra-up{stack}`" in (root / "README.md").read_text("utf-8")


def test_libraries_alone_have_no_containers(projects: dict[str, Path]) -> None:
    """What starts them says so, before it makes a file or asks an engine."""
    root = projects["library"]
    before = contents(root)
    for command, environment_ in (("infra-up", "test"), ("dev-up", "dev")):
        ran = inv(root, command, DOCKER_HOST="tcp://127.0.0.1:9")
        file = f"ROOT/deploy/{environment_}/docker-compose.yml"
        assert (ran.code, ran.out) == (2, "")
        assert re.fullmatch(
            rf"error: {file}:\d+: no services\n\n"
            r"hint: `inv new-service NAME` adds one with a container; libraries have none\n",
            ran.err,
        ), ran.err
    assert contents(root) == before


def test_what_is_in_it(projects: dict[str, Path]) -> None:
    services = inv(projects["full"], "services").out
    assert services == (
        "full: multi-service, ROOT\n"
        "  api              service  unit, service\n"
        "  jobs             service  unit, service\n"
        "  page             service  unit, service\n"
        "  shared           library  unit\n"
        "  full             project  integration\n"
        "  stack api        services/api/deploy/test/docker-compose.yml\n"
        "  stack jobs       services/jobs/deploy/test/docker-compose.yml\n"
        "  stack page       services/page/deploy/test/docker-compose.yml\n"
        "  stack test       deploy/test/docker-compose.yml\n"
    )
    record = recorded((projects["full"] / ".copier-answers.yml").read_text("utf-8"))
    services_told = {one.name: one.kind for one in record.services}
    assert services_told == {
        "api": Kind.API,
        "jobs": Kind.WORKER,
        "page": Kind.FRONTEND,
        "shared": Kind.LIBRARY,
    }
    assert (record.project, record.datastore, record.ci) == ("full", "postgres", "gitea")
    assert (record.registry, record.taskslib) == ("registry.example.com/team", __version__)


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_commands_that_it_names_exist(projects: dict[str, Path], variant: str) -> None:
    texts = [(projects[variant] / name).read_text("utf-8") for name in ("README.md", "AGENTS.md")]
    found = re.findall(r"`inv ([a-z][a-z-]*)((?: --[a-z-]+)*)", "\n".join(texts))
    assert len(found) > 8
    for name, flags in found:
        known = {flag for one in tasks.ns[name].get_arguments() for flag in one.names}
        assert {flag[2:] for flag in flags.split()} <= known
    places = re.findall(r"`((?:tests/integration|deploy)[\w./]*)`", "\n".join(texts))
    assert len(places) > 4
    # Tests of all services come with the first service that has a container.
    later = {"tests/integration"} if variant == "library" else set()
    missing = {one.rstrip("/") for one in places if not (projects[variant] / one).exists()}
    assert missing == later


def test_a_dry_run_is_a_tree_and_a_patch(projects: dict[str, Path], tmp_path: Path) -> None:
    ran = unredacted(tmp_path, "init", "single", *SINGLE, "--dry-run", program="taskslib")
    assert (ran.code, ran.err) == (0, "")
    assert list(tmp_path.iterdir()) == []
    tree, _, patch = ran.out.partition("--- /dev/null\n")
    assert "\ndeploy/\n  dev/\n    + .env.example\n    + docker-compose.yml\n" in tree
    repo = git.Repo.init(tmp_path / "repo")
    write(tmp_path, {"patch": f"--- /dev/null\n{patch}"})
    repo.git.apply("../patch")
    shutil.rmtree(tmp_path / "repo" / ".git")
    applied, written = contents(tmp_path / "repo"), contents(projects["single"])
    assert applied == {path: written[path] for path in applied}
    assert {"single/app.py", "tests/unit/test_app.py", ".gitignore"} <= set(applied)


def test_a_second_time_there_is_nothing_to_do(projects: dict[str, Path]) -> None:
    root = projects["full"]
    before = contents(root)
    ran = inv(root, "init", *FULL, "--yes")
    assert (ran.code, ran.out, ran.err) == (0, "", "nothing to change\nnext: inv test\n")
    assert contents(root) == before


def test_the_record_makes_the_same_again(projects: dict[str, Path], tmp_path: Path) -> None:
    record = projects["full"] / ".copier-answers.yml"
    ran = inv(tmp_path, "init", "again", "--answers", str(record), program="taskslib")
    assert ran.code == 0, ran.err
    fresh = contents(projects["full"])
    again = contents(tmp_path / "again")
    assert {path: fresh[path] for path in again} == again
    assert "services/shared/shared/money.py" in again
    ran = inv(tmp_path, "init", "--answers", str(record), "--ci", "none", program="taskslib")
    assert (ran.code, ran.err) == (2, "error: --answers has them all, ci too\n")
    write(tmp_path, {"record.yml": "project: shop\n"})
    ran = inv(tmp_path, "init", "--answers", "record.yml", program="taskslib")
    assert ran.code == 2
    assert ran.err.startswith("error: .copier-answers.yml: not what taskslib wrote: 'taskslib'\n")


def test_what_is_there_is_not_written_over(tmp_path: Path) -> None:
    mine = {"README.md": "mine\n", "deploy/dev/.env.example": "A=1\n", "src/a.py": ""}
    root = write(tmp_path / "shop", mine)
    before = contents(root)
    refused = inv(tmp_path, "init", "shop", "--yes", program="taskslib")
    assert refused == Ran(
        2,
        "",
        "error: shop has files that would be other ones; nothing was written\n"
        "  README.md\n"
        "  deploy/dev/.env.example\n"
        "\n"
        "hint: --dry-run shows how, --overwrite does it all the same\n",
    )
    assert contents(root) == before
    shown = inv(tmp_path, "init", "shop", "--dry-run", program="taskslib")
    assert "\n--- a/README.md\n+++ b/README.md\n" in shown.out
    assert "\n-mine\n+# shop\n" in shown.out
    assert inv(tmp_path, "init", "shop", "--yes", "--overwrite", program="taskslib").code == 0
    assert (root / "README.md").read_text("utf-8").startswith("# shop\n")
    assert (root / "src" / "a.py").read_bytes() == b""


def test_what_is_in_the_way(tmp_path: Path) -> None:
    write(tmp_path, {"file": "", "folder/README.md/x": "", "below/deploy": ""})
    for folder, place in (("file", "file"), ("folder", "README.md"), ("below", "deploy")):
        ran = inv(tmp_path, "init", folder, "--overwrite", "--yes", program="taskslib")
        assert ran.code == 2
        assert place in ran.err.splitlines()[0]
    assert len(contents(tmp_path)) == 3


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_nothing_is_written_through_a_link_that_leads_out(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "services").symlink_to(elsewhere)
    ran = inv(tmp_path, "init", "shop", "--yes", "--overwrite", program="taskslib")
    assert ran.code == 2
    assert ran.err.startswith("error: shop/services/api/")
    assert "a link leads out of shop" in ran.err
    assert contents(tmp_path) == {}


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_that_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "shop").symlink_to("nowhere")
    assert inv(tmp_path, "init", "shop", "--yes", program="taskslib") == Ran(
        2,
        "",
        "error: shop: a link that leads nowhere, where a folder is to be\n\n"
        "hint: make the folder that it leads to, or remove the link\n",
    )
    assert [one.name for one in tmp_path.iterdir()] == ["shop"]


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or (os.geteuid() == 0 and shutil.which("setpriv") is None),
    reason="whoever runs this may write everywhere",
)
def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    root_too = os.geteuid() == 0  # type: ignore[attr-defined,unused-ignore]
    mere = ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if root_too else ()
    (tmp_path / "shop").mkdir(mode=0o555)
    done = subprocess.run(
        [*mere, *argv("init", "shop", "--yes", program="taskslib")],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (
        3,
        "error: shop/.copier-answers.yml can't be written: Permission denied\n\n"
        "hint: nothing was changed; `ls -ld shop` tells who may\n",
    )
    assert contents(tmp_path) == {}


def test_what_is_next_works_in_the_shell_that_one_has(tmp_path: Path) -> None:
    def following(**variables: str) -> str:
        ran = inv(tmp_path, "init", "shop", "--yes", program="taskslib", **variables)
        assert ran.code == 0, ran.err
        return ran.err.splitlines()[-1]

    git_alone = str(tmp_path / "bin")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").symlink_to(str(shutil.which("git")))
    by_path = following(PATH=git_alone)
    assert by_path == f"next: cd shop && {sys.executable} -m taskslib test"
    write(tmp_path, {"bin/taskslib": ""})
    (tmp_path / "bin" / "taskslib").chmod(0o755)
    assert following(PATH=git_alone) == "next: cd shop && taskslib test"
    ours = os.pathsep.join((git_alone, str(Path(sys.executable).parent)))
    assert following(PATH=ours) == "next: cd shop && inv test"
    # As uvx starts it: on PATH as long as it runs, in an environment that is nobody's.
    uvx = following(PATH=git_alone, UV="/bin/uv", VIRTUAL_ENV="")
    assert re.fullmatch(r"next: cd shop && uvx (--from \S+ )?taskslib test", uvx)


def test_nobody_can_be_asked(tmp_path: Path) -> None:
    assert inv(tmp_path, "init", "shop", program="taskslib") == Ran(
        2,
        "",
        "error: nobody can be asked, since stdin is no terminal\n"
        "\n"
        "hint: --yes takes the defaults for what no option says\n",
    )
    assert contents(tmp_path) == {}


def test_a_name_that_can_not_be(tmp_path: Path) -> None:
    options = ("--services", "api,queue", "--yes")
    assert inv(tmp_path, "init", "shop", *options, program="taskslib") == Ran(
        2,
        "",
        "error: a service can't be called 'queue': its package would hide Python's own\n"
        "\n"
        "hint: another name, such as queue-service\n",
    )
    ran = inv(tmp_path, "init", "shop", *SINGLE, "--services", "a", program="taskslib")
    assert (ran.code, ran.err.splitlines()[0]) == (2, "error: --single is one service")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("init", "z3", "--folder", "z4", "--yes"), "init takes one folder, and there are two: "),
        (("init", "--folder=z4", "z3", "--yes"), "init takes one folder, and there are two: "),
        (("adopt", "z3", "--folder", "z4"), "adopt takes one folder, and there are two: "),
        (("init", "--", "-x", "--yes"), "init takes nothing after `--`: -x --yes\n"),
        (("adopt", "--", "-x"), "adopt takes nothing after `--`: -x\n"),
        (("init", "--answers", "nope"), "--answers nope: No such file or directory\n"),
    ],
)
def test_words_that_mean_nothing(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    ran = inv(tmp_path, *words, program="taskslib")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"error: {said}")
    assert "\nhint: " in ran.err
    assert list(tmp_path.iterdir()) == []


def test_which_name_was_made_of_the_folders(tmp_path: Path) -> None:
    names = {"Ünï": "uni", "日本\n": "project", "b" * 80: "b" * 40}
    for folder, name in names.items():
        ran = inv(tmp_path, "init", folder, "--dry-run", program="taskslib")
        note = f"note: the project is called {name}, after {folder!r}; --project names it\n"
        assert (ran.code, ran.err) == (0, note)
    ran = inv(tmp_path, "init", "Ünï", "--project", "shop", "--dry-run", program="taskslib")
    assert (ran.code, ran.err) == (0, "")
    for folder, said in (("/", "a project can't be in the top"), ("aux.txt", "a project's folder")):
        ran = inv(tmp_path, "init", folder, "--dry-run", program="taskslib")
        assert (ran.code, ran.err.startswith(f"error: {said}")) == (2, True)
    ran = inv(tmp_path, "init", "s", "--services", "api,s", "--dry-run", program="taskslib")
    assert (ran.code, ran.err.startswith("error: a service can't be called 's', like")) == (2, True)


def test_a_repository_is_made_where_there_is_none(tmp_path: Path) -> None:
    made(tmp_path / "shop", "--git")
    repo = git.Repo(tmp_path / "shop")
    assert repo.git.status("--short", "-uno") == ""
    assert not repo.head.is_valid()
    made(tmp_path / "shop" / "inner", "--git")
    assert not (tmp_path / "shop" / "inner" / ".git").exists()


def test_without_git(tmp_path: Path) -> None:
    ran = inv(tmp_path, "init", "shop", "--yes", program="taskslib", PATH="")
    assert (ran.code, ran.err) == (
        2,
        "error: git is not there, and templates need it\n\n"
        "hint: `apt install git`, `brew install git` or `winget install Git.Git`, and once more\n",
    )


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")
def test_on_a_terminal_it_asks_for_what_is_not_given(tmp_path: Path) -> None:
    def asks(question: str) -> None:
        wait_for(lambda: question in terminal.read(), timeout=60, message=question)

    terminal = Terminal(
        tmp_path, "init", "shop", *("--ci", "none"), interactive=True, program="taskslib"
    )
    try:
        asks("What is the project called?")
        terminal.type("\x15Big Shop\r")  # Ctrl-U empties the line
        asks("lower case letters")
        terminal.type("\x15big-shop\r")
        asks("One service, or several?")
        terminal.type("\r")
        asks("Which services?")
        terminal.type("\x15api,jobs:worker\r")
        asks("Where does the api keep its data?")
        terminal.type("\r")
        asks("Which registry")
        terminal.type("\r")
        wait_for(lambda: terminal.read() and terminal.child.poll() is not None, timeout=60)
    finally:
        terminal.child.kill()
    assert terminal.child.returncode == 0
    assert "Whose CI?" not in terminal.written
    record = recorded((tmp_path / "shop" / ".copier-answers.yml").read_text("utf-8"))
    assert record == Answers(
        "big-shop",
        services=(Named("api", Kind.API), Named("jobs", Kind.WORKER)),
        taskslib=record.taskslib,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")
@pytest.mark.parametrize(("typed", "service"), [("\r", "backend"), ("\x15shop\r", "api")])
def test_the_default_service_is_not_called_like_its_project(
    tmp_path: Path, typed: str, service: str
) -> None:
    def asks(question: str) -> None:
        wait_for(lambda: question in terminal.read(), timeout=60, message=question)

    told = ("--multi", "--datastore", "none", "--ci", "none", "--registry", "")
    terminal = Terminal(tmp_path, "init", "api", *told, interactive=True, program="taskslib")
    try:
        asks("project called?")
        terminal.type(typed)
        asks("Which services?")
        terminal.type("\r")
        wait_for(lambda: terminal.read() and terminal.child.poll() is not None, timeout=60)
    finally:
        terminal.child.kill()
    record = recorded((tmp_path / "api" / ".copier-answers.yml").read_text("utf-8"))
    assert [one.name for one in record.services] == [service]
