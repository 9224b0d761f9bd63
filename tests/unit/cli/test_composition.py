"""Our tasks as a part of a repo's own, and where their configuration comes from."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from taskslib.cli.namespace import make_ns
from taskslib.project.config import Config
from tests.support.projects import Ran, inv, multi, write

OWN = "from taskslib import make_ns, task\n@task(aliases=['up'])\ndef test(c):\n    print('mine')\n"


def composed(root: Path, body: str, **files: str) -> Path:
    return write(root / "shop", {**multi(**{"tasks.py": OWN + body}), **files})


def test_chosen_tasks_under_names_of_their_own(tmp_path: Path) -> None:
    body = "ns = make_ns(prefix='lib-', include=['test', 'infra-up', 'p*'])\nns.add_task(test)\n"
    root = composed(tmp_path, body)
    listed = json.loads(inv(root, "--list", "--list-format=json").out)["tasks"]
    assert {one["name"]: one["aliases"] for one in listed} == {
        "lib-test": [],
        "lib-infra-up": ["lib-test-infra-up"],
        "lib-ports": ["lib-port-discovery"],
        "test": ["up"],
    }
    assert inv(root, "up") == Ran(0, "mine\n", "")
    ran = inv(root, "lib-test", "services/web/tests/unit", "--dry-run")
    assert ran == Ran(
        0, "Unit Tests\n  web: environment > test\n      tests: services/web/tests/unit\n", ""
    )


@pytest.mark.parametrize(
    ("body", "first", "second"),
    [
        ("ns = make_ns()\nns.add_task(test)\n", "OURS", "task 'test' of ROOT/tasks.py:2"),
        (
            "ns = make_ns()\nns.add_task(test, name='ports', aliases=())\n",
            "OURS",
            "task 'test' of ROOT/tasks.py:2",
        ),
        (
            "from invoke import Collection\nns = make_ns()\n"
            "ns.add_collection(Collection(test), name='test')\n",
            "OURS",
            "a collection",
        ),
        (
            "from invoke import Collection\nns = make_ns(include=['ports'])\n"
            "ns.add_collection(Collection(), name='test')\nns.add_task(test)\n",
            "a collection",
            "task 'test' of ROOT/tasks.py:2",
        ),
        (
            "ns = make_ns(include=['infra-up'])\nns.add_task(test, aliases=['infra-up'])\n",
            "OURS",
            "task 'test' of ROOT/tasks.py:2",
        ),
    ],
)
def test_a_name_that_is_taken(tmp_path: Path, body: str, first: str, second: str) -> None:
    ran = inv(composed(tmp_path, body), "--list")
    assert (ran.code, ran.out) == (2, "")
    ours = r"task '\w+' of \S+/taskslib/cli/\w+\.py:\d+"
    said = re.sub(ours, "OURS", ran.err)
    assert re.fullmatch(
        rf"error: two tasks are called '[\w-]+': {first}, and {re.escape(second)}\n\n"
        r'hint: rename yours, or ours: make_ns\(prefix="lib-"\), '
        r'make_ns\(include=\["infra-\*"\]\)\n',
        said,
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("prefix='9 '", "error: make_ns(prefix='9 '): a task can't be called so\n"),
        (
            "include=[]",
            "error: make_ns(include=[]): no task at all\n\nhint: leave it out for all",
        ),
        (
            "include=['port']",
            "error: make_ns(include=…): no task 'port'\n\nhint: did you mean 'ports'? tasks: ",
        ),
    ],
)
def test_what_make_ns_refuses(tmp_path: Path, arguments: str, said: str) -> None:
    ran = inv(composed(tmp_path, f"ns = make_ns({arguments})\n"), "--list")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(said)


def test_no_key_of_the_configuration_is_a_parameter_of_make_ns() -> None:
    own = set(make_ns.__kwdefaults__ or ())
    assert own == {"include", "prefix"}
    assert not own & set(Config.__struct_fields__)


def project(root: Path, task: str = "services", **variables: str) -> str:
    """Return the name of the project, which says whose configuration won."""
    ran = inv(root, task, **variables)
    assert ran.code == 0, ran.err
    return ran.out.partition(":")[0]


def test_whose_configuration_wins(tmp_path: Path) -> None:
    """Level after level is taken away, the strongest first."""
    root = composed(tmp_path, "ns = make_ns(project='override')\n")
    write(
        root,
        {
            "pyproject.toml": "[project]\nname = 'named'\n[tool.taskslib]\nproject = 'table'\n",
            "invoke.yaml": "taskslib:\n  project: file\n",
        },
    )
    write(tmp_path / "home", {".invoke.yaml": "taskslib:\n  project: user\n"})
    home = str(tmp_path / "home")
    variable = "INVOKE_TASKSLIB_PROJECT"
    assert project(root, **{variable: "variable", "HOME": home, "USERPROFILE": home}) == "variable"
    assert project(root, HOME=home, USERPROFILE=home) == "file"
    (root / "invoke.yaml").unlink()
    assert project(root, HOME=home, USERPROFILE=home) == "user"
    assert project(root) == "override"
    write(root, {"tasks.py": "from taskslib import ns\n"})
    assert project(root, **{variable: "unknown to Invoke: nothing gives the key"}) == "table"
    write(root, {"pyproject.toml": "[project]\nname = 'named'\n"})
    assert project(root) == "named"
    (root / "pyproject.toml").unlink()
    assert project(root) == "shop"


def test_the_command_taskslib_knows_pyproject_alone(tmp_path: Path) -> None:
    root = composed(tmp_path, "", **{"invoke.yaml": "taskslib:\n  project: file\n"})
    write(tmp_path / "home", {".invoke.yaml": "taskslib:\n  project: user\n"})
    ran = inv(root, "services", program="taskslib", HOME=str(tmp_path / "home"))
    assert ran.out.partition(":")[0] == "shop"


def test_the_outer_collection_wins(tmp_path: Path) -> None:
    body = (
        "from invoke import Collection\n"
        "ns = Collection(test, inner=make_ns(project='inner'), plain=make_ns())\n"
    )
    root = composed(tmp_path, body)
    assert project(root, "inner.services") == "inner"
    assert project(root, "plain.services") == "shop"
    write(root, {"tasks.py": f"{OWN}{body}ns.configure({{'taskslib': {{'project': 'outer'}}}})\n"})
    assert project(root, "inner.services") == "outer"


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("JOBS", "0", "Expected `int` >= 1 - at `$.jobs`"),
        ("LIMITS_SUITE", "-1", "Expected `float` > 0.0 - at `$.limits.suite`"),
    ],
)
def test_variables_get_the_type_of_what_they_replace(
    tmp_path: Path, variable: str, value: str, said: str
) -> None:
    root = composed(tmp_path, "ns = make_ns(jobs=2, limits={'suite': 60.0}, services=['s*/*'])\n")
    where = "error: ROOT/pyproject.toml: [tool.taskslib] and make_ns(…), Invoke's configuration: "
    assert inv(root, "services").code == 0
    ran = inv(root, "services", **{f"INVOKE_TASKSLIB_{variable}": value})
    assert ran == Ran(2, "", f"{where}{said}\n")
    assert inv(root, "services", **{f"INVOKE_TASKSLIB_{variable}": "7"}).code == 0


RED = {"services/web/tests/unit/test_web.py": "def test_red():\n    assert False\n"}


@pytest.mark.parametrize(
    ("body", "before"),
    [
        ("ns = make_ns(prefix='lib-')\nns.add_task(test)\n", "lib-"),
        (
            "from invoke import Collection\n"
            "ns = Collection(test, a=Collection(b=make_ns(prefix='s-')))\n",
            "a.b.s-",
        ),
    ],
    ids=["a prefix", "nested"],
)
def test_words_name_tasks_as_they_are_called_there(tmp_path: Path, body: str, before: str) -> None:
    root = composed(tmp_path, body, **RED)
    ran = inv(root, f"{before}test-unit")
    (again,) = re.findall(r"again: (.*)", ran.out)
    assert again == f"inv {before}test services/web/tests/unit/test_web.py::test_red"
    repeated = inv(root, *shlex.split(again)[1:])
    assert (repeated.code, repeated.out.splitlines()[-1]) == (1, "0 passed, 1 failed, 0 skipped")
    hint = inv(root, f"{before}test", "--retries", "many").err
    assert hint.endswith(f"hint: inv {before}test --retries 1\n")
    assert inv(root, f"{before}ci-init", "--provider", "github").code == 0
    text = (root / ".github/workflows/test.yml").read_text("utf-8")
    names = re.findall(r"\binv ([\w.-]+)", text)
    assert names
    assert all(name.startswith(before) for name in names)
    assert inv(root, f"{before}ci-check") == Ran(0, "", "")


def test_words_name_tasks_as_the_command_taskslib_has_them(tmp_path: Path) -> None:
    root = composed(tmp_path, "", **RED)
    ran = inv(root, "test", "--stage", "unit", program="taskslib")
    test = "services/web/tests/unit/test_web.py::test_red"
    assert re.findall(r"again: (.*)", ran.out) == [f"taskslib test {test}"]
