"""`taskslib update` from one wheel to the next, both built here and installed as a user's are."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import git
import pytest

from taskslib import __version__
from taskslib.cancellation import Cancellation
from taskslib.frameworks.environments.build import uv_program
from taskslib.scaffold.threeway import Merged, ThreeWay
from tests.support.projects import Ran, environment, redact, repository, write
from tests.support.scaffolds import contents

ROOT = Path(__file__).parents[3]
SOURCES = ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "taskslib")
FIRST, SECOND = __version__, "99.0.0"
AGENTS = "project/AGENTS.md.jinja"
PROD = "deploy/prod/docker-compose.yml"


def build(source: Path, dist: Path) -> None:
    command = [uv_program(), "build", "--quiet", "--wheel", "--out-dir", str(dist), str(source)]
    subprocess.run(command, env=environment(PYTHONPATH=""), check=True)


def edit(path: Path, change: Callable[[str], str]) -> None:
    before = path.read_text("utf-8")
    after = change(before)
    assert after != before
    path.write_text(after, "utf-8")


@dataclass
class Versions:
    """Two versions of taskslib: their wheels, and an environment of each."""

    dist: Path
    homes: dict[str, Path]

    def run(self, version: str, root: Path, *arguments: str, **variables: str) -> Ran:
        scripts = self.homes[version] / ("Scripts" if sys.platform == "win32" else "bin")
        done = subprocess.run(
            [scripts / "taskslib", *arguments],
            cwd=root,
            env=environment(PYTHONPATH="", UV_FIND_LINKS=str(self.dist), **variables),
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        return Ran(done.returncode, redact(done.stdout, root), redact(done.stderr, root))


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> Versions:
    top = tmp_path_factory.mktemp("versions")
    source, dist = top / "source", top / "dist"
    source.mkdir()
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, source / name)
    build(source, dist)
    edit(source / "taskslib" / "version.py", lambda text: text.replace(FIRST, SECOND))
    template = source / "taskslib" / "scaffold" / "template"
    edit(template / AGENTS, lambda text: text.replace("each prints little", "each is brief"))
    edit(template / "service/parts/limits.yml", lambda text: text.replace("100m", "50m"))
    (template / "project" / "CHANGELOG.md.jinja").unlink()
    write(template / "project", {"NEWS.md.jinja": "# News of {{ project }}\n"})
    build(source, dist)
    homes = {}
    for version in (FIRST, SECOND):
        homes[version] = top / version
        python = homes[version] / ("Scripts" if sys.platform == "win32" else "bin") / "python"
        for command in (
            ("venv", "--python", sys.executable, str(homes[version])),
            ("pip", "install", "--python", str(python), f"taskslib=={version}"),
        ):
            subprocess.run(
                [uv_program(), *command, "--quiet"],
                env=environment(PYTHONPATH="", UV_FIND_LINKS=str(dist)),
                check=True,
            )
    return Versions(dist, homes)


@pytest.fixture
def shop(versions: Versions, tmp_path: Path) -> Path:
    """A committed project of the first version, with a service that came later."""
    root = tmp_path / "shop"
    assert versions.run(FIRST, tmp_path, "init", "shop", "--yes").code == 0
    assert versions.run(FIRST, root, "new-service", "billing").code == 0
    repository(root)
    return root


def committed(root: Path) -> None:
    repo = git.Repo(root)
    repo.git.add("-A")
    repo.git.commit("-m", "Change")


def test_what_the_template_has_anew_comes_in(versions: Versions, shop: Path) -> None:
    edit(shop / PROD, lambda text: text.replace("restart: unless-stopped", "restart: always", 1))
    edit(shop / "AGENTS.md", lambda text: text + "- Ours.\n")
    write(shop, {"ours.txt": "ours\n"})
    committed(shop)
    before = contents(shop)

    assert versions.run(FIRST, shop, "update", "--check") == Ran(0, "", "nothing to change\n")
    checked = versions.run(SECOND, shop, "update", "--check")
    assert checked.code == 1
    assert checked.out.startswith(
        "~ .copier-answers.yml\n"
        "~ AGENTS.md\n"
        "- CHANGELOG.md\n"
        "+ NEWS.md\n"
        "deploy/\n"
        "  prod/\n"
        "    ~ docker-compose.yml\n"
        "--- a/.copier-answers.yml\n"
    )
    assert checked.out.count("+        max-size: 50m\n") == 2  # the second is new-service's
    assert contents(shop) == before

    done = versions.run(SECOND, shop, "update")
    assert (done.code, done.out) == (0, "")
    after = contents(shop)
    prod = after[PROD].decode()
    assert (prod.count("50m"), prod.count("100m"), prod.count("restart: always")) == (2, 0, 1)
    agents = after["AGENTS.md"].decode()
    assert "each is brief" in agents
    assert agents.endswith("- Ours.\n")
    assert after["NEWS.md"] == b"# News of shop\n"
    assert "CHANGELOG.md" not in after
    assert after["ours.txt"] == before["ours.txt"]
    changed = {path for path in before if before[path] != after.get(path)}
    changed = {path for path in changed if not path.startswith(".git/")}
    assert changed == {".copier-answers.yml", "AGENTS.md", "CHANGELOG.md", PROD}
    assert versions.run(SECOND, shop, "lint", "--strict").code == 0
    assert versions.run(SECOND, shop, "update", "--check") == Ran(0, "", "nothing to change\n")
    refused = versions.run(FIRST, shop, "update")
    assert (refused.code, refused.err) == (
        2,
        f"error: the project is of taskslib {SECOND}, and this is {FIRST}\n"
        "\n"
        f"hint: pip install 'taskslib>={SECOND}'\n",
    )


def test_where_both_changed_the_same_lines(versions: Versions, shop: Path) -> None:
    edit(shop / "AGENTS.md", lambda text: text.replace("each prints little", "each is ours"))
    (shop / "CHANGELOG.md").write_text("# Changes\n", "utf-8")
    (shop / PROD).unlink()
    committed(shop)
    done = versions.run(SECOND, shop, "update")
    assert done.code == 1
    assert done.err == (
        "note: CHANGELOG.md is no longer in the template; it was changed here and stays\n"
        f"note: {PROD} has news, and was deleted here\n"
        "~ .copier-answers.yml\n"
        "~ AGENTS.md\n"
        "+ NEWS.md\n"
        "both changed the same lines; take out the marks: AGENTS.md\n"
    )
    agents = (shop / "AGENTS.md").read_text("utf-8")
    marks = re.findall(r"^(<<<<<<< .*|\|\|\|\|\|\|\| .*|=======|>>>>>>> .*)$", agents, re.MULTILINE)
    assert marks == [
        "<<<<<<< yours",
        f"||||||| taskslib {FIRST}",
        "=======",
        f">>>>>>> taskslib {SECOND}",
    ]
    marked = "both changed the same lines; take out the marks: AGENTS.md\n"
    before = contents(shop)
    for arguments in (("update",), ("update", "--check")):
        again = versions.run(SECOND, shop, *arguments)
        assert again == Ran(1, "", f"{marked}")
    assert contents(shop) == before
    (shop / "AGENTS.md").write_text("# Ours\n", "utf-8")
    assert versions.run(SECOND, shop, "update") == Ran(0, "", "nothing to change\n")


def test_marks_of_an_earlier_update_are_taken_out_before_the_next(
    versions: Versions, shop: Path
) -> None:
    marks = (
        "<<<<<<< yours",
        "a",
        "||||||| taskslib 0.0.1",
        "=======",
        "b",
        ">>>>>>> taskslib 0.0.2",
    )
    edit(shop / "AGENTS.md", lambda text: text + "\n".join((*marks, "")))
    committed(shop)
    before = contents(shop)
    refused = versions.run(SECOND, shop, "update")
    assert refused == Ran(
        2,
        "",
        "error: files have the marks of an earlier update\n"
        "  AGENTS.md\n"
        "\n"
        "hint: take out the marks, commit, and once more\n",
    )
    assert contents(shop) == before


def test_changes_that_are_not_committed_are_not_mixed_in(versions: Versions, shop: Path) -> None:
    edit(shop / "AGENTS.md", lambda text: text + "- Ours.\n")
    edit(shop / "README.md", lambda text: text + "Ours.\n")  # the update does not touch it
    before = contents(shop)
    done = versions.run(SECOND, shop, "update")
    assert (done.code, done.out, done.err) == (
        2,
        "",
        "error: files that the update changes have changes that are not committed\n"
        "  AGENTS.md\n"
        "\n"
        "hint: commit them first, so that `git diff` shows what the update did\n",
    )
    assert contents(shop) == before


def test_a_version_that_can_not_be_had(versions: Versions, shop: Path) -> None:
    edit(shop / ".copier-answers.yml", lambda text: text.replace(FIRST, "0.0.1"))
    before = contents(shop)
    done = versions.run(SECOND, shop, "update")
    assert done.code == 3
    assert done.err.startswith(
        "error: taskslib 0.0.1, which the project was made with, can't be run\n  "
    )
    assert "taskslib==0.0.1" in done.err
    assert contents(shop) == before


def test_a_repo_that_init_did_not_write(versions: Versions, tmp_path: Path) -> None:
    done = versions.run(SECOND, tmp_path, "update")
    assert (done.code, done.err) == (
        2,
        "error: there is no .copier-answers.yml in ROOT\n"
        "\n"
        "hint: `taskslib init` writes it; other repos have nothing to update\n",
    )


@pytest.mark.parametrize(
    ("ours", "older", "newer", "expected"),
    [
        ("a\n", "a\n", "b\n", Merged("b\n")),
        ("a\r\n", "a\n", "b\n", Merged("b\r\n")),
        ("ours\n", "a\n", "a\n", Merged("ours\n")),
        (None, None, "b\n", Merged("b\n")),
        ("b\n", None, "b\n", Merged("b\n")),
        ("b\r\n", "a\n", "b\n", Merged("b\r\n")),
        ("a\n", "a\n", None, Merged(None)),
        (None, "a\n", None, Merged(None)),
        (None, "a\n", "b\n", Merged(None, note="has news, and was deleted here")),
        ("1\r\n2\r\n3\r\n4\r\n", "1\n2\n3\n", "0\n2\n3\n", Merged("0\r\n2\r\n3\r\n4\r\n")),
        # 0xe9, which is no UTF-8, as it is read of a file
        ("1\n2\n3\ncaf\udce9\n", "1\n2\n3\n", "0\n2\n3\n", Merged("0\n2\n3\ncaf\udce9\n")),
    ],
)
def test_three_ways(
    ours: str | None, older: str | None, newer: str | None, expected: Merged
) -> None:
    merging = ThreeWay(("yours", "old", "new"), Cancellation())
    assert merging.merged(ours, older, newer) == expected
