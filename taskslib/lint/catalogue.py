"""All rules, by id."""

from __future__ import annotations

from collections.abc import Mapping

from taskslib.errors import UsageError, did_you_mean
from taskslib.lint.environments import Environment
from taskslib.lint.rule import RULES, Rule, Scope
from taskslib.lint.rules import load

OWN = {
    "TL001": "a file that cannot be read",
    "TL002": "an ignore comment without a rule or without a reason",
}
"""What is said of files as such; nothing switches it off."""


def catalogue() -> Mapping[str, Rule]:
    """Return all rules, in the order of their ids."""
    load()
    return dict(sorted(RULES.items()))


def rule_named(name: str) -> Rule:
    """Return a rule. Raises `UsageError` for one that there isn't."""
    rules = catalogue()
    if (found := rules.get(name.upper())) is None:
        raise UsageError(
            f"no rule {name!r}",
            hint=f"{did_you_mean(name.upper(), rules)}rules: {', '.join(rules)}",
        )
    return found


def explained(rule: Rule) -> list[str]:
    """Return what `--explain` prints: what a rule finds, where, why, and where that comes from."""
    fix = "inv lint --fix mends it" if rule.fixes else "a person decides how"
    return [
        f"{rule.id}: {rule.title}",
        "",
        rule.why,
        "",
        f"severity: {_severities(rule)}",
        f"looks at: {rule.scope.value}",
        f"fix: {fix}",
        f"from: {rule.origin}",
    ]


def _severities(rule: Rule) -> str:
    where: dict[str, list[str]] = {}
    elsewhere = "scripts and CI" if rule.scope is Scope.SCRIPT else "files of no environment"
    for environment, severity in rule.severities.items():
        where.setdefault(severity, []).append(environment or elsewhere)
    anywhere = set(rule.severities) in ({None}, {*Environment, None})
    if anywhere and len(where) == 1:
        return next(iter(where))
    return "; ".join(f"{severity} in {', '.join(places)}" for severity, places in where.items())
