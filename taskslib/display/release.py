"""Versions and images, as lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from taskslib.release.resolve import Found
    from taskslib.release.tagging import Ready


def version_words(found: Found) -> str:
    """Return what a version means for images."""
    why = "changes that are not committed" if found.dirty else "no tag"
    kind = f"tag {found.tag}" if found.tag else f"{why}: a development version"
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


def release_words(ready: Ready, *, pushed: bool, dry_run: bool) -> Iterator[str]:
    """Yield what became of a release, or would."""
    done = "would be tagged" if dry_run else "is tagged"
    done = "is tagged already" if ready.tagged else done
    yield f"{ready.commit[:12]} on {ready.branch} {done} as {ready.tag}"
    if not (ready.version.latest or ready.version.prerelease):
        yield "note: a higher version is tagged: latest stays where it is"
    if ready.has_remote:
        yield f"{'pushed' if pushed else 'push it'}: {' '.join(ready.push)}"
    else:
        yield "there is no remote called origin that it could be pushed to"
