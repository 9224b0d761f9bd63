"""One more service in a repo that is there: planned in memory, checked, and then changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from taskslib.cancellation import Cancellation
from taskslib.ci.branch import with_branch
from taskslib.ci.files import providers
from taskslib.ci.production import FOLDER as PROD
from taskslib.errors import ConfigError, UsageError
from taskslib.events import Stage, SuiteId
from taskslib.lint.compose import Compose
from taskslib.lint.environments import Environment
from taskslib.lint.files import Files
from taskslib.lint.finding import Finding, Severity
from taskslib.lint.gather import Repo, gather
from taskslib.lint.run import lint
from taskslib.project.config import Config
from taskslib.project.locating import Tests, stack_at
from taskslib.project.model import Layout, Project, Service, Suite
from taskslib.scaffold.answers import FILE, Answers, recorded
from taskslib.scaffold.changes import Changes, changed_meanwhile, changes
from taskslib.scaffold.naming import Kind, Named, check_free, check_no_project, named
from taskslib.scaffold.service import Place, shared, with_service
from taskslib.scaffold.workflows import with_workflows

_CONVENTIONS = ("unit_tests", "service_tests", "integration_tests", "service_stack")
"""What the template's folders are called like."""
_INTEGRATION = Config().integration_tests
"""Where the tests of all services together are."""


