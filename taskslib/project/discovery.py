"""Find services, suites and stacks by the conventions, as the configuration bends them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from taskslib.errors import ConfigError
from taskslib.events import Stage, SuiteId
from taskslib.project.config import Config, SuiteConfig
from taskslib.project.git import main_worktree
from taskslib.project.locating import (
    Fault,
    Tell,
    Tests,
    joined,
    refuse,
    required_stack,
    stack_of,
)
from taskslib.project.model import Layout, Project, Runner, Service, Stack, Suite, shown
from taskslib.project.services import services_of

_FULL = ""  # the full stack is no service's


@dataclass(frozen=True, slots=True)
class _Extras:
    """What the configuration gives to the suites of a service, or of the project."""

    pass_env: tuple[str, ...]
    inputs: tuple[str, ...]


def discover(root: Path, config: Config, tell: Tell = refuse) -> Project:
    """Return the repo at `root` as data.

    Raises `ConfigError` where its layout is wrong, unless somebody else is told of that: then what
    is wrong is left out.
    """
    services = tuple(services_of(root, config, tell))
    if not services:
        return _single(root, config, tell)
    suites: list[Suite] = []
    gaps: list[str] = []
    for service in services:
        found, missing = _service_suites(root, service, config, tell)
        suites += found
        gaps += missing
    name = config.project or main_worktree(root).name
    stack = stack_of(root, config.stack, _FULL)
    # A suite is called like the project; where a service already is, it is just "project". So it is
    # where they differ by capitals: files of reports are called like suites, and macOS has one.
    own = name if name.lower() not in {one.name.lower() for one in services} else "project"
    suites += _root_suites(root, own, config, stack, tell)
    return _project(
        root, config, Layout.MULTI, name, services, suites=suites, stack=stack, gaps=gaps
    )


def _single(root: Path, config: Config, tell: Tell) -> Project:
    name = config.project or main_worktree(root).name
    dockerfile = root / "Dockerfile"
    stack = stack_of(root, config.stack, _FULL)
    suites = _root_suites(root, name, config, stack, tell)
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


def _service_suites(
    root: Path, service: Service, config: Config, tell: Tell
) -> tuple[list[Suite], list[str]]:
    own = config.of(service.name)
    extras = _Extras(config.pass_env + own.pass_env, own.inputs)
    suites: list[Suite] = []
    gaps: list[str] = []
    unit = Tests.of(service.path, _told(own.unit_tests, config.unit_tests))
    if _has_command(own.unit) or unit.any():
        id_ = SuiteId(service.name, Stage.UNIT)
        suites += _suite(id_, service.path, unit, own.unit, extras=extras, tell=tell)
    else:
        gaps.append(f"{service.name} has no unit tests ({unit.shown(root)})")
    tests = Tests.of(service.path, _told(own.service_tests, config.service_tests))
    if _has_command(own.service) or tests.any():
        told = own.stack or config.service_stack
        stack = required_stack(service.path, told, service.name, tests.shown(root), root, tell)
        id_ = SuiteId(service.name, Stage.SERVICE)
        suites += _suite(id_, service.path, tests, own.service, stack, extras=extras, tell=tell)
    elif not service.is_library:
        gaps.append(f"{service.name} has no service tests ({tests.shown(root)})")
    return [_with_service(one, service, root) for one in suites], gaps


def _with_service(suite: Suite, service: Service, root: Path) -> Suite:
    """Return a service's suite; one that is run elsewhere depends on the service all the same."""
    if suite.folder == service.path:
        return suite
    return replace(suite, inputs=(*suite.inputs, shown(service.path, root)))


def _root_suites(
    root: Path, name: str, config: Config, stack: Stack | None, tell: Tell
) -> tuple[Suite, ...]:
    suites: list[Suite] = []
    extras = _Extras(config.pass_env, config.inputs)
    unit = Tests.of(root, config.unit_tests)
    if _has_command(config.unit) or unit.any():
        id_ = SuiteId(name, Stage.UNIT)
        suites += _suite(id_, root, unit, config.unit, extras=extras, tell=tell)
    tests = Tests.of(root, config.integration_tests)
    if _has_command(config.integration) or tests.any():
        stack = stack or required_stack(root, config.stack, _FULL, tests.shown(root), root, tell)
        id_ = SuiteId(name, Stage.INTEGRATION)
        suites += _suite(id_, root, tests, config.integration, stack, extras=extras, tell=tell)
    return tuple(suites)


def _suite(
    id_: SuiteId,
    folder: Path,
    tests: Tests,
    configured: SuiteConfig | None,
    stack: Stack | None = None,
    *,
    extras: _Extras,
    tell: Tell,
) -> Iterator[Suite]:
    configured = configured or SuiteConfig()
    where = joined(folder, configured.folder)
    if not where.is_dir():
        error = ConfigError(
            f"{id_}: `folder` is {configured.folder!r}, and there is no {where}",
            hint="correct it in [tool.taskslib] of pyproject.toml",
        )
        tell(Fault(where, error))
        return
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
    yield Suite(
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
