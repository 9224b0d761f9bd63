"""Leaves the answer to a run in which everything passed, for `taskslib.quick` to give again."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from taskslib import quick
from taskslib.pipeline.request import TestRequest
from taskslib.pipeline.results.observe import Observation
from taskslib.project.model import Project
from taskslib.project.places import replace_file

_KEPT = 200
"""Answers of one repository that are kept; each worktree and request has one."""

_HOUR = 60 * 60.0


@dataclass(frozen=True, slots=True)
class Shown:
    """What a run shows of which every suite is cached."""

    plain: str
    coloured: str
    notes: Sequence[str] = ()
    """For people, beside the data."""


def key_of(request: TestRequest, overrides: Mapping[str, object]) -> str | None:
    """Return what tells a request from others; None for one that is never answered from here."""
    if not request.usual:
        return None
    return quick.request_key(request.stages, request.services, request.arguments, overrides)


def forget(project: Project, environ: Mapping[str, str]) -> None:
    """Remove the answers of a repo: something of what they say is not so any more."""
    name = quick.answer_file(str(project.root), "", environ)
    for file in Path(name).parent.glob("*.json") if name is not None else ():
        with suppress(OSError):
            file.unlink()


def leave(
    project: Project,
    key: str,
    observed: Observation,
    shown: Shown,
    environ: Mapping[str, str],
) -> None:
    """Write an answer down; where there is no room for it, don't."""
    depends = quick.depends(observed.files, observed.patterns, observed.programs, environ)
    if observed.stacks:
        depends["engine"] = observed.engine
    told = {
        "root": str(project.root),
        "dropped": project.dropped,
        "left_out": observed.left_out,
        "patterns": observed.patterns,
        "programs": observed.programs,
        "images": observed.images,
        "engine": observed.stacks,
        "depends": depends,
        "plain": shown.plain,
        "coloured": shown.coloured,
        "notes": list(shown.notes),
    }
    name = quick.answer_file(str(project.root), key, environ)
    if name is None:
        return
    file, body = Path(name), json.dumps(told).encode()
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        replace_file(file, hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
        earlier = sorted(file.parent.glob("*.json"), key=lambda one: one.stat().st_mtime)
        for old in (*earlier[:-_KEPT], *_broken_off(file.parent)):
            old.unlink()


def _broken_off(folder: Path) -> Iterator[Path]:
    """Yield what runs have left that ended while they wrote."""
    for file in folder.glob("*.json.*"):
        if time.time() - file.stat().st_mtime > _HOUR:
            yield file
