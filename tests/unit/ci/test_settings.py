"""What workflows take from the configuration, and from git where it says nothing."""

from __future__ import annotations

from pathlib import Path

import git
import pytest
from ruamel.yaml import YAML

from tests.support.checkouts import clone, root
from tests.support.projects import inv, multi, repository, write
from tests.support.workflows import valid

FILES = {
    "pyproject.toml": "[tool.taskslib]\nproject = 'shop'\n",
    ".gitignore": "__pycache__\n.pytest_cache\n",
}


def pushes_of(where: Path, **variables: str) -> list[str]:
    """Return whose pushes the workflow tests that `ci-init` writes, which `ci-check` accepts."""
    ran = inv(where, "ci-init", "--provider", "github", **variables)
    assert ran.code == 0, ran.err
    assert inv(where, "ci-check", **variables).code == 0
    told = YAML(typ="safe").load((where / ".github/workflows/test.yml").read_text("utf-8"))
    branches: list[str] = told["on"]["push"]["branches"]
    return branches


def test_whose_pushes_are_tested(tmp_path: Path) -> None:
    """The default branch's, found as `release` finds it."""
    shop = multi(**FILES)
    trunk = repository(write(tmp_path / "trunk", shop), "trunk")
    assert pushes_of(root(trunk)) == ["trunk"]
    trunk.git.checkout("--", ".")
    trunk.git.clean("-fd")
    # A clone remembers the remote's, whatever else there is; else the remote is asked.
    trunk.git.branch("main")
    other = clone(trunk, tmp_path / "clone")
    other.git.checkout("-b", "main", "origin/main")
    assert pushes_of(root(other)) == ["trunk"]
    other.git.remote("set-head", "origin", "--delete")
    assert pushes_of(root(other)) == ["trunk"]
    # CI's checkout has none of it.
    other.git.remote("remove", "origin")
    other.git.checkout("--detach")
    event = tmp_path / "event.json"
    event.write_text('{"repository": {"default_branch": "trunk"}}', "utf-8")
    assert pushes_of(root(other), GITHUB_EVENT_PATH=str(event)) == ["trunk"]
    assert pushes_of(root(other)) == ["main"]
    config = f"{FILES['pyproject.toml']}release.branch = 'live'\n"
    assert pushes_of(write(root(other), {"pyproject.toml": config})) == ["live"]
    assert pushes_of(write(root(other), {"pyproject.toml": f"{config}ci.branch = 'dev'\n"})) == [
        "dev"
    ]


def test_where_there_is_no_commit_yet(tmp_path: Path) -> None:
    made = git.Repo.init(write(tmp_path / "shop", multi(**FILES)), initial_branch="trunk")
    assert pushes_of(root(made)) == ["trunk"]
    assert pushes_of(write(tmp_path / "bare", multi(**FILES)), GIT_CONFIG_COUNT="0") == ["main"]


def test_a_new_project_has_the_branch_of_its_repository(tmp_path: Path) -> None:
    init = ("init", "--yes", "--services", "lib:library")
    git.Repo.init(tmp_path / "shop", initial_branch="trunk")
    for folder, more in (("shop", []), ("new", ["--git"])):
        ran = inv(tmp_path, *init, folder, *more, program="taskslib")
        assert ran.code == 0, ran.err
        where = tmp_path / folder
        git.Repo(where).git.add("-A")
        git.Repo(where).git.execute(
            ["git", "-c", "user.name=Ada", "-c", "user.email=a@example.org", "commit", "-m", "x"]
        )
        assert inv(where, "ci-check").code == 0
    assert '["trunk"]' in (tmp_path / "shop/.github/workflows/test.yml").read_text("utf-8")


@pytest.mark.parametrize("key", ["runner", "python", "install"])
@pytest.mark.parametrize("value", ["''", "' '", "[]", "['']"])
def test_settings_that_say_nothing(tmp_path: Path, key: str, value: str) -> None:
    config = f"[tool.taskslib.ci]\n{key} = {value}\n"
    ran = inv(write(tmp_path, multi(**{"pyproject.toml": config})), "ci-init", "--provider=github")
    assert (ran.code, ran.out) == (2, "")
    assert f"`$.ci.{key}" in ran.err


def test_machines_by_several_labels(tmp_path: Path) -> None:
    config = "[tool.taskslib.ci]\nrunner = ['self-hosted', 'linux']\n"
    where = write(tmp_path, multi(**{"pyproject.toml": config}))
    assert inv(where, "ci-init", "--provider", "github").code == 0
    valid(*(where / ".github/workflows").iterdir())
    told = YAML(typ="safe").load((where / ".github/workflows/test.yml").read_text("utf-8"))
    assert {str(one["runs-on"]) for one in told["jobs"].values()} == {"['self-hosted', 'linux']"}
