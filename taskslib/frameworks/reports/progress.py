"""What a command prints about its tests while it runs. For the display only: none of it counts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from taskslib.events import Outcome
from taskslib.frameworks.messages import Collected, Finished, Message, Started

Read = Callable[[str], Iterator[Message]]
"""Takes a line and yields what it says."""


def _nothing() -> Read:
    return lambda _: iter(())


def _tap() -> Read:
    """Return what reads TAP, versions 12 to 14; the parts of a nested test are not counted."""
    from tap.parser import Parser

    parser = Parser()

    def read(line: str) -> Iterator[Message]:
        try:
            found = parser.parse_line(line)
        except ValueError:
            return
        if found.category == "plan":
            yield Collected(found.expected_tests)
        elif found.category == "test":
            name = found.description.removeprefix("- ") or "a test"
            yield Started(name)
            yield from _ended(name, ok=found.ok, skipped=bool(found.skip))

    return read


def _json() -> Read:
    """Return what reads `go test -json` and the JSON of Rust's libtest, line by line."""

    def read(line: str) -> Iterator[Message]:
        if not line.startswith("{"):
            return
        try:
            data = json.loads(line)
        except (ValueError, RecursionError):
            return
        yield from _of_go(data) if "Action" in data else _of_libtest(data)

    return read


def _of_go(data: Mapping[str, Any]) -> Iterator[Message]:
    if not data.get("Test"):
        return  # a package's own end
    name = f"{data.get('Package', '')} > {data['Test']}"
    match data["Action"]:
        case "run":
            yield Started(name)
        case "pass" | "fail" | "skip" as how:
            yield from _ended(name, ok=how != "fail", skipped=how == "skip")


def _of_libtest(data: Mapping[str, Any]) -> Iterator[Message]:
    match data.get("type"), data.get("event"), data.get("name"):
        case "suite", "started", _:
            total = data.get("test_count")
            if isinstance(total, int):
                yield Collected(total)
        case "test", "started", str(name):
            yield Started(name)
        case "test", ("ok" | "failed" | "ignored") as how, str(name):
            yield from _ended(name, ok=how != "failed", skipped=how == "ignored")


def _ended(test: str, *, ok: bool, skipped: bool) -> Iterator[Message]:
    # One that failed is told with its report, at the end.
    if ok:
        yield Finished(test, Outcome.SKIPPED if skipped else Outcome.PASSED, 0.0)


PROGRESS: Mapping[str, Callable[[], Read]] = {"": _nothing, "tap": _tap, "json": _json}
"""By the name in the configuration."""
