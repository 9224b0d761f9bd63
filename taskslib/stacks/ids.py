"""Names that are valid everywhere and unique: instance ids and Compose project names. Pure.

An id is `<slug of the branch>-<8 hex digits>`. The digits are always there: two branches can
have one slug (`feature/foo` and `feature-foo`), and two clones can be on one branch.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from taskslib.errors import UsageError

VARIABLE = "TEST_INSTANCE_ID"
"""Set in the environment, it is the instance id (after validation)."""

_SLUG_LENGTH = 14
_HASH_LENGTH = 8
_MAX_ID = _SLUG_LENGTH + 1 + _HASH_LENGTH
_VALID_ID = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_FULL_SCOPE = "test"
_KEPT = "-kept"
_PART_LENGTH = 10
"""Of project and scope, so that a Compose project name has at most 50 characters."""
_CI_VARIABLES = ("GITHUB_RUN_ID", "GITHUB_RUN_ATTEMPT", "GITHUB_JOB", "CI_PIPELINE_ID", "CI_JOB_ID")
"""What tells two CI jobs apart that have one path and share an engine (GitHub, Gitea, GitLab)."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run happens, as far as its instances' names depend on it."""

    folder: str
    """The worktree's real path."""
    branch: str = ""
    commit: str = ""
    """On a detached HEAD, where there is no branch."""


def instance_id(place: Place, environ: Mapping[str, str]) -> str:
    """Return the instance id: `TEST_INSTANCE_ID` if set, else made from branch and worktree.

    Raises `UsageError` where `TEST_INSTANCE_ID` can't be part of container and network names.
    """
    given = environ.get(VARIABLE, "")
    if given:
        return _validated(given)
    job = [environ.get(name, "") for name in _CI_VARIABLES]
    if place.branch:
        name = label = place.branch
    elif place.commit:
        name = place.commit
        label = next((part for part in job if part), "") or place.commit[:12]
    else:
        name, label = "", place.folder.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return f"{slug(label, _SLUG_LENGTH)}-{_hash(name, place.folder, *job)}"


def compose_project(project: str, service: str, instance: str, *, kept: bool = False) -> str:
    """Return the Compose project name of an instance: `<project>-<scope>-<id>[-kept]`.

    The scope is the service's name, or `test` for the full stack (no service).
    """
    # A service that is called like the full stack's scope must not meet it.
    scope = _hashed(service) if service == _FULL_SCOPE else _part(service or _FULL_SCOPE)
    return f"{_part(project)}-{scope}-{instance}{_KEPT if kept else ''}"


def environment_project(project: str, environment: str) -> str:
    """Return the Compose project name of an environment that a machine has once: `shop-dev`."""
    return f"{_part(project)}-{_part(environment)}"


def slug(text: str, length: int) -> str:
    """Return `text` as lower-case ASCII letters, digits and single dashes; `x` if none is left."""
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only.lower())[:length].strip("-") or "x"


def _part(name: str) -> str:
    """Return a name as it is where it fits, else cut and with a hash of the whole."""
    fits = len(name) <= _PART_LENGTH and slug(name, _PART_LENGTH) == name
    return name if fits else _hashed(name)


def _hashed(name: str) -> str:
    return f"{slug(name, 6)}{_hash(name)[:4]}"


def _hash(*parts: str) -> str:
    text = "\0".join(parts).encode(errors="surrogatepass")
    return hashlib.sha256(text).hexdigest()[:_HASH_LENGTH]


def _validated(given: str) -> str:
    # An id that ends like a kept instance's name would take a run for that.
    if len(given) > _MAX_ID or not _VALID_ID.fullmatch(given) or given.endswith(_KEPT):
        raise UsageError(
            f"{VARIABLE}={given!r} can't be part of container and network names",
            hint=f"use 1 to {_MAX_ID} of a-z, 0-9 and '-', not starting or ending with '-' "
            f"nor ending with '{_KEPT}'; "
            f"or unset {VARIABLE}: the branch then gives the id",
        )
    return given
