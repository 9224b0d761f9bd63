"""`taskslib adopt` on Compose files in folders of their own, and what they lack."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.adoptable import COMPOSE, adopted, repo, told
from tests.support.projects import PASSES, inv, write

PLAIN = "services:\n  api: {image: api}\n"
HERE = "docker/docker-compose.test.yml"


def test_compose_files_under_docker_are_stacks_and_linted(tmp_path: Path) -> None:
    ran, table = told(tmp_path / "shop", repo())
    assert table["stack"] == HERE
    assert table["dev_stack"] == "docker/docker-compose.yml"
    assert table["integration_tests"] == "test/e2e"
    assert "has no Compose file" not in ran.err
    for words in (
        f"{HERE}:4:5: error TL401 catalog: only one container can be called catalog",
        f"{HERE}:5:5: warning TL403 catalog: is restarted when it dies",
        f"{HERE}:6:13: error TL101 catalog: host port 8081 is fixed",
        f"{HERE}:9:13: error TL101 orders: host port 8082 is fixed",
    ):
        assert words in ran.out
    # The same files say the same at the root, but for their names.
    rooted = {
        path.removeprefix("docker/") if path.endswith(".yml") else path: text.replace(
            "context: ..", "context: ."
        )
        for path, text in repo().items()
    }
    rooted["Makefile"] = rooted["Makefile"].replace("-f docker/", "-f ")
    other = adopted(write(tmp_path / "other", rooted))
    assert ran.out.splitlines()[-1] == other.out.splitlines()[-1]


def test_lint_finds_them_too(tmp_path: Path) -> None:
    """Also those that no stack has."""
    files = {"tasks.py": "from taskslib import ns\n", "docker/docker-compose.prod.yml": COMPOSE}
    files |= {".docker/test/compose.yaml": COMPOSE, "services/a/docker/compose.dev.yml": COMPOSE}
    files |= {"services/a/Dockerfile": "FROM scratch\n"}
    ran = inv(write(tmp_path / "shop", files), "lint")
    for words in (
        ".docker/test/compose.yaml:6:13: error TL101 ",
        "docker/docker-compose.prod.yml:2:3: error TL502 ",
        "services/a/docker/compose.dev.yml:4:5: warning TL401 ",
    ):
        assert words in ran.out


PLACES: dict[str, tuple[dict[str, str], object]] = {
    "by place": ({"infra/compose.test.yml": PLAIN}, "infra/compose.test.yml"),
    "a folder called test": ({"compose/test/compose.yaml": PLAIN}, "compose/test/compose.yaml"),
    "any there is": ({".docker/docker-compose.yml": PLAIN}, ".docker/docker-compose.yml"),
    "one upon another": (
        {"docker/compose.yml": PLAIN, "docker/compose.ci.yml": "services: {api: {tty: true}}\n"},
        ["docker/compose.yml", "docker/compose.ci.yml"],
    ),
    "what the recipe names": (
        {
            "stacks/whole.yml": PLAIN,
            "docker-compose.test.yml": PLAIN,
            "Makefile": "F = stacks/whole.yml\ntest-e2e:\n"
            "\tdocker compose --project-name x -f $(F) --file=more.yml up -d\n\tpytest test/e2e\n",
            "more.yml": PLAIN,
        },
        ["stacks/whole.yml", "more.yml"],
    ),
    "what it needs": (
        {
            "a/b.yml": PLAIN,
            "Makefile": "test-e2e: up\n\tpytest test/e2e\nup:\n\tdocker-compose -f a/b.yml up -d\n",
        },
        "a/b.yml",
    ),
    "what another target of tests has": (
        {
            "a/b.yml": PLAIN,
            "Makefile": "up:\n\tdocker compose -f c.yml up\n"
            "test-infra:\n\tdocker compose -f a/b.yml up -d\n\tdocker compose logs -f api\n",
            "c.yml": PLAIN,
        },
        "a/b.yml",
    ),
    "a folder that a script enters": (
        {
            "anywhere/compose.yaml": PLAIN,
            "ci/e2e.sh": "cd anywhere\ndocker compose up -d\ncd ..\npytest test/e2e\n",
        },
        "anywhere/compose.yaml",
    ),
    "a variable of Compose's": (
        {
            "a/b.yml": PLAIN,
            "Makefile": "test-e2e:\n\tCOMPOSE_FILE=a/b.yml docker compose up -d; pytest test/e2e\n",
        },
        "a/b.yml",
    ),
}


@pytest.mark.parametrize("where", PLACES)
def test_places(tmp_path: Path, where: str) -> None:
    files, expected = PLACES[where]
    _, table = told(tmp_path / "shop", {"test/e2e/test_all.py": PASSES, **files})
    assert (table["integration_tests"], table["stack"]) == ("test/e2e", expected)
    assert inv(tmp_path / "shop", "test", "--dry-run").code == 0


def test_a_service_has_them_in_a_folder_too(tmp_path: Path) -> None:
    files = {
        "apps/web/Dockerfile": "FROM scratch\n",
        "apps/web/test/e2e/test_a.py": PASSES,
        "apps/web/docker/compose.yml": PLAIN,
        "Makefile": "test-up:\n\tdocker compose -f apps/web/docker/compose.yml up\n",
    }
    _, table = told(tmp_path / "shop", files)
    assert table["service"] == {
        "web": {"service_tests": "test/e2e", "stack": "docker/compose.yml"},
    }
    assert "stack" not in table


def test_tests_without_a_stack_are_said_with_what_to_write(tmp_path: Path) -> None:
    files = {"test/e2e/test_all.py": PASSES, "some/where/compose.yaml": PLAIN}
    files |= {"examples/compose.yaml": PLAIN}
    ran = adopted(write(tmp_path / "shop", files))
    lines = ran.err.splitlines()
    assert (
        "note: test/e2e has no Compose file, so its tests are left out: [tool.taskslib] takes "
        '`integration_tests = "test/e2e"` and `stack = "PATH"`, the file that has their '
        "containers, from the root on"
    ) in lines
    assert (
        "note: Compose files that are in no stack, and that lint does not read: "
        "some/where/compose.yaml"
    ) in lines


def test_addresses_of_containers_are_not_taken_over(tmp_path: Path) -> None:
    """Each run's stack has ports of its own, and on the old one another stack may answer."""
    ran, table = told(tmp_path / "shop", repo())
    assert table["integration"] == {"env": {"CURRENCY": "EUR"}}
    assert (
        "note: CATALOG_URL is the address of a container, and each run's stack has ports of its "
        "own, so its value was not taken over: `x-taskslib: {env: CATALOG_URL}` below "
        f"`services: catalog:` in {HERE} gives it to them\n"
    ) in ran.err


