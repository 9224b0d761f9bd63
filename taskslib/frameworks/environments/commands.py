"""uv's command lines and variables, as data. Nothing here runs anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from taskslib.frameworks.environments.inputs import Inputs, Kind
from taskslib.frameworks.environments.local import Local
from taskslib.frameworks.environments.paths import relative

_NOT_FOR_UV = frozenset({
    # The user's own environment and Python, which are not the suite's.
    "VIRTUAL_ENV", "CONDA_PREFIX", "CONDA_DEFAULT_ENV", "PYTHONHOME", "PYTHONPATH",
    "UV_PROJECT_ENVIRONMENT", "UV_PYTHON", "UV_SYSTEM_PYTHON", "UV_BREAK_SYSTEM_PACKAGES",
    # Another project, or another form of the command than ours.
    "UV_PROJECT", "UV_WORKING_DIR", "UV_WORKING_DIRECTORY", "UV_NO_PROJECT", "UV_LOCKED",
    "UV_FROZEN", "UV_NO_SYNC", "UV_NO_DEV", "UV_DEV", "UV_NO_GROUP", "UV_NO_DEFAULT_GROUPS",
    "UV_NO_EDITABLE", "UV_REQUIRE_HASHES", "UV_NO_SOURCES", "UV_VENV_SEED", "UV_VENV_CLEAR",
    # Its output is shown as it is.
    "FORCE_COLOR", "CLICOLOR_FORCE", "UV_QUIET", "RUST_LOG",
})  # fmt: skip


def uv_variables(environ: Mapping[str, str], scratch: Path) -> dict[str, str]:
    """Return the environment for uv: the machine's index, proxy, CA and cache settings.

    `scratch` is where build backends put what they would otherwise leave in the sources.
    """
    kept = {name: value for name, value in environ.items() if name.upper() not in _NOT_FOR_UV}
    return kept | {
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_NO_PROGRESS": "1",
        "NO_COLOR": "1",
        # setuptools writes NAME.egg-info beside the sources, where two builds at once meet.
        "DIST_EXTRA_CONFIG": str(scratch / "setup.cfg"),
    }


def pip_index(environ: Mapping[str, str]) -> dict[str, str]:
    """Return uv's form of what the user has configured for pip only.

    uv doesn't read pip's variables. Only for `uv pip`: to `uv sync` another index than the lock's
    means that the lock is out of date.
    """
    derived = {}
    if not any(environ.get(name) for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL")):
        derived["UV_DEFAULT_INDEX"] = environ.get("PIP_INDEX_URL", "")
    if not any(environ.get(name) for name in ("UV_INDEX", "UV_EXTRA_INDEX_URL")):
        derived["UV_INDEX"] = " ".join(environ.get("PIP_EXTRA_INDEX_URL", "").split())
    return {name: value for name, value in derived.items() if value}


def setup_cfg(scratch: Path) -> str:
    """Return the setuptools configuration that keeps its droppings out of the sources."""
    return f"[egg_info]\negg_base = {scratch}\n[build]\nbuild_base = {scratch / 'build'}\n"


def venv(uv: str, request: str, target: Path) -> tuple[str, ...]:
    """Return the command that makes an empty environment.

    Relocatable: its console scripts run the interpreter that lies beside them, so that an overlay
    can have the scripts of its base as its own.
    """
    relocatable = ("--relocatable", "--python", request, str(target))
    return (uv, "venv", "--quiet", "--no-project", *relocatable)


def third_parties(
    uv: str, inputs: Inputs, python: Path, needs: Iterable[str]
) -> tuple[str, ...] | None:
    """Return the command that installs what the folder's files name; None if that is nothing."""
    if inputs.kind is Kind.UV_LOCK:
        options = ("--locked", "--no-install-local", *inputs.declared.development)
        return (uv, "sync", *options, "--python", str(python))
    if inputs.kind is Kind.HASHED:
        # By standard input where lines for local packages were taken out.
        file = "-" if inputs.filtered else inputs.file.name
        return _install(uv, python, "--require-hashes", "-r", file)
    arguments: list[str] = []
    if inputs.kind is Kind.PROJECT:
        arguments += ["-r", "pyproject.toml"] if inputs.declared.has_project else []
        # Here too, for a group or an extra that names the project itself: `app[fast]`.
        arguments += ["-e", "."] if inputs.declared.is_package else []
        arguments += inputs.declared.development
    lists = [file.name for file in inputs.files if file.name.startswith("requirements")]
    arguments += [argument for name in lists for argument in ("-r", name)]
    arguments += needs
    return _install(uv, python, *arguments) if arguments else None


def missing(
    uv: str, python: Path, needs: Iterable[str], installed: Mapping[str, str]
) -> tuple[str, ...] | None:
    """Return the command that adds the needs that aren't met; None if all are.

    It reads, as constraints on its standard input, what is installed: a lock stays respected.
    """
    lacking = [need for need in needs if not _met(need, installed)]
    return _install(uv, python, "-c", "-", *lacking) if lacking else None


def constraints(installed: Mapping[str, str]) -> str:
    """Return what is installed as constraints."""
    return "".join(f"{name}=={version}\n" for name, version in sorted(installed.items()))


def local(uv: str, folder: Path, python: Path, packages: Iterable[Local]) -> tuple[str, ...] | None:
    """Return the command, run in the folder, that installs local packages; None without any."""
    arguments: list[str] = []
    for package in packages:
        arguments += ["-e"] if package.editable else []
        # From the folder: so what the folder is called can't be misread (`#` ends a URL for uv).
        path = relative(package.path, folder)
        arguments.append(path if Path(path).is_absolute() else f"./{path}")
    return _install(uv, python, "--no-deps", *arguments) if arguments else None


def _install(uv: str, python: Path, *arguments: str) -> tuple[str, ...]:
    return (uv, "pip", "install", "--python", str(python), *arguments)


def _met(need: str, installed: Mapping[str, str]) -> bool:
    from packaging.requirements import Requirement

    from taskslib.project.references.packages import normalised

    requirement = Requirement(need)
    version = installed.get(normalised(requirement.name))
    return version is not None and requirement.specifier.contains(version, prereleases=True)
