"""Which instance, and what it is once it runs: plain data. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from taskslib.errors import UsageError
from taskslib.project.model import Stack
from taskslib.stacks.endpoints import Endpoint, endpoints, variables
from taskslib.stacks.engine import Container, Label


@dataclass(frozen=True, slots=True)
class Spec:
    """Which instance of which stack."""

    stack: Stack
    name: str
    """The Compose project name."""
    instance: str
    """The instance id, alike for all stacks of a branch."""
    labels: Mapping[str, str]

    @property
    def kept(self) -> bool:
        """Whether it outlives the run."""
        return self.labels[Label.KIND] == "kept"

    @property
    def variables(self) -> dict[str, str]:
        """What Compose's interpolation and the tests both get."""
        return {"TEST_INSTANCE_ID": self.instance}


@dataclass(frozen=True, slots=True)
class Instance:
    """A running stack."""

    spec: Spec | None = None
    """None for a suite that needs no stack."""
    endpoints: tuple[Endpoint, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    """What tests get: the ids and one set per endpoint."""
    ended: tuple[str, ...] = ()
    """Services that came up and have ended since, where nobody waits for their end."""


def running_instance(spec: Spec, containers: tuple[Container, ...], host: str) -> Instance:
    """Return the instance that a listing shows. Raises `ConfigError` for colliding variables."""
    found = endpoints(containers, host)
    ours = {**spec.variables, "TEST_COMPOSE_PROJECT": spec.name}
    return Instance(spec, found, {**ours, **variables(found)})


def refuse_foreign(there: Iterable[Container], spec: Spec) -> None:
    """Raise where containers of that name are another checkout's, or another machine's."""
    for container in there:
        for label in (Label.HOST, Label.ROOT):
            theirs, ours = container.labels.get(label, ""), spec.labels.get(label, "")
            if theirs != ours:
                raise UsageError(
                    f"{spec.name} is in use by {theirs or 'somebody else'} ({label})",
                    hint="give this run another id: TEST_INSTANCE_ID=…",
                )


def kept_already(spec: Spec) -> UsageError:
    """Return the refusal of a second kept instance under one name."""
    return UsageError(
        f"a kept stack is there already: {spec.name}",
        hint=f"`{down_command(spec.stack.service)}` ends it",
    )


def down_command(service: str) -> str:
    """Return the command that ends a kept instance: the full stack's, or a service's."""
    return f"inv infra-down --service {service}" if service else "inv infra-down"
