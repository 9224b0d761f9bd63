"""Which suites a changed file affects."""

from __future__ import annotations

from pathlib import Path

import pytest

from taskslib.events import Stage
from tests.unit.project.dependencies.support import (
    STACK,
    dependencies,
    hit,
    library,
    service,
    unknown,
)

UV = '[project]\nname = "{name}"\n[build-system]\nrequires = []\n'
SOURCES = "[tool.uv.sources]\n"
FULL = {
    "deploy/test/docker-compose.yml": STACK.format(
        name="api", context="../../services/api", dockerfile="Dockerfile"
    ),
    "tests/integration/test_all.py": "",
}
EVERYTHING = {"api:unit", "api:service", "web:unit", "web:service", "shop:integration"}


def test_a_services_own_files(tmp_path: Path) -> None:
    found = dependencies(tmp_path, {**service("api"), **service("web")})
    assert hit(found, "services/api/code.py") == {"api:unit", "api:service"}
    assert hit(found, "services/api/tests/conftest.py") == {"api:unit", "api:service"}
    assert hit(found, "services/apis/code.py") == {
        "api:unit",
        "api:service",
        "web:unit",
        "web:service",
    }


def test_one_stages_tests_are_no_input_of_the_other(tmp_path: Path) -> None:
    dockerfile = "FROM a\nCOPY code.py /\n"
    found = dependencies(tmp_path, service("api", dockerfile))
    assert hit(found, "services/api/tests/unit/test_a.py") == {"api:unit"}
    assert hit(found, "services/api/tests/integration/test_b.py") == {"api:service"}
    assert hit(found, "services/api/deploy/test/seed.sql") == {"api:service"}


@pytest.mark.parametrize("name", ["factories.py", "conftest.py", "data/orders.json", "__init__.py"])
@pytest.mark.parametrize("stage", ["unit", "integration"])
def test_what_is_beside_one_stages_tests_is_the_others_too(
    tmp_path: Path, stage: str, name: str
) -> None:
    found = dependencies(tmp_path, service("api", "FROM a\nCOPY code.py /\n"))
    assert hit(found, f"services/api/tests/{stage}/{name}") == {"api:unit", "api:service"}
    found = dependencies(tmp_path / "flat", {**FULL, "tests/unit/test_x.py": ""})
    assert hit(found, f"tests/{stage}/{name}") == {"flat:unit", "flat:integration"}


def test_the_roots_files(tmp_path: Path) -> None:
    files = {
        **service("api"),
        **service("web"),
        **FULL,
        "pyproject.toml": '[project]\nname = "shop"',
    }
    found = dependencies(tmp_path, files)
    assert hit(found, "pyproject.toml") == EVERYTHING
    assert hit(found, "scripts/tool.sh") == EVERYTHING
    assert hit(found, "README.md", "docs/guide/index.txt", "LICENSE") == set()
    assert hit(found, "tests/integration/test_all.py") == {"shop:integration"}
    assert hit(found, "deploy/test/more.sql") == {"shop:integration"}
    assert hit(found, "services/api/README.md") >= {"api:unit"}


@pytest.mark.parametrize(
    ("files", "package"),
    [
        ({"services/api/requirements.txt": "-e ../lib\n"}, "lib"),
        ({"services/api/pyproject.toml": SOURCES + 'lib = {path = "../lib"}'}, "lib"),
        (
            {
                "services/api/pyproject.toml": SOURCES + "lib = {workspace = true}",
                "services/lib/pyproject.toml": UV.format(name="lib"),
            },
            "lib",
        ),
        (
            {
                "services/api/package.json": '{"dependencies": {"@shop/lib": "workspace:*"}}',
                "services/lib/package.json": '{"name": "@shop/lib"}',
            },
            "lib",
        ),
        ({"pyproject.toml": '[tool.taskslib.service.api]\ndepends_on = ["lib"]'}, "lib"),
    ],
)
def test_packages(tmp_path: Path, files: dict[str, str], package: str) -> None:
    api = service("api", "FROM a\n")
    found = dependencies(tmp_path, {**api, **library(package), **files})
    assert hit(found, f"services/{package}/code.py") == {
        f"{package}:unit",
        "api:unit",
        "api:service",
    }
    assert hit(found, f"services/{package}/tests/unit/test_a.py") == {f"{package}:unit"}
    assert hit(found, "services/api/code.py") == {"api:unit", "api:service"}


def test_packages_of_packages_and_circles(tmp_path: Path) -> None:
    found = dependencies(
        tmp_path,
        {
            **library("a", **{"requirements.txt": "-e ../b"}),
            **library("b", **{"requirements.txt": "-e ../c"}),
            **library("c", **{"requirements.txt": "-e ../a\n-e ../../libs/d"}),
            "libs/d/code.py": "",
        },
    )
    assert hit(found, "services/c/code.py") == {"a:unit", "b:unit", "c:unit"}
    assert hit(found, "libs/d/code.py") == {"a:unit", "b:unit", "c:unit"}


