"""`taskslib adopt`, as it is typed, on repos of several kinds: no file of theirs changes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from shutil import which

import pytest

from taskslib.errors import ConfigError
from taskslib.scaffold.adoption.writing import pyproject_table, tasks_file
from tests.support.projects import (
    PASSES,
    Ran,
    argv,
    environment,
    inv,
    multi,
    repository,
    unredacted,
    write,
)
from tests.support.scaffolds import contents

IMAGE = "FROM scratch\n"
SHARED = """\
services:
  api:
    build: {context: ., dockerfile: docker/api.Dockerfile}
  worker:
    build: {context: ., dockerfile: docker/worker.Dockerfile}
"""
MAKEFILE = """\
.PHONY: test test-unit test-load
test: test-unit

test-unit:
\tCURRENCY=EUR API_KEY=do-not-copy-this PYTHONPATH=src pytest test/unit \\
\t  test/api

test-load: ; @touch loaded

%.o: %.c
\tcc $<

release:
\t./release.sh
"""
NEEDS_BOTH = """\
import os
from api.prices import price

def test_price():
    assert price(2) == 6
    assert os.environ["CURRENCY"] == "EUR"
    assert "API_KEY" not in os.environ
"""


def shared(**changes: str) -> dict[str, str]:
    """Return a repo with a Makefile, tests in `test/`, and one context for all images."""
    return {
        "Makefile": MAKEFILE,
        "requirements.txt": "pytest\n",
        "docker-compose.yml": SHARED,
        "docker-compose.test.yml": "services:\n  api:\n    environment: {MODE: test}\n",
        "docker/api.Dockerfile": IMAGE,
        "docker/worker.Dockerfile": IMAGE,
        "src/api/__init__.py": "",
        "src/api/prices.py": "def price(n):\n    return 3 * n\n",
        "src/worker/__init__.py": "",
        "src/worker/jobs.py": "def job():\n    return 1\n",
        "test/api/test_prices.py": NEEDS_BOTH,
        "test/unit/test_worker.py": "from worker.jobs import job\n\n\ndef test_job():\n"
        "    assert job() == 1\n",
        "test/integration/test_all.py": PASSES,
        **changes,
    }


def adopted(root: Path, *options: str) -> Ran:
    """Adopt a repo, and return what was said; its own files are as they were."""
    before = contents(root)
    ran = inv(root, "adopt", *options, program="taskslib")
    after = contents(root)
    assert {path: after.get(path) for path in before} == before
    return ran


def table(root: Path) -> object:
    return tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["taskslib"]


def ran_unit(root: Path) -> Ran:
    return inv(root, "test", "--stage", "unit", "--plain")


def test_a_repo_with_a_makefile_and_one_context_runs_its_unit_tests(tmp_path: Path) -> None:
    # A package's own folder on the path would have this hide Python's `numbers`, and pytest fail.
    root = write(tmp_path / "shop", shared(**{"src/api/numbers.py": "VALUE = 1\n"}))
    repository(root)
    theirs = contents(root)
    assert adopted(root).code == 0
    assert table(root) == {
        "services": ["src/*"],
        "unit_tests": "test/unit",
        "integration_tests": "test/integration",
        "stack": ["docker-compose.yml", "docker-compose.test.yml"],
        "dev_stack": "docker-compose.yml",
        "inputs": ["src/api", "src/worker"],
        "unit": {"env": {"CURRENCY": "EUR", "PYTHONPATH": "src"}},
        "integration": {"env": {"PYTHONPATH": "src"}},
        "service": {
            "api": {
                "dockerfile": "../../docker/api.Dockerfile",
                "unit_tests": "../../test/api",
                "unit": {
                    "folder": "../..",
                    "env": {"CURRENCY": "EUR", "PYTHONPATH": "src"},
                },
            },
            "worker": {"dockerfile": "../../docker/worker.Dockerfile"},
        },
    }
    ran = ran_unit(root)
    assert ran.code == 0, ran.out
    assert sorted(line.split()[1] for line in ran.out.splitlines() if "✓" in line) == [
        "api",
        "shop",
    ]
    assert inv(root, "test-load").code == 0
    after = contents(root)
    assert {path: after.get(path) for path in theirs} == theirs
    mine = {path for path in after if not path.startswith((".taskslib/", ".git/"))}
    caches = {one for one in mine if "__pycache__" in one or ".pytest_cache" in one}
    assert mine - caches - theirs.keys() == {"tasks.py", "pyproject.toml", "loaded"}
    # The root's unit tests import a service's sources: a change there runs them again.
    write(root, {"src/worker/jobs.py": "def job():\n    return 2\n"})
    assert ran_unit(root).code == 1


def test_what_is_said(tmp_path: Path) -> None:
    ran = adopted(write(tmp_path / "shop", shared()))
    assert ran.err == (
        "note: API_KEY looks like a secret, so its value was not taken over: `pass_env`\n"
        "note: tasks of ours have the names of these targets: test-unit\n"
        "note: api has no service tests (src/api/tests/integration)\n"
        "note: worker has no unit tests (src/worker/test/unit)\n"
        "note: worker has no service tests (src/worker/tests/integration)\n"
        "+ pyproject.toml\n"
        "+ tasks.py\n"
        "next: inv services, inv test --stage unit\n"
    )
    assert "do-not-copy-this" not in ran.out
    assert "docker-compose.yml:1:1: warning TL802 api has no service tests\n" in ran.out
    assert ran.out.splitlines()[-1].startswith("4 warnings in 5 files")


ON_CONTAINERS = "import os\n\nURL = os.environ['TEST_API_URL']\n\n\ndef test_a():\n    assert URL\n"
UP = "up:\n\tdocker compose up -d --wait\n"
NEEDING = {
    "they read an address": {"test/api/test_a.py": ON_CONTAINERS},
    "their fixtures read an address": {
        "test/api/conftest.py": "import os\n\nURL = os.getenv('TEST_API_URL')\nassert URL\n",
        "test/api/test_a.py": PASSES,
    },
    "a target starts containers": {
        "Makefile": f"{UP}\ntest-api: up\n\tTEST_API_URL=http://localhost:1 pytest test/api\n",
        "test/api/test_a.py": "def test_a():\n    assert 0\n",
    },
    "a target makes another that does": {
        "Makefile": f"{UP}\ntest-api:\n\t@$(MAKE) up\n\tpytest test/api\n",
        "test/api/test_a.py": "def test_a():\n    assert 0\n",
    },
    "a script starts containers": {
        "ci/api.sh": "docker run -d --name db postgres\npytest test/api\n",
        "test/api/test_a.py": "def test_a():\n    assert 0\n",
    },
}


@pytest.mark.parametrize("why", NEEDING)
def test_tests_that_need_containers_are_no_unit_tests(tmp_path: Path, why: str) -> None:
    root = write(tmp_path / "shop", shared(**{"Makefile": "", **NEEDING[why]}))
    (root / "test" / "api" / "test_prices.py").unlink()
    assert adopted(root).code == 0
    told = table(root)
    assert isinstance(told, dict)
    assert told["service"]["api"] == {
        "dockerfile": "../../docker/api.Dockerfile",
        "service_tests": "../../test/api",
        "stack": ["../../docker-compose.yml", "../../docker-compose.test.yml"],
        "service": {"folder": "../..", "env": {"PYTHONPATH": "src"}},
    }
    ran = ran_unit(root)
    assert ran.code == 0, ran.out + ran.err
    assert "  api              service  service\n" in inv(root, "services").out


def test_where_they_may_need_containers_it_is_said(tmp_path: Path) -> None:
    """Some of a folder's do, they read what may be anything, or there are none to have."""
    may = "import os\n\nURL = os.environ.get('SHOP_URL')\n\n\ndef test_b():\n    pass\n"
    files = {
        "apps/web/requirements.txt": "",
        "apps/web/test/test_a.py": PASSES,
        "apps/web/test/test_b.py": ON_CONTAINERS.replace("environ['TEST_API_URL']", "getpid()"),
        "apps/web/test/test_c.py": may,
        "apps/web/test/test_d.py": "import os\n\nos.environ['A_URL'] = ''\n" + PASSES,
        "apps/web/test/test_e.py": ON_CONTAINERS,
        "apps/jobs/requirements.txt": "",
        "apps/jobs/tests/test_e.py": ON_CONTAINERS,
    }
    ran = adopted(write(tmp_path / "shop", files))
    where = "where that is a container's, its place is in `service_tests` or `integration_tests`"
    assert ran.err.splitlines()[:3] == [
        "note: apps/jobs/tests has no Compose file, so its tests are left out: "
        '[tool.taskslib.service.jobs] takes `service_tests = "tests"` and `stack = "PATH"`, the '
        "file that has their containers, from apps/jobs on",
        f"note: apps/web/test/test_c.py is a unit test here, and reads SHOP_URL: {where}",
        f"note: apps/web/test/test_e.py is a unit test here, and reads TEST_API_URL: {where}",
    ]
    assert "jobs  " not in inv(tmp_path / "shop", "test", "--stage", "unit", "--dry-run").out


