"""Which tests a Python file can have, read off its source: no misspelt one costs a stack. Pure.

Only what certainly isn't there is refused. A file can get tests in ways that its source does not
show: by `import *`, by what is called or decorates (pytest-bdd, parameterized), by inheritance, by
names that are computed. Where any of that is possible, nothing is known.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

_HARMLESS = frozenset({
    "pytest", "unittest", "mock", "patch", "hypothesis", "given", "settings", "example",
    "staticmethod", "classmethod", "property", "sys", "os", "warnings", "logging",
})  # fmt: skip
"""What is called and decorates without making tests, by the first of its names."""
_MAKERS = ("pytest_pycollect", "pytest_collect_file", "pytest_plugins")
"""What a conftest.py that collects in its own way has in it."""
_COMPUTED = re.compile(
    r"""(?<![\w.])(?:globals|locals|vars|setattr|exec|eval)\s*\(
    |\b(?:_getframe|currentframe|__dict__|modules)\b""",
    re.VERBOSE,
)
"""How code gets at the names of its module."""
_Block = Iterable[ast.stmt]


class _Unknown(Exception):
    """What there is can't be read off the source."""


def others(source: str, test: str, conftests: Iterable[str] = ()) -> tuple[str, ...] | None:
    """Return what a file has instead of a test that it certainly hasn't; else None.

    Args:
        source: The file's text.
        test: What follows the file in pytest's id: `test_a`, `TestB::test_c[x]`.
        conftests: Texts of the conftest.py files that count for it.
    """
    if _COMPUTED.search(source) or any(maker in text for text in conftests for maker in _MAKERS):
        return None
    try:
        return _others(ast.parse(source).body, test.partition("[")[0].split("::"))
    except (SyntaxError, ValueError, RecursionError, _Unknown):
        return None


def _others(block: _Block, names: list[str]) -> tuple[str, ...] | None:
    first, *rest = names
    defined = dict(_defined(block))
    if first not in defined:
        # What other plugins call theirs (`mypy`, `FLAKE8`, a doctest's place) is no business here.
        known = tuple(name for name in defined if _is_test(name))
        return known if _is_test(first) and "." not in first else None
    node = defined[first]
    if not rest or not isinstance(node, ast.ClassDef) or node.bases or node.keywords:
        return None
    within = _others(node.body, rest)
    return within and tuple(f"{first}::{name}" for name in within)


def _is_test(name: str) -> bool:
    return name.lower().startswith("test")


def _defined(block: _Block) -> Iterator[tuple[str, ast.stmt]]:
    """Yield what statements bind, also those in branches. Raises `_Unknown`."""
    for statement in block:
        match statement:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                _check(statement.decorator_list)
                yield statement.name, statement
            case ast.Import(names) | ast.ImportFrom(names=names):
                for one in names:
                    if one.name == "*":
                        raise _Unknown
                    yield one.asname or one.name, statement
            case ast.Expr(value):
                _check(one for one in ast.walk(value) if isinstance(one, ast.Call))
                yield from ((name, statement) for name in _stored(value))
            case _:
                yield from _bound(statement)


def _bound(statement: ast.stmt) -> Iterator[tuple[str, ast.stmt]]:
    """Yield what an assignment or a statement with blocks binds."""
    blocks: list[ast.stmt] = []
    for child in ast.iter_child_nodes(statement):
        if isinstance(child, ast.stmt):
            blocks.append(child)
        elif isinstance(child, ast.ExceptHandler | ast.match_case):
            blocks += child.body
        else:
            yield from ((name, statement) for name in _stored(child))
    yield from _defined(blocks)


def _stored(node: ast.AST) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(getattr(one, "ctx", None), ast.Store):
            if isinstance(one, ast.Name):
                yield one.id
            elif isinstance(one, ast.Attribute) or not _is_harmless(one):
                raise _Unknown  # of a module, or of what is one's names


def _check(nodes: Iterable[ast.AST]) -> None:
    """Raise `_Unknown` for what is called or decorates and could make tests."""
    if not all(map(_is_harmless, nodes)):
        raise _Unknown


def _is_harmless(node: ast.AST) -> bool:
    while isinstance(node, ast.Attribute | ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return isinstance(node, ast.Name | ast.Tuple | ast.List | ast.Starred) and (
        not isinstance(node, ast.Name) or node.id in _HARMLESS
    )
