"""`deploy/prod/images.lock`: what was released, by digest. TOML, in one order, so that it diffs.

version = "1.2.3"
revision = "…"                    # the commit
[images.api]                      # by service
name = "registry/shop-api"
digest = "sha256:…"
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from taskslib.project.places import LOCK

_HEAD = "# What was released, by digest. `inv build --push` writes it; it belongs in git.\n"


@dataclass(frozen=True, slots=True)
class Locked:
    """An image as it is in the registry."""

    name: str
    """Without tag."""
    digest: str


@dataclass(frozen=True, slots=True)
class Lock:
    """What a lock says."""

    version: str
    revision: str
    """The commit."""
    images: Mapping[str, Locked]
    """By service."""


def parsed(text: str) -> Lock | None:
    """Return what the text of a lock says; None where it is none."""
    try:
        return msgspec.toml.decode(text, type=Lock)
    except (msgspec.DecodeError, ValueError):
        return None


def written(version: str, revision: str, images: Mapping[str, Locked]) -> str:
    """Return the text of the lock of a release.

    Args:
        version: What was released.
        revision: The commit that it was built from.
        images: By service.
    """
    # JSON's strings are TOML's too; a service's name may have a dot.
    top = f"version = {json.dumps(version)}\nrevision = {json.dumps(revision)}\n"
    tables = (
        f"\n[images.{json.dumps(service)}]\n"
        f"name = {json.dumps(one.name)}\ndigest = {json.dumps(one.digest)}\n"
        for service, one in sorted(images.items())
    )
    return "".join((_HEAD, top, *tables))


def locked_version(root: Path) -> str:
    """Return the version that the lock has; empty where there is none, or it can't be read."""
    found = _read(root).get("version")
    return found if isinstance(found, str) else ""


def released(root: Path, tag: str) -> str | None:
    """Return the commit that the lock has for a tag; None where it has another, or can't be read.

    A lock that is damaged is written anew by the next release, so it refuses none.
    """
    found = _read(root)
    revision = found.get("revision")
    return revision if found.get("version") == tag[1:] and isinstance(revision, str) else None


def digests(root: Path, version: str) -> dict[str, str]:
    """Return the digests that the lock has for a version, by service; none where it has another."""
    found = _read(root)
    images = found.get("images")
    if found.get("version") != version or not isinstance(images, dict):
        return {}
    each = {key: one.get("digest") for key, one in images.items() if isinstance(one, dict)}
    return {key: told for key, told in each.items() if isinstance(told, str)}


def _read(root: Path) -> dict[str, object]:
    try:
        return tomllib.loads((root / LOCK).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
