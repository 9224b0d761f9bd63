"""The dependency graph and what is affected, with names of all kinds."""

from __future__ import annotations

import json

from taskslib.display.graph import affected_lines, graph_lines
from taskslib.project.changes import Changes
from taskslib.project.dependencies.affected import Affected
from taskslib.project.dependencies.graph import Edge, Graph, Kind, Node

HOSTILE = 'a"]\n::error::<b>`x`#1;\x1b[31mü\udcff'
GRAPH = Graph(
    (Node("api", "services/api", "service"), Node(HOSTILE, HOSTILE, "package")),
    (Edge("api", HOSTILE, Kind.PACKAGE, HOSTILE),),
)
SHOWN = 'a"]\\n::error::<b>`x`#1;\\x1b[31mü\\udcff'


def test_text() -> None:
    assert list(graph_lines(GRAPH, "text")) == [
        "api  (service, services/api)",
        f"  {SHOWN}  as a package ({SHOWN})",
        f"{SHOWN}  (package, {SHOWN})",
    ]


def test_what_ci_would_obey_is_defused() -> None:
    graph = Graph((Node("::error::x", "::error::x", "package"),), ())
    assert list(graph_lines(graph, "text")) == [": :error::x  (package, : :error::x)"]


def test_mermaid() -> None:
    quoted = "a#34;]\\n::error::#60;b#62;#96;x#96;#35;1;\\x1b[31mü\\udcff"
    assert list(graph_lines(GRAPH, "mermaid")) == [
        "graph LR", '  n0["api"]', f'  n1["{quoted}"]', "  n0 --> n1",
    ]  # fmt: skip


def test_json() -> None:
    told = json.loads("".join(graph_lines(GRAPH, "json")))
    assert told["nodes"][1]["name"] == HOSTILE


def test_affected() -> None:
    changes = Changes("main", frozenset({HOSTILE}))
    many = (HOSTILE, "b", "c", "d", "e")
    found = Affected(changes, {}, {"api": many, "x": ("b",)})
    assert list(affected_lines(found, "text")) == [
        f"api  {SHOWN}, b, c and 2 more", "x    b",
    ]  # fmt: skip
    assert json.loads("".join(affected_lines(found, "json")))["services"]["api"] == list(many)
