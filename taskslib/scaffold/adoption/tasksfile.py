"""A tasks.py that is there: its own tasks, and what it gives ours. Read, never imported."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_COLLECTIONS = ("ns", "namespace")
"""What Invoke takes all tasks from, where a file has it."""
_OF_MAKE_NS = ("include", "prefix")
"""What `make_ns` takes besides the configuration."""
_OWN = "own"


@dataclass(frozen=True, slots=True)
class OwnTask:
    """A task that a repo has already."""

    function: str
    name: str
    """As it is typed."""


@dataclass(frozen=True, slots=True)
class TasksFile:
    """What a tasks.py says."""

    tasks: tuple[OwnTask, ...] = ()
    collection: str = ""
    """What its collection is called; empty where Invoke makes one of its tasks."""
    configuration: Mapping[str, Any] | None = field(default_factory=dict)
    """What `make_ns` gets; None where only running it says that."""
    defined: frozenset[str] = frozenset()
    """Names of its functions."""
    readable: bool = True
    """Whether it is Python."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands around our collection, in a file that has tasks of its own."""

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    helper: str = "make"
    """What the function is called that runs a target of the Makefile."""


def tasks_of(text: str) -> TasksFile:
    """Return what a tasks.py says. It is anybody's, and is not run."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return TasksFile(configuration=None, readable=False)
    functions = [one for one in tree.body if isinstance(one, ast.FunctionDef)]
    assigned = {name for one in tree.body for name in _assigned(one)}
    own = (_own(one) for one in functions)
    return TasksFile(
        tuple(one for one in own if one is not None),
        next((one for one in _COLLECTIONS if one in assigned), ""),
        _configuration(tree),
        frozenset(one.name for one in functions),
    )


def beside(theirs: TasksFile, ours: Collection[str]) -> Beside:
    """Return the lines by which a file keeps its own tasks when it gets ours.

    Args:
        theirs: The file.
        ours: Names that tasks have in our collection.
    """
    helper = "make" if "make" not in theirs.defined else "run_make"
    if theirs.collection:
        before = (f"theirs = {theirs.collection}",)
        return Beside(before, (f'ns.add_collection(theirs, name="{_OWN}")',), helper)
    lines = []
    for one in theirs.tasks:
        name = _free(one.name, theirs, ours)
        told = "" if name == one.name else f', name="{name}"'
        lines.append(f"ns.add_task({one.function}{told})")
    return Beside((), tuple(lines), helper)


def remarks(theirs: TasksFile, ours: Collection[str]) -> Iterator[str]:
    """Yield what a person should know of a file's own tasks beside ours."""
    if not theirs.readable:
        yield "tasks.py is no Python that could be read: tasks of yours are for `ns.add_task`"
    if theirs.collection:
        yield f"your tasks are called {_OWN}.NAME by what is printed"
        return
    for one in theirs.tasks:
        if (name := _free(one.name, theirs, ours)) != one.name:
            yield (
                f"your task {one.name} has the name of one of ours: by what is printed it is "
                f'{name}; `make_ns(prefix="lib-")` gives ours other names instead'
            )


def _free(name: str, theirs: TasksFile, ours: Collection[str]) -> str:
    """Return what a task can be called that neither we nor they have."""
    taken = {*ours, *(one.name for one in theirs.tasks)}
    told = name
    while told in ours or (told != name and told in taken):
        told = f"{_OWN}-{told}"
    return told


def _assigned(statement: ast.stmt) -> Iterator[str]:
    targets: list[ast.expr] = []
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    elif isinstance(statement, ast.ImportFrom):
        yield from (one.asname or one.name for one in statement.names)
    yield from (one.id for one in targets if isinstance(one, ast.Name))


def _own(function: ast.FunctionDef) -> OwnTask | None:
    """Return a function that a decorator of Invoke's makes a task."""
    for one in function.decorator_list:
        call = one if isinstance(one, ast.Call) else None
        if _called(call.func if call else one) == "task":
            told = {key.arg: key.value for key in call.keywords} if call else {}
            name = told.get("name")
            given = name.value if isinstance(name, ast.Constant) else None
            typed = given if isinstance(given, str) else function.name
            return OwnTask(function.name, typed.replace("_", "-"))
    return None


def _called(function: ast.expr) -> str:
    """Return a name's last part: of `task`, `invoke.task`, `taskslib.make_ns`."""
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _configuration(tree: ast.Module) -> dict[str, Any] | None:
    """Return what the only call of `make_ns` gets besides names of tasks."""
    calls = [
        one
        for one in ast.walk(tree)
        if isinstance(one, ast.Call) and _called(one.func) == "make_ns"
    ]
    if len(calls) > 1:
        return None
    told: dict[str, Any] = {}
    for key in calls[0].keywords if calls else ():
        if key.arg in _OF_MAKE_NS:
            continue
        try:
            value = ast.literal_eval(key.value)
        except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
            return None
        if key.arg is None:
            return None
        told[key.arg] = value
    return told
