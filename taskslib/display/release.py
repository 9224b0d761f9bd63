"""Versions and images, as lines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from taskslib.release.resolve import Found
    from taskslib.release.tagging import Ready
    from taskslib.release.version import Version


def listed(names: Sequence[str]) -> str:
    """Return names as words: `1.2, 1 and latest`."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def staying_words(version: Version) -> str:
    """Return which image tags a version does not move, and why; empty where it moves all."""
    by_higher: dict[str, list[str]] = {}
    for name, tag in version.staying:
        by_higher.setdefault(tag, []).append(name)
    return "; ".join(
        f"{listed(names)} {'stay' if len(names) > 1 else 'stays'}: {tag} is higher"
        for tag, names in by_higher.items()
    )


def version_words(found: Found) -> str:
    """Return what a version means for images."""
    why = "changes that are not committed" if found.dirty else "no tag"
    kind = f"tag {found.tag}" if found.tag else f"{why}: a development version"
    stays = staying_words(found.version) or "latest stays where it is"
    moves = "latest moves" if found.version.latest else stays
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
    if words := staying_words(ready.version):
        yield f"note: {words}"
    if ready.has_remote:
        yield f"{'pushed' if pushed else 'push it'}: {' '.join(ready.push)}"
    else:
        yield "there is no remote called origin that it could be pushed to"
