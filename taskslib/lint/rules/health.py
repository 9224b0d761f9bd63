"""TL301 to TL303: who waits for whom."""

from __future__ import annotations

from collections.abc import Iterator

from taskslib.lint.edits import added, replaced
from taskslib.lint.finding import Edit
from taskslib.lint.nodes import Entry, Kind, Node
from taskslib.lint.probes import healthcheck, suggestion, times
from taskslib.lint.rule import E, Hit, everywhere, hit, rule
from taskslib.lint.stack import Service, Stack

_DONE = "service_completed_successfully"


@rule(
    "TL301",
    "no healthcheck on a service that others depend on",
    everywhere(E),
    fixes=True,
    limits="where the image is of a database, cache or queue that it knows; how a service of yours "
    "is asked, only you know; the hint suggests it from the port and the image",
    why="Without one, Compose starts what depends on it as soon as the container runs, long before "
    "it answers: a race that a fast machine wins and CI loses. An image's own HEALTHCHECK counts; "
    "so does waiting for a one-shot's end, `condition: service_completed_successfully`.",
    origin="the pattern's table of mistakes: no healthchecks, race conditions on start",
)
def _missing(stack: Stack) -> Iterator[Hit]:
    for service in stack.services.values():
        needed = [
            other for other, _, condition in stack.needed_by(service.name) if condition != _DONE
        ]
        if not needed or service.healthcheck is not False or not service.complete:
            continue
        test = service.datastore.healthcheck if service.datastore else ""
        yield hit(
            service.entry,
            f"{service.name}: {needed[0].name} depends on it, and it has no healthcheck",
            healthcheck(test, stack.environment)
            if test
            else suggestion(service, stack.environment),
            _healthcheck(stack, service, test) if test else None,
        )


def _healthcheck(stack: Stack, service: Service, test: str) -> tuple[Edit, ...]:
    if service.node.get("healthcheck") or service.shares("healthcheck"):
        return ()  # switched off, by somebody who knew why; or another image's too
    lines = ["healthcheck:", f"  test: {test}", *(f"  {one}" for one in times(stack.environment))]
    more = added(service.node, lines, healthcheck(test, stack.environment))
    # It is there to be waited for.
    lists = {}
    for _, entry, condition in stack.needed_by(service.name):
        if condition == "service_started":
            lists[entry.parent] = _waiting(stack, entry, service.name)
    return (*more, *(edit for edits in lists.values() for edit in edits))


@rule(
    "TL302",
    "waiting for the health of a service that has no healthcheck",
    everywhere(E),
    why="Compose accepts the file, and `up` then fails: the container never becomes healthy, since "
    "nothing asks it.",
    origin="measured with Compose 2.26: `config` accepts it, `up` says `has no healthcheck "
    "configured`",
)
def _never(stack: Stack) -> Iterator[Hit]:
    for service in stack.services.values():
        for entry, name, condition in service.depends_on():
            target = stack.services.get(name)
            if (
                condition == "service_healthy"
                and target
                and target.complete
                and target.healthcheck is False
            ):
                yield hit(
                    entry,
                    f"{service.name}: waits for the health of {name}, which has no healthcheck",
                    f"give {name} a healthcheck",
                )


@rule(
    "TL303",
    "a dependency that is not waited for",
    everywhere(E),
    fixes=True,
    why="The short form of depends_on and `service_started` wait until the container runs, not "
    "until it answers; its healthcheck is there and nobody asks for it.",
    origin="Compose's documentation of depends_on; the pattern's `condition: service_healthy`",
)
def _started(stack: Stack) -> Iterator[Hit]:
    for service in stack.services.values():
        for entry, name, condition in service.depends_on():
            target = stack.services.get(name)
            if condition == "service_started" and target and target.healthcheck:
                yield hit(
                    entry,
                    f"{service.name}: starts before {name} answers",
                    f"depends_on: {{{name}: {{condition: service_healthy}}}}",
                    _waiting(stack, entry),
                )


def _waiting(stack: Stack, entry: Entry, healthy: str = "") -> tuple[Edit, ...]:
    """Return what makes a dependency wait; `healthy` is about to get a healthcheck."""
    if entry.parent.is_list:
        return _long_form(stack, entry.parent, healthy)
    if not (entry.start <= entry.value.start <= entry.end):
        return ()  # an alias: the condition of others too
    told = next((one.value for one in entry.value.entries if one.name == "condition"), None)
    if told:
        return (replaced(told, "service_healthy"),)
    if entry.value.is_map:  # over what it may merge
        return added(entry.value, ["condition: service_healthy"], "condition: service_healthy")
    if entry.value.kind is Kind.NULL and entry.value.start == entry.value.end:
        text = " {condition: service_healthy}"
        return (Edit(entry.source.path, entry.end, entry.end, text),)
    return ()


def _long_form(stack: Stack, written: Node, healthy: str) -> tuple[Edit, ...]:
    """Return what makes a list of names the map of names and conditions."""
    source = written.source
    edits: list[Edit] = []
    if written.flow:
        pairs = ", ".join(
            f"{one.value.text}: {{condition: {_condition(stack, one.value.text, healthy)}}}"
            for one in written.entries
        )
        if "#" in source.text[written.start : written.end]:
            return ()
        return (Edit(source.path, written.start, written.end, f"{{{pairs}}}"),)
    for one in written.entries:
        dash = one.dash()
        start = source.line_start(dash)
        # A list may stand as far left as its key, a map may not.
        key = source.text[:start].rstrip().rpartition("\n")[2] if one is written.entries[0] else ""
        column = dash - start
        shift = "  " if written.entries[0] is one and _left(key, column) else ""
        if one is not written.entries[0] and edits and edits[0].text.startswith("  "):
            shift = "  "
        name = source.text[one.start : one.end]
        edits.append(Edit(source.path, dash, one.end, f"{shift}{name}:"))
        end = source.line_end(one.end)
        indent = source.text[start:dash] + shift + "  "
        line = f"{source.newline}{indent}condition: {_condition(stack, one.value.text, healthy)}"
        edits.append(Edit(source.path, end, end, line))
    return tuple(edits)


def _left(key: str, column: int) -> bool:
    return bool(key.strip()) and len(key) - len(key.lstrip()) >= column


def _condition(stack: Stack, name: str, healthy: str) -> str:
    target = stack.services.get(name)
    waits = name == healthy or (target and target.healthcheck)
    return "service_healthy" if waits else "service_started"
