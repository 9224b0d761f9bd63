"""A run with stacks on several machines, which here come one after the other."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from tests.support.leftovers import leftovers
from tests.support.projects import PASSES, inv, multi, write

MORE = {
    ".gitignore": ".taskslib\n",
    "services/lib/tests/unit/test_lib.py": PASSES,
    "services/web/tests/unit/test_more.py": PASSES,
    "services/web/tests/integration/test_more.py": PASSES,
}


def test_shards_with_stacks_are_the_whole(shop: Path) -> None:
    write(shop, multi(**MORE))
    known = {
        "web:unit": {"seconds": 4, "files": {}},
        "web:service": {
            "seconds": 20,
            "files": {f"tests/integration/test_{name}.py": 9 for name in ("service", "more")},
        },
    }
    told = {"schema": 1, "project": shop.name, "suites": known}
    write(shop, {".taskslib/durations.json": json.dumps(told)})
    for index in (1, 2, 3):
        given = ("--durations", ".taskslib/durations.json", "--json", "--force")
        ran = inv(shop, "test", "--shard", f"{index}/3", *given)
        assert ran.code == 0, ran.err
        write(shop, {f".taskslib/shards/{index}.json": ran.out})
    parts = [
        suite["name"] + ":" + suite["stage"]
        for file in (shop / ".taskslib" / "shards").iterdir()
        for suite in json.loads(file.read_text("utf-8"))["suites"]
    ]
    assert Counter(parts)["web:service"] == 2  # each part has a stack of its own
    assert leftovers(shop.name) == []
    whole, merged = (
        json.loads(inv(shop, *command, "--json").out)
        for command in (("test", "--force"), ("merge-reports", ".taskslib/shards"))
    )
    assert merged["exit"]["code"] == 0
    assert _tests(merged) == _tests(whole)
    assert merged["counts"] == whole["counts"]


def _tests(document: dict[str, list[dict[str, object]]]) -> Counter[tuple[object, ...]]:
    return Counter(
        (suite["name"], suite["stage"], test["test"], test["outcome"])
        for suite in document["suites"]
        for test in suite["tests"]  # type: ignore[attr-defined]
    )
