"""TL5xx: what production needs, and what only production needs."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from taskslib.lint.edits import added
from taskslib.lint.finding import Edit
from taskslib.lint.mounts import is_source, mounts
from taskslib.lint.nodes import Entry
from taskslib.lint.rule import DEV, PROD, TEST, E, Hit, I, W, hit, rule
from taskslib.lint.stack import Service, Stack
from taskslib.lint.texts import default

_LOGGING = (
    "logging:",
    "  driver: json-file",
    "  options:",
    '    max-size: "100m"',
    '    max-file: "10"',
)
_ROTATES = ('max-size: "100m"', 'max-file: "10"')


def _one_shot(stack: Stack, service: Service) -> bool:
    return any(
        condition == "service_completed_successfully"
        for _, _, condition in stack.needed_by(service.name)
    )


@rule(
    "TL501",
    "a production service that stays down",
    {PROD: E},
    fixes=True,
    why="Without a restart policy a service that dies at night, or with the machine, is down until "
    "somebody looks. One-shots (others wait for their end) are done when they exit; so is what a "
    'profile starts with `restart: "no"`.',
    origin="the pattern's prod environment: restart: unless-stopped",
)
def _restart(stack: Stack) -> Iterator[Hit]:
    line = "restart: unless-stopped"
    for service in stack.services.values():
        if not service.complete or _one_shot(stack, service):
            continue
        entry = service.node.entry("restart") or service.node.entry("deploy", "restart_policy")
        told = (entry.value.value("condition") or entry.value.text) if entry else ""
        on_demand = entry is not None and service.node.get("profiles") is not None
        if entry is None or (default(told) in _NEVER and not on_demand):
            yield hit(
                entry or service.entry,
                f"{service.name}: is not started again when it dies",
                line,
                # Who wrote that it is not to be may know why.
                added(service.node, [line], line) if entry is None else (),
            )


_NEVER = ("no", "none", "false")


@rule(
    "TL502",
    "a production service without limits",
    {PROD: E},
    why="One service that leaks takes the memory of all, and the kernel picks the victim. With "
    "limits it is that service that is ended and restarted.",
    origin="the pattern's prod environment: limits of memory and CPU",
)
def _limits(stack: Stack) -> Iterator[Hit]:
    for service in stack.services.values():
        node = service.node
        has = {
            "memory": node.get("deploy", "resources", "limits", "memory") or node.get("mem_limit"),
            "cpus": node.get("deploy", "resources", "limits", "cpus")
            or node.get("cpus")
            or node.get("cpu_quota"),
        }
        missing = [name for name, told in has.items() if told is None]
        if missing and service.complete:
            example = {"memory": "memory: 512M", "cpus": 'cpus: "1"'}
            yield hit(
                service.entry,
                f"{service.name}: nothing limits its {' and '.join(missing)}",
                "deploy: {resources: {limits: {"
                + ", ".join(example[name] for name in missing)
                + "}}}, by what it needs",
            )


@rule(
    "TL503",
    "logs that fill the disk",
    {PROD: W},
    fixes=True,
    why="json-file, the engine's default, keeps everything that a container ever printed. With "
    "max-size and max-file it keeps the last of it.",
    origin="the pattern's prod environment: json-file with rotation",
)
def _logs(stack: Stack) -> Iterator[Hit]:
    for service in stack.services.values():
        entry = service.node.entry("logging")
        told = entry.value if entry else None
        driver = told.value("driver") if told else ""
        if driver not in {"", "json-file"} or not service.complete:
            continue
        options = told.get("options") if told else None
        missing = [
            line for line in _ROTATES if not (options and options.get(line.partition(":")[0]))
        ]
        if missing:
            yield hit(
                entry or service.entry,
                f"{service.name}: its log grows without end",
                f"logging: {{driver: json-file, options: {{{', '.join(missing)}}}}}",
                _rotated(service, entry, missing),
            )


def _rotated(service: Service, entry: Entry | None, missing: list[str]) -> tuple[Edit, ...]:
    flow = f"options: {{{', '.join(missing)}}}"
    if entry is None:
        return added(service.node, [*_LOGGING], f"logging: {{driver: json-file, {flow}}}")
    options = entry.value.get("options")
    if options is not None:
        return added(options, missing, ", ".join(missing))
    return added(entry.value, ["options:", *(f"  {line}" for line in missing)], flow)


@rule(
    "TL504",
    "production from a working copy",
    {PROD: E},
    why="What runs is to be the image that was tested, by its version. A build on the server, "
    "source from a checkout or `develop` make it something else, and no version says what.",
    origin="the issue's prod environment: images by version, no build",
)
def _source(stack: Stack) -> Iterator[Hit]:
    folder = posixpath.dirname(stack.files[0])
    for service in stack.services.values():
        for key in ("build", "develop"):
            entry = service.node.entry(key)
            if entry:
                yield hit(
                    entry,
                    f"{service.name}: `{key}` makes it another thing than what was tested",
                    "image: ${REGISTRY}/NAME:${VERSION:?}, without build and develop",
                )
        for mount in mounts(service.node):
            if mount.kind == "bind" and is_source(mount, folder):
                yield hit(
                    mount.entry or service.entry,
                    f"{service.name}: {mount.source} of the checkout is mounted",
                    "put it into the image; data lies on paths of the server",
                )


@rule(
    "TL508",
    "production's settings outside of it",
    {TEST: I, DEV: I},
    why="Limits and log rotation are for machines that run for months. In a test a limit is one "
    "more thing that kills a service on another machine.",
    origin="the pattern's quick reference: resource limits and logging default in dev and test",
)
def _needless(stack: Stack) -> Iterator[Hit]:
    keys = (("deploy", "resources", "limits"), ("mem_limit",), ("cpus",), ("logging",))
    for service in stack.services.values():
        for path in keys:
            entry = service.node.entry(*path)
            if entry:
                yield hit(
                    entry,
                    f"{service.name}: `{path[-1]}` is production's",
                    "leave it to deploy/prod",
                )
