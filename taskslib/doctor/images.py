"""What the engine says about images, as own frozen data. The room's only importer of its client.

A python-on-whales object asks the engine again whenever an attribute is read: everything is taken
here, once. It has no time limit, so it is used only after the engine has answered.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from taskslib.doctor.steps import STANDIN_LABEL
from taskslib.errors import EngineError


@dataclass(frozen=True, slots=True, order=True)
class StandIn:
    """An image that a recipe made, under the name that it stands in for."""

    reference: str
    id: str


def labels_of(references: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return the labels of those images that are here; about 20 ms each."""
    return {one: found.labels for one in references if (found := _inspect(one)) is not None}


def standins() -> tuple[StandIn, ...]:
    """Return the stand-ins among the engine's images.

    An image built from a stand-in inherits its label: a stand-in is one whose own name is the
    label's value.
    """
    from python_on_whales import DockerClient, DockerException

    try:
        listed = [one.id for one in DockerClient().image.list(filters=[("label", STANDIN_LABEL)])]
    except DockerException as error:
        raise _failed(error.stderr) from error
    found = [image for one in listed if (image := _inspect(one)) is not None]
    return tuple(
        sorted(
            StandIn(image.labels[STANDIN_LABEL], image.id)
            for image in found
            if image.labels.get(STANDIN_LABEL) in image.tags
        )
    )


@dataclass(frozen=True, slots=True)
class _Image:
    id: str
    tags: tuple[str, ...]
    labels: dict[str, str]


def _inspect(reference: str) -> _Image | None:
    """Return an image; None where it is not there, or no longer: other runs remove theirs."""
    from python_on_whales import DockerClient, DockerException
    from python_on_whales.exceptions import NoSuchImage

    try:
        image = DockerClient().image.inspect(reference)
        return _Image(image.id, tuple(image.repo_tags), dict(image.config.labels or {}))
    except NoSuchImage:
        return None
    except DockerException as error:
        raise _failed(error.stderr) from error


def _failed(stderr: str | None) -> EngineError:
    return EngineError("the container engine does not list its images", details=stderr or "")