def test_the_root_s_tests_on_containers_are_integration_tests(tmp_path: Path) -> None:
    files = {"tests/test_a.py": ON_CONTAINERS, "compose.yaml": "services: {api: {image: a}}\n"}
    root = write(tmp_path / "shop", files)
    assert adopted(root).code == 0
    stack = dict.fromkeys(("stack", "dev_stack"), "compose.yaml")
    assert table(root) == {"integration_tests": "tests", **stack}


def test_what_of_a_makefile_is_not_read_is_said(tmp_path: Path) -> None:
    text = (
        "-include .env\ninclude mk/*.mk\n"
        "define RECIPE\ntest-def:\n\ttouch a\nendef\n"
        "test-%: build\n\ttouch $*\n"
        "$(addprefix test-$(X),a b):\n\ttouch $@\n"
        "%.o: %.c\n\tcc $<\n"
        "test-ok:\n\ttouch ok\n"
    )
    root = write(tmp_path / "shop", {"Makefile": text, "test/test_a.py": PASSES})
    ran = adopted(root)
    assert ran.err.splitlines()[0] == (
        "note: the Makefile may have more targets, which stay with make: "
        "include mk/*.mk, test-%, $(addprefix test-$(X),a b)"
    )
    tasks = (root / "tasks.py").read_text("utf-8")
    assert re.findall(r"def (test_\w+)", tasks) == ["test_ok"]


