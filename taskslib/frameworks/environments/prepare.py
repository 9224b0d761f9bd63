"""`prepare`: from a project's folder to a Python that runs its tests."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from taskslib.cancellation import Cancellation
from taskslib.errors import EnvironmentFailure
from taskslib.frameworks.environments.build import Builder
from taskslib.frameworks.environments.inputs import Inputs, digest, gather
from taskslib.frameworks.environments.interpreter import Interpreter, choose, running
from taskslib.frameworks.environments.store import Store, interpreter_below, programs, python
from taskslib.project.places import cache_root

_FORM = "1"
"""Changes when environments of older versions of taskslib must not be used any more."""


@dataclass(frozen=True, slots=True)
class Environment:
    """An environment that is ready."""

    python: Path
    """Its interpreter."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """PATH with its programs first, and VIRTUAL_ENV."""


def prepare(
    folder: Path, needs: tuple[str, ...], cancellation: Cancellation, *, root: Path | None = None
) -> Environment:
    """Make the environment of a project folder, or find it made (in milliseconds).

    Third parties come from `uv.lock` (the folder's, or that of the uv workspace it belongs to);
    else from a hashed `requirements-dev.lock` or `requirements.lock`; else from `[project]` with
    its `dev` (or `test`) group or extra; else from `requirements-dev.txt` and `requirements.txt`.
    Local packages are installed editable. Nothing is written into the repo.

    Args:
        folder: The folder of a service, a library or the repo.
        needs: Requirements that are added where the result doesn't meet them.
        cancellation: Ends uv when the run is to end.
        root: The repo's root, above which nothing is looked at; else git's idea of it.

    Raises:
        EnvironmentFailure: It cannot be made, for uv's reason in the error's details.
        ConfigError: The folder's pyproject.toml is malformed.
    """
    folder = folder.resolve()
    top = root.resolve() if root is not None else _repo_of(folder)
    inputs = gather(folder, top)
    builder = Builder(inputs, _interpreter(inputs), needs, top, os.environ, cancellation)
    try:
        layers = _layers(builder, Store(cache_root() / "environments"))
    except OSError as error:
        raise builder.failure(
            f"its environment cannot be made: {error}",
            hint="make room or permission for it, or set TASKSLIB_CACHE_DIR to another folder",
        ) from error
    path = [*map(str, map(programs, layers)), os.environ.get("PATH", "")]
    return Environment(
        python(layers[0]),
        {"PATH": os.pathsep.join(filter(None, path)), "VIRTUAL_ENV": str(layers[0])},
    )


def other_interpreter(folder: Path, needs: tuple[str, ...]) -> str | None:
    """Return the interpreter of the environment that `prepare` makes, without making that.

    None where it is the one that runs this, as with most; empty where the environment isn't there.
    """
    folder = folder.resolve()
    inputs = gather(folder, _repo_of(folder))
    interpreter = _interpreter(inputs)
    if not interpreter.sought:
        return None
    name = _names(inputs, interpreter, needs)[0]
    return interpreter_below(cache_root() / "environments" / name)


def _layers(builder: Builder, store: Store) -> tuple[Path, ...]:
    """Return the environments that are one to the suite, the one to be run first."""
    inputs, cancellation = builder.inputs, builder.cancellation
    first, second = _names(inputs, builder.interpreter, builder.needs)
    if not inputs.kind.shared:
        return (store.ensure(first, builder.own, cancellation),)
    base = store.ensure(first, builder.base, cancellation)
    if not inputs.locals:
        return (base,)
    overlay = store.ensure(second, lambda home: builder.overlay(home, base), cancellation)
    return (overlay, base)


def _names(inputs: Inputs, interpreter: Interpreter, needs: tuple[str, ...]) -> tuple[str, str]:
    """Return how the environment is called that has the third parties, and one over that."""
    made_with = (
        ("form", _FORM.encode()),
        ("python", interpreter.identity.encode()),
        *(("need", need.encode()) for need in sorted(needs)),
        *inputs.content,
    )
    own = digest(made_with, [("folder", os.fsencode(inputs.folder))], inputs.local_content)
    if not inputs.kind.shared:
        return f"own-{own}", ""
    return f"base-{digest(made_with)}", f"overlay-{own}"


def _interpreter(inputs: Inputs) -> Interpreter:
    try:
        return choose(inputs.requires_python, *running())
    except EnvironmentFailure as error:
        file = inputs.folder / "pyproject.toml"
        raise EnvironmentFailure(f"{file}: {error.message}", hint=error.hint) from error


def _repo_of(folder: Path) -> Path:
    """Return the nearest folder upwards with a `.git`, else the folder itself."""
    return next((path for path in (folder, *folder.parents) if (path / ".git").exists()), folder)
