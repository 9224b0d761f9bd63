"""Test frameworks: detect them, make their environment, run a suite, turn its events into ours.

Imports only `project`, `events`, `errors` and `processes`; knows nothing of stacks or plans.
Start reading at `base.py`; a framework is one file and one entry in `FRAMEWORKS`.
"""

from __future__ import annotations

from taskslib.frameworks.base import Framework, Prepared
from taskslib.frameworks.junit import JUnit
from taskslib.frameworks.pytest import Pytest
from taskslib.frameworks.vitest import Vitest
from taskslib.project.model import Suite

__all__ = ["FRAMEWORKS", "Framework", "Prepared", "framework_of"]

FRAMEWORKS: tuple[Framework, ...] = (JUnit(), Pytest(), Vitest())
"""Every framework; the first one that detects its tests in a suite runs it."""


def framework_of(suite: Suite) -> Framework | None:
    """Return the framework that a suite's tests are written for; None if there are no tests."""
    return next((framework for framework in FRAMEWORKS if framework.detects(suite)), None)
