"""Endpoints for people, shells and programs. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from taskslib.display.assignments import LANGUAGES, assignment
from taskslib.secrets import without_password
from taskslib.stacks.instance import Instance, down_command
from taskslib.typed import as_typed


def format_endpoints(instance: Instance, format: str) -> Iterator[str]:  # noqa: A002
    """Yield an instance's endpoints as `table`, `json`, or a language of `assignments`."""
    if format in LANGUAGES:
        for name, value in instance.variables.items():
            yield assignment(format, name, value)
    elif format == "json":
        yield json.dumps(_document(instance), indent=2)
    else:
        yield from _table(instance)


def no_endpoints(tests: Path) -> Iterator[str]:
    """Yield, as JSON, that there are none for the tests in a folder."""
    yield json.dumps({"version": 1, "tests": str(tests), "endpoints": [], "variables": {}})


def address_lines(instance: Instance) -> Iterator[str]:
    """Yield where a stack that stays up is reached, and what ends it."""
    assert instance.spec is not None  # noqa: S101 — it came from one
    yield f"{instance.spec.name} is up"
    yield from (f"  {line}" for line in _table(instance))
    yield from _ended(instance)
    yield f"end it: {down_command(instance.spec.stack.service)}"


def development_lines(instance: Instance) -> Iterator[str]:
    """Yield where the development stack is reached, passwords masked, and what ends it."""
    assert instance.spec is not None  # noqa: S101 — it came from one
    yield f"{instance.spec.name} is up"
    yield from (f"  {without_password(line)}" for line in _table(instance))
    yield from _ended(instance)
    yield as_typed("end it: inv dev-down")


def _ended(instance: Instance) -> Iterator[str]:
    yield from (f"  {service} has ended, with exit code 0" for service in instance.ended)


def _table(instance: Instance) -> Iterator[str]:
    rows = [
        (
            endpoint.service,
            f"{endpoint.container_port}/{endpoint.protocol}",
            f"{endpoint.host}:{endpoint.port}",
            endpoint.url,
        )
        for endpoint in instance.endpoints
    ]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(4)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _document(instance: Instance) -> dict[str, object]:
    return {
        "version": 1,
        "instance": instance.spec.instance if instance.spec else "",
        "compose_project": instance.spec.name if instance.spec else "",
        "endpoints": [
            {
                "service": endpoint.service,
                "container_port": endpoint.container_port,
                "protocol": endpoint.protocol,
                "host": endpoint.host,
                "port": endpoint.port,
                "url": endpoint.url,
                "variables": dict(endpoint.variables),
            }
            for endpoint in instance.endpoints
        ],
        "variables": dict(instance.variables),
    }
