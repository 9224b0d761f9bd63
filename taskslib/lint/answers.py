"""What Compose says of a stack that it does not take, made to say where. It tells no secrets.

Compose quotes what it cannot read, also of files with variables: of those its words are not told.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from taskslib.lint.inputs import Inputs, Values
from taskslib.project.dotenv import troubles
from taskslib.stacks.compose_errors import located

_NOT_OURS = re.compile(
    r"no such file or directory|env file .* not found|cannot find the (?:file|path)"
)
"""What is missing on this machine, and not wrong in the files."""
_OF_VARIABLES = re.compile(
    r"(?:failed to read .+?: )?"
    r"(?:line (?P<line>\d+): |invalid template: |required variable |setenv: )",
    re.IGNORECASE,
)
"""How Compose begins to speak of a file with variables; it does not always say of which."""
_CERTAIN = re.compile(
    r"additional propert|must be an? (?:list|mapping|string|number|integer|boolean|object|array)|"
    r"got \w+, want |invalid interpolation format|yaml: ",
    re.IGNORECASE,
)
"""What is wrong whatever variables stand for: by the schema, as YAML, as a variable."""
_PIECES = re.compile(r"[^\s:/@,;=\"'\[\]{}()]+")
_SHORT = 3


@dataclass(frozen=True, slots=True)
class Refusal:
    """What Compose says of files that it does not take."""

    path: str
    line: int
    problem: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What asking Compose came to."""

    said: str = ""
    """Its words, which may have secrets; empty where it takes the files."""
    refusal: Refusal | None = None
    """None also where it may be for the machine, or for variables without a value."""


def answer(root: Path, inputs: Inputs, values: Values, said: Sequence[str]) -> Answer:
    """Return what Compose says of files that it does not take, with its place in the repo.

    Args:
        root: Where the files were given to it.
        inputs: The files.
        values: What variables stand for.
        said: Its words, each with other values for variables that have none.
    """
    told = (_told(root, inputs, values, one) for one in said)
    refusal = next((one for one in told if one is not None), None)
    return Answer("\n".join(_short(root, one) for one in said), refusal)


def _told(root: Path, inputs: Inputs, values: Values, said: str) -> Refusal | None:
    words = " ".join(said.split())
    if _NOT_OURS.search(words):
        return None
    named = [path for path, _ in inputs.variables if str(root / path) in words]
    of_variables = _OF_VARIABLES.match(words)
    if named or of_variables:
        line = int(of_variables["line"] or 1) if of_variables else 1
        return _of_variables(inputs, max(named, key=len, default=""), line)
    if values.unset and not _CERTAIN.search(words):
        return None
    paths, line, words = located([root / one for one in (*inputs.files, *inputs.included)], said)
    problem = _short(root, words).removesuffix(": invalid compose project")
    problem = _masked(problem, values.private, "\n".join(text for _, text in inputs.documents))
    return Refusal(paths[0].relative_to(root).as_posix(), max(line, 1), problem)


def _of_variables(inputs: Inputs, named: str, line: int) -> Refusal:
    """Return what is wrong with a file of variables; `named` where Compose says which."""
    texts = {path: text for path, text in inputs.variables if named in {"", path}}
    for path, text in texts.items():
        for one in troubles(text):
            if one.fatal:
                return Refusal(path, one.line, one.what)
    if len(texts) != 1:
        return Refusal(inputs.files[0], 1, "it cannot read one of the files with variables")
    ((path, text),) = texts.items()
    last = max(1, len(text.splitlines()))
    return Refusal(path, min(line, last), "it cannot read this file with variables")


def _short(root: Path, words: str) -> str:
    """Return words with paths from the repo's root on."""
    return words.replace(f"{root}{os.sep}", "")


def _masked(words: str, private: Mapping[str, str], written: str) -> str:
    """Return words with the names of variables for values, also pieces, that no file has itself."""
    pieces = {
        piece: name
        for name, value in private.items()
        for piece in (value, *_PIECES.findall(value))
        if piece not in written
    }
    if not pieces:
        return words
    longest = sorted(pieces, key=len, reverse=True)
    any_ = "|".join(re.escape(one) if len(one) > _SHORT else _word(one) for one in longest)
    return re.sub(any_, lambda found: f"${{{pieces[found[0]]}}}", words)


def _word(piece: str) -> str:
    """Return what finds a short piece: by itself alone, since any word may have it within."""
    return rf"(?<!\w){re.escape(piece)}(?!\w)"
