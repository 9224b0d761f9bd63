"""What earlier runs came to, suite by suite and test by test, in one small file.

Losing it costs nothing but time, so nothing about it is ever fatal. Start reading at `store.py`.
"""

from __future__ import annotations

from taskslib.pipeline.history.records import Collector, Run, SuiteRun, TestRun
from taskslib.pipeline.history.store import (
    FailedTest,
    FlakyTest,
    History,
    PastRun,
    PastTotal,
    TestTime,
)

__all__ = [
    "Collector",
    "FailedTest",
    "FlakyTest",
    "History",
    "PastRun",
    "PastTotal",
    "Run",
    "SuiteRun",
    "TestRun",
    "TestTime",
]