def test_without_unit_tests_none_are_to_be_run_next(tmp_path: Path) -> None:
    files = {"pyproject.toml": "[tool.taskslib]\nservices = ['nowhere/*']\n", "src/a.py": ""}
    ran = adopted(write(tmp_path / "shop", files))
    assert ran.err.splitlines()[-1] == "next: inv services"


def test_a_dry_run_writes_nothing_and_shows_a_patch(tmp_path: Path) -> None:
    root = write(tmp_path / "shop", shared())
    before = contents(root)
    ran = unredacted(root, "adopt", "--dry-run", program="taskslib")
    assert (ran.code, contents(root)) == (0, before)
    assert ran.out.startswith("+ pyproject.toml\n+ tasks.py\n--- /dev/null\n+++ b/pyproject.toml\n")
    assert '+services = ["src/*"]\n' in ran.out
    assert "next:" not in ran.err


def test_a_pyproject_that_is_there_stays_and_make_ns_has_it_all(tmp_path: Path) -> None:
    theirs = "[project]\nname = 'shop'\nversion = '1'\n[tool.setuptools]\npackages = []\n"
    root = write(tmp_path / "shop", shared(**{"pyproject.toml": theirs}))
    ran = adopted(root)
    assert "note: the configuration is in tasks.py, so that no file of yours changes\n" in ran.err
    assert "+ pyproject.toml" not in ran.err
    ran = ran_unit(root)
    assert ran.code == 0, ran.out + ran.err
    assert "2 passed, 0 failed" in ran.out


def test_where_setup_py_is_no_pyproject_comes_beside_it(tmp_path: Path) -> None:
    root = write(tmp_path / "shop", {"setup.py": "", "test/test_a.py": PASSES})
    assert adopted(root).code == 0
    assert not (root / "pyproject.toml").exists()
    assert (root / "tasks.py").read_text("utf-8") == (
        'from taskslib import make_ns\n\nns = make_ns(\n    unit_tests="test",\n)\n'
    )


