"""pytest's plugin without an engine: what it finds in the environment, and when it keeps quiet."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

from taskslib.testing.fixtures import Endpoint, TaskslibInstance
from tests.support.plain_pytest import CONFTEST, plain_pytest
from tests.support.projects import Ran, environment, inv, multi, write

WEB = "services/web"
TESTS = f"{WEB}/tests/integration"
NO_ENGINE = {"DOCKER_HOST": "tcp://127.0.0.1:9"}
VARIABLES = {
    "TEST_COMPOSE_PROJECT": "shop-web-1",
    "TEST_INSTANCE_ID": "1",
    "TEST_MY_API_HOST": "127.0.0.1",
    "TEST_MY_API_PORT": "5",
    "TEST_MY_API_URL": "http://127.0.0.1:5",
    "TEST_WEB_HOST_80": "127.0.0.1",
    "TEST_WEB_PORT_80": "6",
    "TEST_WEB_URL_80": "http://127.0.0.1:6",
    "TEST_WEB_HOST_53": "127.0.0.1",
    "TEST_WEB_PORT_53": "7",
    "TEST_ONE_HOST": "127.0.0.1",
    "TEST_ONE_PORT": "8",
    "TEST_ONE_PORT_8000": "8",
    "TEST_ONE_URL": "http://127.0.0.1:8",
}
INSTANCE = TaskslibInstance("1", "shop-web-1", VARIABLES)


def project(root: Path, test: str, **changes: str) -> Path:
    files = {f"{WEB}/tests/conftest.py": CONFTEST, f"{TESTS}/test_service.py": test}
    return write(root / "shop", multi(**{**files, **changes}))


def test_endpoints() -> None:
    assert INSTANCE.endpoint("one", 8000) == Endpoint("127.0.0.1", 8, "http://127.0.0.1:8")
    assert INSTANCE.endpoint("one") == INSTANCE.endpoint("one", 8000)
    # of somebody who does not say which port of the container it is
    assert INSTANCE.endpoint("my-api", 8000) == Endpoint("127.0.0.1", 5, "http://127.0.0.1:5")
    assert INSTANCE.endpoint("my-api") == INSTANCE.endpoint("my_api", 8000)
    assert INSTANCE.endpoint("web", 80) == Endpoint("127.0.0.1", 6, "http://127.0.0.1:6")
    assert INSTANCE.endpoint("web", 53) == Endpoint("127.0.0.1", 7, "")
    with pytest.raises(LookupError, match="web is not published by the stack; variables: TEST_C"):
        INSTANCE.endpoint("web")
    with pytest.raises(LookupError, match="web, port 81, is not published"):
        INSTANCE.endpoint("web", 81)
    with pytest.raises(LookupError, match="one, port 9090, is not published"):
        INSTANCE.endpoint("one", 9090)


@pytest.mark.parametrize(
    ("urls", "expected"),
    [
        ({"TEST_DATABASE_URL": "sqlite://", "TEST_A_URL": "mysql://a"}, "sqlite://"),
        (
            {"TEST_DB_URL": "postgresql+psycopg://a", "TEST_A_URL": "http://a"},
            "postgresql+psycopg://a",
        ),
        ({"TEST_A_URL": "mysql://a", "TEST_B_URL": "mongodb://b"}, "TEST_A_URL, TEST_B_URL"),
        ({"TEST_A_URL": "http://a"}, "there is none"),
    ],
)
def test_database_url(urls: dict[str, str], expected: str) -> None:
    instance = TaskslibInstance("1", "a", urls)
    if "://" in expected:
        assert instance.database_url() == expected
    else:
        with pytest.raises(LookupError, match=rf"which database\? {expected}; name it"):
            instance.database_url()


def test_what_the_environment_has_wins(tmp_path: Path) -> None:
    body = (
        "def test_it(endpoint, database_url, taskslib_instance):\n"
        "    assert endpoint('my-api', 8000).port == 5\n"
        "    assert database_url == 'postgresql://given'\n"
        "    assert taskslib_instance.compose_project == 'shop-web-1'\n"
    )
    root = project(tmp_path, body)
    given = {**VARIABLES, **NO_ENGINE, "TEST_DATABASE_URL": "postgresql://given"}
    ran = plain_pytest(root, TESTS, "--integration", root=root, **given)
    assert ran.code == 0, ran


@pytest.mark.parametrize(
    ("option", "ini", "code", "ends"),
    [
        ((), "fail", 4, ""),
        ((), "skip", 0, "1 skipped in TIME\n"),
        (("--without-stack=skip",), "fail", 0, "1 skipped in TIME\n"),
        (("--without-stack=fail",), "skip", 4, ""),
    ],
)
def test_fail_or_skip(
    tmp_path: Path, option: tuple[str, ...], ini: str, code: int, ends: str
) -> None:
    root = project(tmp_path, "def test_it(): assert 0\n")
    choice = ("-o", f"taskslib_without_stack={ini}")
    ran = plain_pytest(root, TESTS, "--integration", *choice, *option, root=root, **NO_ENGINE)
    assert ran.code == code, ran
    assert ran.out.endswith(ends)
    assert ran.err.startswith("ERROR: ") == (code == 4)


@pytest.mark.parametrize(("choice", "ends"), [("fail", "1 error in"), ("skip", "1 skipped in")])
def test_a_fixture_without_a_stack(tmp_path: Path, choice: str, ends: str) -> None:
    root = project(tmp_path, "def test_it(endpoint): assert 0\n")
    ran = plain_pytest(root, TESTS, f"--without-stack={choice}", root=root, **NO_ENGINE)
    assert ends in ran.out.splitlines()[-1], ran
    assert "docker" in ran.out.lower()  # the reason, which is the engine's here


def test_a_choice_that_is_none(tmp_path: Path) -> None:
    root = project(tmp_path, "def test_it(): pass\n")
    choice = ("-o", "taskslib_without_stack=pass")
    ran = plain_pytest(root, TESTS, "--integration", *choice, root=root, **NO_ENGINE)
    assert (ran.code, ran.err) == (
        4,
        "ERROR: taskslib_without_stack = 'pass': wants fail or skip\n\n",
    )


def test_the_integration_option_of_a_project_that_is_not_ours(tmp_path: Path) -> None:
    files = {"conftest.py": CONFTEST, "test_it.py": "def test_it(): pass\n"}
    root = write(tmp_path / "other", files)
    ran = plain_pytest(root, "--integration", root=root, **NO_ENGINE)
    assert (ran.code, ran.err) == (0, ""), ran


def test_a_command_that_is_not_there(tmp_path: Path) -> None:
    root = project(tmp_path, "def test_it(): pass\n")
    chosen = ("-o", "taskslib_command=no-such-command")
    ran = plain_pytest(root, TESTS, "--integration", *chosen, root=root)
    said = "ERROR: taskslib_command: no-such-command: No such file or directory\n\n"
    assert (ran.code, ran.err) == (4, said)


def test_addresses_that_somebody_else_gives(tmp_path: Path) -> None:
    """Such as CI's own containers: nobody is asked."""
    body = "def test_it(database_url):\n    assert database_url == 'postgresql://ci'\n"
    root = project(tmp_path, body)
    chosen = ("-o", "taskslib_command=no-such-command")
    given = {"TEST_DATABASE_URL": "postgresql://ci"}
    ran = plain_pytest(root, TESTS, "--integration", *chosen, root=root, **given)
    assert ran.code == 0, ran


