"""TL304 and TL306: how often health is asked for."""

from __future__ import annotations

from collections.abc import Iterator

from taskslib.lint.dockerfiles import Healthcheck
from taskslib.lint.edits import added, replaced
from taskslib.lint.finding import Edit
from taskslib.lint.rule import DEV, PROD, TEST, Hit, W, hit, rule
from taskslib.lint.stack import Service, Stack
from taskslib.lint.texts import seconds

_LONGEST, _SHORTEST = 5, 10
_WANTED = {"interval": "5s", "start_period": "30s", "start_interval": "200ms"}


@rule(
    "TL304",
    "a test stack that is slow to start",
    {TEST: W},
    fixes=True,
    why="A service counts as healthy when its healthcheck has been run for the first time, and "
    "that is one interval after it started: 30 s by default. With start_period and start_interval "
    "it is asked every 200 ms until it answers; start_interval alone is ignored.",
    origin="measured: `up --wait` 6.4 s a service with `interval: 5s`, 1.35 s with `start_period: "
    "30s, start_interval: 200ms`",
)
def _slow(stack: Stack) -> Iterator[Hit]:
    for service in stack.services.values():
        found = _effective(service)
        if found is None or not service.complete:
            continue
        missing = [name for name in ("start_period", "start_interval") if not _told(found, name)]
        interval = seconds(found.interval or "30s")
        if interval is not None and interval > _LONGEST:
            missing.insert(0, "interval")
        if missing:
            wanted = ", ".join(f"{name}: {_WANTED[name]}" for name in missing)
            yield hit(
                service.node.entry("healthcheck") or service.entry,
                f"{service.name}: tests wait for its healthcheck longer than for itself",
                f"healthcheck: {{{wanted}}}",
                _quicker(service, missing, _WANTED),
            )


def _told(found: Healthcheck, name: str) -> bool:
    text = getattr(found, name)
    return bool(text) and seconds(text) != 0


def _effective(service: Service) -> Healthcheck | None:
    """Return a healthcheck with its times: Compose's, else those of the image."""
    found = service.healthcheck
    if not isinstance(found, Healthcheck):
        return None
    told = service.node.get("healthcheck")
    if told is None or told.get("test"):
        return found
    return Healthcheck(
        told.value("interval") or found.interval,
        told.value("start_period") or found.start_period,
        told.value("start_interval") or found.start_interval,
    )


def _quicker(service: Service, names: list[str], wanted: dict[str, str]) -> tuple[Edit, ...]:
    told = service.node.get("healthcheck")
    lines = [f"{name}: {wanted[name]}" for name in names]
    if told is None:
        block = ["healthcheck:", *(f"  {line}" for line in lines)]
        return added(service.node, block, f"healthcheck: {{{', '.join(lines)}}}")
    known = [told.get(name) for name in names]
    edits = [replaced(node, wanted[name]) for name, node in zip(names, known, strict=True) if node]
    new = [line for line, node in zip(lines, known, strict=True) if node is None]
    return (*edits, *(added(told, new, ", ".join(new)) if new else ()))


@rule(
    "TL306",
    "a healthcheck that is run all the time",
    {DEV: W, PROD: W},
    fixes=True,
    why="Each check starts a process in the container: every second in each of ten services is a "
    "load that a laptop hears and a server pays for. The start is what needs to be quick, and that "
    "is start_interval's part.",
    origin="the pattern's quick reference: every 30 s in dev and prod",
)
def _often(stack: Stack) -> Iterator[Hit]:
    for service in stack.services.values():
        found = _effective(service)
        interval = seconds(found.interval) if found and found.interval else None
        if found and interval is not None and interval < _SHORTEST:
            yield hit(
                service.node.entry("healthcheck", "interval") or service.entry,
                f"{service.name}: its health is asked for every {found.interval}",
                "healthcheck: {interval: 30s}",
                _quicker(service, ["interval"], {"interval": "30s"}),
            )
