"""The dependency graph and what is affected, as text, mermaid or JSON. Pure."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict

from taskslib.display.clean import clean
from taskslib.project.dependencies.affected import Affected
from taskslib.project.dependencies.graph import Edge, Graph, Kind

FORMATS = ("text", "mermaid", "json")
_SHOWN = 3
"""Changed files that are named for each service."""


def graph_lines(graph: Graph, form: str) -> Iterator[str]:
    """Yield the lines of a graph in one of `FORMATS`."""
    match form:
        case "json":
            yield json.dumps(asdict(graph), indent=2)
        case "mermaid":
            yield from _mermaid(graph)
        case _:
            yield from _text(graph)


def affected_lines(found: Affected, form: str) -> Iterator[str]:
    """Yield what is affected: a line a service with the files, or all as JSON."""
    if form == "json":
        yield json.dumps(
            {
                "base": found.changes.base,
                "reason": found.changes.reason,
                "services": {name: list(files) for name, files in found.services.items()},
                "suites": {str(suite): list(files) for suite, files in found.suites.items()},
            },
            indent=2,
        )
        return
    width = max(map(len, found.services), default=0)  # these names are plain
    for name, files in found.services.items():
        yield f"{name:{width}}  {_files(files)}".rstrip()


def _files(files: tuple[str, ...]) -> str:
    more = f" and {len(files) - _SHOWN} more" if len(files) > _SHOWN else ""
    return ", ".join(map(_shown, files[:_SHOWN])) + more


def _text(graph: Graph) -> Iterator[str]:
    targets: dict[str, dict[str, list[Edge]]] = defaultdict(lambda: defaultdict(list))
    for edge in graph.edges:
        targets[edge.source][edge.target].append(edge)
    for node in graph.nodes:
        yield f"{_shown(node.name)}  ({node.kind}, {_shown(node.path) or '.'})"
        for target, edges in targets[node.name].items():
            yield f"  {_shown(target)}  {', '.join(map(_why, edges))}"


def _why(edge: Edge) -> str:
    words = {
        Kind.PACKAGE: "as a package",
        Kind.IMAGE: "in an image",
        Kind.FILE: "by its files",
        Kind.START: "starts after it",
    }
    return f"{words[edge.kind]} ({_shown(edge.because)})"


def _mermaid(graph: Graph) -> Iterator[str]:
    yield "graph LR"
    ids = {node.name: f"n{number}" for number, node in enumerate(graph.nodes)}
    for node in graph.nodes:
        yield f'  {ids[node.name]}["{_quoted(node.name)}"]'
    arrows = {Kind.PACKAGE: "-->", Kind.IMAGE: "-->", Kind.FILE: "-->", Kind.START: "-.->"}
    drawn = {(edge.source, arrows[edge.kind], edge.target): None for edge in graph.edges}
    for source, arrow, target in drawn:
        yield f"  {ids[source]} {arrow} {ids[target]}"


def _quoted(text: str) -> str:
    """Return a text in which mermaid finds no quotes, tags, markdown or entities of its own."""
    return "".join(f"#{ord(sign)};" if sign in '#"<>`&' else sign for sign in _shown(text))


def _shown(name: str) -> str:
    """Return a file's name on one line, without what could drive a terminal or CI."""
    escaped = (one if one.isprintable() else ascii(one)[1:-1] for one in name)
    return clean("".join(escaped))
