"""`[tool.taskslib]` in pyproject.toml: every key, typed, with its default.

The defaults are the conventions; a repo that follows them needs no configuration.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from taskslib.errors import ConfigError, did_you_mean
from taskslib.project.model import Ci, Limits, Release, Slow

_PROJECT = r"[^/\\]+"
"""A project's name is part of file names."""


Variable = Annotated[str, msgspec.Meta(pattern="^[A-Za-z_][A-Za-z0-9_]*$")]
ComposeFiles = str | Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
Text = Annotated[str, msgspec.Meta(pattern=r"\S")]
"""What can't be empty."""

PLACEHOLDERS = ("name", "classname", "pattern")
"""What `select` may have in braces: a test's name, its class, its name as a pattern."""


class SuiteConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a suite is run. Paths start at the suite's folder: its service's, or the repo's root."""

    command: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)] | None = None
    """The command and its arguments; what follows `--` on our command line is added. Without one,
    the framework that the tests are written for runs them."""
    report: Annotated[str, msgspec.Meta(min_length=1)] | None = None
    """The JUnit file that the command writes, or a glob of several; from `folder` on."""
    folder: str = "."
    """The working directory. Without a `command` also the folder whose environment it has."""
    env: dict[Variable, str] = {}
    """Variables that its tests get, with their values; folders of `PYTHONPATH`, separated by `:`,
    start at `folder`."""
    progress: Literal["", "tap", "json"] = ""
    """What the command prints as it runs: TAP, or JSON lines of `go test -json` or libtest."""
    select: tuple[str, ...] = ()
    """Arguments that run one test; `{name}`, `{classname}` stand for the report's, `{pattern}` for
    the name as a regular expression."""


TOGETHER = ("command", "report")
"""Keys of a suite of which neither means anything without the other."""


class ServiceConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[tool.taskslib.service.NAME]`: where one service differs. Paths start at its folder."""

    dockerfile: str = "Dockerfile"
    """The service's Dockerfile; a folder without one is a library."""
    unit_tests: str | None = None
    """Its unit tests, where they are not in the project's `unit_tests`: a folder or a glob."""
    service_tests: str | None = None
    """Its service tests, where they are not in the project's `service_tests`, likewise."""
    stack: ComposeFiles | None = None
    """The Compose file of its test stack, the file's folder, or several files in their order."""
    pass_env: tuple[str, ...] = ()
    """Variables for its tests, besides the project's."""
    depends_on: tuple[str, ...] = ()
    """Services and libraries that it depends on, besides those that its own files name."""
    inputs: tuple[str, ...] = ()
    """Files, folders and globs that its tests depend on besides; from the repo's root on."""
    unit: SuiteConfig | None = None
    """How its unit tests are run: where, with which variables, by which command."""
    service: SuiteConfig | None = None
    """How its service tests are run, likewise."""


_LIMITS = Limits()
Seconds = Annotated[float, msgspec.Meta(gt=0)]


class LimitsConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[tool.taskslib.limits]`: seconds after which a step is ended; they end what hangs."""

    build: Seconds = _LIMITS.build
    """The images of a stack."""
    start: Seconds = _LIMITS.start
    """Its containers, from create to started, what they wait for (`depends_on`) included."""
    ready: Seconds = _LIMITS.ready
    """From started to healthy."""
    suite: Seconds = _LIMITS.suite
    """A suite's tests."""
    deploy: Seconds = _LIMITS.deploy
    """What is deployed, from started to healthy: what depends on nothing, then the rest."""


_SLOW = Slow()


class SlowConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[tool.taskslib.slow]`: seconds from which a test is named as slow, without its fixtures."""

    unit: Seconds = _SLOW.unit
    """A test of the unit stage."""
    service: Seconds = _SLOW.service
    """A test of the service stage."""
    integration: Seconds = _SLOW.integration
    """A test of the integration stage."""


class DeployConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[tool.taskslib.deploy]`: how a release is deployed."""

    orchestrator: Literal["", "compose", "swarm"] = ""
    """By Compose, to one engine, or to the Swarm that it manages; empty is by Compose."""


_RELEASE = Release()


class ReleaseConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[tool.taskslib.release]`: how versions are made and images published."""

    registry: str = _RELEASE.registry
    """Host and folders of the images; the variable REGISTRY wins over it."""
    branch: str = _RELEASE.branch
    """The default branch, where the remote's HEAD is another."""
    branches: tuple[str, ...] = _RELEASE.branches
    """Patterns of branches that are released from besides, such as `release/*`."""
    changelog: str = _RELEASE.changelog
    """The file that has a section of each version; empty for none."""
    platforms: tuple[str, ...] = _RELEASE.platforms
    """What images are built for; by default what the builder runs on."""
    cache: str = _RELEASE.cache
    """The image name under which the registry keeps the builds' cache; empty for none."""
    sbom: bool | str | None = None
    """Whether pushed images get a list of what is in them; or the image that makes it. By default
    they get one where the builder can."""
    provenance: Literal["", "min", "max"] | None = None
    """How much pushed images tell of how they were built; empty for nothing. By default `min`,
    where the builder can."""


_CI = Ci()


class CiConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[tool.taskslib.ci]`: how the workflows run that `ci-init` writes."""

    branch: str = _CI.branch
    """Whose pushes are tested, besides pull requests; empty for the default branch."""
    runner: Text | Annotated[tuple[Text, ...], msgspec.Meta(min_length=1)] = _CI.runner
    """The label of the machines that run them; or a list of labels that they all have."""
    python: Text = _CI.python
    """The version of Python that taskslib runs under."""
    install: Text = _CI.install
    """The command that installs it."""


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[tool.taskslib]`. Paths start at the repo's root, unless it says otherwise."""

    project: Annotated[str, msgspec.Meta(pattern=f"^{_PROJECT}$")] | None = None
    """The project's name; else pyproject's `[project] name`, else the name of the repo's folder."""
    services: tuple[str, ...] = ("services/*",)
    """Globs of the services' folders."""
    unit_tests: str = "tests/unit"
    """The folder of unit tests, in each service and at the root, or a glob of their files; empty
    for none."""
    service_tests: str = "tests/integration"
    """The folder of the service stage's tests, in each service, or a glob of their files."""
    integration_tests: str = "tests/integration"
    """The folder of the integration stage's tests, at the root, or a glob of their files."""
    service_stack: ComposeFiles = "deploy/test"
    """The Compose file of a service's test stack, the file's folder, or several files in their
    order, in each service."""
    stack: ComposeFiles = "deploy/test"
    """The Compose file of the full test stack, the file's folder, or several files in order."""
    dev_stack: ComposeFiles = "deploy/dev"
    """The Compose file of the full stack for development, the file's folder, or several files."""
    jobs: Annotated[int, msgspec.Meta(ge=1)] | None = None
    """How many suites run at once; by default the number of processors."""
    stacks: Annotated[int, msgspec.Meta(ge=1)] | None = None
    """How many stacks are up at once in a run; by default two, or the number of processors."""
    limits: LimitsConfig = LimitsConfig()
    """How long the steps may take."""
    slow: SlowConfig = SlowConfig()
    """Which tests are named as slow."""
    release: ReleaseConfig = ReleaseConfig()
    """How versions are made and images published."""
    deploy: DeployConfig = DeployConfig()
    """How a release is deployed."""
    ci: CiConfig = CiConfig()
    """How generated workflows run."""
    pass_env: tuple[str, ...] = ()
    """Names of variables (`*` is a wildcard) that tests get besides the usual ones."""
    inputs: tuple[str, ...] = ()
    """Files, folders and globs that the project's own tests depend on besides."""
    harmless: tuple[str, ...] = ("*.md", "*.rst", "docs", "LICENSE*", ".gitignore")
    """Patterns of files that are no service's and that no test depends on."""
    dropped: tuple[str, ...] = ()
    """Names of files and folders that tools leave, where git ignores them: no inputs of tests."""
    unit: SuiteConfig | None = None
    """How the project's own unit tests are run: where, with which variables, by which command."""
    integration: SuiteConfig | None = None
    """How the integration stage's tests are run, likewise."""
    service: dict[str, ServiceConfig] = {}
    """Services that differ, by name."""

    def time_limits(self) -> Limits:
        """Return how long the steps may take."""
        return Limits(**msgspec.structs.asdict(self.limits))

    def slow_tests(self) -> Slow:
        """Return which tests are named as slow."""
        return Slow(**msgspec.structs.asdict(self.slow))

    def releases(self) -> Release:
        """Return how versions are made and images published."""
        return Release(**msgspec.structs.asdict(self.release))

    def workflows(self) -> Ci:
        """Return how generated workflows run."""
        return Ci(**msgspec.structs.asdict(self.ci))

    def of(self, name: str) -> ServiceConfig:
        """Return what is configured for one service."""
        return self.service.get(name) or ServiceConfig()


