"""The JSON schema of `[tool.taskslib]`, for editors: made from the types, their words included.

It is shipped as `schema.json` beside this file, which a test keeps in step:
`python -m taskslib.project.schema` writes it. JSON Schema draft 7 is what editors and SchemaStore
take; TOML knows no null.
"""

from __future__ import annotations

import ast
import inspect
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

SCHEMA_FILE = Path(__file__).with_name("schema.json")
_DRAFT = "http://json-schema.org/draft-07/schema#"
_DEFINITIONS = "#/definitions/"


def table_schema() -> dict[str, Any]:
    """Return the schema of the table, in the form that SchemaStore has for a part of pyproject."""
    import msgspec

    from taskslib.project import config

    [root], components = msgspec.json.schema_components(
        [config.Config], ref_template=_DEFINITIONS + "{name}"
    )
    words = _words(inspect.getsource(config))
    definitions = {name: _definition(one, words[name]) for name, one in components.items()}
    first, second = config.TOGETHER
    together = {first: [second], second: [first]}
    definitions[config.SuiteConfig.__name__]["dependencies"] = together
    table = definitions.pop(root["$ref"].removeprefix(_DEFINITIONS))
    schema = {"$schema": _DRAFT, **table, "definitions": definitions}
    plain: dict[str, Any] = json.loads(encoded(schema))  # the types' defaults are tuples
    return plain


def file_schema(table: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a whole pyproject.toml that says something of our table only."""
    inner = {key: value for key, value in table.items() if key not in {"$schema", "definitions"}}
    tool = {"type": "object", "properties": {"taskslib": inner}}
    return {
        "$schema": _DRAFT,
        "type": "object",
        "properties": {"tool": tool},
        "definitions": table["definitions"],
    }


def encoded(schema: dict[str, Any]) -> str:
    """Return a schema as text."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _definition(component: dict[str, Any], words: dict[str, str]) -> dict[str, Any]:
    properties = {
        name: _property(one, words.get(name, "")) for name, one in component["properties"].items()
    }
    return {
        "type": "object",
        "description": component["description"],
        "properties": properties,
        "required": component["required"],
        "additionalProperties": False,
    }


def _property(given: dict[str, Any], words: str) -> dict[str, Any]:
    """Return a key's schema; what is null by default just isn't there."""
    kept = dict(given)
    if "anyOf" in kept:
        kinds = [one for one in kept.pop("anyOf") if one != {"type": "null"}]
        kept = {**(kinds[0] if len(kinds) == 1 else {"anyOf": kinds}), **kept}
    if isinstance(kept.get("default"), dict):
        kept["default"] = {key: one for key, one in kept["default"].items() if one is not None}
    if kept.get("default", ...) in (None, {}):
        del kept["default"]
    if "$ref" in kept:  # beside which draft 7 sees nothing
        kept["allOf"] = [{"$ref": kept.pop("$ref")}]
    return {**({"description": words} if words else {}), **kept}


def _words(source: str) -> dict[str, dict[str, str]]:
    """Return what stands below each field of each class, by their names."""
    found: dict[str, dict[str, str]] = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef):
            found[node.name] = dict(_documented(node.body))
    return found


def _documented(body: list[ast.stmt]) -> list[tuple[str, str]]:
    return [
        (field.target.id, inspect.cleandoc(below.value.value).replace("\n", " "))
        for field, below in pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(below, ast.Expr)
        and isinstance(below.value, ast.Constant)
        and isinstance(below.value.value, str)
    ]


if __name__ == "__main__":
    SCHEMA_FILE.write_text(encoded(table_schema()), "utf-8", newline="\n")
