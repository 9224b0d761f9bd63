"""Every framework, and which of them a suite's tests are written for."""

from __future__ import annotations

from taskslib.errors import ConfigError
from taskslib.frameworks.base import Framework
from taskslib.frameworks.junit import JUnit
from taskslib.frameworks.pytest import Pytest
from taskslib.frameworks.vitest import Vitest
from taskslib.project.model import Suite

FRAMEWORKS: tuple[Framework, ...] = (JUnit(), Pytest(), Vitest())
"""Every framework; that of the configuration first."""


def framework_of(suite: Suite) -> Framework | None:
    """Return the framework that a suite's tests are written for; None if there are no tests.

    Raises `ConfigError` where they are written for several: those of one would never run.
    """
    found = [framework for framework in FRAMEWORKS if framework.detects(suite)]
    if len(found) > 1 and suite.runner is None:
        names = " and of ".join(framework.name for framework in found)
        raise ConfigError(
            f"{suite.id}: {suite.tests} has tests of {names}",
            hint="give each a folder of its own, or say how they are run: "
            f"`command` and `report` for {suite.id} in [tool.taskslib]",
        )
    return found[0] if found else None