DATABASE = """\
services:
  db:
    image: postgres:17-alpine
    ports: ["5433:5432"]
  api:
    image: api
    ports: ["${PORT:-8081}:8000", "9000:9000"]
"""
ADDRESSES = {
    "API_URL=http://localhost:8081": "`x-taskslib: {env: API_URL, port: 8000}` below "
    "`services: api:` in compose.yaml",
    "BASE_URL=https://127.0.0.1:9000/v1": "`x-taskslib: {env: BASE_URL, port: 9000, url: "
    '"https://{host}:{port}/v1"}` below `services: api:` in compose.yaml',
    "DB_DSN=postgresql://u:hidden@localhost:5433/x": "`x-taskslib: {env: DB_DSN}` below "
    "`services: db:` in compose.yaml",
    "OTHER_URL=http://localhost:1": "`x-taskslib: {env: OTHER_URL}` below the service that it is "
    "of, with `ports`, in compose.yaml",
    "DB_PORT=5433": "they get it as TEST_DB_HOST, TEST_DB_PORT and TEST_DB_URL",
    "DB_HOST=localhost": "they get it as TEST_SERVICE_HOST, TEST_SERVICE_PORT and TEST_SERVICE_URL",
}


@pytest.mark.parametrize("given", ADDRESSES)
def test_what_gives_tests_their_own_containers_is_said(tmp_path: Path, given: str) -> None:
    recipe = f"docker compose up -d && {given} WORKERS=2 SHOP=http://shop.example/ pytest test/e2e"
    files = {
        "Makefile": f"test-e2e:\n\t{recipe}\n",
        "compose.yaml": DATABASE,
        "test/e2e/test_all.py": PASSES,
    }
    ran, table = told(tmp_path / "shop", files)
    assert table["integration"] == {"env": {"WORKERS": "2", "SHOP": "http://shop.example/"}}
    assert f"{given.partition('=')[0]} is the address of a container" in ran.err
    assert f"so its value was not taken over: {ADDRESSES[given]}" in ran.err
    assert "hidden" not in ran.err + (tmp_path / "shop" / "pyproject.toml").read_text("utf-8")


def test_unit_tests_keep_addresses(tmp_path: Path) -> None:
    """They have no stack, and whoever reads one may mock what is there."""
    files = {"test/unit/test_a.py": PASSES, "compose.yaml": DATABASE}
    files["Makefile"] = "test-unit:\n\tAPI_URL=http://localhost:8081 pytest test/unit\n"
    _, table = told(tmp_path / "shop", files)
    assert table["unit"] == {"env": {"API_URL": "http://localhost:8081"}}
