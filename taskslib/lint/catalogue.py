"""All rules, by id."""

from __future__ import annotations

from collections.abc import Mapping

from taskslib.errors import UsageError, did_you_mean
from taskslib.lint.environments import Environment
from taskslib.lint.rule import RULES, Rule, Scope
from taskslib.lint.rules import load

REFUSED = "TL001"
OWN = {
    REFUSED: "a file that cannot be read, that Compose refuses, or that names what is not there",
    "TL002": "an ignore comment without a rule or without a reason, or that ignores nothing",
}
"""What is said of files as such, and is no rule of one environment."""
_WHY = {
    REFUSED: "What nobody can read, no rule can look at. Compose itself is asked about each stack "
    "where docker is there (it needs no engine for that); elsewhere it is looked up here whether "
    "services, networks, volumes, secrets and configs that a file refers to are there, and whether "
    "services wait for each other in a circle. So it is, everywhere, whether an `env_file`, the "
    "folder that an image is built from and its Dockerfile are there, but for what git ignores and "
    "files with variables that have an example beside them (`.env.example`); and a volume of one "
    "letter, `d:/data`, which Compose takes for a Windows drive. A link that leads out of the repo "
    "is said, since it is not looked at.",
    "TL002": "A reason tells the next one whether it still holds. What ignores nothing any more is "
    "only said where all rules are asked.",
}


def catalogue() -> Mapping[str, Rule]:
    """Return all rules, in the order of their ids."""
    load()
    return dict(sorted(RULES.items()))


def rule_id(name: str) -> str:
    """Return a rule's id, however it is written. Raises `UsageError` for one that there isn't."""
    known = (*OWN, *catalogue())
    id_ = name.strip().upper()
    if id_ not in known:
        raise UsageError(
            f"no rule {name!r}", hint=f"{did_you_mean(id_, known)}rules: {', '.join(known)}"
        )
    return id_


def explained_named(name: str) -> list[str]:
    """Return what `--explain` prints of an id. Raises `UsageError` for one that there isn't."""
    id_ = rule_id(name)
    if id_ in OWN:
        return [f"{id_}: {OWN[id_]}", "", _WHY[id_]]
    return explained(catalogue()[id_])


def explained(rule: Rule) -> list[str]:
    """Return what `--explain` prints: what a rule finds, where, why, and where that comes from."""
    limits = f", {rule.limits}" if rule.limits else ""
    fix = f"inv lint --fix mends it{limits}" if rule.fixes else "a person decides how"
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


_OF_COMMANDS = (Scope.SCRIPT, Scope.COMMANDS)


def _severities(rule: Rule) -> str:
    where: dict[str, list[str]] = {}
    elsewhere = "scripts and CI" if rule.scope in _OF_COMMANDS else "files of no environment"
    for environment, severity in rule.severities.items():
        where.setdefault(severity, []).append(environment or elsewhere)
    anywhere = set(rule.severities) in ({None}, {*Environment, None})
    if anywhere and len(where) == 1:
        return next(iter(where))
    return "; ".join(f"{severity} in {', '.join(places)}" for severity, places in where.items())
