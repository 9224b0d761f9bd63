"""What a rule is, and how a function becomes one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from taskslib.lint.environments import Environment
from taskslib.lint.finding import Edit, Finding, Severity
from taskslib.lint.nodes import Entry, Node
from taskslib.lint.source import Source

DEV, TEST, PROD = Environment.DEV, Environment.TEST, Environment.PROD
E, W, I = Severity.ERROR, Severity.WARNING, Severity.INFO  # noqa: E741 — the table's letters
Severities = Mapping[Environment | None, Severity]


def everywhere(severity: Severity) -> Severities:
    """Return one severity for all files, also those that are for no environment."""
    return dict.fromkeys((*Environment, None), severity)


class Scope(Enum):
    """What a rule looks at."""

    STACK = "a Compose file with its overrides"
    ENVIRONMENT = "all Compose files of an environment together"
    IMAGE = "a Dockerfile"
    SCRIPT = "commands in Compose files, scripts and CI workflows"
    COMMANDS = "commands in scripts and CI workflows, and the Compose files that they name"
    WORKFLOW = "a CI workflow"
    REPO = "the repo"


@dataclass(frozen=True, slots=True)
class Hit:
    """A place that a rule names."""

    source: Source
    offset: int
    message: str
    hint: str
    edits: tuple[Edit, ...] = ()


Check = Callable[[Any], Iterator[Hit]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule, as `--explain` tells of it."""

    id: str
    title: str
    severities: Severities
    """By the environment of the file; one that is not there, it says nothing of."""
    scope: Scope
    why: str
    origin: str
    """Where it comes from: a measurement, the pattern, a tool's documentation."""
    check: Check
    fixes: bool = False
    limits: str = ""
    """Where alone it fixes, if that is not everywhere."""

    def finding(self, hit: Hit, environment: Environment | None) -> Finding:
        """Return a place as a finding in a file that is for an environment."""
        line, column = hit.source.position(hit.offset)
        severity = self.severities[environment]
        return Finding(
            hit.source.path, line, column, self.id, severity, hit.message, hit.hint, hit.edits
        )


RULES: dict[str, Rule] = {}
"""By id; `catalogue` fills it."""


def rule(
    id_: str,
    title: str,
    severities: Severities,
    *,
    why: str,
    origin: str,
    scope: Scope = Scope.STACK,
    fixes: bool = False,
    limits: str = "",
) -> Callable[[Check], Check]:
    """Make a function a rule: it gets what `scope` says, and yields the places that it names."""

    def register(check: Check) -> Check:
        RULES[id_] = Rule(id_, title, severities, scope, why, origin, check, fixes, limits)
        return check

    return register


def hit(
    place: Node | Entry, message: str, hint: str, edits: tuple[Edit, ...] | Edit | None = None
) -> Hit:
    """Return a place in YAML that a rule names."""
    told = (edits,) if isinstance(edits, Edit) else edits or ()
    return Hit(place.source, place.start, message, hint, told)
