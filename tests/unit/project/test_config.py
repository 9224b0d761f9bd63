"""`[tool.taskslib]`: typed, nothing unknown, and never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from taskslib.errors import ConfigError
from taskslib.project.config import Config, ServiceConfig, read_config
from tests.support.projects import write

TABLE = "[tool.taskslib]\n"


def config(root: Path, text: str, **overrides: object) -> Config:
    return read_config(write(root, {"pyproject.toml": text}), overrides)


def test_without_any_file_the_conventions_hold(tmp_path: Path) -> None:
    assert read_config(tmp_path, {}) == Config()


def test_overrides_win_and_are_checked_alike(tmp_path: Path) -> None:
    text = f"[project]\nname = 'store'\n{TABLE}jobs = 3\npass_env = ['A']\n"
    assert config(tmp_path, text) == Config(project="store", jobs=3, pass_env=("A",))
    found = config(tmp_path, text, project="shop", pass_env=["B"], service={"web": {"stack": "x"}})
    assert found == Config(
        project="shop", jobs=3, pass_env=("B",), service={"web": ServiceConfig(stack="x")}
    )
    with pytest.raises(ConfigError, match="unknown key 'jbos'"):
        config(tmp_path, text, jbos=1)


def test_a_service_that_is_not_configured_has_the_defaults(tmp_path: Path) -> None:
    found = config(tmp_path, "[tool.taskslib.service.web]\ndockerfile = 'Containerfile'\n")
    assert found.of("web") == ServiceConfig(dockerfile="Containerfile")
    assert found.of("api") == ServiceConfig()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("tool = 3\n", "'tool' must be a table"),
        ("tool.taskslib = 3\n", "'taskslib' must be a table"),
        ("[[tool.taskslib]]\n", "'taskslib' must be a table"),
        ("project = 3\n", "'project' must be a table"),
        (
            f"{TABLE}services = 'services/*'\n",
            "[tool.taskslib]: Expected `array`, got `str` - at `$.services`",
        ),
        (
            f"{TABLE}service = 3\n",
            "[tool.taskslib]: Expected `object`, got `int` - at `$.service`",
        ),
        (
            f"{TABLE}service.web = 3\n",
            "[tool.taskslib]: Expected `object`, got `int` - at `$.service[...]`",
        ),
        (
            f"{TABLE}jobs = '4'\n",
            "[tool.taskslib]: Expected `int | null`, got `str` - at `$.jobs`",
        ),
        (
            f"{TABLE}project = '../shop'\n",
            r"[tool.taskslib]: Expected `str` matching regex '^[^/\\\\]+$' - at `$.project`",
        ),
        (
            f"{TABLE}project = ''\n",
            r"[tool.taskslib]: Expected `str` matching regex '^[^/\\\\]+$' - at `$.project`",
        ),
        (
            f"{TABLE}unit = {{command = ['x'], report = 'r', select = ['^{{patern}}$']}}\n",
            "[tool.taskslib]: unit.select: unknown placeholder {patern}",
        ),
        ("a = 1\na = 2\n", "Cannot overwrite a value (at line 2, column 6)"),
    ],
)
def test_what_is_wrong_names_the_file(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        config(tmp_path, text)
    assert refused.value.message == f"{tmp_path / 'pyproject.toml'}: {message}"


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="can't decode byte 0xff"):
        read_config(tmp_path, {})
    path.unlink()
    path.mkdir()
    with pytest.raises(ConfigError) as refused:
        read_config(tmp_path, {})
    assert refused.value.message.startswith(f"{path}: ")
