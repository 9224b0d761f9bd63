"""The environments that files are for, and the files of each."""

from __future__ import annotations

import re
from enum import StrEnum


class Environment(StrEnum):
    """What a stack is for: a folder under `deploy/`."""

    DEV = "dev"
    TEST = "test"
    PROD = "prod"


_WORDS = {
    **{one.value: one for one in Environment},
    "local": Environment.DEV,
    "development": Environment.DEV,
    "ci": Environment.TEST,
    "e2e": Environment.TEST,
    "testing": Environment.TEST,
    "tests": Environment.TEST,
}


def kind_of(folder: str) -> Environment:
    """Return what an environment is like, by the name of its folder.

    What is no kind of dev or test is like prod: `inv deploy` takes it.
    """
    words = re.split(r"[^a-z0-9]+", folder.lower())
    return next((_WORDS[one] for one in words if one in _WORDS), Environment.PROD)
