"""What a project was made of: the answers to the questions, and the record of them in the repo."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from taskslib.errors import ConfigError, UsageError, did_you_mean
from taskslib.project.model import Layout
from taskslib.scaffold.naming import (
    Kind,
    Named,
    alone,
    check_free,
    check_no_project,
    check_project,
    named,
)

FILE = ".copier-answers.yml"
"""The record, as copier's templates call it."""
DATASTORES = ("none", "postgres")
PROVIDERS = ("github", "gitea", "none")
LAYOUTS = {"multi": Layout.MULTI, "single": Layout.SINGLE}
_REGISTRY = re.compile(r"[a-z0-9][a-z0-9.:-]*(/[a-z0-9][a-z0-9._-]*)*")
"""Host and folders of images, as Docker takes them."""
DEFAULTS: Mapping[str, str] = {
    "layout": "multi",
    "services": "api",
    "datastore": "none",
    "ci": "github",
    "registry": "",
}
"""What counts where nothing is given and nobody is asked."""
QUESTIONS = ("project", *DEFAULTS)
_INSTEAD = "backend"
"""What the service is called in a project that has its name; template/project/copier.yml too."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What a project is made of."""

    project: str
    layout: Layout = Layout.MULTI
    services: tuple[Named, ...] = ()
    """In a flat project it is one, called like the project."""
    datastore: str = "none"
    ci: str = "none"
    registry: str = ""
    taskslib: str = ""
    """The version whose template it was."""


def defaults_of(project: str) -> dict[str, str]:
    """Return what counts in a project of that name where nothing is given and nobody is asked."""
    taken = project == DEFAULTS["services"]
    return {**DEFAULTS, "project": project, **({"services": _INSTEAD} if taken else {})}


def answers_of(told: Mapping[str, Any], version: str) -> Answers:
    """Return the answers that texts are. Raises `UsageError` for what can't be."""
    project = str(told["project"])
    check_project(project)
    layout = LAYOUTS[_one_of("layout", told["layout"], tuple(LAYOUTS))]
    services = (
        (alone(project),)
        if layout is Layout.SINGLE
        else _distinct(str(told["services"]).split(","))
    )
    if layout is Layout.MULTI:
        for one in services:
            check_no_project(one.name, project, "; or --project names the project otherwise")
    datastore = _one_of("datastore", told["datastore"], DATASTORES)
    if datastore != "none" and not any(one.kind is Kind.API for one in services):
        raise UsageError(f"{datastore} is where an api keeps its data, and there is no api")
    return Answers(
        project,
        layout,
        services,
        datastore,
        _one_of("ci", told["ci"], PROVIDERS),
        _registry(str(told["registry"] or "")),
        version,
    )


def recorded(text: str) -> Answers:
    """Return the answers that a project's record has. Raises `ConfigError`."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        found = YAML(typ="safe", pure=True).load(text)
        services = ",".join(f"{name}:{kind}" for name, kind in found.get("services", {}).items())
        return answers_of({**found, "services": services}, str(found["taskslib"]))
    except (YAMLError, AttributeError, KeyError, TypeError, ValueError, UsageError) as error:
        raise ConfigError(
            f"{FILE}: not what taskslib wrote: {' '.join(str(error).split())}",
            hint=f"git log {FILE} has what it was",
        ) from error


def _distinct(texts: Iterable[str]) -> tuple[Named, ...]:
    found: list[Named] = []
    for text in texts:
        one = named(text)
        check_free(one.name, (other.name for other in found))
        found.append(one)
    return tuple(found)


def _registry(given: str) -> str:
    if given and not _REGISTRY.fullmatch(given):
        raise UsageError(
            f"a registry can't be {given!r}", hint="its host and folder: registry.example.com/team"
        )
    return given


def _one_of(name: str, given: object, known: tuple[str, ...]) -> str:
    if given not in known:
        raise UsageError(
            f"no {name} {str(given)!r}",
            hint=f"{did_you_mean(str(given), known)}one of: {', '.join(known)}",
        )
    return str(given)
