"""`graph`, `affected` and `test --affected`, as they are typed."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

import git
import pytest

from tests.support.projects import Ran, inv, repository, write

RUN = """\
import pathlib
pathlib.Path("junit.xml").write_text("<testsuite><testcase name='works'/></testsuite>")
"""
CONFIG = "".join(
    f"[tool.taskslib.service.{name}.unit]\n"
    f"command = [{sys.executable!r}, 'run.py']\nreport = 'junit.xml'\n"
    for name in ("api", "lib", "web")
)
FILES = {
    "tasks.py": "from taskslib import ns\n",
    "pyproject.toml": f"[tool.taskslib]\nproject = 'shop'\n{CONFIG}",
    ".gitignore": "junit.xml\n.taskslib\n",
    **{f"services/{name}/run.py": RUN for name in ("api", "lib", "web")},
    **{f"services/{name}/tests/unit/keep": "" for name in ("api", "lib", "web")},
    "services/api/requirements.txt": "-e ../lib\n",
    "services/api/Dockerfile": "FROM a\nCOPY services/lib /lib\n",
    "services/web/Dockerfile": "FROM a\n",
    "deploy/test/docker-compose.yml": """\
services:
  api: {build: {context: ../.., dockerfile: services/api/Dockerfile}}
  web: {build: ../../services/web, depends_on: [api]}
""",
}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A committed project, on a branch that has just left main."""
    root = write(tmp_path / "shop", FILES)
    repository(root).git.checkout("-b", "feature")
    return root


def test_graph(shop: Path) -> None:
    ran = inv(shop, "graph")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        "api  (service, services/api)\n"
        "  lib  in an image (services/api/Dockerfile), "
        "as a package (services/api/requirements.txt)\n"
        "lib  (library, services/lib)\n"
        "web  (service, services/web)\n"
        "  api  starts after it (deploy/test/docker-compose.yml)\n"
        "shop  (project, .)\n"
        "  api  in an image (deploy/test/docker-compose.yml)\n"
        "  web  in an image (deploy/test/docker-compose.yml)\n"
    )
    assert inv(shop, "graph", "--format", "mermaid").out == (
        "graph LR\n"
        '  n0["api"]\n  n1["lib"]\n  n2["web"]\n  n3["shop"]\n'
        "  n0 --> n1\n  n3 --> n0\n  n3 --> n2\n  n2 -.-> n0\n"
    )
    told = json.loads(inv(shop, "graph", "--format", "json").out)
    assert told["nodes"][0] == {"name": "api", "path": "services/api", "kind": "service"}
    assert told["edges"][0] == {
        "source": "api",
        "target": "lib",
        "kind": "image",
        "because": "services/api/Dockerfile",
    }


@pytest.mark.skipif(os.name == "nt", reason="there are no such names there")
def test_graph_of_names_with_quotes_and_lines(shop: Path) -> None:
    package = '[tool.poetry.dependencies]\na = {path = "../../libs/a\\"b\\u001b<i>"}\n'
    write(shop, {"services/lib/pyproject.toml": package})
    assert '  libs/a"b\\x1b<i>  as a package' in inv(shop, "graph").out
    assert '["libs/a#34;b\\x1b#60;i#62;"]' in inv(shop, "graph", "--format", "mermaid").out
    nodes = json.loads(inv(shop, "graph", "--format", "json").out)["nodes"]
    assert nodes[-1]["name"] == 'libs/a"b\x1b<i>'


def test_no_such_format(shop: Path) -> None:
    ran = inv(shop, "graph", "--format", "mermiad")
    assert (ran.code, ran.err) == (
        2,
        "error: no format 'mermiad'\n\nhint: did you mean 'mermaid'? "
        "formats: text, mermaid, json\n",
    )


def test_affected(shop: Path) -> None:
    write(shop, {"services/lib/new.py": ""})
    ran = inv(shop, "affected")
    assert (ran.code, ran.out, ran.err) == (
        0,
        "api  services/lib/new.py\nlib  services/lib/new.py\n",
        "",
    )
    told = json.loads(inv(shop, "affected", "--format", "json").out)
    assert re.fullmatch(r"main \([0-9a-f]{12}\)", told.pop("base"))
    assert told == {
        "reason": "",
        "services": {"api": ["services/lib/new.py"], "lib": ["services/lib/new.py"]},
        "suites": {"api:unit": ["services/lib/new.py"], "lib:unit": ["services/lib/new.py"]},
    }


def test_only_what_is_affected_runs(shop: Path) -> None:
    write(shop, {"services/lib/new.py": ""})
    ran = inv(shop, "test", "--affected")
    assert ran.code == 0
    assert sorted(re.findall(r"✓ (\w+)", ran.out)) == ["api", "lib"]
    assert re.sub(r"[0-9a-f]{12}", "COMMIT", ran.err).splitlines()[-1] == (
        "note: 2 of 3 suites are affected since main (COMMIT)"
    )
    narrowed = inv(shop, "test", "--affected", "--service", "web,lib")
    assert re.findall(r"✓ (\w+)", narrowed.out) == ["lib"]


def test_nothing_is_affected(shop: Path) -> None:
    write(shop, {"README.md": "read me\n"})
    ran = inv(shop, "test", "--affected")
    assert (ran.code, ran.out) == (0, "")
    assert "note: nothing is affected since main (" in ran.err
    ran = inv(shop, "affected")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.startswith("nothing is affected since main (")


def test_everything_is_affected_where_nothing_is_known(tmp_path: Path) -> None:
    root = write(tmp_path / "shop", FILES)
    ran = inv(root, "affected")
    assert (ran.code, ran.out, ran.err) == (
        0,
        "api\nlib\nweb\n",
        "note: everything is affected: there is no git repository\n",
    )
    ran = inv(root, "test", "--affected", "--dry-run")
    assert ran.out.endswith("note: everything is affected: there is no git repository\n")


def test_everything_is_affected_by_a_package_that_lost_its_name(shop: Path) -> None:
    package = {"services/lib/package.json": '{"name": "lib"}'}
    git.Repo(write(shop, package)).git.add("-A")
    git.Repo(shop).git.commit("-m", "Name it")
    (shop / "services" / "lib" / "package.json").unlink()
    ran = inv(shop, "affected", "--base", "HEAD")
    assert (ran.code, ran.out, ran.err) == (
        0,
        "api\nlib\nweb\n",
        "note: everything is affected: services/lib/package.json no longer names the package lib\n",
    )


def test_a_base_by_name(shop: Path) -> None:
    assert inv(shop, "affected", "--base", "HEAD").err == "nothing is affected since HEAD\n"
    ran = inv(shop, "affected", "--base", "nope")
    assert (ran.code, ran.err) == (
        2,
        "error: --base: no commit 'nope'\n\nhint: `git branch --all` lists some\n",
    )
    # An empty variable of a script is no base.
    for task in (("affected",), ("ci-matrix",), ("test", "--affected")):
        ran = inv(shop, *task, "--base", "")
        hint = f"inv {' '.join(task)} --base origin/main"
        assert ran == Ran(2, "", f"error: --base '' names nothing\n\nhint: {hint}\n")
    ran = inv(shop, "test", "--base", "main")
    assert (ran.code, ran.err) == (
        2,
        "error: --base is for --affected\n\nhint: inv test --affected --base main\n",
    )
