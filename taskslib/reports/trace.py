"""A run for Perfetto and chrome://tracing: the Trace Event Format, complete events ("ph": "X").

https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
"""

from __future__ import annotations

from typing import Any

from taskslib.events import Stage
from taskslib.reports.record import Record


def trace(record: Record) -> dict[str, Any]:
    """Return a run as a trace: a process a stage, a thread a suite, times in microseconds."""
    events: list[dict[str, Any]] = []
    stages = {stage: number for number, stage in enumerate(Stage, 1)}
    for stage, process in stages.items():
        events.append(_named("process_name", process, 0, stage.value))
    for thread, suite in enumerate(record.suites.values(), 1):
        process = stages[suite.id.stage]
        events.append(_named("thread_name", process, thread, suite.id.name))
        events += [
            {
                "name": span.step,
                "cat": "critical" if (suite.id, span.step) in record.critical else "step",
                "ph": "X",
                "pid": process,
                "tid": thread,
                "ts": round(span.began * 1e6),
                "dur": round((span.ended - span.began) * 1e6),
            }
            for span in suite.spans
        ]
    return {"traceEvents": events, "displayTimeUnit": "ms"}


def _named(what: str, process: int, thread: int, name: str) -> dict[str, Any]:
    return {"name": what, "ph": "M", "pid": process, "tid": thread, "args": {"name": name}}