@dataclass(frozen=True, slots=True)
class Addition:
    """A service that is to come into a repo."""

    project: Project
    config: Config
    environ: Mapping[str, str]
    cancellation: Cancellation
    prefix: str = ""
    """What stands before the names of our tasks in the repo's tasks.py."""

    def changes(self, name: str, kind: str = "") -> Changes:
        """Return what becomes other; nothing where the service is there, made by this.

        Raises `UsageError` for a name that can't be or is taken, and where a file of the new
        service is there already, `ConfigError` where a file of the repo can't take the service or
        would have mistakes with it.
        """
        service = named(name, kind)
        self._check_layout()
        files = Files(self.project.root)
        answers = self._answers(files)
        place = Place(answers, Layout.MULTI, self._folder(), self._stacks(files))
        if self._is_there(files, place, service, kind):
            return Changes(self.project.root, (), (f"{service.name} is there already",))
        self._check_free(service.name, files, place)
        after = with_service(files, place, service)
        self._check_new(after, place)
        project = with_branch(self._with(place, service, after), self.environ)
        after, notes = with_workflows(after, project, providers(self.project.root), self.prefix)
        self._check(files, after, project)
        found = changes(self.project.root, after.changed, (*notes, *_absent(place, service)))
        for one in found.files:
            if after.original(one.path) not in {None, one.before}:
                raise changed_meanwhile(one.path)
        return found

    def _check_layout(self) -> None:
        if self.project.layout is Layout.SINGLE and (self.project.root / "Dockerfile").is_file():
            raise UsageError(
                f"{self.project.name} is one service, at the top of its repo",
                hint="move it into services/NAME first, with its tests and its Dockerfile",
            )
        for key in _CONVENTIONS:
            told = getattr(self.config, key)
            if told != getattr(Config(), key):
                raise ConfigError(
                    f"[tool.taskslib] {key} = {told!r}: new services have {getattr(Config(), key)}",
                    hint=f"[tool.taskslib.service.NAME] can say where a service's {key} are",
                )

    def _answers(self, files: Files) -> Answers:
        source = files.source(FILE)
        if source is None:
            return Answers(self.project.name)
        # The name that counts is the one that images have.
        return replace(recorded(source.text), project=self.project.name)

    def _folder(self) -> str:
        """Return the folder of services. Raises `ConfigError` where the globs name none."""
        for glob in self.config.services:
            folder, _, last = glob.rpartition("/")
            if folder and last == "*" and "*" not in folder:
                return folder
        raise ConfigError(
            f"[tool.taskslib] services = {list(self.config.services)}: no place for a new one",
            hint='a glob such as "services/*" gives it one',
        )

    def _stacks(self, files: Files) -> dict[Environment, str]:
        found = {
            Environment.DEV: self.project.dev,
            Environment.TEST: self.project.stack,
            Environment.PROD: stack_at(self.project.root / PROD, ""),
        }
        return {key: files.shown(one.files[0]) for key, one in found.items() if one is not None}

    def _is_there(self, files: Files, place: Place, service: Named, kind: str) -> bool:
        """Return whether the service is there and was made by this."""
        known = next((one for one in place.answers.services if one.name == service.name), None)
        if service.name not in self.project.service_names():
            return False
        if known is not None:
            if kind and known.kind != kind:
                raise UsageError(
                    f"{service.name} is there already, as {known.kind}", hint="choose another name"
                )
            return True
        bare = Place(place.answers, place.layout, place.services, {})
        made = with_service(Files(files.root), bare, service).changed
        return all((files.root / path).is_file() for path in made)

    def _check_free(self, name: str, files: Files, place: Place) -> None:
        """Raise `UsageError` where something of the repo is called so: services, containers."""
        check_no_project(name, self.project.name)
        check_free(name, self.project.service_names())
        folder = self.project.root / place.services
        there = folder.iterdir() if folder.is_dir() else ()
        # What git leaves where a service was removed is in nobody's way.
        check_free(name, (one.name for one in there if one.name != name or Tests(one).any()))
        for stack in gather(self.project, self.config, files).stacks:
            if not stack.service:
                check_free(name, stack.services, stack.files[0])

    def _check_new(self, after: Files, place: Place) -> None:
        """Raise `UsageError` where a file of the service's own is there already, as another one."""
        own = {path: text for path, text in after.changed.items() if path not in shared(place)}
        if there := changes(self.project.root, own).overwritten:
            raise UsageError(
                "files of the new service are there already, so nothing was written",
                details="\n".join(there),
                hint="move them out of the way, or choose another name",
            )

    def _with(self, place: Place, service: Named, after: Files) -> Project:
        """Return the project as it will be with the files that change."""
        root = self.project.root
        folder = root / place.services / service.name
        library = service.kind is Kind.LIBRARY
        new = Service(service.name, folder, None if library else folder / "Dockerfile")
        stages = (Stage.UNIT,) if library else (Stage.UNIT, Stage.SERVICE)
        suites = [Suite(SuiteId(new.name, one), folder, folder / "tests") for one in stages]
        if not any(one.id.stage is Stage.INTEGRATION for one in self.project.suites) and any(
            path.startswith(f"{_INTEGRATION}/") for path in after.changed
        ):
            own = SuiteId(self.project.name, Stage.INTEGRATION)
            suites.append(Suite(own, root, root / _INTEGRATION, self.project.stack))
        several = self.project.layout is Layout.MULTI
        services = (*self.project.services, new) if several else (new,)
        services = tuple(sorted(services, key=lambda one: one.path))
        order = {one.name: place for place, one in enumerate(services)}
        return replace(
            self.project,
            layout=Layout.MULTI,
            services=services,
            suites=tuple(
                sorted(
                    (*self.project.suites, *suites),
                    key=lambda one: order.get(one.id.name, len(order)),
                )
            ),
        )

    def _check(self, before: Files, after: Files, project: Project) -> None:
        """Raise `ConfigError` where the changed files have mistakes that they did not have."""
        now = gather(self.project, self.config, before)
        repo = gather(project, self.config, after)
        first = Counter(map(_told, _bad(now)))
        # What a repo without a full stack gets no integration test for is in a note.
        known = set() if project.stack else {_UNTESTED}
        new = [one for one in _bad(repo) if not first[_told(one)] and one.rule not in known]
        if new:
            raise ConfigError(
                "the service would bring mistakes, so nothing was changed",
                details="\n".join(f"{one.place} {one.rule} {one.message}" for one in new),
                hint="inv lint, and mend what it names first",
            )
        if Compose(self.environ, self.cancellation).refuses(now, repo):
            raise ConfigError(
                "Compose would not take the changed files, so nothing was changed",
                hint="--dry-run shows what was meant; `inv config dev` what Compose says now",
            )


_UNTESTED = "TL802"


def _bad(repo: Repo) -> Iterator[Finding]:
    yield from (one for one in lint(repo) if one.severity is not Severity.INFO)


def _told(finding: Finding) -> tuple[str, str, str]:
    return finding.rule, finding.path, finding.message


def _absent(place: Place, service: Named) -> Iterator[str]:
    """Yield a note of each environment that there is none of."""
    if service.kind is not Kind.LIBRARY:
        for one in Environment:
            if one not in place.stacks:
                without = ", and has no integration test" if one is Environment.TEST else ""
                yield f"there is no deploy/{one}: {service.name} is not in it{without}"
