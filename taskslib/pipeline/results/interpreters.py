"""Interpreters that suites are run with, as far as these are others than the machine's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from taskslib import identities
from taskslib.errors import ConfigError, EnvironmentFailure
from taskslib.frameworks.environments.interpreter import is_ours
from taskslib.project.model import Suite


@dataclass(frozen=True, slots=True)
class Used:
    """Interpreters of one folder; a suite in there uses one of them."""

    identity: str
    programs: tuple[str, ...] = ()
    """Their files; none where an environment isn't made yet."""


def interpreters(suites: Sequence[Suite]) -> dict[Path, Used]:
    """Return the interpreters that are used besides the machine's, by the suites' folders.

    Which these are is found without starting any: in environments of earlier runs.
    """
    folders = dict.fromkeys(suite.folder for suite in suites if suite.runner is None)
    found = {folder: [*_pythons(folder), *_nodes(folder)] for folder in folders}
    return {
        folder: Used(
            " ".join(identity for identity, _ in used),
            tuple(program for _, program in used if program),
        )
        for folder, used in found.items()
        if used
    }


def _pythons(folder: Path) -> Iterator[tuple[str, str]]:
    try:
        if is_ours(folder):
            return
        from taskslib.frameworks.environments.prepare import other_interpreter
        from taskslib.frameworks.pytest import NEEDS

        program = other_interpreter(folder, NEEDS)
    except (ConfigError, EnvironmentFailure):
        return  # a run says what is wrong
    if program is not None:
        identity = identities.programs([program], "")[program] if program else identities.UNSET
        yield f"python {identity}", program


def _nodes(folder: Path) -> Iterator[tuple[str, str]]:
    if not (folder / "package.json").is_file():
        return
    from taskslib.frameworks.node.interpreter import from_wheels
    from taskslib.frameworks.node.package import read_package

    try:
        package = read_package(folder, lock=False)
        found = [] if package is None else [*from_wheels(package)]
    except ConfigError:
        return
    yield from ((f"node {version}", program) for version, program in found)
