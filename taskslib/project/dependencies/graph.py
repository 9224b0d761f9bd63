"""Which service depends on which, and which file says so: for people and other tools. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from taskslib.events import Stage
from taskslib.project.dependencies.areas import Area, Index, literal
from taskslib.project.dependencies.inputs import Dependencies
from taskslib.project.model import Stack


class Kind(StrEnum):
    """Why one depends on another."""

    PACKAGE = "package"
    """It needs the other as a package, or the configuration says so: at every stage."""
    IMAGE = "image"
    """An image of its stack is built from the other's files."""
    FILE = "file"
    """Its stack, or its list of requirements, reads a file of the other's."""
    START = "start"
    """In the full stack it starts after the other. No suite runs again because of that alone."""


@dataclass(frozen=True, slots=True)
class Node:
    """A service, a library, the project itself, or another folder with a package."""

    name: str
    path: str
    """From the root on; empty for the root."""
    kind: str
    """`service`, `library`, `project` or `package`."""


@dataclass(frozen=True, slots=True, order=True)
class Edge:
    """One depends on another."""

    source: str
    target: str
    kind: Kind
    because: str
    """The file that says so, from the root on."""


@dataclass(frozen=True, slots=True)
class Graph:
    """All of them; the edges in a stable order."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def graph_of(dependencies: Dependencies) -> Graph:
    """Return the graph of a project."""
    nodes = {one.path: one for one in _nodes(dependencies)}
    edges = {*_packages(dependencies, nodes), *_images(dependencies, nodes)}
    known = {(edge.source, edge.target) for edge in edges}
    files = _files(dependencies, nodes)
    edges |= {edge for edge in files if (edge.source, edge.target) not in known}
    edges |= set(_starts(dependencies, nodes))
    return Graph(tuple(nodes.values()), tuple(sorted(edges)))


def _nodes(dependencies: Dependencies) -> Iterator[Node]:
    project = dependencies.project
    for service in project.services:
        kind = "library" if service.is_library else "service"
        yield Node(service.name, dependencies.place(service.path), kind)
    folders = dict.fromkeys(dependencies.place(service.path) for service in project.services)
    if "" not in folders:
        clash = project.name in project.service_names()
        yield Node("project" if clash else project.name, "", "project")
    found = {one.path for one in dependencies.packages.closure(*folders, "")}
    taken = {*project.service_names(), project.name}
    for path in sorted(found):
        yield Node(f"./{path}" if path in taken else path, path, "package")


def _packages(dependencies: Dependencies, nodes: Mapping[str, Node]) -> Iterator[Edge]:
    for path, node in nodes.items():
        for other, file in dependencies.packages.folder(path).depends_on:
            yield Edge(node.name, nodes[other].name, Kind.PACKAGE, file)


def _images(dependencies: Dependencies, nodes: Mapping[str, Node]) -> Iterator[Edge]:
    """Yield whose files the images of each node's stack are built from."""
    owner = Index({node: [Area(path)] for path, node in nodes.items() if path})
    for path, node, stack in _stacks(dependencies, nodes):
        for dockerfile, sources in dependencies.stack(stack).builds.values():
            maker = next(owner.owners(dockerfile), None)
            if maker is not None and maker != node:
                yield Edge(node.name, maker.name, Kind.IMAGE, dependencies.place(stack.files[0]))
            for source in sources:
                other = next(owner.owners(source), None)
                taker = maker if path == "" and maker is not None else node
                if other is not None and other != taker:
                    yield Edge(taker.name, other.name, Kind.IMAGE, dockerfile)


def _files(dependencies: Dependencies, nodes: Mapping[str, Node]) -> Iterator[Edge]:
    """Yield whose files are mounted, read as variables, extended, included or listed."""
    owner = Index({node: [Area(path)] for path, node in nodes.items() if path})

    def edges(node: Node, areas: Iterable[Area], because: str) -> Iterator[Edge]:
        for area in areas:
            for other in set(owner.owners(literal(area.path))):
                # A glob that begins above the services is everybody's whom it finds.
                if other != node and other.path:
                    yield Edge(node.name, other.name, Kind.FILE, because)

    for path, node, stack in _stacks(dependencies, nodes):
        own = {
            place
            for one in dependencies.stack(stack).builds.values()
            for place in (one[0], *one[1])
        }
        areas = [area for area in dependencies.stack(stack).areas if area.path not in own]
        # What an image of the full stack takes is its maker's edge.
        yield from edges(node, areas if path else (), dependencies.place(stack.files[0]))
    for path, node in nodes.items():
        listed = map(Area, dependencies.packages.folder(path).files)
        for area in listed:
            yield from edges(node, (area,), area.path)


def _starts(dependencies: Dependencies, nodes: Mapping[str, Node]) -> Iterator[Edge]:
    """Yield the order in which the services of the full stack start."""
    stack = dependencies.project.stack
    if stack is None:
        return
    owner = Index({node: [Area(path)] for path, node in nodes.items() if path})
    made = dependencies.stack(stack)
    whose = {
        name: next(owner.owners(dockerfile), None) for name, (dockerfile, _) in made.builds.items()
    }
    for name, others in made.after.items():
        for other in others:
            source, target = whose.get(name), whose.get(other)
            if source is not None and target is not None and source != target:
                file = dependencies.place(stack.files[0])
                yield Edge(source.name, target.name, Kind.START, file)


def _stacks(
    dependencies: Dependencies, nodes: Mapping[str, Node]
) -> Iterator[tuple[str, Node, Stack]]:
    project = dependencies.project
    own = {one.id.name: one.stack for one in project.suites if one.id.stage is Stage.SERVICE}
    for service in project.services:
        stack = own.get(service.name)
        path = dependencies.place(service.path)
        if stack is not None:
            yield path, nodes[path], stack
    full = project.stack
    if full is not None:
        yield "", nodes[""], full
