"""What `inv lint` does: reads, runs the rules and other linters, and writes what it fixed."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field

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

    def report(self, files: Files | None = None, changed: tuple[str, ...] = ()) -> Report:
        """Return what there is to say."""
        files = files or Files(self.project.root)
        repo = self._repo(files)
        more = (
            () if self._rules else others(repo, self.environment, self.environ, self.cancellation)
        )
        findings = lint(repo, self._rules, self.environment, more)
        return Report(findings, len(repo.sources()), changed)

    def fixed(self) -> Report:
        """Write what can be mended, and return what there is to say then."""
        compose = Compose(self.environ, self.cancellation)

        def refuses(before: Files, after: Files) -> bool:
            return compose.refuses(self._repo(before), self._repo(after))

        after = fixed(Files(self.project.root), self._findings, refuses)
        for path, text in after.changed.items():
            (self.project.root / path).write_bytes(text.encode("utf-8", "surrogateescape"))
        return self.report(after, tuple(sorted(map(posixpath.normpath, after.changed))))

    def _findings(self, files: Files) -> tuple[Finding, ...]:
        return lint(self._repo(files), self._rules, self.environment)

    def _repo(self, files: Files) -> Repo:
        return gather(self.project, self.config, files)
