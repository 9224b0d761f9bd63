"""TL4xx: what keeps branches apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from taskslib.lint.edits import removed
from taskslib.lint.environments import Environment
from taskslib.lint.rule import DEV, TEST, E, Hit, W, hit, rule
from taskslib.lint.stack import Stack
from taskslib.lint.texts import names_instance


@rule(
    "TL401",
    "a container name that all branches share",
    {TEST: E, DEV: W},
    fixes=True,
    why="A name belongs to one container of an engine: the second branch's `up` fails with "
    "`Conflict`. Without container_name Compose makes one of project, service and number, and the "
    "service's name is what others reach it by in any case.",
    origin="the pattern: container_name with ${TEST_INSTANCE_ID}",
)
def _container(stack: Stack) -> Iterator[Hit]:
    for service in stack.services.values():
        entry = service.node.entry("container_name")
        if entry and entry.value.text and not names_instance(entry.value.text):
            yield hit(
                entry,
                f"{service.name}: only one container can be called {entry.value.text}",
                f"leave it out, or put ${{{_OWN_NAME[stack.environment]}}} in it",
                removed(entry),
            )


_OWN_NAME: Mapping[Environment | None, str] = {
    TEST: "TEST_INSTANCE_ID",
    DEV: "COMPOSE_PROJECT_NAME",
}
"""By environment, what is another one in each branch or checkout."""


@rule(
    "TL402",
    "a project, network or volume that all branches share",
    {TEST: E},
    fixes=True,
    why="A literal name is the same in every branch: two runs share a network, in which one's api "
    "finds the other's database, or one's `down` takes the other's volume away. Without a name "
    "Compose makes one of the project's. A network from outside is shared by definition, and so is "
    "the host's, whose ports are free once.",
    origin="the pattern's table of mistakes: no branch isolation; network names with "
    "${TEST_INSTANCE_ID}",
)
def _shared(stack: Stack) -> Iterator[Hit]:
    for document in stack.documents:
        entry = document.entry("name")
        if entry and entry.value.text and not names_instance(entry.value.text):
            yield hit(
                entry,
                f"the project is called {entry.value.text} in every branch",
                "leave it out: `inv` passes the instance's own name",
                removed(entry),
            )
    for kind in ("networks", "volumes"):
        yield from _named(stack, kind)
    for service in stack.services.values():
        entry = service.node.entry("network_mode")
        if entry and entry.value.text == "host":
            yield hit(
                entry,
                f"{service.name}: in the host's network, its ports are every branch's",
                'leave it out, and publish what tests need: ports: ["127.0.0.1::PORT"]',
            )


def _named(stack: Stack, kind: str) -> Iterator[Hit]:
    for resource in stack.top(kind):
        name, external = resource.value.entry("name"), resource.value.entry("external")
        outside = external is not None and external.value.text.lower() != "false"
        told = name.value.text if name else resource.name if outside and kind == "networks" else ""
        if not told or names_instance(told):
            continue
        taken = [one for one in (name, external if outside else None) if one]
        what = kind.removesuffix("s")
        yield hit(
            taken[0],
            f"the {what} {told} is "
            + ("from outside: all branches share it" if outside else "the same in every branch"),
            f"leave it out: Compose names the {what} after the instance",
            removed(*taken),
        )


@rule(
    "TL403",
    "a restart policy outside of production",
    {TEST: W, DEV: W},
    fixes=True,
    why="In a test, a service that dies is a result; restarted it looks as if it had only been "
    "slow, and the container comes back when the machine starts. In dev it hides the traceback.",
    origin="the pattern's quick reference: restart policy none in dev and test",
)
def _restart(stack: Stack) -> Iterator[Hit]:
    for service in stack.services.values():
        for keys in (("restart",), ("deploy", "restart_policy")):
            entry = service.node.entry(*keys)
            told = (entry.value.value("condition") or entry.value.text) if entry else "no"
            if entry is None or (told in _NONE and not (entry.value.is_map and not told)):
                continue
            yield hit(
                entry,
                f"{service.name}: is restarted when it dies, and nobody sees that it did",
                "leave it out",
                removed(entry),
            )


_NONE = ("", "no", "none", "false")
