"""What a stack mounts from the files of a repo: an engine elsewhere does not see it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from taskslib.stacks.endpoints import plain
from taskslib.stacks.engine import ComposeConfig
from taskslib.stacks.fixed import Fixed

_GIVEN = ("configs", "secrets")
"""Compose mounts those that are files."""


def mounted(config: ComposeConfig, root: Path) -> Iterator[Fixed]:
    """Yield what services mount that lies in a repo.

    Other paths, such as the engine's socket, are meant to be those of the engine's machine.

    Args:
        config: The stack as Compose resolved it.
        root: The repo's top folder.
    """
    for key, service in (config.get("services") or {}).items():
        for one in service.get("volumes") or []:
            source = plain(str(one.get("source") or ""))
            if one.get("type") == "bind" and _in(root, source):
                yield Fixed(("services", key, "volumes"), source)
        for kind in _GIVEN:
            for one in service.get(kind) or []:
                file = _file(config.get(kind) or {}, one)
                if _in(root, file):
                    yield Fixed(("services", key, kind), file)


def _file(known: Mapping[str, Any], one: Any) -> str:
    source = one.get("source") if isinstance(one, dict) else one
    return plain(str((known.get(str(source)) or {}).get("file") or ""))


def _in(root: Path, path: str) -> bool:
    return bool(path) and Path(path).is_relative_to(root)
