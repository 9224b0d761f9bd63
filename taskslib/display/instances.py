"""Running stacks as lines: what `infra-ps` prints. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from taskslib.doctor.images import StandIn
from taskslib.stacks.engine import Container, Label


def instance_lines(containers: Iterable[Container]) -> Iterator[str]:
    """Yield the instances that a listing shows: a line each, and one per container."""
    found = sorted(containers, key=lambda one: (one.labels.get(Label.NAME, ""), one.service))
    if not found:
        yield "no stack of this project is up"
    for name, members in groupby(found, key=lambda one: one.labels.get(Label.NAME, "")):
        listed = list(members)
        labels = listed[0].labels
        branch = labels.get(Label.BRANCH) or "no branch"
        kind, root = labels.get(Label.KIND, ""), labels.get(Label.ROOT, "")
        yield f"{name}  {kind}  {branch}  {root}"
        for container in listed:
            yield f"  {container.service:16} {container.status}"


def standin_lines(standins: Iterable[StandIn]) -> Iterator[str]:
    """Yield the base images that were built here because no registry gave them."""
    for standin in standins:
        yield f"stand-in: {standin.reference} was built here, from deploy/offline"
