"""What the docs say of Docker and Podman is what the adapter's contract tests are of."""

from __future__ import annotations

import inspect
import re
from types import SimpleNamespace

from tests.engine.stacks import test_contract
from tests.support.contract import contract_lines, otherwise, title
from tests.support.pages import PAGES

ENGINES = {"side", "real", "adapter"}
"""The fixtures of a test that is held on more than one engine."""


def test_the_table_of_the_page() -> None:
    tests = {
        title(name): otherwise(one) or "holds"
        for name, one in vars(test_contract).items()
        if name.startswith("test_") and ENGINES & set(inspect.signature(one).parameters)
    }
    text = (PAGES / "engines.md").read_text("utf-8")
    rows = re.findall(r"^\| (.+?) \| holds \| (.+) \|$", text, re.MULTILINE)
    assert dict(rows) == tests


def test_the_table_of_a_run() -> None:
    def report(name: str, *told: tuple[str, str]) -> SimpleNamespace:
        node = f"tests/engine/stacks/test_contract.py::test_{name}"
        return SimpleNamespace(nodeid=node, user_properties=list(told))

    stats = {
        "passed": [
            report("what_runs[docker]"),
            report("what_runs[fake]"),
            report("health_is_told[podman]@podman", ("otherwise", "only of one")),
            SimpleNamespace(nodeid="tests/unit/test_x.py::test_what[docker]", user_properties=[]),
        ],
        "failed": [report("health_is_told[docker]")],
        "skipped": [report("what_runs[podman]@podman")],
        "": [report("what_runs[docker]")],
    }
    assert list(contract_lines(stats)) == [
        "                docker     tcp        podman     fake",
        "what runs       holds      -          not here   holds",
        "health is told  FAILS      -          otherwise  -",
        "podman, health is told: only of one",
    ]
    assert list(contract_lines({"passed": []})) == []
