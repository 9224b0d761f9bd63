"""What `inv lint` does: reads, runs the rules and other linters, and writes what it fixed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from taskslib.cancellation import Cancellation
from taskslib.errors import UsageError, did_you_mean
from taskslib.lint.catalogue import REFUSED, rule_id
from taskslib.lint.compose import Compose, Refusals
from taskslib.lint.files import Files
from taskslib.lint.finding import Finding
from taskslib.lint.fix import fixed
from taskslib.lint.formats import Report
from taskslib.lint.gather import Repo, gather
from taskslib.lint.others import others
from taskslib.lint.run import lint, of_layout, refusal
from taskslib.lint.writing import written
from taskslib.project.config import Config
from taskslib.project.environments import FOLDER
from taskslib.project.locating import Fault
from taskslib.project.model import Project


@dataclass(slots=True)
class Linting:
    """A call of `inv lint`."""

    project: Project
    config: Config
    environment: str
    """The name of one of which alone the Compose files count; empty for all."""
    rules: tuple[str, ...]
    environ: Mapping[str, str]
    cancellation: Cancellation
    faults: tuple[Fault, ...] = ()
    """What is wrong with the repo's layout."""
    _rules: tuple[str, ...] = field(init=False)
    _compose: Compose = field(init=False)

    def __post_init__(self) -> None:
        """Check the rules' ids. Raises `UsageError`."""
        self._rules = tuple(rule_id(one) for one in self.rules)
        self._compose = Compose(self.environ, self.cancellation)

    def report(self) -> Report:
        """Return what there is to say. Raises `UsageError` for an environment that isn't there."""
        repo = self._repo(Files(self.project.root))
        only = self._only(repo)
        more = [of_layout(one, self.project.root) for one in self.faults]
        notes: tuple[str, ...] = ()
        if not self._rules:
            more += others(repo, only, self.environ, self.cancellation)
        if not self._rules or REFUSED in self._rules:
            told = self._compose.refusals(repo, only)
            more += [refusal(one.path, one.line, one.problem) for one in told.found]
            notes = _unasked(told)
        findings = lint(repo, self._rules, only, more, unused=True)
        return Report(findings, len(repo.sources(only)), notes=notes)

    def fixed(self) -> Report:
        """Write what can be mended, and return what there is to say then.

        What cannot be written is said, and so is what somebody changed meanwhile. Raises
        `UsageError` for an environment that isn't there.
        """

        def refuses(before: Files, after: Files) -> bool:
            return self._compose.refuses(self._repo(before), self._repo(after))

        told = dict(written(fixed(Files(self.project.root), self._findings, refuses)))
        done = tuple(path for path, why in told.items() if not why)
        notes = tuple(f"not fixed {path}: {why}" for path, why in told.items() if why)
        report = self.report()
        left = dict.fromkeys((one.path, one.unfixed) for one in report.findings if one.unfixed)
        notes += tuple(f"not fixed {path}: {why}" for path, why in left)
        return replace(report, fixed=done, notes=(*notes, *report.notes))

    def _findings(self, files: Files) -> tuple[Finding, ...]:
        # Whatever is mended, no fix may lead to what Compose refuses.
        rules = (*self._rules, REFUSED) if self._rules else ()
        repo = self._repo(files)
        return lint(repo, rules, self._only(repo))

    def _only(self, repo: Repo) -> str | None:
        """Return the environment that is asked for; None for all."""
        known = repo.environments
        if self.environment and self.environment not in known:
            told = ", ".join(known) or f"none (folders of {FOLDER}/ with a Compose file)"
            raise UsageError(
                f"no environment {self.environment!r}",
                hint=f"{did_you_mean(self.environment, known)}environments: {told}",
            )
        return self.environment or None

    def _repo(self, files: Files) -> Repo:
        return gather(self.project, self.config, files)


def _unasked(told: Refusals) -> tuple[str, ...]:
    stacks, rest = told.stacks, told.stacks - told.asked
    if not rest:
        return ()
    if told.asked:
        why = "inv config shows what it says"
        return (f"of {rest} of {stacks} stacks Compose was not asked: {why}",)
    which = f"any of {stacks} stacks" if stacks > 1 else "the one stack"
    return (f"Compose was not asked about {which}: `docker compose` is not there",)
