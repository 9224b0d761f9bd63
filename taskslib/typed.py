"""Tasks as they are typed here: a repo may give them a prefix, or have no `inv` at all.

Words for people name tasks as `inv infra-up`. That is right where a tasks.py has them by these
names. Under `make_ns(prefix="lib-")`, in a nested collection, or by the command `taskslib`, the
same words would be refused, or run a task of somebody else's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

_NAMED = re.compile(r"\binv (?=[a-z]+(?:-[a-z]+)*\b)")
_PLAIN = "inv "
_PREFIX = re.compile(r"[\w.-]*")


class _Beginning:
    """What is typed before a task. No context variable: threads of a run make words, too."""

    program: Callable[[], str] = staticmethod(lambda: "inv")
    prefix = ""


def typed_as(program: Callable[[], str], prefix: str = "") -> None:
    """Tell how tasks are typed from now on.

    Args:
        program: Returns what is typed before a task; it is asked only where words name one.
        prefix: What stands before each task's name.
    """
    _Beginning.program = staticmethod(program)
    _Beginning.prefix = prefix


def prefix_of(words: Iterable[str], names: Iterable[str]) -> str:
    """Return what somebody typed before a task's name, collections included; empty for nothing.

    Args:
        words: The command line.
        names: Those of the task, without a prefix: `infra-up`, and its aliases.
    """
    longest_first = sorted(names, key=len, reverse=True)
    for word in words:
        for name in longest_first:
            before = word.removesuffix(name)
            if before != word and _PREFIX.fullmatch(before):
                return before
    return ""


def prefix() -> str:
    """Return what stands before each task's name here."""
    return _Beginning.prefix


def as_typed(words: str) -> str:
    """Return words for people with the tasks that they name as these are typed here."""
    if _PLAIN not in words:
        return words
    beginning = f"{_Beginning.program()} {_Beginning.prefix}"
    return words if beginning == _PLAIN else _NAMED.sub(lambda _: beginning, words)
