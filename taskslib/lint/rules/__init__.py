"""The rules, one file a hundred."""

from __future__ import annotations


def load() -> None:
    """Import all rules, which makes them known."""
    from taskslib.lint.rules import (  # noqa: F401
        ci,
        commands,
        compose_commands,
        configurable,
        credentials,
        data,
        health,
        images,
        isolation,
        ports,
        postgres,
        prod,
        project,
        timing,
        trust,
    )
