"""The reference pages, made from the code when the site is built: there is nothing to keep in step.

MkDocs loads this file as a hook. Commands come from the tasks and their help, settings from the
JSON schema (which comes from the types), rules from what `inv lint --explain` prints.
"""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from invoke.parser.argument import Argument
from invoke.tasks import Task
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

_DEFINITION = "#/definitions/"
_SIGNS = str.maketrans({"<": "&lt;", "|": "&#124;"})
_COMMANDS = """\
# Commands

What `inv --help TASK` prints, of all tasks. `taskslib TASK` is the same without a tasks.py.

## Exit codes
"""
_INVOKES_OWN = """\
What Invoke itself refuses, an unknown task or option, is 1 under `inv` and 2 under `taskslib`.
"""
_CONFIGURATION = """\
# Configuration

Every key of `[tool.taskslib]` in pyproject.toml. Nearly all have a default, which is the
convention: a repo that follows it needs none. `inv schema` prints the same as a JSON schema, by
which editors complete and check.

What wins, the first first: the command line; variables (`INVOKE_TASKSLIB_JOBS=2`); Invoke's own
files; `make_ns(jobs=4)` in tasks.py; pyproject.toml; the default.
"""
_LINT = """\
# Rules of lint

What `inv lint --explain RULE` prints, of all rules. A rule looks at which environment a file is
for: what is right in a test stack can be a mistake in production.

`# taskslib: ignore TL101 REASON` on a line, or above it, leaves the line out; of several rules with
`ignore TL101 TL105 REASON`.
"""
_OF_FILES = """\
About files as such:
"""


def commands() -> str:
    """Return the page about all tasks: what each does, its options, an example."""
    from taskslib.cli.namespace import GROUPS, typed_name

    lines = [_COMMANDS, *_table(("code", "means"), _exit_codes()), _INVOKES_OWN]
    for title, files in GROUPS.items():
        lines += ["", f"## {title}"]
        for task in sorted((one for file in files for one in file.TASKS), key=typed_name):
            lines += ["", f"### {typed_name(task)}", "", *_command(task)]
    return _text(lines)


def configuration() -> str:
    """Return the page about every key of `[tool.taskslib]`."""
    from taskslib.project.schema import table_schema

    schema = table_schema()
    lines = [_CONFIGURATION]
    for name, table in {"Config": schema, **schema["definitions"]}.items():
        heading, words = _parted(table["description"])
        lines += ["", f"## {heading} {{ #{_anchor(name)} }}", "", words, ""]
        keys = table["properties"].items()
        rows = ((f"`{key}`", _kind(one), _default(one), one["description"]) for key, one in keys)
        lines += _table(("key", "type", "default", "what it is"), rows)
    return _text(lines)


def lint() -> str:
    """Return the page about every rule of `inv lint`."""
    from taskslib.lint.catalogue import OWN, catalogue, explained

    rules = catalogue().values()
    lines = [
        _LINT,
        *_table(
            ("rule", "finds"), ((f"[{one.id}](#{one.id.lower()})", one.title) for one in rules)
        ),
        _OF_FILES,
        *_table(("rule", "finds"), OWN.items()),
    ]
    for rule in rules:
        _, _, why, _, *about = explained(rule)
        lines += [f"## {rule.id}", "", f"**{rule.title}**", "", _escaped(why), ""]
        lines += [f"- {_escaped(one)}" for one in about] + [""]
    return _text(lines)


PAGES: Mapping[str, Callable[[], str]] = {
    "reference/commands.md": commands,
    "reference/configuration.md": configuration,
    "reference/lint.md": lint,
}
"""By the page's place among those written by hand."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages to those that MkDocs found."""
    for place, page in PAGES.items():
        files.append(File.generated(config, place, content=page()))
    return files


def _command(task: Task[Any]) -> Iterator[str]:
    words = inspect.getdoc(task.body) or ""
    told, _, example = words.partition("\nExample: ")
    yield _escaped(told.strip())
    if task.aliases:
        yield f"\nAlso: {', '.join(f'`{alias}`' for alias in task.aliases)}."
    yield from ("", "```", example.strip(), "```", "")
    rows = [(f"`{_typed(one)}`", one.help or "") for one in task.get_arguments()]
    if rows:
        yield from _table(("option", "what it does"), rows)


def _typed(argument: Argument) -> str:
    """Return an argument as one types it."""
    name = (argument.name or "").replace("_", "-")
    if argument.positional:
        return name.upper()
    return f"--{name}=…" if argument.takes_value else f"--{name}"


def _exit_codes() -> Iterator[tuple[str, str]]:
    """Yield each exit code and what stands below it where it is defined."""
    from taskslib.errors import ExitCode

    nodes = ast.walk(ast.parse(inspect.getsource(ExitCode)))
    [body] = [node.body for node in nodes if isinstance(node, ast.ClassDef)]
    for one, below in pairwise(body):
        if isinstance(one, ast.Assign) and isinstance(below, ast.Expr):
            yield ast.unparse(one.value), str(ast.literal_eval(below.value))


def _parted(description: str) -> tuple[str, str]:
    """Return what heads a table, and what is said of it: they are one text in the types."""
    if description.startswith("`"):
        heading, _, words = description[1:].partition("`")
        return f"`{heading}`", _sentence(words.lstrip(":. "))
    return "A suite of your own command", description


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _anchor(name: str) -> str:
    return name.removesuffix("Config").lower() or "taskslib"


def _kind(key: Mapping[str, Any]) -> str:
    """Return a key's type, as one says it."""
    if "allOf" in key or "$ref" in key:
        name = key["$ref"] if "$ref" in key else key["allOf"][0]["$ref"]
        return f"[table](#{_anchor(name.removeprefix(_DEFINITION))})"
    if "enum" in key:
        return " or ".join(f"`{json.dumps(one)}`" for one in key["enum"])
    if "anyOf" in key:
        return " or ".join(_kind(one) for one in key["anyOf"])
    if "additionalProperties" in key:
        return f"{_kind(key['additionalProperties'])} a name"
    if key.get("type") == "array":
        return f"list of {_kind(key['items'])}s"
    return str(key.get("type", "any"))


def _default(key: Mapping[str, Any]) -> str:
    if isinstance(key.get("default"), dict):  # it is in the table's own rows
        return ""
    return f"`{json.dumps(key['default'], ensure_ascii=False)}`" if "default" in key else ""


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = [head, ("---",) * len(head), *rows]
    return [*("| " + " | ".join(map(_cell, line)) + " |" for line in lines), ""]


def _cell(text: str) -> str:
    return _escaped(text.replace("\n", " "))


def _escaped(text: str) -> str:
    """Return a text whose signs stand for themselves; between backticks they do so anyway."""
    pieces = text.split("`")
    pieces[::2] = [piece.translate(_SIGNS) for piece in pieces[::2]]
    return "`".join(pieces)


def _text(lines: list[str]) -> str:
    return "\n".join(lines).rstrip() + "\n"
