"""What `inv lint` does: reads, runs the rules and other linters, and writes what it fixed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from taskslib.cancellation import Cancellation
from taskslib.lint.catalogue import rule_named
from taskslib.lint.compose import Compose
from taskslib.lint.environments import Environment
from taskslib.lint.files import Files
from taskslib.lint.finding import Finding
from taskslib.lint.fix import fixed
from taskslib.lint.formats import Report
from taskslib.lint.gather import Repo, gather
from taskslib.lint.others import others
from taskslib.lint.run import lint
from taskslib.lint.writing import written
from taskslib.project.config import Config
from taskslib.project.model import Project


@dataclass(slots=True)
class Linting:
    """A call of `inv lint`."""

    project: Project
    config: Config
    environment: Environment | None
    rules: tuple[str, ...]
    environ: Mapping[str, str]
    cancellation: Cancellation
    _rules: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Check the rules' ids. Raises `UsageError`."""
        self._rules = tuple(rule_named(one).id for one in self.rules)

    def report(self) -> Report:
        """Return what there is to say."""
        repo = self._repo(Files(self.project.root))
        more = (
            () if self._rules else others(repo, self.environment, self.environ, self.cancellation)
        )
        findings = lint(repo, self._rules, self.environment, more)
        return Report(findings, len(repo.sources()))

    def fixed(self) -> Report:
        """Write what can be mended, and return what there is to say then.

        What cannot be written is said, and so is what somebody changed meanwhile.
        """
        compose = Compose(self.environ, self.cancellation)

        def refuses(before: Files, after: Files) -> bool:
            return compose.refuses(self._repo(before), self._repo(after))

        told = dict(written(fixed(Files(self.project.root), self._findings, refuses)))
        done = tuple(path for path, why in told.items() if not why)
        notes = tuple(f"not fixed {path}: {why}" for path, why in told.items() if why)
        return replace(self.report(), fixed=done, notes=notes)

    def _findings(self, files: Files) -> tuple[Finding, ...]:
        return lint(self._repo(files), self._rules, self.environment)

    def _repo(self, files: Files) -> Repo:
        return gather(self.project, self.config, files)
