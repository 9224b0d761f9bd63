"""Whether `deploy/prod` runs the images that the project's releases have. Pure but for reading it.

An image there whose tag is the variable VERSION is one of a release; all others are somebody
else's. A service that is released and not deployed is said, and is no fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from taskslib.errors import ConfigError, did_you_mean
from taskslib.project.locating import stack_at
from taskslib.project.model import Project
from taskslib.project.references.document import Malformed, document
from taskslib.project.references.values import table
from taskslib.release.images import names

FOLDER = "deploy/prod"
_RELEASED = re.compile(r"(?P<name>.+):\$(?:VERSION|\{VERSION\b[^}]*\})(?:@.*)?")
"""An image whose tag is a release's version."""


def compose_file(root: Path) -> Path | None:
    """Return the Compose file of the prod environment; None where there is none."""
    stack = stack_at(root / FOLDER, "")
    return stack.files[0] if stack is not None else None


def image_names(project: Project) -> dict[str, str]:
    """Return what the image of each service is called, without its registry."""
    return {service: name.rpartition("/")[2] for service, name in names(project, {}).items()}


def compared(project: Project, file: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return words about images of releases that no service has, and about what is not deployed.

    Raises `ConfigError`.
    """
    where, there = project.shown(file), tuple(_released(project, file))
    known = image_names(project)
    strangers = tuple(
        f"{where}: {service} runs {name}, which no release of this project has: "
        f"{_near(name, project.name.lower(), known.values())}"
        f"images: {', '.join(known.values()) or 'none'}"
        for service, name in there
        if name not in known.values()
    )
    deployed = {name for _, name in there}
    missing = (one for one, name in known.items() if name not in deployed)
    return strangers, tuple(f"{where} runs no image of {one}" for one in missing)


def _near(name: str, project: str, known: Iterable[str]) -> str:
    """Return which image may be meant; what all names begin with makes none like another."""
    bare = name.removeprefix(project)
    alike = [one for one in known if did_you_mean(bare, [one.removeprefix(project)])]
    return did_you_mean(name, alike)


def _released(project: Project, file: Path) -> Iterator[tuple[str, str]]:
    """Yield the containers that run an image of a release: Compose's name, the image's own."""
    try:
        data: Mapping[str, Any] = document((file.read_text("utf-8", "replace"),))
    except Malformed as error:
        raise ConfigError(f"{project.shown(file)}: {error}") from error
    for service, told in table(data, "services").items():
        found = _RELEASED.fullmatch(str(told.get("image") or ""))
        if found:
            yield service, found["name"].rpartition("/")[2]
