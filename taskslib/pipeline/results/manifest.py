"""Everything that can change a suite's result, by name: its key, and what differs. Pure.

What is not in here can't decide whether a test passes: a suite gets no other variable
(`frameworks.variables`), and its stack is built from nothing else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from taskslib.disk import UNKNOWN
from taskslib.events import SuiteId
from taskslib.frameworks.variables import keyed_patterns
from taskslib.identities import UNSET
from taskslib.identities import variables as identified
from taskslib.project.dependencies.areas import Area, Index
from taskslib.project.dependencies.inputs import Dependencies, Inputs
from taskslib.project.model import Suite
from taskslib.version import __version__

DIFFERS = "differs"
"""The identity of what several engines don't have alike: a suite could come up on any of them."""
SCHEMA = "1"
"""Changes with what is in a manifest, or how it is written."""


@dataclass(frozen=True)
class Manifest:
    """What a suite's result depends on."""

    named: Mapping[str, str]
    """A kind and a name (`file services/api/app.py`) → what identifies it."""
    unknown: tuple[str, ...] = ()
    """Why it is not all there; such a result is never stored."""

    @cached_property
    def key(self) -> str:
        """The fingerprint: equal for equal manifests only."""
        total = hashlib.sha256()
        for pair in sorted(self.named.items()):
            for text in pair:
                piece = text.encode(errors="surrogateescape")
                total.update(b"%d:" % len(piece) + piece)
        return total.hexdigest()


def manifests(
    dependencies: Dependencies,
    suites: Sequence[Suite],
    files: Mapping[str, str],
    arguments: Sequence[str],
    environ: Mapping[str, str],
    asked: Mapping[str, str],
    *,
    parts: Mapping[SuiteId, Sequence[str]] | None = None,
) -> dict[SuiteId, Manifest]:
    """Return the manifest of each suite.

    Args:
        dependencies: What depends on what.
        suites: The suites.
        files: All files of the repo, with their identities.
        arguments: What is passed through to the frameworks.
        environ: The environment that a run has.
        asked: Identities of programs (`tool NAME`), images and the engine.
        parts: What picks a part of a suite; nothing where it is whole.
    """
    inputs = {suite.id: dependencies.of(suite) for suite in suites}
    index = Index({id_: one.areas for id_, one in inputs.items()})
    named: dict[SuiteId, dict[str, str]] = {id_: {} for id_ in inputs}
    shared: dict[str, str] = {}
    for path, identity in files.items():
        if dependencies.is_produced(path):
            continue
        if dependencies.everybodys(path):
            shared[f"file {path}"] = identity
        for owner in index.owners(path):
            named[owner][f"file {path}"] = identity
    common = {
        **shared,
        "tool taskslib": f"{__version__} {SCHEMA}",
        **{f"argument {number}": one for number, one in enumerate(arguments)},
    }
    missing = _missing(inputs.values(), files)
    found = {}
    for suite in suites:
        depends = inputs[suite.id]
        own = {**common, **named[suite.id], **_of(suite, dependencies, depends, environ, asked)}
        if part := (parts or {}).get(suite.id):
            own["suite part"] = "\0".join(part)
        found[suite.id] = Manifest(own, tuple(_unknown(own, depends, missing)))
    return found


def tools(suite: Suite) -> Iterator[str]:
    """Yield the programs of the machine that a suite is run with."""
    if (suite.folder / "package.json").is_file():
        yield "node"
    if suite.runner is not None:
        yield suite.runner.command[0]


def interpreter_of(folder: Path) -> str:
    """Return the name, in what was asked, of the interpreter that a folder has besides."""
    return f"tool interpreter of {folder}"


def _of(
    suite: Suite,
    dependencies: Dependencies,
    inputs: Inputs,
    environ: Mapping[str, str],
    asked: Mapping[str, str],
) -> dict[str, str]:
    named = {
        "suite project": dependencies.project.name,
        "suite name": str(suite.id),
        "suite folder": dependencies.place(suite.folder),
        "suite tests": dependencies.place(suite.tests),
        "tool python": asked["tool python"],
        **{f"tool {name}": asked.get(f"tool {name}", UNSET) for name in tools(suite)},
    }
    if interpreter_of(suite.folder) in asked and suite.runner is None:
        named["tool interpreter"] = asked[interpreter_of(suite.folder)]
    if suite.glob:
        named["suite glob"] = suite.glob
    named |= {f"configured {name}": value for name, value in suite.env}
    if suite.runner is not None:
        named["suite command"] = "\0".join((*suite.runner.command, suite.runner.report))
    patterns = (*keyed_patterns(suite.pass_env), *inputs.variables)
    ours = (name for name in patterns if name != "TEST_INSTANCE_ID")
    named |= {f"variable {name}": value for name, value in identified(environ, ours).items()}
    if suite.stack is not None:
        wanted = ("engine", "compose", *(f"image {image}" for image in inputs.images))
        named |= {name: asked.get(name, UNKNOWN) for name in wanted}
    return named


def _missing(inputs: Iterable[Inputs], files: Iterable[str]) -> frozenset[Area]:
    """Return the places that a configuration names and where no file is: they can be misspelt."""
    declared = {group[0]: group for one in inputs for group in one.declared}
    index = Index(declared)
    there = {area for path in files for area in index.owners(path)} if declared else set()
    return frozenset(declared.keys() - there)


def _unknown(named: Mapping[str, str], inputs: Inputs, missing: Collection[Area]) -> Iterator[str]:
    yield from inputs.unknown
    for place, *_ in inputs.declared:
        if place in missing:
            yield f"no file is in {place.path}, which it has as an input"
    for name, identity in named.items():
        if identity == UNKNOWN or identity.endswith(f"-> {UNKNOWN}"):
            kind, _, what = name.partition(" ")
            yield {
                "file": f"{what} can't be read",
                "image": f"image {what} is not on the engine (docker pull {what})",
            }.get(kind, f"the {kind} does not answer")
        elif identity == DIFFERS:
            yield f"{name} is not the same on all engines"


def differences(before: Mapping[str, str], now: Mapping[str, str]) -> Iterable[str]:
    """Return what differs between two manifests, as words; files first."""
    words = {"file": "", "image": "image ", "variable": "variable ", "tool": "tool "}

    def said(name: str) -> str:
        kind, _, what = name.partition(" ")
        return f"{words[kind]}{what}" if kind in words else name

    names = sorted({*before, *now}, key=lambda name: (not name.startswith("file "), name))
    for name in names:
        was, is_ = before.get(name), now.get(name)
        if was == is_:
            continue
        if was is None or was == UNSET:
            yield f"{said(name)} is new"
        elif is_ is None or is_ == UNSET:
            yield f"{said(name)} is gone"
        elif name.startswith("file ") and was.split(" ")[1:] == is_.split(" ")[1:]:
            yield f"{said(name)} has another mode"
        else:
            yield f"{said(name)} changed"
