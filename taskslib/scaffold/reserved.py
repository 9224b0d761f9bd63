"""Names that something else has: in Compose files, in the repo, or where Python imports it from."""

from __future__ import annotations

import re

_WORDS = frozenset({"false", "null", "true"})
"""What is no text in YAML (1.2, the core schema), where Compose and the record have names."""
_DEVICES = re.compile(r"con|prn|aux|nul|com\d|lpt\d")
"""What no file can be called on Windows."""
_TAKEN = frozenset({"database", "deploy", "localhost", "taskslib", "test", "tests"})
"""In Compose files, in the repo, or in ours. `test` is the environment of tests, and a package of
Python's."""
_MEANS_SEVERAL = frozenset({"all", "project"})
"""What a service beside others would be mistaken for."""
_TESTS_IMPORT = frozenset({
    "colorama", "coverage", "exceptiongroup", "execnet", "iniconfig", "packaging", "pluggy",
    "psycopg", "psycopg_binary", "psycopg_c", "py", "pygments", "pytest", "tomli",
    "typing_extensions", "tzdata", "xdist",
})  # fmt: skip
"""Packages of pytest, of what it and the template's services need, on every platform and Python.
A service's own stands before them where its tests run."""
_TASKS_IMPORT = frozenset({
    "annotated_types", "anyio", "copier", "dockerfile_parse", "dotenv", "dunamai", "filelock",
    "funcy", "idna", "importlib_metadata", "invoke", "jinja2", "jinja2_ansible_filters",
    "junitparser", "lazy_importer", "markdown_it", "markupsafe", "mdurl", "msgspec", "pathspec",
    "platformdirs", "plumbum", "prompt_toolkit", "pydantic", "pydantic_core", "python_on_whales",
    "questionary", "rich", "ruamel", "semantic_version", "services", "sniffio", "tap", "tasks",
    "typing_inspection", "uv", "watchfiles", "wcwidth", "yaml", "zipp",
})  # fmt: skip
"""What `inv` imports, of the repo's top folder before all others: its tasks.py, and our packages.
And `services`, which would make a flat project one of several services."""


def is_device(name: str) -> bool:
    """Return whether Windows has a device of that name, and so no file."""
    return _DEVICES.fullmatch(name) is not None


def is_reserved(name: str) -> bool:
    """Return whether nothing that has a name in YAML and in folders may be called so."""
    return is_device(name) or name in _WORDS


def is_taken(name: str) -> bool:
    """Return whether no service may be called so: its name or its package is something else's."""
    return is_reserved(name) or name in _TAKEN or name.replace("-", "_") in _TESTS_IMPORT


def means_several(name: str) -> bool:
    """Return whether no service beside others may be called so."""
    return name in _MEANS_SEVERAL


def is_imported_by_tasks(package: str) -> bool:
    """Return whether no package at the top of a repo may be called so: `inv` would import it."""
    return package in _TASKS_IMPORT
