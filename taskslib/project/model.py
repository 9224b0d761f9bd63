"""The repo as data: what discovery finds and everything else works on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePath

from taskslib.events import Stage, SuiteId


def shown(path: PurePath, root: PurePath) -> str:
    """Return a path for people: from `root` on, where it lies below it."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


class Layout(StrEnum):
    """How the repo is laid out, which decides how many stages it has."""

    MULTI = "multi-service"
    """`services/*/`: unit → service → integration."""
    SINGLE = "single-service"
    """One Dockerfile at the root: unit → integration."""

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages of such a project, in order."""
        if self is Layout.SINGLE:
            return (Stage.UNIT, Stage.INTEGRATION)
        return (Stage.UNIT, Stage.SERVICE, Stage.INTEGRATION)


@dataclass(frozen=True, slots=True)
class Service:
    """A folder under `services/` (or the root of a single-service project)."""

    name: str
    path: Path
    dockerfile: Path | None
    """None makes it a library: unit tests, no stack."""
    depends_on: tuple[str, ...] = ()
    """Services and libraries that it depends on, besides what its files say."""

    @property
    def is_library(self) -> bool:
        """Whether it has no container of its own."""
        return self.dockerfile is None


@dataclass(frozen=True, slots=True)
class Stack:
    """What a Compose file declares."""

    service: str
    """The service whose own stack it is; empty for the full stack."""
    files: tuple[Path, ...]
    """The Compose file and, where there is one, its override."""

    @property
    def scope(self) -> str:
        """Return what it is called: the service's name, or `test` for the full stack."""
        return self.service or "test"

    @property
    def folder(self) -> Path:
        """The folder that relative paths in it start from."""
        return self.files[0].parent


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds after which a step is ended. Generous: they end what hangs, not what is slow."""

    build: float = 1800
    """The images of a stack."""
    start: float = 900
    """Its containers, from create to started, what they wait for (`depends_on`) included."""
    ready: float = 180
    """From started to healthy."""
    suite: float = 3600
    """A suite's tests."""
    deploy: float = 300
    """What is deployed, from started to healthy."""


@dataclass(frozen=True, slots=True)
class Slow:
    """Seconds from which a test counts as slow, without its fixtures."""

    unit: float = 1
    service: float = 5
    integration: float = 5

    @property
    def by_stage(self) -> Mapping[Stage, float]:
        """The seconds of each stage."""
        seconds = (self.unit, self.service, self.integration)
        return dict(zip(Stage, seconds, strict=True))


@dataclass(frozen=True, slots=True)
class Release:
    """How versions are made and images published: `[tool.taskslib.release]`."""

    registry: str = ""
    """Host and folders of the images; the variable REGISTRY wins over it."""
    branch: str = ""
    """The default branch; empty leaves it to the remote."""
    branches: tuple[str, ...] = ()
    """Patterns of branches that are released from besides."""
    changelog: str = "CHANGELOG.md"
    """The file that has a section of each version; empty for none."""
    platforms: tuple[str, ...] = ()
    cache: str = ""
    """The image name under which the registry keeps the builds' cache; empty for none."""
    sbom: bool | str | None = None
    """Whether images get a list of what is in them; or the image that makes it. None where nobody
    asks: they get one where that can be."""
    provenance: str | None = None
    """How much images tell of how they were built; empty for nothing. None: `min`, likewise."""


@dataclass(frozen=True, slots=True)
class Ci:
    """How generated workflows run: `[tool.taskslib.ci]`."""

    branch: str = ""
    """Whose pushes are tested, besides pull requests; empty for the default branch."""
    runner: str | tuple[str, ...] = "ubuntu-latest"
    """The label of the machines, or several."""
    python: str = "3.13"
    install: str = "python -m pip install taskslib"
    """The command that makes our own command be there."""


@dataclass(frozen=True, slots=True)
class Runner:
    """How a suite is run that isn't run by a framework known here: any command, a JUnit report."""

    command: tuple[str, ...]
    folder: Path
    """The command's working directory."""
    report: str
    """Where the command writes its report, from `folder` on; a glob where it writes several."""
    progress: str = ""
    """What it prints while it runs: `tap`, `json` (of go and of Rust's libtest), or nothing."""
    select: tuple[str, ...] = ()
    """Arguments that run one test; `{name}` and `{classname}` stand for the report's, `{pattern}`
    for the name as a regular expression."""


@dataclass(frozen=True, slots=True)
class Suite:
    """One service's (or the project's) tests at one stage."""

    id: SuiteId
    folder: Path
    """The tests' working directory: the folder whose pyproject.toml they belong to."""
    tests: Path
    """The folder of the tests, or the one that all lie in that `glob` finds."""
    stack: Stack | None = None
    pass_env: tuple[str, ...] = ()
    """Names (with `*` as wildcard) of variables to hand through to the tests."""
    runner: Runner | None = None
    """What the configuration says of how it is run; None leaves it to the framework."""
    inputs: tuple[str, ...] = ()
    """Files, folders and globs of the repo that it depends on, besides what its files say."""
    glob: str = ""
    """Which files in `tests` are the suite's; empty for what the framework takes for tests."""
    env: tuple[tuple[str, str], ...] = ()
    """Variables that the configuration sets, with their values."""


@dataclass(frozen=True, slots=True)
class Project:
    """The repo that imports the tasks."""

    root: Path
    name: str
    layout: Layout
    services: tuple[Service, ...]
    suites: tuple[Suite, ...]
    stack: Stack | None
    """The full stack of `deploy/test`."""
    jobs: int
    """How many suites run at once."""
    stacks: int = 4
    """How many stacks are up at once in a run."""
    limits: Limits = Limits()
    slow: Slow = Slow()
    dev: Stack | None = None
    """The full stack of `deploy/dev`."""
    release: Release = Release()
    ci: Ci = Ci()
    orchestrator: str = ""
    """What runs a deployment: compose or swarm; empty where the configuration does not say."""
    harmless: tuple[str, ...] = ()
    """Patterns of files that no suite depends on, though they are nobody's."""
    dropped: tuple[str, ...] = ()
    """Names of ignored files and folders that are no inputs, besides the known ones."""
    gaps: tuple[str, ...] = ()
    """What a reader might expect and is not there, as sentences: `worker has no unit tests (…)`."""

    def shown(self, path: Path) -> str:
        """Return a path for people: from the root on, where it lies below it."""
        return shown(path, self.root)

    def service_names(self) -> tuple[str, ...]:
        """Return the names of all services and libraries."""
        return tuple(service.name for service in self.services)

    def service_stack(self, name: str) -> Stack | None:
        """Return the stack of a service's own tests, if it has one."""
        wanted = SuiteId(name, Stage.SERVICE)
        return next((suite.stack for suite in self.suites if suite.id == wanted), None)