@pytest.mark.skipif(sys.platform == "win32", reason="symbolic links and scripts are POSIX's")
def test_an_environment_that_has_taskslib_alone(tmp_path: Path) -> None:
    """As the suites of a repo have it: the command is then that of the repo's .venv, or PATH's."""
    root = project(tmp_path, "def test_it(endpoint): assert endpoint('web').port == 7\n")
    told = json.dumps({"variables": {"TEST_WEB_HOST": "h", "TEST_WEB_PORT": "7"}})
    alone = tmp_path / "alone"
    alone.mkdir()
    needed = ("taskslib", "pytest", "_pytest", "py", "pluggy", "iniconfig", "packaging", "pygments")
    for name in needed:
        place = find_spec(name)
        assert place is not None
        assert place.origin is not None
        origin = Path(place.origin)
        origin = origin.parent if origin.name == "__init__.py" else origin
        (alone / origin.name).symlink_to(origin)
    given = {"PYTHONPATH": str(alone), "PYTHONNOUSERSITE": "1", "PATH": str(tmp_path)}

    def ran() -> Ran:
        done = subprocess.run(
            [sys.executable, "-S", "-m", "pytest", "-q", "-p", "taskslib.testing.fixtures",
             TESTS, "--integration"],
            cwd=root,
            env=environment(**given),
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip
        return Ran(done.returncode, done.stdout, done.stderr)

    none = ran()
    assert none.code == 4, none
    assert none.err.startswith("ERROR: nothing here tells where the stack is: no taskslib in .venv")
    script = write(root, {".venv/bin/taskslib": f"#!/bin/sh\necho '{told}'\n"})
    (script / ".venv/bin/taskslib").chmod(0o755)
    found = ran()
    assert found.code == 0, found


def test_the_command_can_be_another(tmp_path: Path) -> None:
    """Such as `inv shop.ports`, where tasks.py gives the project another name."""
    tells = 'print(\'{"variables": {"TEST_COMPOSE_PROJECT": "told", "TEST_X": "1"}}\')'
    root = project(
        tmp_path,
        "import os\ndef test_it(taskslib_instance):\n"
        "    assert taskslib_instance.compose_project == 'told'\n"
        "    assert os.environ['TEST_X'] == 'mine'\n",
        **{"tells.py": tells},
    )
    command = f"taskslib_command={sys.executable} {root / 'tells.py'}"
    ran = plain_pytest(root, TESTS, "--integration", "-o", command, root=root, TEST_X="mine")
    assert ran.code == 0, ran


def test_which_stack_tests_use(tmp_path: Path) -> None:
    root = project(tmp_path, "", **{
        "services/second/Dockerfile": "FROM scratch\n",
        "services/second/deploy/test/compose.yaml": "services: {}\n",
        "services/second/tests/integration/test_it.py": "",
    })  # fmt: skip
    for path, code, said in (
        ("services", 2, "error: ROOT/services: tests of several stacks: second, web\n"),
        (f"{WEB}/tests/unit", 4, f"error: ROOT/{WEB}/tests/unit: no tests that have a stack\n"),
        (TESTS, 3, "error: "),
        (f"{TESTS}/test_service.py", 3, "error: "),
        (WEB, 3, "error: "),
    ):
        ran = inv(root, "ports", "--format", "json", "--tests", path, **NO_ENGINE)
        assert ran.code == code, (path, ran)
        assert ran.err.startswith(said)
        assert ('"tests": "ROOT/services/web/tests/integration"' in ran.out) == (code == 3)
    ran = inv(root, "ports", "--tests", WEB, "--service", "web")
    assert (ran.code, ran.out) == (2, "")


def test_the_plugin_costs_next_to_nothing_where_it_is_not_used() -> None:
    code = (
        "import sys, pytest\nbefore = set(sys.modules)\nimport taskslib.testing.fixtures\n"
        "print(*set(sys.modules) - before, sep='\\n')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert loaded == {
        "taskslib", "taskslib.version", "taskslib.testing", "taskslib.testing.fixtures",
    }  # fmt: skip


def test_the_entry_point_is_there() -> None:
    pyproject = Path(__file__).parents[3] / "pyproject.toml"
    points = tomllib.loads(pyproject.read_text("utf-8"))["project"]["entry-points"]
    assert set(points) == {"pytest11"}
    [module] = points["pytest11"].values()
    assert hasattr(import_module(module), "taskslib_instance")
