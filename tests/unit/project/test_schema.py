"""The JSON schema of `[tool.taskslib]`: in step with the types, and it says the same as they do."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from taskslib.errors import ConfigError
from taskslib.project.config import read_config
from taskslib.project.schema import SCHEMA_FILE, encoded, file_schema, table_schema
from tests.support.projects import Ran, inv, multi, write

ROOT = Path(__file__).parents[3]
SCHEMA = table_schema()
VALIDATOR = Draft7Validator(SCHEMA)
SUITE = 'unit = {command = ["a"], report = "b"}'


def test_the_file_is_in_step_with_the_types() -> None:
    """If it isn't: python -m taskslib.project.schema."""
    assert SCHEMA_FILE.read_text("utf-8") == encoded(SCHEMA)


def test_it_is_a_schema() -> None:
    Draft7Validator.check_schema(SCHEMA)
    Draft7Validator.check_schema(file_schema(SCHEMA))


def keys(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for table in (schema, *schema["definitions"].values()):
        yield from table["properties"].items()


def test_every_key_says_what_it_is_for() -> None:
    assert [name for name, key in keys(SCHEMA) if not key.get("description")] == []
    assert dict(keys(SCHEMA))["jobs"] == {
        "description": "How many suites run at once; by default the number of processors.",
        "type": "integer",
        "minimum": 1,
    }


@pytest.mark.parametrize(
    ("table", "valid"),
    [
        ("", True),
        ('project = "shop"\njobs = 2\nservices = ["a/*"]', True),
        ("[limits]\nsuite = 1.5\n[slow]\nunit = 2\n[service.api]\nstack = 'x'", True),
        (SUITE, True),
        (f"[service.api]\n{SUITE}", True),
        ("[release]\nsbom = true", True),
        ("[release]\nsbom = 1", False),
        ("jbos = 2", False),
        ("jobs = 0", False),
        ('jobs = "2"', False),
        ('project = "a/b"', False),
        ("services = 'a'", False),
        ("[limits]\nsuite = 0", False),
        ("[limits]\nsiute = 1", False),
        ("[service.api]\nstakc = 'x'", False),
        ('unit = {command = [], report = "b"}', False),
        ('unit = {command = ["a"]}', False),
        ('unit = {report = "b"}', False),
        ('unit = {folder = "sub", env = {A_1 = "b"}}', True),
        ("unit = {env = {A = 1}}", False),
        ('unit = {env = {"A-B" = "c"}}', False),
        ('stack = ["a.yml", "b.yml"]', True),
        ("stack = []", False),
        ('unit = {command = ["a"], report = "b", progress = "xml"}', False),
        ("limits = 5", False),
        ("[release]\nsbom = false\n[ci]\nrunner = 'own'", True),
        ("[release]\nsbom = 'registry/image'", True),
        ("[ci]\nruner = 'own'", False),
    ],
)
def test_it_takes_what_taskslib_takes(tmp_path: Path, table: str, valid: bool) -> None:  # noqa: FBT001
    given = tomllib.loads(table)
    text = re.sub(r"^\[", "[tool.taskslib.", table, flags=re.MULTILINE)
    (tmp_path / "pyproject.toml").write_text(f"[tool.taskslib]\n{text}\n", "utf-8")
    whole = tomllib.loads((tmp_path / "pyproject.toml").read_text("utf-8"))
    assert VALIDATOR.is_valid(given) is valid
    assert Draft7Validator(file_schema(SCHEMA)).is_valid(whole) is valid
    try:
        read_config(tmp_path, {})
    except ConfigError:
        assert not valid
    else:
        assert valid


def test_the_docs_and_our_own_configuration_are_valid() -> None:
    texts = re.findall(r"```toml\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    texts.append((ROOT / "pyproject.toml").read_text("utf-8"))
    tables = [tomllib.loads(text).get("tool", {}).get("taskslib") for text in texts]
    assert len(tables) > 2
    for table in tables:
        assert list(VALIDATOR.iter_errors(table)) == []


def test_it_is_printed(tmp_path: Path) -> None:
    write(tmp_path, multi())
    assert inv(tmp_path, "schema") == Ran(0, encoded(SCHEMA), "")
    whole = inv(tmp_path, "schema", "--whole")
    assert json.loads(whole.out) == file_schema(SCHEMA)