def test_a_tasks_file_that_is_there_is_only_told_what_to_add(tmp_path: Path) -> None:
    mine = "from invoke import task\n\n\n@task\ndef mine(c):\n    pass\n"
    root = write(tmp_path / "shop", shared(**{"tasks.py": mine}))
    before = contents(root)
    ran = adopted(root)
    assert contents(root) == before
    lines = ran.out.splitlines()
    assert lines[0] == "# to add to your tasks.py"
    assert '    services=["src/*"],' in lines
    assert "ns.add_task(test_load)" in lines
    assert "note: tasks.py is there, so nothing was written: what is to be added is printed\n" in (
        ran.err
    )


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or (os.geteuid() == 0 and which("setpriv") is None),
    reason="whoever runs this may read everything",
)
def test_a_folder_that_may_not_be_read_is_left_out(tmp_path: Path) -> None:
    """Such as a database's data below a repo that git does not know."""
    root = write(tmp_path / "shop", {"test/test_a.py": PASSES, "data/pg/base": ""})
    (root / "data" / "pg").chmod(0)
    root_too = os.geteuid() == 0  # type: ignore[attr-defined,unused-ignore]
    mere = ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if root_too else ()
    try:
        done = subprocess.run(
            [*mere, *argv("adopt", program="taskslib")],
            cwd=root,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        (root / "data" / "pg").chmod(0o700)
    assert done.returncode == 0, done.stderr
    assert table(root) == {"unit_tests": "test"}


def test_files_that_git_ignores_are_there_too(tmp_path: Path) -> None:
    mine = {".gitignore": "*.py\n*.toml\n", "tasks.py": "# mine\n", "pyproject.toml": "# mine\n"}
    root = write(tmp_path / "shop", mine)
    repository(root)
    before = contents(root)
    ran = adopted(root)
    assert "tasks.py is there, so nothing was written" in ran.err
    assert contents(root) == before
    (root / "tasks.py").unlink()
    assert adopted(root).code == 0
    write(root, {"tasks/__init__.py": ""})
    (root / "tasks.py").unlink()
    assert "tasks.py is there, so nothing was written" in adopted(root).err
    assert not (root / "tasks.py").exists()


def test_a_makefile_of_blanks_takes_no_hours(tmp_path: Path) -> None:
    blanks = " " * 40_000
    makefile = f"a{blanks}b\ntest-a {blanks}:\nA = b:c\nB ::= c\ntest-b::\n"
    makefile += f"{'$(' * 20_000}:\n"
    root = write(tmp_path / "shop", {"Makefile": makefile})
    assert adopted(root).code == 0
    made = [one for one in (root / "tasks.py").read_text("utf-8").splitlines() if "def " in one]
    assert made == ["def make(target):", "def test_a(c):", "def test_b(c):"]


def test_a_makefile_of_one_long_chain_takes_no_hours(tmp_path: Path) -> None:
    chain = "".join(f"{i}:{i + 1}\n" for i in range(6_000))
    text = f"{chain}6000:\n\tdocker compose up -d\ntest-a: 0\n\tpytest test/a\n"
    root = write(tmp_path / "shop", {"Makefile": text, "test/a/test_a.py": PASSES})
    write(root, {"a/Dockerfile": IMAGE, "compose.yml": "services: {a: {build: a}}\n"})
    assert adopted(root).code == 0
    told = table(root)
    assert isinstance(told, dict)
    assert told["service"]["a"]["service_tests"] == "../test/a"


def test_a_second_time_there_is_nothing_to_do(tmp_path: Path) -> None:
    root = write(tmp_path / "shop", shared())
    adopted(root)
    before = contents(root)
    ran = adopted(root)
    assert (ran.code, contents(root)) == (0, before)
    assert "note: tasks.py has the tasks already\nnothing to change\n" in ran.err
    assert "# to add" not in ran.out


def test_a_repo_by_convention_gets_one_line(tmp_path: Path) -> None:
    files = multi()
    del files["tasks.py"]
    root = write(tmp_path / "shop", files)
    assert adopted(root).code == 0
    made = contents(root).keys() - files.keys()
    assert made == {"tasks.py"}
    assert (root / "tasks.py").read_text("utf-8") == (
        'from taskslib import ns\n\n__all__ = ["ns"]\n'
    )


LAYOUTS: dict[str, tuple[dict[str, str], object, str]] = {
    "tests beside sources": (
        {
            "backend/requirements.txt": "",
            "backend/app/core.py": "def one():\n    return 1\n",
            "backend/app/core_test.py": "from app.core import one\n\n\ndef test_one():\n"
            "    assert one() == 1\n",
            "backend/app/conftest.py": "",
        },
        {"services": ["backend"], "unit_tests": "app/**/*_test.py", "service": {"backend": {}}},
        "backend",
    ),
    "one service, tests in test/": (
        {"Dockerfile": IMAGE, "shop.py": "A = 1\n", "test/test_a.py": "import shop\n" + PASSES},
        {"unit_tests": "test"},
        "shop",
    ),
    "a stage below the folder of unit tests": (
        {
            "apps/web/Dockerfile": IMAGE,
            "apps/web/test/test_a.py": PASSES,
            "apps/web/test/integration/test_b.py": "def test_never():\n    assert 0\n",
            "apps/web/docker-compose.test.yml": "services: {web: {build: .}}\n",
        },
        {
            "services": ["apps/*"],
            "unit_tests": "test/test_*.py",
            "service": {
                "web": {"service_tests": "test/integration", "stack": "docker-compose.test.yml"}
            },
        },
        "web",
    ),
    "integration tests of a service that nobody has a stack for": (
        {
            "services/web/Dockerfile": IMAGE,
            "services/web/tests/unit/test_a.py": PASSES,
            "services/web/tests/integration/test_b.py": PASSES,
        },
        {"service": {"web": {"service_tests": ""}}},
        "web",
    ),
    "tests by service below a root folder, by a script": (
        {
            "setup.cfg": "",
            "lib/api/pyproject.toml": "[project]\nname = 'api'\nversion = '1'\n"
            "[tool.setuptools]\npackages = []\n",
            "tests/unit/api/test_a.py": "import os\n\n\ndef test_mode():\n"
            "    assert os.environ['MODE'] == 'x y'\n",
            "scripts/test.sh": "#!/bin/sh\ncd tests\nMODE='x y' python -m pytest unit/api -k 'a'\n",
        },
        None,
        "api",
    ),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_layouts(tmp_path: Path, name: str) -> None:
    files, expected, suite = LAYOUTS[name]
    root = write(tmp_path / "shop", files)
    ran = adopted(root)
    assert ran.code == 0, ran.err
    if expected is not None:
        assert table(root) == expected
    ran = ran_unit(root)
    assert ran.code == 0, ran.out + ran.err
    assert f"  ✓ {suite:<17}1 passed TIME\n" in ran.out
    assert "\n1 passed, 0 failed" in ran.out


def test_what_no_framework_runs_is_said(tmp_path: Path) -> None:
    package = '{"name": "page", "devDependencies": {"jest": "29"}}'
    files = {"web/page/package.json": package, "web/page/src/a.test.js": "test('a', () => {})\n"}
    root = write(tmp_path / "shop", files)
    ran = adopted(root)
    assert ran.code == 0, ran.err
    assert table(root) == {"services": ["web/*"]}
    assert "note: page has no tests of pytest or vitest: [tool.taskslib.service.page.unit]" in (
        ran.err
    )


POETRY = """\
[tool.poetry]
name = "shop"
version = "1"
[tool.poetry.group.dev.dependencies]
httpx = "*"
"""


def test_packages_that_no_environment_would_have_are_said(tmp_path: Path) -> None:
    tests = {"apps/web/Dockerfile": IMAGE, "apps/web/test/test_a.py": PASSES}
    files = {
        "apps/web/requirements.txt": "",
        "apps/web/requirements/test.txt": "",
        "apps/web/Pipfile": "",
        "apps/jobs/pyproject.toml": POETRY,
        "apps/jobs/test/test_a.py": PASSES,
        "apps/mail/pyproject.toml": f"{POETRY}[dependency-groups]\ndev = ['httpx']\n",
        "apps/mail/test/test_a.py": PASSES,
        "apps/page/test/test_a.py": PASSES,
        "apps/page/requirements.txt": "",
        "apps/page/requirements-dev.txt": "-r requirements-test.txt\n",
        "apps/page/requirements-test.txt": "",
        "requirements-test.txt": "",  # nobody's: no tests have the root's environment
    }
    ran = adopted(write(tmp_path / "shop", {**tests, **files}))
    assert [one for one in ran.err.splitlines() if "environment of tests" in one] == [
        "note: poetry's groups in apps/jobs/pyproject.toml are not in the environment of tests: "
        "`dev` of `[dependency-groups]` in pyproject.toml is",
        "note: apps/web/requirements/test.txt is not in the environment of tests: "
        "`-r requirements/test.txt` in a requirements-dev.txt is",
        "note: apps/web/Pipfile is not in the environment of tests: "
        "`dev` of `[dependency-groups]` in pyproject.toml is",
    ]


def test_names_are_anybodys(tmp_path: Path) -> None:
    """What is written is Python and TOML that says just that, or the name is left out."""
    names = ['test-"""', "test-a;os.abort()", "test-é", "test-\x1b[31m", "test-$(shell touch x)"]
    names += ["test-" + "a" * 200, "test--x", "test-ok", "test_ok", "test-import", "test-"]
    files = {
        "Makefile": "".join(f"{one}:\r\n\t@echo {one}\r\n" for one in names),
        "apps/a b/Dockerfile": IMAGE,
        'apps/"]]/Dockerfile': IMAGE,
        "apps/[x]/web.v1/Dockerfile": IMAGE,
        "apps/[x]/b/Dockerfile": IMAGE,
        "apps/[x]/b/test/test_b.py": PASSES,
        "apps/[x]/web.v1/spec/test_a.py": PASSES,
        "test/web.v1/\x1b[31m/test_b.py": PASSES,
    }
    root = write(tmp_path / "shop", files)
    ran = adopted(root)
    assert ran.code == 0, ran.err
    assert "\x1b" not in ran.out + ran.err
    assert "note: apps/a b can't be a service's name" in ran.err
    assert "note: make test_ok stays with make: test-ok has its name\n" in ran.err
    listed = inv(root, "--list", "--list-format=flat")
    assert [one.split()[0] for one in listed.out.splitlines() if "Run `make" in one] == [
        "test-import",
        "test-ok",
    ]
    compiled = [sys.executable, "-m", "py_compile", str(root / "tasks.py")]
    assert subprocess.run(compiled, check=False).returncode == 0
    assert table(root) == {
        "services": ["apps/[[]x]/*"],
        "unit_tests": "test",
        "service": {"web.v1": {"unit_tests": "spec"}},
    }
    assert "✓ web.v1" in ran_unit(root).out
    assert not (root / "x").exists()


def test_values_that_no_configuration_can_have_are_left_out(tmp_path: Path) -> None:
    root = write(tmp_path / "shop", {"test/test_a.py": PASSES})
    recipe = b"test-all:\n\tA=caf\xe9 B='x\x7fy' C='caf\xc3\xa9 \"\\' PYTHONPATH=\xe9 pytest test\n"
    (root / "Makefile").write_bytes(recipe)
    ran = adopted(root)
    assert (ran.code, ran.err) == (
        0,
        "note: A has signs that can't be printed, so its value was not taken over\n"
        "note: B has signs that can't be printed, so its value was not taken over\n"
        "note: PYTHONPATH has signs that can't be printed, so its value was not taken over\n"
        "+ pyproject.toml\n"
        "+ tasks.py\n"
        "next: inv services, inv test --stage unit\n",
    )
    assert table(root) == {"unit_tests": "test", "unit": {"env": {"C": 'café "\\'}}}
    assert ran_unit(root).code == 0
    other = write(tmp_path / "other", {"test/test_a.py": PASSES})
    (other / "test.sh").write_bytes(b"cd caf\xe9\nA=1 pytest ../test\n")
    assert adopted(other).code == 0
    assert table(other) == {"unit_tests": "test"}


@pytest.mark.parametrize("value", ["caf\udce9", "a\x7fb"])
def test_what_could_not_be_read_is_not_written(value: str) -> None:
    with pytest.raises(ConfigError, match="could not be read, so nothing was written"):
        pyproject_table({"unit": {"env": {"A": value}}})
    with pytest.raises(ConfigError, match="could not be read, so nothing was written"):
        tasks_file(["test-a\n" + value], {})


def test_there_must_be_a_folder(tmp_path: Path) -> None:
    assert inv(tmp_path, "adopt", "nowhere", program="taskslib") == Ran(
        2, "", "error: there is no folder nowhere\n\nhint: `taskslib init` makes a new project\n"
    )


def test_tests_that_no_suite_runs_are_named(tmp_path: Path) -> None:
    more = {"test/common/test_money.py": PASSES, "test/unit/deep/test_below.py": PASSES}
    ran = adopted(write(tmp_path / "shop", shared(**more)))
    assert ran.code == 0
    assert (
        "note: no suite runs test/common/test_money.py: for a service's there is `unit_tests` of "
        "[tool.taskslib.service.NAME], for others that of [tool.taskslib]\n"
    ) in ran.err


def test_a_folder_of_tests_may_have_an_underscore_for_a_hyphen(tmp_path: Path) -> None:
    files = {
        "Makefile": "",
        "apps/auth-api/app.py": "",
        "apps/auth-api/Dockerfile": "FROM x:1\n",
        "apps/jobs/app.py": "",
        "apps/jobs/Dockerfile": "FROM x:1\n",
        "test/unit/auth_api/test_a.py": PASSES,
        "test/unit/jobs/test_b.py": PASSES,
    }
    root = write(tmp_path / "shop", files)
    assert adopted(root).code == 0
    told = table(root)
    assert isinstance(told, dict)
    assert told["service"]["auth-api"]["unit_tests"] == "../../test/unit/auth_api"
