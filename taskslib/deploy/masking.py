"""What of a deployment's words is kept secret. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from taskslib.secrets import Mask, mask_of
from taskslib.stacks.endpoints import plain
from taskslib.stacks.engine import ComposeConfig


def mask_for(environ: Mapping[str, str], *configs: ComposeConfig) -> Mask:
    """Return what masks the secrets of an environment, and of what configurations give."""
    return mask_of(environ, *(one for some in configs for one in _variables(some)))


def _variables(config: ComposeConfig) -> Iterator[dict[str, str]]:
    """Yield the variables of each service: what containers log may have secrets among them."""
    for service in (config.get("services") or {}).values():
        given = service.get("environment") or {}
        yield {key: plain(value) for key, value in given.items() if value}
