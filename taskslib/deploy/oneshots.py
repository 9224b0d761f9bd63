"""One-shots, such as migrations: what is told of those of another deployment. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from taskslib.deploy.record import PREFIX
from taskslib.deploy.running import Running
from taskslib.stacks.engine import ComposeConfig
from taskslib.stacks.wait import one_shots


def still_going(
    running: Iterable[Running], config: ComposeConfig, other: ComposeConfig
) -> frozenset[str]:
    """Return the one-shots that run, and that are not a configuration's own.

    Args:
        running: What runs.
        config: What is to run from now on.
        other: What was to run until now.
    """
    once = one_shots(config) | one_shots(other)
    return frozenset(
        one.container.service
        for one in running
        if one.runs and one.container.service in once and not made_by(config, one)
    )


def made_by(config: ComposeConfig, one: Running) -> bool:
    """Return whether a container is of the deployment that a configuration says."""
    wanted = (config.get("services") or {}).get(one.container.service) or {}
    number = (wanted.get("labels") or {}).get(f"{PREFIX}number", "")
    return bool(one.labels.get("number", "") == number)


def trouble(config: ComposeConfig, one: Running) -> str:
    """Return what is wrong with a one-shot of what is deployed; empty where nothing is."""
    if not made_by(config, one):
        version = one.labels.get("version") or "another version"
        return f"goes on for {version}, which is not deployed" if one.runs else ""
    if one.container.state == "exited":
        return "" if one.container.exit_code == 0 else "it did not complete"
    return "it has not completed"


def remark(config: ComposeConfig, one: Running) -> str:
    """Return what is to be known of a one-shot that is well: it may be another version's."""
    if made_by(config, one):
        return ""
    version = one.labels.get("version") or "another version"
    return f"the last that ran is of {version}; on the way back none runs"