def read_config(root: Path, overrides: Mapping[str, object]) -> Config:
    """Return the repo's configuration: `overrides` > `[tool.taskslib]` > the defaults.

    Raises `ConfigError` for a file that is no TOML, an unknown key or a wrong type.
    """
    path = root / "pyproject.toml"
    pyproject = read_pyproject(root)
    table = _table(_table(pyproject, "tool", path), "taskslib", path)
    besides = " and make_ns(…), Invoke's configuration" if overrides else ""
    config = _convert({**table, **overrides}, f"{path}: [tool.taskslib]{besides}")
    if config.project is None:
        name = _table(pyproject, "project", path).get("name")
        if isinstance(name, str) and re.fullmatch(_PROJECT, name):
            return msgspec.structs.replace(config, project=name)
    return config


def read_pyproject(folder: Path) -> dict[str, Any]:
    """Return a folder's pyproject.toml; empty where there is none. Raises `ConfigError`."""
    path = folder / "pyproject.toml"
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error


def _table(within: Mapping[str, Any], key: str, path: Path) -> dict[str, Any]:
    found = within.get(key, {})
    if not isinstance(found, dict):
        raise ConfigError(f"{path}: {key!r} must be a table")
    return found


def _convert(table: Mapping[str, object], where: str) -> Config:
    _check_keys(table, Config, where)
    _check_suites(table, ("unit", "integration"), where)
    kinds = (("limits", LimitsConfig), ("release", ReleaseConfig), ("ci", CiConfig))
    for key, kind in kinds:
        found = table.get(key)
        if isinstance(found, dict):
            _check_keys(found, kind, f"{where}: {key}")
    services = table.get("service", {})
    if isinstance(services, dict):
        for name, one in services.items():
            if isinstance(one, dict):
                _check_keys(one, ServiceConfig, f"{where}: service.{name}")
                _check_suites(one, ("unit", "service"), f"{where}: service.{name}")
    try:
        return msgspec.convert(dict(table), Config)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{where}: {error}") from error


def _check_suites(table: Mapping[str, object], stages: Iterable[str], where: str) -> None:
    for stage in stages:
        suite = table.get(stage)
        if isinstance(suite, dict):
            _check_keys(suite, SuiteConfig, f"{where}: {stage}")
            if 0 < sum(key in suite for key in TOGETHER) < len(TOGETHER):
                raise ConfigError(
                    f"{where}: {stage}: `command` and `report` go together",
                    hint="without both, the framework that the tests are written for runs them",
                )
            _check_placeholders(suite.get("select"), f"{where}: {stage}.select")


def _check_placeholders(select: object, where: str) -> None:
    for part in select if isinstance(select, list) else ():
        for name in re.findall(r"\{([a-z_]+)\}", str(part)):
            if name not in PLACEHOLDERS:
                raise ConfigError(
                    f"{where}: unknown placeholder {{{name}}}",
                    hint=f"{did_you_mean(name, PLACEHOLDERS)}known: {', '.join(PLACEHOLDERS)}",
                )


@functools.cache
def _keys(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    return tuple(field.name for field in msgspec.structs.fields(kind))


def _check_keys(table: Mapping[str, object], kind: type[msgspec.Struct], where: str) -> None:
    known = _keys(kind)
    for key in table:
        if key not in known:
            raise ConfigError(
                f"{where}: unknown key {key!r}",
                hint=f"{did_you_mean(key, known)}known keys: {', '.join(known)}",
            )
