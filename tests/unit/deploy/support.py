"""A configuration as Compose resolves it, and what runs of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from taskslib.deploy.record import Deployment, Who
from taskslib.deploy.running import Running
from taskslib.stacks.engine import Container

WHO = Who("ada", "host", "2026-01-02T03:04:05+00:00")


def config(**images: str) -> dict[str, Any]:
    """Return a configuration of services, of which `web` waits for `migrate` to complete."""
    services: dict[str, Any] = {name: {"image": image} for name, image in images.items()}
    if "web" in services and "migrate" in services:
        waiting = {"migrate": {"condition": "service_completed_successfully"}}
        services["web"]["depends_on"] = waiting
    return {"name": "shop-prod", "services": services}


def deployment(number: int, version: str, found: dict[str, Any]) -> Deployment:
    return Deployment(number, version, "c0ffee", "ada", "host", WHO.at, found)


def running(
    service: str,
    image: str = "",
    state: str = "running",
    *,
    code: int | None = None,
    health: str = "",
    restarts: int = 0,
    identity: str = "",
    labels: Mapping[str, str] | None = None,
) -> Running:
    container = Container(
        identity or f"id-{service}",
        f"shop-prod-{service}-1",
        service,
        state,
        health=health,
        exit_code=code,
        restarts=restarts,
    )
    return Running(container, image, f"sha256:{'a' * 64}", labels or {}, WHO.at)
