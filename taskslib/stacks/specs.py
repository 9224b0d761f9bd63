"""From a project and its checkout to the names and labels of its instances. Pure."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from pathlib import Path

from taskslib.project.git import Checkout
from taskslib.project.model import Project, Stack
from taskslib.stacks.engine import Label
from taskslib.stacks.ids import Place, compose_project, instance_id
from taskslib.stacks.instance import Spec

SCHEMA = "1"
"""Of the labels."""


def spec(
    project: Project,
    checkout: Checkout,
    stack: Stack,
    environ: Mapping[str, str],
    *,
    kept: bool,
    locks: Path,
) -> Spec:
    """Return which instance a stack is in this checkout. Raises `UsageError` for a bad id."""
    root = str(project.root.resolve())
    identity = instance_id(Place(root, checkout.branch, checkout.commit), environ)
    name = compose_project(project.name, stack.service, identity, kept=kept)
    labels = {
        Label.MANAGED: "true",
        Label.SCHEMA: SCHEMA,
        Label.PROJECT: project.name,
        Label.SERVICE: stack.service,
        Label.INSTANCE: identity,
        Label.NAME: name,
        Label.ROOT: root,
        Label.BRANCH: checkout.branch or checkout.commit,
        Label.HOST: platform.node(),
        Label.LOCKS: str(locks),
        Label.KIND: "kept" if kept else "ephemeral",
    }
    return Spec(stack, name, identity, labels)
