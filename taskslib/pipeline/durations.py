"""How long suites took, and each of their files: what `--shard` splits by, as a file.

The file is what all shards of a run share. The history that it is made from is each machine's own,
and grows with every run: shards that read it would split differently, and run something twice or
never.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import fsum, isfinite
from pathlib import Path
from typing import Any

from taskslib.errors import ConfigError, UsageError

SCHEMA = 1
_HINT = "inv durations --output {file}"


@dataclass(frozen=True, slots=True)
class SuiteDuration:
    """How long a suite took, and the tests of each of its files."""

    seconds: float
    """From its first step to its last."""
    files: Mapping[str, float] = field(default_factory=dict)
    """From the suite's folder on; without what the suite needs before its first test."""

    @property
    def tests(self) -> float:
        """How long the tests took by themselves."""
        return fsum(self.files.values())  # the same in any order

    @property
    def before(self) -> float:
        """What the suite needs before its first test, and so does each part of it."""
        return max(0.0, self.seconds - self.tests)


Durations = Mapping[str, SuiteDuration]
"""By suite: `api:unit`."""


def encoded(project: str, known: Durations) -> str:
    """Return durations as the text of a file."""
    suites = {
        name: {
            "seconds": round(one.seconds, 3),
            "files": {path: round(seconds, 3) for path, seconds in sorted(one.files.items())},
        }
        for name, one in sorted(known.items())
    }
    return json.dumps({"schema": SCHEMA, "project": project, "suites": suites}, indent=2) + "\n"


def read_durations(file: Path, project: str) -> Durations:
    """Return the durations that a file has.

    Raises `UsageError` where there is none, `ConfigError` where it is not one of this project.
    """
    hint = _HINT.format(file=file)
    try:
        told = json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"--durations {file}: {error.strerror}", hint=hint) from error
    except ValueError as error:
        raise ConfigError(f"{file}: no JSON: {error}", hint=hint) from error
    try:
        schema, owner = told["schema"], told["project"]
        found = {str(name): _suite(one) for name, one in told["suites"].items()}
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ConfigError(f"{file}: these are no durations", hint=hint) from error
    if (schema, owner) != (SCHEMA, project):
        raise ConfigError(f"{file}: these are durations of {owner}, not of {project}", hint=hint)
    return found


def _suite(told: Any) -> SuiteDuration:
    files = {str(path): _seconds(seconds) for path, seconds in told["files"].items()}
    return SuiteDuration(_seconds(told["seconds"]), files)


def _seconds(told: Any) -> float:
    seconds = float(told)
    if not isfinite(seconds) or seconds < 0:
        raise ValueError(told)
    return seconds
