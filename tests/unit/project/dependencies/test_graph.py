"""Which service depends on which, and why."""

from __future__ import annotations

from pathlib import Path

from taskslib.project.dependencies.graph import Edge, Graph, Kind, Node, graph_of
from tests.unit.project.dependencies.support import dependencies, library, service

FULL = """\
services:
  api: {build: {context: ../.., dockerfile: services/api/Dockerfile}, depends_on: [web, database]}
  web: {build: ../../services/web}
  database: {image: "postgres:17", depends_on: [api]}
"""


def test_kinds_of_nodes_and_edges(tmp_path: Path) -> None:
    dockerfile = "FROM a\nCOPY services/lib services/api/code.py /\n"
    found = graph_of(
        dependencies(
            tmp_path,
            {
                "pyproject.toml": '[tool.taskslib]\nproject = "shop"\n'
                '[tool.taskslib.service.web]\ndepends_on = ["lib"]',
                **service("api", dockerfile),
                "services/api/requirements.txt": "-e ../lib\n",
                **service("web"),
                **library("lib", **{"requirements.txt": "-e ../../libs/x"}),
                "libs/x/pyproject.toml": "",
                "deploy/test/docker-compose.yml": FULL,
                "services/api/deploy/test/docker-compose.yml": "services: {x: {image: x}}",
            },
        )
    )
    full = "deploy/test/docker-compose.yml"
    assert found == Graph(
        (
            Node("api", "services/api", "service"),
            Node("lib", "services/lib", "library"),
            Node("web", "services/web", "service"),
            Node("shop", "", "project"),
            Node("libs/x", "libs/x", "package"),
        ),
        (
            Edge("api", "lib", Kind.IMAGE, "services/api/Dockerfile"),
            Edge("api", "lib", Kind.PACKAGE, "services/api/requirements.txt"),
            Edge("api", "web", Kind.START, full),
            Edge("lib", "libs/x", Kind.PACKAGE, "services/lib/requirements.txt"),
            Edge("shop", "api", Kind.IMAGE, full),
            Edge("shop", "web", Kind.IMAGE, full),
            Edge("web", "lib", Kind.PACKAGE, "[tool.taskslib]"),
        ),
    )


def test_a_package_that_is_called_like_a_service(tmp_path: Path) -> None:
    found = graph_of(
        dependencies(
            tmp_path, {**library("lib", **{"requirements.txt": "-e ../../lib"}), "lib/x.py": ""}
        )
    )
    assert [node.name for node in found.nodes] == ["lib", tmp_path.name, "./lib"]
    assert [(edge.source, edge.target) for edge in found.edges] == [("lib", "./lib")]


def test_a_flat_repo_is_one_service(tmp_path: Path) -> None:
    found = graph_of(
        dependencies(tmp_path / "shop", {"Dockerfile": "FROM a\nCOPY . .", "tests/unit/x.py": ""})
    )
    assert found == Graph((Node("shop", "", "service"),), ())


def test_files_of_another_that_a_stack_or_a_list_reads(tmp_path: Path) -> None:
    stack = """\
services:
  x:
    image: x
    volumes: ["../../../lib/data:/data:ro"]
    env_file: ../../../one/a.env
    extends: {file: ../../../two/base.yml, service: base}
"""
    base = "services: {base: {image: y}}"
    found = graph_of(
        dependencies(
            tmp_path,
            {
                **service("api"),
                "services/api/deploy/test/docker-compose.yml": stack,
                "services/api/tests/integration/test_it.py": "",
                "services/api/requirements.txt": "-r ../three/r.txt\n",
                **library("lib", data="x"),
                **library("one", **{"a.env": "A=1"}),
                **library("two", **{"base.yml": base}),
                **library("three", **{"r.txt": "pytest\n"}),
            },
        )
    )
    file = "services/api/deploy/test/docker-compose.yml"
    assert found.edges == (
        Edge("api", "lib", Kind.FILE, file),
        Edge("api", "one", Kind.FILE, file),
        Edge("api", "three", Kind.FILE, "services/three/r.txt"),
        Edge("api", "two", Kind.FILE, file),
    )
