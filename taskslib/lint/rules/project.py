"""TL8xx: the repo as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from taskslib.lint.edits import removed
from taskslib.lint.rule import Hit, I, everywhere, hit, rule
from taskslib.lint.stack import Stack


@rule(
    "TL801",
    "the obsolete `version:`",
    everywhere(I),
    fixes=True,
    why="Compose ignores it since 2020 and says so at every call. What a file may have depends on "
    "the version of Compose alone.",
    origin="Compose's specification: version is obsolete",
)
def _version(stack: Stack) -> Iterator[Hit]:
    for document in stack.documents:
        entry = document.entry("version")
        if entry:
            yield hit(entry, "`version:` means nothing any more", "leave it out", removed(entry))
