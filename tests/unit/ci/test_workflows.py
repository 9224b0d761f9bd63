"""The workflows that are written: valid for GitHub, safe, and run step by step."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from taskslib.ci.actions import ACTIONS, Provider
from taskslib.ci.workflows import workflows
from taskslib.project import load
from tests.support.projects import PASSES, inv, multi, repository, single, write
from tests.support.workflows import Runner, audited, valid

ROOT = Path(__file__).parents[3]
CONFIG = {
    "pyproject.toml": "[tool.taskslib]\nproject = 'shop'\nci.install = 'python --version'\n",
    ".gitignore": "__pycache__\n.pytest_cache\n",
}
LIBRARY = {f"services/{name}/tests/unit/test_{name}.py": PASSES for name in ("api", "lib")}
WHOLE = multi(**LIBRARY, **CONFIG, **{"tests/integration/test_all.py": PASSES}) | {
    "deploy/test/docker-compose.yml": "services: {web: {build: ../../services/web}}\n"
}
PROJECTS = {
    "whole": WHOLE,
    "single": single(**CONFIG),
    "platforms": multi(
        **{"pyproject.toml": "[tool.taskslib.release]\nplatforms = ['linux/386', 'linux/arm64']\n"}
    ),
    "libraries": {"tasks.py": "from taskslib import ns\n", **LIBRARY, **CONFIG},
    "hostile": multi(
        **{
            "pyproject.toml": """\
[tool.taskslib]
project = "${{ github.token }} '\\"\\n# x"
[tool.taskslib.ci]
branch = "it's \\"${{ x }}\\""
runner = "on: [a]"
python = "3.10"
install = "echo \\"a: b\\" # 'c' ${{ secrets.X }}"
""",
            "services/on/Dockerfile": "FROM a\n",
            "services/1.0/Dockerfile": "FROM a\n",
            "tests/unit/test_a.py": PASSES,
        }
    ),
}


@pytest.fixture(params=PROJECTS)
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    root = write(tmp_path / "shop", PROJECTS[request.param])
    for provider in Provider:
        ran = inv(root, "ci-init", "--provider", provider)
        assert ran.code == 0, ran.err
    return root


def files(root: Path) -> list[Path]:
    return sorted(root.glob(".git*/workflows/*.yml"))


def test_they_are_as_githubs_schema_says(project: Path) -> None:
    valid(*files(project))


def test_an_auditor_finds_nothing(project: Path) -> None:
    audited(*files(project))


JOBS = {
    "whole": ["affected", "integration", "passed", "test"],
    "single": ["test"],
    "libraries": ["affected", "passed", "test"],
}


@pytest.mark.parametrize("name", JOBS)
def test_which_jobs_there_are(tmp_path: Path, name: str) -> None:
    """A project of one service needs no matrix; where there is no image, none is released."""
    project = load(write(tmp_path / "shop", PROJECTS[name]))
    github, gitea = (
        {
            Path(path).stem: sorted(YAML(typ="safe").load(text)["jobs"])
            for path, text in workflows(project, provider).items()
            if text is not None
        }
        for provider in (Provider.GITHUB, Provider.GITEA)
    )
    assert github["test"] == JOBS[name]
    ours = {"workflows": "affected"}
    assert {ours.get(one, one) for one in gitea["test"]} == {*JOBS[name]} - {"passed"}
    assert github.get("release") == gitea.get("release")
    assert (
        github.get("release")
        == {
            "whole": ["build", "tags", "test"],
            "single": ["build", "test"],
            "libraries": None,
        }[name]
    )


def test_what_is_hostile_stays_text(tmp_path: Path) -> None:
    root = write(tmp_path / "shop", PROJECTS["hostile"])
    project = load(root)
    text = workflows(project, Provider.GITEA)[".gitea/workflows/test.yml"] or ""
    told: dict[str, Any] = YAML(typ="safe").load(text)
    matrix = told["jobs"]["test"]["strategy"]["matrix"]["service"]
    assert matrix == ["web", project.name.replace("${{", "${{ '${{' }}")]
    assert told["on"]["push"]["branches"] == [project.ci.branch.replace("${{", "${{ '${{' }}")]
    assert told["jobs"]["test"]["runs-on"] == "on: [a]"
    release = workflows(project, Provider.GITEA)[".gitea/workflows/release.yml"] or ""
    built = YAML(typ="safe").load(release)["jobs"]["build"]["strategy"]["matrix"]["service"]
    assert built == ["1.0", "on", "web"]


@pytest.mark.parametrize("name", ["whole", "single"])
def test_no_release_that_waits_is_ended(tmp_path: Path, name: str) -> None:
    """GitHub keeps one that waits, unless told otherwise; Gitea doesn't know the key."""
    project = load(write(tmp_path / "shop", PROJECTS[name]))
    job = "tags" if name == "whole" else "build"
    moving = {
        provider: YAML(typ="safe").load(text)["jobs"][job]["concurrency"]
        for provider in Provider
        if (text := workflows(project, provider)[f"{provider.folder}/release.yml"])
    }
    alike = {"group": "floating-tags", "cancel-in-progress": False}
    assert moving == {Provider.GITHUB: {**alike, "queue": "max"}, Provider.GITEA: alike}


