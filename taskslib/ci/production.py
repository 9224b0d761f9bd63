"""Whether `deploy/prod` runs the images that the project's releases have. Pure but for reading it.

An image there whose tag is the variable VERSION is one of a release; all others are somebody
else's. A service that is released and not deployed is said, and is no fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from taskslib.errors import ConfigError, did_you_mean
from taskslib.project.discovery import COMPOSE_NAMES
from taskslib.project.model import Project
from taskslib.project.references.document import Malformed, document
from taskslib.project.references.values import table
from taskslib.release.images import images

FOLDER = "deploy/prod"
_RELEASED = re.compile(r"(?P<name>.+):\$(?:VERSION|\{VERSION\b[^}]*\})(?:@.*)?")
"""An image whose tag is a release's version."""


def compose_file(root: Path) -> Path | None:
    """Return the Compose file of the prod environment; None where there is none."""
    files = (root / FOLDER / name for name in COMPOSE_NAMES)
    return next((file for file in files if file.is_file()), None)


def image_names(project: Project) -> dict[str, str]:
    """Return what the image of each service is called, without its registry."""
    found = images(project, {}) if any(one.dockerfile for one in project.services) else ()
    return {one.service: one.name.rpartition("/")[2] for one in found}


def strangers(project: Project, file: Path) -> Iterator[str]:
    """Yield words about images of releases that no service here has. Raises `ConfigError`."""
    known = image_names(project)
    for service, name in _released(project, file):
        if name not in known.values():
            meant = did_you_mean(name, known.values())
            yield (
                f"{project.shown(file)}: {service} runs {name}, which no release of this project "
                f"has: {meant}images: {', '.join(known.values()) or 'none'}"
            )


def undeployed(project: Project, file: Path) -> tuple[str, ...]:
    """Return the services whose image is in no container there. Raises `ConfigError`."""
    there = {name for _, name in _released(project, file)}
    return tuple(one for one, name in image_names(project).items() if name not in there)


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
