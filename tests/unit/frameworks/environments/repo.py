"""Small real projects on disk, and what can be asked of an environment that was made for them."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import uv

from taskslib.cancellation import Cancellation
from taskslib.frameworks.environments.prepare import Environment, prepare

BUILD = {
    "flit": '[build-system]\nrequires = ["flit_core>=3.11"]\n'
    'build-backend = "flit_core.buildapi"\n',
    "setuptools": '[build-system]\nrequires = ["setuptools>=70"]\n'
    'build-backend = "setuptools.build_meta"\n[tool.setuptools]\nlicense-files = []\n',
    "": "",
}


def write_project(
    folder: Path,
    *,
    build: str = "flit",
    dependencies: Sequence[str] = (),
    groups: Mapping[str, Sequence[str]] | None = None,
    sources: Mapping[str, str] | None = None,
    more: str = "",
    python: str = ">=3.11",
) -> Path:
    """Write a project called like its folder: a module, a console script, dependencies."""
    folder.mkdir(parents=True, exist_ok=True)
    name = folder.name
    lines = [
        BUILD[build],
        f'[project]\nname = "{name}"\nversion = "1.0"\ndescription = "{name}"',
        f'requires-python = "{python}"\ndependencies = {json.dumps(list(dependencies))}',
        f'[project.scripts]\n{name}-says = "{name}:main"' if build else "",
        more,
        "[dependency-groups]" if groups else "",
        *(f"{group} = {json.dumps(list(names))}" for group, names in (groups or {}).items()),
        "[tool.uv.sources]" if sources else "",
        *(f"{source} = {{ {where} }}" for source, where in (sources or {}).items()),
    ]
    (folder / "pyproject.toml").write_text("\n".join(lines) + "\n", "utf-8")
    module = f"def main() -> None:\n    print({name!r}, 'of', __file__)\n"
    (folder / f"{name}.py").write_text(module, "utf-8")
    return folder


def run_uv(folder: Path, *arguments: str) -> str:
    """Run uv as a developer does."""
    done = subprocess.run(
        [uv.find_uv_bin(), *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def made(folder: Path, *needs: str, root: Path | None = None) -> Environment:
    return prepare(folder, needs, Cancellation(), root=root)


def ready(folder: Path, *needs: str) -> Environment:
    """Return an environment that is there already: this can start no program."""
    cancelled = Cancellation()
    cancelled.request(2)
    return prepare(folder, needs, cancelled)


def variables(environment: Environment) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return inherited | dict(environment.variables)


def run(environment: Environment, *argv: str, cwd: Path) -> str:
    """Run a program of an environment by its name, and return what it printed."""
    done = subprocess.run(
        argv, cwd=cwd, env=variables(environment), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


_LOOK = """
import importlib.metadata, importlib.util, json, sys
def version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
def file(name):
    spec = importlib.util.find_spec(name)
    return spec and spec.origin
names = sys.argv[1:]
print(json.dumps({name: [version(name), file(name)] for name in names}))
"""


def versions(environment: Environment, *names: str) -> dict[str, str | None]:
    """Return the versions of distributions as the environment's Python sees them."""
    return {name: found[0] for name, found in _looked(environment, names).items()}


def files(environment: Environment, *names: str) -> dict[str, Path | None]:
    """Return where modules come from."""
    found = _looked(environment, names)
    return {name: Path(where[1]) if where[1] else None for name, where in found.items()}


def _looked(environment: Environment, names: Sequence[str]) -> dict[str, Any]:
    done = subprocess.run(
        [str(environment.python), "-c", _LOOK, *names],
        cwd=environment.python.parent,
        env=variables(environment),
        capture_output=True,
        text=True,
        check=True,
    )
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def listing(folder: Path) -> dict[str, bytes | None]:
    """Return every path below a folder, with the content of files."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


def layers(cache: Path) -> dict[str, int]:
    """Return how many environments of each layer the cache holds."""
    names = [path.name for path in (cache / "environments").iterdir() if path.is_dir()]
    return {
        layer: count
        for layer in ("base", "overlay", "own")
        if (count := sum(name.startswith(f"{layer}-") for name in names))
    }
