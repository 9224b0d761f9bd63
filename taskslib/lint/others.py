"""hadolint and compose-lint, where they are installed: what they do well is not written again.

Their findings come under their own ids. Left out is what contradicts the environment that a file
is for: they do not know it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from shutil import which
from typing import Any

from taskslib.cancellation import Cancellation
from taskslib.lint.environments import Environment
from taskslib.lint.finding import Finding, Severity
from taskslib.lint.gather import Repo
from taskslib.processes import Command, run

Asked = Callable[..., Any]

_LONGEST = 120
_OF_PRODUCTION = ("low", "medium")
"""What compose-lint wants hardened is production's: a test's container lives for a minute."""
_OURS = frozenset(
    f"CL-{number}" for number in (
        "0001", "0002", "0004", "0005", "0008", "0010", "0019", "0020", "0021", "0026",
    )
)  # fmt: skip
"""What our own rules say by environment (ports, tags, secrets, limits, rights of the host), and
digests, which prod's `${VERSION:?}` has none of."""
_SEVERITIES = {
    "error": Severity.ERROR,
    "critical": Severity.ERROR,
    "high": Severity.ERROR,
    "warning": Severity.WARNING,
    "medium": Severity.WARNING,
}


def others(
    repo: Repo, only: str | None, environ: Mapping[str, str], cancellation: Cancellation
) -> Iterator[Finding]:
    """Yield what other linters find, those that are installed."""

    def told(*argv: str) -> Any:
        return _told(argv, repo.files.root, environ, cancellation)

    hadolint, compose_lint = (found(name, environ) for name in ("hadolint", "compose-lint"))
    if hadolint and only is None:
        yield from _hadolint(told, hadolint, repo)
    if compose_lint:
        yield from _compose_lint(told, compose_lint, repo, only)


def found(name: str, environ: Mapping[str, str]) -> str | None:
    """Return a program on PATH or beside our interpreter."""
    beside = str(Path(sys.executable).parent)
    return which(name, path=os.pathsep.join((environ.get("PATH", ""), beside)))


def _told(
    argv: tuple[str, ...], root: Path, environ: Mapping[str, str], cancellation: Cancellation
) -> Any:
    """Return the JSON that a program prints; None where it prints none."""
    try:
        command = Command(argv, cwd=root, env=environ, timeout=_LONGEST)
        return json.loads(run(command, cancellation).stdout)
    except (OSError, ValueError):
        return None


def _hadolint(told_by: Asked, program: str, repo: Repo) -> Iterator[Finding]:
    paths = sorted({one.file.source.path for one in repo.images})
    told = told_by(program, "--no-fail", "-f", "json", *paths) if paths else None
    for one in told if isinstance(told, list) else ():
        severity = _SEVERITIES.get(str(one.get("level")), Severity.INFO)
        yield Finding(
            str(one["file"]), int(one["line"]), max(1, int(one["column"])), str(one["code"]),
            severity, str(one["message"]), "",
        )  # fmt: skip


def _compose_lint(told_by: Asked, program: str, repo: Repo, only: str | None) -> Iterator[Finding]:
    where = {path: one.environment for one in repo.stacks for path in one.files if one.is_for(only)}
    if not where:
        return
    told = told_by(program, "--format", "json", "--allow-partial-coverage", *sorted(where))
    for one in told.get("findings", ()) if isinstance(told, dict) else ():
        path, severity = str(one["file"]), str(one["severity"])
        hardening = severity in _OF_PRODUCTION and where.get(path) is not Environment.PROD
        if one.get("suppressed") or hardening or one["rule_id"] in _OURS:
            continue
        hint = str(one.get("fix") or "").partition("\n")[0]
        yield Finding(
            path, max(1, int(one.get("line") or 1)), 1, str(one["rule_id"]),
            _SEVERITIES.get(severity, Severity.INFO), str(one["message"]), hint,
        )  # fmt: skip
