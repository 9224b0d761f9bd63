"""A repo with a Makefile that `taskslib adopt` describes: all of it is green on the engine."""

from __future__ import annotations

import re
from pathlib import Path

from tests.support.adoptable import repo
from tests.support.projects import inv, repository, write
from tests.support.scaffolds import contents
from tests.unit.scaffold.test_adopt import shared

IMAGE = """\
FROM python:3.13-slim
WORKDIR /app
COPY src/{name} {name}
CMD ["python", "-m", "http.server", "8000"]
"""
STACK = """\
services:
  api:
    build: {context: ., dockerfile: docker/api.Dockerfile}
    container_name: the-api
    ports: ["8080:8000"]
    depends_on: [worker]
  worker:
    build: {context: ., dockerfile: docker/worker.Dockerfile}
"""
CALLS = """\
import os
from urllib.request import urlopen

def test_the_image_has_the_sources():
    assert b"return 3 * n" in urlopen(os.environ["TEST_API_URL"] + "/api/prices.py").read()
"""


MAKEFILE = """\
test-api:
\tdocker compose up -d --wait
\tTEST_API_URL=http://localhost:8080 pytest test/api
"""


def stages(out: str) -> dict[str, list[str]]:
    """Return the suites that are green, by stage."""
    found = re.findall(r"^(\w+) Tests\n((?:  .*\n)+)", out, re.MULTILINE)
    return {name: sorted(re.findall(r"✓ (\S+)", suites)) for name, suites in found}


def test_one_context_for_all_images_and_tests_in_a_folder_of_their_own(shop: Path) -> None:
    files = {f"docker/{name}.Dockerfile": IMAGE.format(name=name) for name in ("api", "worker")}
    files |= {"docker-compose.yml": STACK, "test/integration/test_all.py": CALLS}
    write(shop, shared(**files))
    repository(shop)
    theirs = contents(shop)
    assert inv(shop, "adopt", program="taskslib").code == 0
    ran = inv(shop, "test", "--plain")
    assert ran.code == 0, ran.out + ran.err
    assert stages(ran.out) == {
        "Unit": sorted(["api", shop.name]),
        "Integration": [shop.name],
    }
    assert "\n3 passed, 0 failed, 0 skipped\n" in ran.out
    after = contents(shop)
    assert {path: after.get(path) for path in theirs} == theirs


def test_tests_that_make_starts_containers_for_have_a_stack_of_their_own(shop: Path) -> None:
    """Nobody listens on the port that the Makefile names."""
    files = {f"docker/{name}.Dockerfile": IMAGE.format(name=name) for name in ("api", "worker")}
    files |= {"docker-compose.yml": STACK, "test/api/test_prices.py": CALLS, "Makefile": MAKEFILE}
    write(shop, shared(**files))
    assert inv(shop, "adopt", program="taskslib").code == 0
    ran = inv(shop, "test", "--plain")
    assert ran.code == 0, ran.out + ran.err
    name = shop.name
    assert stages(ran.out) == {"Unit": [name], "Service": ["api"], "Integration": [name]}


def test_compose_files_in_a_folder_and_a_makefile_with_variables(shop: Path) -> None:
    """Unit tests are green at once; the others when the Compose file says what the note does."""
    write(shop, repo())
    made = repository(shop)
    ran = inv(shop, "adopt", program="taskslib")
    assert ran.code == 0, ran.err
    assert inv(shop, "test-unit", "--plain").code == 0
    assert not made.git.diff("--name-only")
    file, line = "docker/docker-compose.test.yml", "    x-taskslib: {env: CATALOG_URL}\n"
    assert f"`{line.strip()}` below `services: catalog:` in {file}" in ran.err
    text = (shop / file).read_text("utf-8")
    write(shop, {file: text.replace("  catalog:\n", f"  catalog:\n{line}")})
    ran = inv(shop, "test", "--plain")
    assert ran.code == 0, ran.out + ran.err
    assert stages(ran.out) == {"Unit": ["catalog", "orders"], "Integration": [shop.name]}
