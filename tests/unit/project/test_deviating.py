"""Layouts that are by no convention: tests by globs, run elsewhere, on several Compose files."""

from __future__ import annotations

from pathlib import Path

import pytest

from taskslib.errors import ConfigError
from taskslib.events import Stage, SuiteId
from taskslib.project import load
from taskslib.project.model import Suite
from tests.support.projects import Ran, inv, repository, write

PRICE = "def price(n):\n    return 3 * n\n"
BESIDE = """
    import os
    from price import price

    def test_price():
        assert price(2) == 6
        assert os.environ["CURRENCY"] == "EUR"
"""


def found(root: Path, name: str, stage: Stage = Stage.UNIT) -> Suite:
    return next(one for one in load(root).suites if one.id == SuiteId(name, stage))


def beside(**changes: str) -> dict[str, str]:
    """Return a repo with tests beside sources, whose requirements are at the root."""
    config = """
        [tool.taskslib]
        services = ["src/*"]
        [tool.taskslib.service.shop]
        unit_tests = "**/*_test.py"
        service_tests = "**/*_itest.py"
        stack = ["../../compose.yml", "../../compose.test.yml"]
        dockerfile = "../../docker/shop.Dockerfile"
        [tool.taskslib.service.shop.unit]
        folder = "../.."
        env = {CURRENCY = "EUR", PYTHONPATH = "src/shop/lib:src/shop"}
    """
    return {
        "tasks.py": "from taskslib import ns\n",
        "pyproject.toml": config,
        "compose.yml": "services: {}\n",
        "compose.test.yml": "services: {}\n",
        "docker/shop.Dockerfile": "FROM scratch\n",
        "src/shop/lib/price.py": PRICE,
        "src/shop/lib/price_test.py": _flat(BESIDE),
        "src/shop/lib/price_itest.py": "def test_never():\n    assert 0\n",
        "src/shop/lib/conftest.py": "",
        **changes,
    }


def _flat(text: str) -> str:
    return "\n".join(line.removeprefix("    ") for line in text.splitlines())


def test_a_deviating_layout_as_data(tmp_path: Path) -> None:
    root = write(tmp_path / "repo", beside())
    unit, service = found(root, "shop"), found(root, "shop", Stage.SERVICE)
    folder = root / "src/shop"
    assert (unit.folder, unit.tests, unit.glob) == (root, folder, "**/*_test.py")
    assert (service.folder, service.glob) == (folder, "**/*_itest.py")
    assert unit.inputs == ("src/shop",)
    assert service.stack is not None
    assert service.stack.files == (root / "compose.yml", root / "compose.test.yml")
    assert load(root).services[0].dockerfile == root / "docker/shop.Dockerfile"


def test_it_runs_what_the_glob_finds_with_what_is_configured(tmp_path: Path) -> None:
    root = write(tmp_path / "repo", beside())
    repository(root)
    ran = inv(root, "test", "--stage", "unit", "--plain")
    assert (ran.code, ran.err) == (0, ""), ran.out + ran.err
    assert "✓ shop             1 passed" in ran.out
    again = inv(root, "test", "--stage", "unit", "--plain")
    assert "cached" in again.out
    changed = beside()["pyproject.toml"].replace("EUR", "USD")
    write(root, {"pyproject.toml": changed})
    red = inv(root, "test", "--stage", "unit", "--plain")
    assert red.code == 1
    assert "'USD' == 'EUR'" in red.out
    write(root, {"pyproject.toml": beside()["pyproject.toml"], "src/shop/lib/price.py": "price=1"})
    assert inv(root, "test", "--stage", "unit", "--plain").code == 1


def test_a_path_is_that_suites_whose_glob_finds_it(tmp_path: Path) -> None:
    root = write(tmp_path / "repo", beside())
    path = "src/shop/lib/price_test.py"
    ran = inv(root, "test", path, "--dry-run", "--force")
    assert ran == Ran(
        0, "Unit Tests\n  shop: environment > test\n      tests: src/shop/**/*_test.py\n", ""
    )


def test_a_glob_that_finds_nothing_is_a_gap(tmp_path: Path) -> None:
    files = beside()
    del files["src/shop/lib/price_test.py"]
    root = write(tmp_path / "repo", files)
    assert "shop has no unit tests (src/shop/**/*_test.py)" in load(root).gaps


def test_of_several_compose_files_each_must_be_there(tmp_path: Path) -> None:
    files = beside()
    del files["compose.test.yml"]
    with pytest.raises(ConfigError) as refused:
        load(write(tmp_path / "repo", files))
    assert refused.value.message == (
        "src/shop/**/*_itest.py has no Compose file: looked for compose.test.yml"
    )


def test_a_service_that_is_told_of_needs_no_sign(tmp_path: Path) -> None:
    config = "[tool.taskslib]\nservices = ['lib']\n"
    root = write(tmp_path / "repo", {"lib/a.py": "", "pyproject.toml": config})
    assert load(root).service_names() == ("repo",)
    write(root, {"pyproject.toml": f"{config}[tool.taskslib.service.lib]\n"})
    assert load(root).service_names() == ("lib",)


def test_make_ns_takes_every_key_as_the_file_does(tmp_path: Path) -> None:
    table = """\
        services=["src/*"],
        service={"shop": {
            "unit_tests": "**/*_test.py",
            "service_tests": "**/*_itest.py",
            "stack": ["../../compose.yml", "../../compose.test.yml"],
            "dockerfile": "../../docker/shop.Dockerfile",
            "unit": {
                "folder": "../..",
                "env": {"CURRENCY": "EUR", "PYTHONPATH": "src/shop/lib:src/shop"},
            },
        }},
    """
    by_file = write(tmp_path / "repo", beside())
    wanted = inv(by_file, "test", "--dry-run", "--force", "--stage", "unit,service")
    files = beside(**{"tasks.py": f"from taskslib import make_ns\nns = make_ns({table})\n"})
    del files["pyproject.toml"]
    by_call = write(tmp_path / "other" / "repo", files)
    got = inv(by_call, "test", "--dry-run", "--force", "--stage", "unit,service")
    assert (wanted.code, got) == (0, Ran(0, wanted.out, wanted.err))
    unit = inv(by_call, "test", "--stage", "unit", "--plain")
    assert unit.code == 0, unit.out
