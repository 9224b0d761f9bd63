"""Find services, suites and stacks by the conventions, as the configuration bends them."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from taskslib.errors import ConfigError, did_you_mean
from taskslib.events import Stage, SuiteId
from taskslib.project.config import Config, SuiteConfig
from taskslib.project.git import main_worktree
from taskslib.project.locating import Tests, joined, required_stack, stack_of
from taskslib.project.model import Layout, Project, Runner, Service, Stack, Suite, shown

_FULL = ""  # the full stack is no service's
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_SIGNS_OF_A_SERVICE = ("Dockerfile", "pyproject.toml", "package.json", "tests")


@dataclass(frozen=True, slots=True)
class _Extras:
    """What the configuration gives to the suites of a service, or of the project."""

    pass_env: tuple[str, ...]
    inputs: tuple[str, ...]


def discover(root: Path, config: Config) -> Project:
    """Return the repo at `root` as data. Raises `ConfigError` where its layout is wrong."""
    services = tuple(_services(root, config))
    if not services:
        return _single(root, config)
    suites, gaps = [], []
    for service in services:
        found, missing = _service_suites(root, service, config)
        suites += found
        gaps += missing
    name = config.project or main_worktree(root).name
    stack = stack_of(root, config.stack, _FULL)
    # A suite is called like the project; where a service already is, it is just "project".
    own = name if name not in {service.name for service in services} else "project"
    suites += _root_suites(root, own, config, stack)
    return _project(
        root, config, Layout.MULTI, name, services, suites=suites, stack=stack, gaps=gaps
    )


def _single(root: Path, config: Config) -> Project:
    name = config.project or main_worktree(root).name
    dockerfile = root / "Dockerfile"
    stack = stack_of(root, config.stack, _FULL)
    suites = _root_suites(root, name, config, stack)
    gaps = []
    if not suites:
        looked = f"{config.unit_tests} and {config.integration_tests}"
        gaps.append(f"{name} has no tests (looked for {looked} in {root})")
    services = (Service(name, root, dockerfile if dockerfile.is_file() else None),)
    return _project(
        root, config, Layout.SINGLE, name, services, suites=suites, stack=stack, gaps=gaps
    )


def _project(
    root: Path,
    config: Config,
    layout: Layout,
    name: str,
    services: tuple[Service, ...],
    *,
    suites: Iterable[Suite],
    stack: Stack | None,
    gaps: Iterable[str],
) -> Project:
    return Project(
        root=root,
        name=name,
        layout=layout,
        services=services,
        suites=tuple(suites),
        stack=stack,
        jobs=config.jobs or os.cpu_count() or 1,
        stacks=config.stacks or max(2, os.cpu_count() or 1),
        limits=config.time_limits(),
        slow=config.slow_tests(),
        dev=stack_of(root, config.dev_stack, _FULL),
        release=config.releases(),
        ci=config.workflows(),
        orchestrator=config.deploy.orchestrator,
        harmless=config.harmless,
        dropped=config.dropped,
        gaps=tuple(gaps),
    )


def _services(root: Path, config: Config) -> Iterator[Service]:
    folders = sorted({path for glob in config.services for path in _matches(root, glob)})
    seen: dict[str, Path] = {}
    for folder in folders:
        if not folder.is_dir() or folder.name.startswith((".", "__")):
            continue
        name = folder.name
        told = name in config.service  # then nothing else has to show what it is
        if not told and not any((folder / sign).exists() for sign in _SIGNS_OF_A_SERVICE):
            continue
        if not _NAME.fullmatch(name):
            raise ConfigError(
                f"{folder}: {name!r} can't be a service's name",
                hint="use letters, digits, '-', '_' and '.', and start with a letter or digit",
            )
        if name in seen:
            raise ConfigError(
                f"{folder} and {seen[name]} are both called {name!r}",
                hint="narrow `services` in [tool.taskslib] of pyproject.toml",
            )
        seen[name] = folder
        dockerfile = joined(folder, config.of(name).dockerfile)
        dependencies = config.of(name).depends_on
        yield Service(name, folder, dockerfile if dockerfile.is_file() else None, dependencies)
    for name in config.service:
        if name not in seen:
            raise ConfigError(
                f"{root / 'pyproject.toml'}: [tool.taskslib.service.{name}]: no such service",
                hint=f"services: {', '.join(seen) or 'none'}",
            )
        _check_dependencies(root, name, config.of(name).depends_on, seen)


def _check_dependencies(
    root: Path, name: str, asked: Iterable[str], known: Collection[str]
) -> None:
    for other in asked:
        if other not in known:
            raise ConfigError(
                f"{root / 'pyproject.toml'}: [tool.taskslib.service.{name}]: depends_on: "
                f"no service {other!r}",
                hint=f"{did_you_mean(other, known)}services: {', '.join(known)}",
            )


def _matches(root: Path, glob: str) -> tuple[Path, ...]:
    """Return what a glob finds below the root; what lies elsewhere is no part of the repo."""
    reason = "it leads out of the repo" if ".." in PurePath(glob).parts else ""
    try:
        found = () if reason else tuple(root.glob(glob))
    except (ValueError, NotImplementedError) as error:
        reason = str(error)
    if reason:
        raise ConfigError(
            f"{root / 'pyproject.toml'}: [tool.taskslib]: services: {glob!r}: {reason}",
            hint="globs start at the repo's root, like services/*",
        )
    return found


def _service_suites(root: Path, service: Service, config: Config) -> tuple[list[Suite], list[str]]:
    own = config.of(service.name)
    extras = _Extras(config.pass_env + own.pass_env, own.inputs)
    suites, gaps = [], []
    unit = Tests.of(service.path, _told(own.unit_tests, config.unit_tests))
    if _has_command(own.unit) or unit.any():
        id_ = SuiteId(service.name, Stage.UNIT)
        suites.append(_suite(id_, service.path, unit, own.unit, extras=extras))
    else:
        gaps.append(f"{service.name} has no unit tests ({unit.shown(root)})")
    tests = Tests.of(service.path, _told(own.service_tests, config.service_tests))
    if _has_command(own.service) or tests.any():
        told = own.stack or config.service_stack
        stack = required_stack(service.path, told, service.name, tests.shown(root), root)
        id_ = SuiteId(service.name, Stage.SERVICE)
        suites.append(_suite(id_, service.path, tests, own.service, stack, extras=extras))
    elif not service.is_library:
        gaps.append(f"{service.name} has no service tests ({tests.shown(root)})")
    return [_with_service(one, service, root) for one in suites], gaps


def _with_service(suite: Suite, service: Service, root: Path) -> Suite:
    """Return a service's suite; one that is run elsewhere depends on the service all the same."""
    if suite.folder == service.path:
        return suite
    return replace(suite, inputs=(*suite.inputs, shown(service.path, root)))