@pytest.mark.parametrize("provider", Provider)
def test_each_action_is_pinned_by_a_commit(provider: Provider) -> None:
    for one in ACTIONS[provider].values():
        name, _, rest = one.partition("@")
        commit, _, tag = rest.partition(" # ")
        assert name.startswith(("actions/", "docker/"))
        assert len(commit) == 40
        assert int(commit, 16)
        assert tag.startswith("v")


@pytest.mark.parametrize("provider", Provider)
@pytest.mark.parametrize("name", ["whole", "single", "platforms"])
def test_what_pushes_has_a_builder_of_its_own(
    tmp_path: Path, name: str, provider: Provider
) -> None:
    """Without one `build` does without times, lists of contents, provenance, several platforms."""
    project = load(write(tmp_path / "shop", PROJECTS[name]))
    text = workflows(project, provider)[f"{provider.folder}/release.yml"] or ""
    pushing = [
        job["steps"]
        for job in YAML(typ="safe").load(text)["jobs"].values()
        if any("build --push" in step.get("run", "") for step in job["steps"])
    ]
    assert len(pushing) == (1 if name == "single" else 2)
    wanted = ["docker/setup-qemu-action"] if name == "platforms" else []
    for steps in pushing:
        used = [step.get("uses", step.get("run", "")).partition("@")[0] for step in steps]
        ours = [one for one in used if one.startswith("docker/") or "build --push" in one]
        assert ours[:-1] == [*wanted, "docker/setup-buildx-action"]
        assert "build --push" in ours[-1]


def test_the_workflows_of_this_repo_are_what_it_generates() -> None:
    ran = inv(ROOT, "ci-check")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert len(files(ROOT)) == 4 + 1  # systems.yml is written by hand


@pytest.mark.skipif(os.name == "nt", reason="GitHub's steps are bash's")
def test_the_test_workflow_step_by_step(tmp_path: Path) -> None:
    root = write(tmp_path / "shop", {"tasks.py": "from taskslib import ns\n", **LIBRARY, **CONFIG})
    for provider in Provider:
        assert inv(root, "ci-init", "--provider", provider).code == 0
    repository(root).git.checkout("-b", "feature")
    write(root, {"services/lib/new.py": ""})
    machine = Runner(root, tmp_path / "temp", contexts={"github": {"run_id": "1"}})
    workflow = ".github/workflows/test.yml"
    affected = machine.job(workflow, "affected")
    assert affected.code == 0, affected.log
    assert affected.outputs == {"services": '["lib"]', "integration": "false"}
    assert affected.ran == [
        "actions/checkout",
        "actions/setup-python",
        "Install",
        "Hold the workflows against the project",
        "Find what changes can affect",
    ]
    for service in json.loads(affected.outputs["services"]):
        tested = machine.job(workflow, "test", matrix={"service": service})
        assert tested.code == 0, tested.log
        assert "| lib | unit | passed | 1 | 0 | 0 |" in tested.summary
    reports = {path.name for path in (tmp_path / "temp" / "reports").iterdir()}
    assert reports == {"junit.xml", "lib-unit.xml", "report.html"}
    for result, code in (("success", 0), ("skipped", 0), ("failure", 1), ("cancelled", 1)):
        needs = {"affected": {"result": "success"}, "test": {"result": result}}
        assert machine.job(workflow, "passed", needs=needs).code == code
    # Where nothing is affected, which Gitea's matrix can't know, a job is green and has no report.
    idle = Runner(root, tmp_path / "idle").job(
        ".gitea/workflows/test.yml", "test", matrix={"service": "api"}
    )
    assert idle.code == 0, idle.log
    assert idle.summary == ""
    # A red test fails the job, and its reports are kept.
    write(root, {"services/lib/tests/unit/test_lib.py": "def test_one():\n    assert 0\n"})
    red = machine.job(workflow, "test", matrix={"service": "lib"})
    assert red.code == 1
    assert red.ran[-3:] == ["Test", "Report where the time went", "actions/upload-artifact"]
    assert "::error " in red.log


@pytest.mark.skipif(os.name == "nt", reason="GitHub's steps are bash's")
def test_a_project_of_one_service_step_by_step(tmp_path: Path) -> None:
    """Its unit stage alone: nothing else is affected."""
    files = {name: text for name, text in single(**CONFIG).items() if "integration" not in name}
    root = write(tmp_path / "shop", files)
    assert inv(root, "ci-init", "--provider", "gitea").code == 0
    repository(root).git.checkout("-b", "feature")
    write(root, {"tests/unit/test_more.py": PASSES})
    tested = Runner(root, tmp_path / "temp").job(".gitea/workflows/test.yml", "test")
    assert tested.code == 0, tested.log
    assert "2 passed, 0 failed" in tested.log
