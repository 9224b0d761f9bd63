"""`taskslib adopt` where a tasks.py is there already, and what it says to do next."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.support.adoptable import adopted, one_service
from tests.support.projects import PASSES, Ran, inv, write

MINE = """\
from invoke import task

@task(help={"what": "it"})
def test(c, what=""):
    print("mine")

@task(name="own-test")
def other(c):
    print("other")

@task
def make(c):
    print("made")

@task
def test_load(c):
    print("loaded")

def no_task(c):
    pass
"""
MAKEFILE = "test-load: ; @echo by make\ntest-smoke:\n\t@echo smoke\n"


def appended(root: Path) -> Ran:
    """Adopt a repo, and add to its tasks.py what is printed."""
    ran = adopted(root)
    assert ran.code == 0, ran.err
    lines = ran.out.splitlines()
    printed = lines[lines.index("# to add to your tasks.py") :]
    findings = [i for i, one in enumerate(printed) if re.match(r"(\S+:\d+:\d+: |no findings)", one)]
    tasks = root / "tasks.py"
    text = "\n".join(printed[: findings[0]])
    tasks.write_text(f"{tasks.read_text('utf-8')}\n{text}\n", "utf-8")
    return ran


def listed(root: Path) -> set[str]:
    ran = inv(root, "--list", "--list-format=flat")
    assert ran.code == 0, ran.err
    return {line.split()[0] for line in ran.out.splitlines() if line.strip()}


def test_own_tasks_stay_beside_ours(tmp_path: Path) -> None:
    files = {**one_service(), "tasks.py": MINE, "Makefile": MAKEFILE}
    root = write(tmp_path / "shop", files)
    ran = appended(root)
    assert (
        "note: your task test has the name of one of ours: by what is printed it is own-own-test; "
        '`make_ns(prefix="lib-")` gives ours other names instead\n'
    ) in ran.err
    assert "note: make test-load stays with make: your tasks.py has its name\n" in ran.err
    assert {"test", "own-own-test", "own-test", "make", "test-load", "test-smoke"} <= listed(root)
    for task, said in (
        ("own-own-test", "mine"),
        ("own-test", "other"),
        ("make", "made"),
        ("test-load", "loaded"),
        ("test-smoke", "smoke"),
    ):
        assert inv(root, task).out == f"{said}\n"
    assert inv(root, "test", "--plain").code == 0


@pytest.mark.parametrize("name", ["ns", "namespace"])
def test_a_collection_of_their_own_stays_below_ours(tmp_path: Path, name: str) -> None:
    own = f"from invoke import Collection\n{MINE}\n{name} = Collection(test, make)\n"
    root = write(tmp_path / "shop", one_service(**{"tasks.py": own}))
    ran = appended(root)
    assert "note: your tasks are called own.NAME by what is printed\n" in ran.err
    assert {"test", "own.test", "own.make"} <= listed(root)
    assert inv(root, "own.test").out == "mine\n"


def test_a_tasks_file_that_is_no_python_is_said(tmp_path: Path) -> None:
    root = write(tmp_path / "shop", one_service(**{"tasks.py": f"print 'a'\n{'(' * 5_000}\n"}))
    ran = adopted(root)
    assert ran.code == 0
    assert "note: tasks.py is no Python that could be read: tasks of yours are for " in ran.err


APPS = {
    "pyproject.toml": "[project]\nname = 'shop'\nversion = '1'\n[tool.setuptools]\npackages = []\n",
    "apps/web/Dockerfile": "FROM scratch\n",
    "apps/web/test/test_a.py": PASSES,
    "apps/jobs/requirements.txt": "",
    "apps/jobs/test/test_a.py": PASSES,
}


def test_a_second_time_the_configuration_of_tasks_py_counts(tmp_path: Path) -> None:
    root = write(tmp_path / "shop", APPS)
    first = adopted(root)
    again = adopted(root)
    assert "note: tasks.py has the tasks already\nnothing to change\n" in again.err
    assert again.out == first.out
    assert "has no tests" not in again.err
    assert "no unit tests" not in again.err + again.out


def test_a_configuration_that_only_running_it_tells_is_said(tmp_path: Path) -> None:
    computed = (
        "import os\nfrom taskslib import make_ns\nopen('ran', 'w')\n"
        "ns = make_ns(services=['apps/*'], unit_tests=os.environ['TESTS'])\n"
    )
    ran = adopted(write(tmp_path / "shop", {**APPS, "tasks.py": computed}))
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == (
        "note: tasks.py has the tasks already\n"
        "note: what tasks.py gives `make_ns` is known only where it runs, which adopt does not do: "
        "`inv services` shows what it finds, `inv lint` what is wrong\n"
        "nothing to change\n"
    )
    assert not (tmp_path / "shop" / "ran").exists()


def test_an_empty_folder_has_a_name(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    note = "note: empty has no tests (looked for tests/unit and tests/integration in "
    assert adopted(tmp_path / "empty").err.startswith(note)


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    write(tmp_path, {"Makefile": ""})
    assert inv(tmp_path, "adopt", "--folder", "Makefile", program="taskslib") == Ran(
        2,
        "",
        "error: Makefile is no folder\n\nhint: give the repo's top folder, or leave it out\n",
    )


def test_what_is_next_can_be_typed(tmp_path: Path) -> None:
    def following(files: dict[str, str], **variables: str) -> str:
        shutil.rmtree(tmp_path / "shop", ignore_errors=True)
        root = write(tmp_path / "shop", files)
        ran = inv(root, "adopt", program="taskslib", PATH=str(tmp_path / "bin"), **variables)
        assert ran.code == 0, ran.err
        return ran.err.splitlines()[-1].removeprefix("next: ")

    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").symlink_to(str(shutil.which("git")))
    plain, apart = one_service(), one_service(**{"setup.py": ""})
    end = r"services, \S.* test --stage unit"
    assert re.fullmatch(rf"{re.escape(sys.executable)} -m taskslib {end}", following(plain))
    # `taskslib` knows nothing of what tasks.py has.
    assert re.fullmatch(rf"{re.escape(sys.executable)} -m invoke {end}", following(apart))
    uvx = {"UV": "/bin/uv", "VIRTUAL_ENV": ""}
    assert re.fullmatch(rf"uvx (--from \S+ )?taskslib {end}", following(plain, **uvx))
    assert re.fullmatch(rf"uvx --with \S+ --from invoke inv {end}", following(apart, **uvx))
    (tmp_path / "bin" / "inv").symlink_to(Path(sys.executable).parent / "inv")
    assert following(apart) == "inv services, inv test --stage unit"
    assert re.fullmatch(rf"uvx --with \S+ --from invoke inv {end}", following(apart, **uvx))
