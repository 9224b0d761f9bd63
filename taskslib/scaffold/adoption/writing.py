"""The files of an adoption, as texts. Pure."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from taskslib.errors import ConfigError
from taskslib.scaffold.adoption.makefiles import Target
from taskslib.scaffold.adoption.tasksfile import Beside, TasksFile

_TASK = re.compile(r"test[-_][A-Za-z0-9][A-Za-z0-9_-]{0,60}", re.ASCII)
_BARE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_PREFIX = re.compile(r"test[-_]")

_NO_FILE = TasksFile()

_MAKE = '''\
def HELPER(target):
    """Run a target of the Makefile, and end as it does."""
    code = subprocess.call(["make", target], cwd=Path(__file__).parent)
    if code:
        raise SystemExit(code)
'''


@dataclass(frozen=True, slots=True)
class Taken:
    """Which targets become tasks."""

    names: tuple[str, ...]
    notes: tuple[str, ...]


def taken(targets: Iterable[Target], ours: Collection[str], theirs: TasksFile = _NO_FILE) -> Taken:
    """Return the targets that become tasks by name: those of tests that are none of ours.

    Args:
        targets: Of the Makefile. Their names are anybody's.
        ours: What tasks and their other names are called here.
        theirs: The tasks.py that is there.
    """
    own = {one.name for one in theirs.tasks}
    names: dict[str, str] = {}
    notes, same = [], []
    for target in targets:
        if not _PREFIX.match(target.name):
            continue
        typed = target.name.replace("_", "-")
        if not _TASK.fullmatch(target.name) or typed.endswith("-"):
            notes.append(f"make {target.name!r} can't be a task's name, and stays with make")
        elif typed in ours:
            same.append(target.name)
        elif typed in own or _identifier(target.name) in theirs.defined:
            notes.append(f"make {target.name} stays with make: your tasks.py has its name")
        elif typed in names:
            notes.append(f"make {target.name} stays with make: {names[typed]} has its name")
        else:
            names[typed] = target.name
    if same:
        notes.append(f"tasks of ours have the names of these targets: {', '.join(same)}")
    return Taken(tuple(names.values()), tuple(notes))


def tasks_file(
    names: Collection[str], table: Mapping[str, Any], beside: Beside | None = None
) -> str:
    """Return a tasks.py, or what one gets. Raises `ConfigError` where Python would not take it.

    Args:
        names: Targets of the Makefile that are to be tasks; `taken` has checked them.
        table: What `make_ns` gets; empty where pyproject.toml has it.
        beside: What keeps the tasks of a file that is there.
    """
    if not names and not table and beside is None:
        return 'from taskslib import ns\n\n__all__ = ["ns"]\n'
    beside = beside or Beside()
    parts = []
    if names:
        parts.append(
            "import subprocess\nfrom pathlib import Path\n\nfrom taskslib import make_ns, task\n"
        )
        parts.append(f"\n\n{_MAKE.replace('HELPER', beside.helper)}")
        parts += [_task(name, beside.helper) for name in names]
        parts.append("\n\n")
    else:
        parts.append("from taskslib import make_ns\n\n")
    parts += [f"{line}\n" for line in beside.before]
    inner = "".join(f"\n    {key}={_literal(one, 1)}," for key, one in table.items())
    parts.append(f"ns = make_ns({inner}\n)\n" if inner else "ns = make_ns()\n")
    parts += [f"ns.add_task({_identifier(name)})\n" for name in names]
    parts += [f"{line}\n" for line in beside.after]
    return _taken_by(ast.parse, "".join(parts))


def pyproject_table(table: Mapping[str, Any]) -> str:
    """Return the table as a pyproject.toml has it. Raises `ConfigError` where none can."""
    text = "\n".join(_tables(("tool", "taskslib"), table)).strip() + "\n"
    return _taken_by(tomllib.loads, text)


def _taken_by(reads: Callable[[str], object], text: str) -> str:
    """Return a text that is to be written, if what reads it does: else no task would work."""
    try:
        reads(text.encode("utf-8").decode("utf-8"))
    except (SyntaxError, ValueError) as error:
        raise ConfigError(
            f"what is to be written could not be read, so nothing was written: {error}",
            hint="a name or a value of the Makefile or of a script has signs that it can't have",
        ) from error
    return text


def _tables(path: tuple[str, ...], table: Mapping[str, Any]) -> Iterator[str]:
    plain = {key: one for key, one in table.items() if not _is_table(key, one)}
    inner = {key: one for key, one in table.items() if _is_table(key, one)}
    if plain or not inner:
        yield f"\n[{'.'.join(map(_key, path))}]"
    for key, one in plain.items():
        yield f"{_key(key)} = {_toml(one)}"
    for key, one in inner.items():
        yield from _tables((*path, key), one)


def _is_table(key: str, value: Any) -> bool:
    return isinstance(value, Mapping) and key != "env"


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(key)} = {_toml(one)}" for key, one in value.items())
        return f"{{ {inner} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value, ensure_ascii=False)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def _task(name: str, helper: str) -> str:
    return (
        f"\n\n@task\ndef {_identifier(name)}(c):\n"
        f'    """Run `make {name}`."""\n    {helper}("{name}")\n'
    )


def _identifier(name: str) -> str:
    return name.replace("-", "_")


def _literal(value: Any, depth: int) -> str:
    """Return a value as Python has it; a text that can be printed is the same in JSON."""
    if isinstance(value, Mapping):
        pad = "    " * (depth + 1)
        inner = "".join(
            f"\n{pad}{json.dumps(key, ensure_ascii=False)}: {_literal(one, depth + 1)},"
            for key, one in value.items()
        )
        return f"{{{inner}\n{'    ' * depth}}}" if inner else "{}"
    if isinstance(value, list):
        return f"[{', '.join(_literal(one, depth) for one in value)}]"
    return json.dumps(value, ensure_ascii=False)
