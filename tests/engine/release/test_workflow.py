"""The release workflow, step by step, against a real registry: what is in CI is what was tried."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import git
import pytest

from taskslib.ci.actions import Provider
from tests.engine.release.conftest import FILES
from tests.support.checkouts import commit, root
from tests.support.projects import PASSES, inv, write
from tests.support.registry import Running
from tests.support.workflows import Job, Runner

NAMES = {name: f"acme/shop-{name}" for name in ("api", "frontend", "worker")}
LOCK = "deploy/prod/images.lock"
Release = Callable[[str], dict[str, Job]]


@pytest.fixture(params=Provider)
def workflow(request: pytest.FixtureRequest, shop: git.Repo, store: Running) -> str:
    """Return the path of a project's release workflow, written by `ci-init` and committed."""
    config = f"{FILES['pyproject.toml']}ci.install = 'python --version'\n"
    release = f"[tool.taskslib.release]\nregistry = '{store.host}/Acme'\nsbom = false\n"
    tests = {"services/orders/tests/unit/test_orders.py": PASSES, ".gitignore": "__pycache__\n"}
    write(root(shop), tests)
    (root(shop) / "pyproject.toml").write_text(config + release, "utf-8")
    ran = inv(root(shop), "ci-init", "--provider", request.param)
    assert ran.code == 0, ran.err
    commit(shop, "CHANGELOG.md", "")
    return f"{request.param.folder}/release.yml"


@pytest.fixture
def release(workflow: str, shop: git.Repo, tmp_path: Path) -> Release:
    """Return what runs the workflow's jobs for a tag, each in a fresh checkout, as `needs` say."""

    def run(tag: str) -> dict[str, Job]:
        shop.git.tag("-a", tag, "-m", tag)
        event = {
            "GITHUB_REF_TYPE": "tag",
            "GITHUB_REF_NAME": tag,
            "GITHUB_REF": f"refs/tags/{tag}",
            # What is logged in to is nobody else's business on this machine.
            "DOCKER_CONFIG": str(tmp_path / "docker"),
        }
        contexts = {"github": {"actor": "ada", "token": "t"}, "secrets": {"REGISTRY_TOKEN": "s"}}
        done: dict[str, Job] = {}
        for name, job, matrix in (
            ("test", "test", {}),
            *((f"build {one}", "build", {"service": one}) for one in NAMES),
            ("tags", "tags", {}),
        ):
            shop.git.reset("--hard")
            shop.git.clean("-fdx")
            machine = Runner(root(shop), tmp_path / "temp" / tag / name, event, contexts)
            if any(one.code for one in done.values()) and job != "build":
                continue
            done[name] = machine.job(workflow, job, matrix=matrix)
        return done

    return run


def tags(store: Running) -> dict[str, list[str]]:
    return {one: store.tags(name) for one, name in NAMES.items()}


def everywhere(*wanted: str) -> dict[str, list[str]]:
    return {one: list(wanted) for one in NAMES}


def green(jobs: dict[str, Job]) -> bool:
    failed = [job.log for job in jobs.values() if job.code]
    assert not failed, failed[0]
    return len(jobs) == 2 + len(NAMES)


def test_releases(release: Release, shop: git.Repo, store: Running) -> None:
    first = release("v1.2.3")
    assert green(first)
    assert "1 passed, 0 failed" in first["test"].log
    assert "Login Succeeded" in first["build api"].log
    assert "actions/upload-artifact" in first["tags"].ran
    assert "moved" not in "".join(job.log for name, job in first.items() if name != "tags")
    assert tags(store) == everywhere("1", "1.2", "1.2.3", "latest")
    told = tomllib.loads((root(shop) / LOCK).read_text("utf-8"))
    assert (told["version"], list(told["images"])) == ("1.2.3", list(NAMES))
    latest = {one: store.digest(f"{name}:latest") for one, name in NAMES.items()}

    commit(shop, "services/orders/lib", "older\n")  # the lock too
    assert green(release("v1.1.9"))
    told = tomllib.loads((root(shop) / LOCK).read_text("utf-8"))
    assert told["version"] == "1.1.9"  # the artifact is of this release
    assert tags(store) == everywhere("1", "1.1", "1.1.9", "1.2", "1.2.3", "latest")
    assert {one: store.digest(f"{name}:latest") for one, name in NAMES.items()} == latest

    broken = FILES["services/worker/Dockerfile"] + "COPY nowhere /\n"
    commit(shop, "services/worker/Dockerfile", broken)
    failed = release("v1.3.0")
    assert {name: job.code for name, job in failed.items()} == {
        "test": 0,
        "build api": 0,
        "build frontend": 0,
        "build worker": 3,
    }
    assert tags(store)["api"] == ["1", "1.1", "1.1.9", "1.2", "1.2.3", "1.3.0", "latest"]
    assert tags(store)["worker"] == ["1", "1.1", "1.1.9", "1.2", "1.2.3", "latest"]
    assert {one: store.digest(f"{name}:latest") for one, name in NAMES.items()} == latest


def test_a_tag_that_is_no_version_ends_it(release: Release) -> None:
    """The pattern of the trigger fits more than versions."""
    jobs = release("v1.2.3.4")
    assert jobs["test"].code == 2
    assert jobs["test"].ran[-2:] != ["Test", "actions/upload-artifact"]
    assert "v1.2.3.4" in jobs["test"].log
