"""All that Compose reads of a stack: its files, those with variables, and what those stand for."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from taskslib.lint.files import Files
from taskslib.lint.nodes import Node
from taskslib.lint.ours import leads_out
from taskslib.lint.stack import Stack
from taskslib.lint.texts import default
from taskslib.project.dependencies.stacks import dotenv_values
from taskslib.project.environments import ENV, EXAMPLE
from taskslib.project.references.interpolation import blanks, variables

_REQUIRED = re.compile(r"\$\{([A-Za-z_]\w*):?\?")
_PROVIDED = {"TEST_INSTANCE_ID": "main", "COMPOSE_PROJECT_NAME": "main"}
"""What whoever starts a stack gives it, whatever is set."""
_GUESSES = ("1", "true", "/1")
"""For a variable of which no value is known: a number, a boolean, a path."""
_COMMENT_LINES = re.compile(r"^[ \t]*#.*", re.MULTILINE)

Texts = tuple[tuple[str, str], ...]
"""Paths and what is written there."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What Compose is given of a stack, without what lies outside of the repo."""

    files: tuple[str, ...]
    """Those that it is called with, in order."""
    documents: Texts
    """They, and what they include and extend."""
    variables: Texts = ()
    """`.env`, and what the documents name as files with variables: they may have secrets."""
    examples: Texts = ()
    """What says which variables there are to be; Compose does not read it."""

    @property
    def included(self) -> tuple[str, ...]:
        """Return the documents that others name."""
        return tuple(path for path, _ in self.documents if path not in self.files)

    def write(self, root: Path) -> bool:
        """Write what Compose reads into a folder; return whether there can be such files."""
        try:
            for path, text in (*self.variables, *self.documents):
                place = root / path
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(text.encode("utf-8", "surrogateescape"))
        except (OSError, ValueError):
            return False
        return True

    def values(self, environ: Mapping[str, str]) -> Values:
        """Return what variables stand for. An empty one counts as not set: the machine's own."""
        texts = [_COMMENT_LINES.sub("", text) for _, text in self.documents]
        taken = {one for text in texts for one in variables(text)}
        private = {name: environ[name] for name in taken if environ.get(name)}
        for path, text in self.variables:
            told = {name: value for name, value in dotenv_values(text, {}).items() if value}
            private |= {n: v for n, v in told.items() if _is_env(path) and n not in private}
        told = {}
        for _, text in self.examples:
            told |= dotenv_values(text, {})
        told |= _PROVIDED
        examples = {
            name: value
            for name, value in told.items()
            if value and name in taken and name not in private
        }
        known = {*private, *examples}
        every = (*texts, *(text for _, text in self.variables))
        required = {one for text in every for one in _REQUIRED.findall(text)} - known
        unset = {one for text in texts for one in blanks(text)} - known
        return Values(private, examples, frozenset(required), frozenset(unset | required))


@dataclass(frozen=True, slots=True)
class Values:
    """What the variables of a stack stand for."""

    private: Mapping[str, str]
    """By the environment and `.env`: nobody is to read them."""
    examples: Mapping[str, str]
    """By `.env.example` and those that start it, of those that nothing else sets."""
    required: frozenset[str]
    """Those without a value, without which Compose does not start."""
    unset: frozenset[str]
    """All without a value and without a default."""

    def guesses(self) -> Iterator[dict[str, str]]:
        """Yield what Compose is given, one after the other until it takes the files.

        What has to be set when the stack starts need not be set here.
        """
        yield {**self.examples, **dict.fromkeys(self.required, _GUESSES[0])}
        for guess in _GUESSES if self.unset else ():
            yield {**self.examples, **dict.fromkeys(self.unset, guess)}


def inputs(stack: Stack, files: Files) -> Inputs:
    """Return what Compose reads of a stack."""
    documents = {one.source.path: one.source.text for one in stack.documents}
    documents |= {source.path: source.text for source, _ in stack.unreadable}
    named, examples = {}, {}
    for path in {one for each in stack.documents for one in _named(each, stack)} - {*documents}:
        source = files.source(path)
        # Git often ignores what holds variables: where it is not there, its like is none.
        if source is not None or not _is_env(path):
            named[path] = source.text if source else ""
        example = files.source(posixpath.join(posixpath.dirname(path), EXAMPLE))
        if _is_env(path) and example is not None:
            examples[example.path] = example.text
    return Inputs(stack.files, *(_inside(one) for one in (documents, named, examples)))


def _inside(texts: Mapping[str, str]) -> Texts:
    return tuple(sorted(one for one in texts.items() if not leads_out(one[0])))


def _is_env(path: str) -> bool:
    return posixpath.basename(path) == ENV


def _named(document: Node, stack: Stack) -> Iterator[str]:
    """Yield the files with variables that a Compose file names, or that Compose looks for."""
    path = document.source.path
    folder = posixpath.dirname(stack.files[0] if path in stack.files else path)
    yield posixpath.join(folder, ENV)
    services, include = document.get("services"), document.get("include")
    entries = [*(services.fields().values() if services else ())]
    entries += include.each() if include else []
    for entry in entries:
        for key in ("env_file", "label_file"):
            told = entry.value.get(key)
            for one in told.texts() if told else ():
                if written := default(one.text):
                    yield posixpath.normpath(posixpath.join(folder, written))