def _root_suites(root: Path, name: str, config: Config, stack: Stack | None) -> tuple[Suite, ...]:
    suites = []
    extras = _Extras(config.pass_env, config.inputs)
    unit = Tests.of(root, config.unit_tests)
    if _has_command(config.unit) or unit.any():
        id_ = SuiteId(name, Stage.UNIT)
        suites.append(_suite(id_, root, unit, config.unit, extras=extras))
    tests = Tests.of(root, config.integration_tests)
    if _has_command(config.integration) or tests.any():
        stack = stack or required_stack(root, config.stack, _FULL, tests.shown(root), root)
        id_ = SuiteId(name, Stage.INTEGRATION)
        suites.append(_suite(id_, root, tests, config.integration, stack, extras=extras))
    return tuple(suites)


def _suite(
    id_: SuiteId,
    folder: Path,
    tests: Tests,
    configured: SuiteConfig | None,
    stack: Stack | None = None,
    *,
    extras: _Extras,
) -> Suite:
    configured = configured or SuiteConfig()
    where = joined(folder, configured.folder)
    if not where.is_dir():
        raise ConfigError(
            f"{id_}: `folder` is {configured.folder!r}, and there is no {where}",
            hint="correct it in [tool.taskslib] of pyproject.toml",
        )
    runner = None
    if configured.command is not None:
        runner = Runner(
            configured.command,
            where,
            configured.report or "",
            configured.progress,
            configured.select,
        )
        # The command knows where its tests are.
        tests = tests if tests.folder.is_dir() else Tests(folder)
    return Suite(
        id_,
        folder if runner else where,
        tests.folder,
        stack,
        extras.pass_env,
        runner,
        extras.inputs,
        tests.glob,
        tuple(sorted(configured.env.items())),
    )


def _told(own: str | None, usual: str) -> str:
    return usual if own is None else own


def _has_command(configured: SuiteConfig | None) -> bool:
    return configured is not None and configured.command is not None
