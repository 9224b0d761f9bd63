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
    from python_on_whales import DockerClient, DockerException

    image = DockerClient().image
    try:
        here = [one for one in references if image.exists(one)]
        return {one: dict(image.inspect(one).config.labels or {}) for one in here}
    except DockerException as error:
        raise _failed(error.stderr) from error


def standins() -> tuple[StandIn, ...]:
    """Return the stand-ins among the engine's images.

    An image built from a stand-in inherits its label: a stand-in is one whose own name is the
    label's value.
    """
    from python_on_whales import DockerClient, DockerException

    try:
        labelled = DockerClient().image.list(filters=[("label", STANDIN_LABEL)])
        found = [(one.id, one.repo_tags, one.config.labels or {}) for one in labelled]
    except DockerException as error:
        raise _failed(error.stderr) from error
    return tuple(
        sorted(
            StandIn(labels[STANDIN_LABEL], identifier)
            for identifier, tags, labels in found
            if labels.get(STANDIN_LABEL) in tags
        )
    )


def _failed(stderr: str | None) -> EngineError:
    return EngineError("the container engine does not list its images", details=stderr or "")
