"""`prepare`: from a folder with a package.json to a Node that runs its tests."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from taskslib.cancellation import Cancellation
from taskslib.errors import EnvironmentFailure
from taskslib.frameworks.node import links
from taskslib.frameworks.node.interpreter import choose
from taskslib.frameworks.node.package import LOCK, Package, agrees, installed, read_package
from taskslib.frameworks.node.packages import Packages, in_folder


@dataclass(frozen=True, slots=True)
class NodeEnvironment:
    """A Node and the packages of a folder, ready."""

    program: Path
    modules: Path
    """The `node_modules` that a file in the folder sees first."""
    variables: Mapping[str, str]
    """PATH with the packages' programs and Node first."""


def prepare(folder: Path, cancellation: Cancellation) -> NodeEnvironment:
    """Make the environment of a folder with a package.json, or find it made.

    Packages come from package-lock.json, by `npm ci`, once for all folders with that lock; the
    folder's `node_modules` then shows them. A `node_modules` that somebody else made is used as it
    is, and refused where it is not what the lock pins.

    Raises `EnvironmentFailure` where it cannot be made, `ConfigError` for a malformed file.
    """
    package = read_package(folder)
    if package is None:
        raise EnvironmentFailure(f"{folder}: there is no package.json", hint="npm init")
    node = choose(package, cancellation)
    modules = folder / "node_modules"
    if package.locked is not None and not package.has_local:
        if not links.is_ours(modules):
            _refuse_other(modules, package)
        elif not links.link(modules, Packages(folder, node, cancellation).ensure()):
            _refuse_other(modules, package)  # somebody's own came meanwhile
    elif not any(links.entries(modules)):
        modules = _above(folder, package)
    path = (str(modules / ".bin"), str(node.program.parent), os.environ.get("PATH", ""))
    return NodeEnvironment(
        node.program, modules, {"PATH": os.pathsep.join(part for part in path if part)}
    )


def _refuse_other(modules: Path, package: Package) -> None:
    if not modules.is_dir():
        raise EnvironmentFailure(
            f"{package.folder.name}: {modules} is no folder", hint=f"remove {modules}"
        )
    found = installed(modules)
    # Other package managers leave no such list; what they install is their user's business.
    if found is not None and not agrees(found, package.locked or {}):
        raise EnvironmentFailure(
            f"{package.folder.name}: node_modules is not what {LOCK} pins",
            hint=f"npm ci {in_folder(package.folder)}",
        )


def _above(folder: Path, package: Package) -> Path:
    """Return a workspace's `node_modules`, further up; where nothing is needed, none need exist."""
    for parent in folder.parents:
        if any(links.entries(parent / "node_modules")):
            return parent / "node_modules"
        if (parent / ".git").exists():
            break
    if package.dependencies:
        command = "npm ci" if package.locked is not None else "npm install"
        raise EnvironmentFailure(
            f"{folder.name}: its packages are not installed, and "
            + (f"{LOCK} names local ones" if package.locked else f"there is no {LOCK}"),
            hint=f"{command} {in_folder(folder)}",
        )
    return folder / "node_modules"
