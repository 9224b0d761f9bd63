"""The real command line in temporary projects, without containers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.projects import Ran, inv, multi, repository, single, write


@pytest.mark.parametrize(
    ("arguments", "code", "err"),
    [
        (
            ("test-service", "wbe"),
            2,
            "error: no service 'wbe'\n\nhint: did you mean 'web'? services: web\n",
        ),
        (
            ("test", "--service", "web,x"),
            2,
            "error: no service 'x'\n\nhint: services: web\n",
        ),
        (
            ("test", "--stage", "untit"),
            2,
            "error: no stage 'untit'\n\nhint: did you mean 'unit'? "
            "stages: unit, service, integration\n",
        ),
        (
            ("ports", "--format", "yaml"),
            2,
            "error: no format 'yaml'\n\n"
            "hint: formats: table, env, powershell, fish, dotenv, json\n",
        ),
        (
            ("infra-up",),
            2,
            "error: shop has no full stack: there is no Compose file in deploy/test\n\n"
            "hint: a service's own stack: inv infra-up --service NAME\n",
        ),
        (
            ("test-integration",),
            4,
            "error: there are no integration tests to run\n\n"
            "hint: `inv services` shows what was found, and where it was looked for\n",
        ),
    ],
)
def test_what_cannot_be(tmp_path: Path, arguments: tuple[str, ...], code: int, err: str) -> None:
    write(tmp_path / "shop", multi())
    assert inv(tmp_path / "shop", *arguments) == Ran(code, "", err)


def test_unknown_tasks_and_flags(tmp_path: Path) -> None:
    write(tmp_path, multi())
    assert inv(tmp_path, "tset") == Ran(1, "", "No idea what 'tset' is!\n")
    for arguments in (("tset",), ("test", "--bogus")):
        ran = inv(tmp_path, *arguments, program="taskslib")
        assert ran == Ran(2, "", f"error: No idea what '{arguments[-1]}' is!\n")


def test_dry_run_prints_what_a_run_would_do(tmp_path: Path) -> None:
    root = write(tmp_path / "shop", multi())
    repository(root)
    assert inv(root, "test", "--dry-run") == Ran(
        0,
        "Unit Tests\n"
        "  web: environment > test\n"
        "      tests: services/web/tests/unit\n"
        "Service Tests\n"
        "  web: environment > build > start > wait > test > stop\n"
        "      tests: services/web/tests/integration\n"
        "      stack: services/web/deploy/test/docker-compose.yml as shop-web-main-ID\n",
        "",
    )


def test_services(tmp_path: Path) -> None:
    root = write(tmp_path / "shop", multi(**{"services/lib/pyproject.toml": ""}))
    assert inv(root, "services") == Ran(
        0,
        "shop: multi-service, ROOT\n"
        "  lib              library  no tests\n"
        "  web              service  unit, service\n"
        "  stack web        services/web/deploy/test/docker-compose.yml\n"
        "note: lib has no unit tests (services/lib/tests/unit)\n",
        "",
    )


def test_instance_id(tmp_path: Path) -> None:
    root = write(tmp_path / "shop", single())
    assert inv(root, "instance-id") == Ran(0, "shop-ID\n", "")  # not a repository
    repository(root, "feature/x")
    assert inv(root, "instance-id") == Ran(0, "feature-x-ID\n", "")
    assert inv(root, "instance-id", TEST_INSTANCE_ID="mine") == Ran(0, "mine\n", "")
    ran = inv(root, "instance-id", TEST_INSTANCE_ID="$(id)")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error: TEST_INSTANCE_ID='$(id)' can't be part of")


def test_unit_suites_arguments_and_verbose(tmp_path: Path) -> None:
    words = "def test_a():\n    assert 1\n\ndef test_b():\n    assert 0, 'no'\n"
    root = write(tmp_path / "shop", multi(**{"services/web/tests/unit/test_unit.py": words}))
    chosen = inv(root, "test-unit", "--", "-k", "test_a or nothing")
    assert chosen == Ran(
        0,
        "Unit Tests\n  ✓ web              1 passed TIME\n"
        "\n1 suite in TIME\n1 passed, 0 failed, 0 skipped\n",
        "",
    )
    ran = inv(root, "test", VERBOSE="1")
    assert ran.code == 1
    assert "web:unit| " in ran.out
    assert (
        "    F1 FAILED test_b\n    services/web/tests/unit/test_unit.py:5: AssertionError: no\n"
        in ran.out
    )
    assert "  ○ web              not run: stage unit failed\n" in ran.out
    assert ran.out.endswith("\n1 passed, 1 failed, 0 skipped\n")


def test_no_tests_at_all_is_not_green(tmp_path: Path) -> None:
    root = write(tmp_path / "shop", {"tasks.py": "from taskslib import ns\n", "Dockerfile": ""})
    ran = inv(root, "test")
    assert (ran.code, ran.out) == (4, "")
    assert ran.err.startswith("error: there are no tests to run: shop has no tests")


def test_an_environment_that_cannot_be_made(tmp_path: Path) -> None:
    pyproject = "[project]\nname='web'\nversion='1'\ndependencies=['no-such-package-of-ours==9']\n"
    root = write(tmp_path / "shop", multi(**{"services/web/pyproject.toml": pyproject}))
    ran = inv(root, "test-unit")
    assert ran.code == 3
    assert "no-such-package-of-ours" in ran.out
    assert ran.out.endswith("\n0 passed, 1 failed, 0 skipped\n")


def test_without_tasks_py_and_from_elsewhere(tmp_path: Path) -> None:
    files = multi()
    del files["tasks.py"]
    root = write(tmp_path / "shop", {**files, "pyproject.toml": "[project]\nname = 'store'\n"})
    assert inv(root / "services" / "web", "services", program="taskslib").out.startswith("store: ")
    write(root, multi())
    assert inv(tmp_path, "-r", str(root), "services").out.startswith("store: ")


def test_own_tasks_beside_ours_and_nested(tmp_path: Path) -> None:
    tasks = (
        "from invoke import Collection\n"
        "from taskslib import make_ns, task\n"
        "@task\ndef own(c):\n    print('mine')\n"
        "ns = Collection(own)\n"
        "ns.add_collection(make_ns(project='one'), 'first')\n"
        "ns.add_collection(make_ns(project='two'), 'second')\n"
    )
    root = write(tmp_path / "shop", multi(**{"tasks.py": tasks}))
    assert inv(root, "own") == Ran(0, "mine\n", "")
    assert inv(root, "first.services").out.startswith("one: ")
    assert inv(root, "second.services").out.startswith("two: ")
    write(root, {"tasks.py": tasks.replace("project='one'", "jbos=1")})
    assert inv(root, "first.services").code == 2
