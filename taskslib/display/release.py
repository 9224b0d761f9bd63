"""Versions and images, as lines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from taskslib.release.resolve import Found


def version_words(found: Found) -> str:
    """Return what a version means for images."""
    kind = f"tag {found.tag}" if found.tag else "no tag: a development version"
    moves = "latest moves" if found.version.latest else "latest stays where it is"
    return f"{kind}; image tags: {', '.join(found.version.tags)}; {moves}"


def version_json(found: Found) -> str:
    """Return a version for programs."""
    return json.dumps(
        {
            "version": found.version.text,
            "prerelease": found.version.prerelease,
            "tags": list(found.version.tags),
            "latest": found.version.latest,
            "tag": found.tag,
            "commit": found.commit,
        }
    )
