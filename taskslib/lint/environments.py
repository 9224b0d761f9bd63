"""The environments that files are for, and the files of each."""

from __future__ import annotations

from enum import StrEnum


class Environment(StrEnum):
    """What a stack is for: a folder under `deploy/`."""

    DEV = "dev"
    TEST = "test"
    PROD = "prod"