def test_a_package_elsewhere_affects_only_those_who_need_it(tmp_path: Path) -> None:
    files = {**library("a", **{"requirements.txt": "-e ../../libs/d"}), **library("b")}
    found = dependencies(tmp_path, {**files, "libs/d/code.py": ""})
    assert hit(found, "libs/d/code.py") == {"a:unit"}


def test_the_roots_own_package(tmp_path: Path) -> None:
    found = dependencies(
        tmp_path,
        {
            "pyproject.toml": UV.format(name="my-shop"),
            "my_shop/core.py": "",
            "tests/unit/test_core.py": "",
            **library("a", **{"requirements.txt": "-e ../.."}),
            **library("b"),
        },
    )
    assert hit(found, "my_shop/core.py") == {"a:unit", "my-shop:unit"}
    assert hit(found, "tests/unit/test_core.py") == {"my-shop:unit"}


def test_what_an_image_is_made_from(tmp_path: Path) -> None:
    dockerfile = "FROM a\nCOPY services/lib/code.py services/*/shared.py shared/ /\n"
    api = service("api", dockerfile, context="../../../..")
    api["services/api/deploy/test/docker-compose.yml"] = STACK.format(
        name="api", context="../../../..", dockerfile="services/api/Dockerfile"
    )
    whole = STACK.format(name="api", context="../..", dockerfile="services/api/Dockerfile")
    full = {**FULL, "deploy/test/docker-compose.yml": whole}
    found = dependencies(tmp_path, {**api, **library("lib"), **library("b"), **full})
    name = tmp_path.name
    assert hit(found, "services/lib/code.py") == {"lib:unit", "api:service", f"{name}:integration"}
    assert hit(found, "services/b/shared.py") == {"b:unit", "api:service", f"{name}:integration"}
    assert hit(found, "services/lib/other.py") == {"lib:unit"}
    assert hit(found, "services/api/Dockerfile") == {
        "api:unit", "api:service", f"{name}:integration",
    }  # fmt: skip


def test_what_the_configuration_adds(tmp_path: Path) -> None:
    config = """
        [tool.taskslib]
        project = "shop"
        inputs = ["*.md"]
        harmless = ["*.md", "notes"]
        [tool.taskslib.service.a]
        inputs = ["schemas/orders.json", "libs"]
        """
    found = dependencies(
        tmp_path,
        {"pyproject.toml": config, **library("a"), **library("b"), "tests/unit/test_x.py": ""},
    )
    assert hit(found, "README.md") == {"shop:unit"}
    assert hit(found, "notes/x.txt") == set()
    assert hit(found, "schemas/orders.json") == {"a:unit", "b:unit", "shop:unit"}


def test_a_flat_repo(tmp_path: Path) -> None:
    found = dependencies(
        tmp_path,
        {
            "Dockerfile": "FROM a\nCOPY src /src\n",
            "src/a.py": "",
            "deploy/test/docker-compose.yml": STACK.format(
                name="a", context="../..", dockerfile="Dockerfile"
            ),
            "tests/unit/test_a.py": "",
            "tests/integration/test_b.py": "",
        },
    )
    unit, integration = f"{tmp_path.name}:unit", f"{tmp_path.name}:integration"
    assert hit(found, "src/a.py") == {unit, integration}
    assert hit(found, "tests/unit/test_a.py") == {unit}
    assert hit(found, "tests/integration/test_b.py") == {integration}
    assert hit(found, "deploy/test/seed.sql") == {integration}


@pytest.mark.parametrize(
    ("files", "stage", "words"),
    [
        (
            {"services/a/requirements.txt": "-e ../../../elsewhere"},
            Stage.UNIT,
            "services/a/requirements.txt: ../../../elsewhere is not in the repo",
        ),
        ({"services/a/pyproject.toml": "[tool.uv.sources]\nx = {path = '/abs'}"}, Stage.UNIT,
         "services/a/pyproject.toml: /abs is not in the repo"),
        (
            {"services/a/deploy/test/docker-compose.yml":
             "services: {a: {image: a, volumes: ['/var/run/docker.sock:/s']}}"},
            Stage.SERVICE,
            "services/a/deploy/test/docker-compose.yml: /var/run/docker.sock is not in the repo",
        ),
        (
            {"services/a/deploy/test/docker-compose.yml": "services: {a: {build: ../nowhere}}"},
            Stage.SERVICE,
            "services/a/deploy/test/docker-compose.yml: a has no Dockerfile in "
            "services/a/deploy/nowhere",
        ),
        (
            {"services/a/deploy/test/docker-compose.yml": "include: [more.yml]"},
            Stage.SERVICE,
            "services/a/deploy/test/more.yml is not there",
        ),
    ],
)  # fmt: skip
def test_what_nobody_can_know(
    tmp_path: Path, files: dict[str, str], stage: Stage, words: str
) -> None:
    found = dependencies(tmp_path, {**service("a", context="."), **files})
    assert words in unknown(found, "a", stage)
