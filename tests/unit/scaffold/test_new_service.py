"""`inv new-service`, as it is typed: the repo is whole afterwards, or as it was."""

from __future__ import annotations

import difflib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from taskslib.errors import UsageError
from taskslib.scaffold.answers import Answers
from taskslib.scaffold.naming import Kind, Named
from taskslib.scaffold.project import project_changes
from tests.support.projects import (
    PASSES,
    TASKS,
    Ran,
    argv,
    environment,
    inv,
    repository,
    write,
)
from tests.support.scaffolds import PLAIN, SINGLE, contents, made

COMPOSE = "deploy/{}/docker-compose.yml"
PROD = COMPOSE.format("prod")
ANSWERS = Answers("shop", services=(Named("api", Kind.API),), ci="github")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("template") / "shop", *PLAIN)


@pytest.fixture
def shop(template: Path, tmp_path: Path) -> Path:
    """A project of one api."""
    return shutil.copytree(template, tmp_path / "shop")


def own(root: Path) -> Path:
    """A repo that no template made: other names, comments, anchors, Windows' ends of lines."""
    stack = (
        "# ours\r\n"
        "services:\r\n"
        "    web:  # the page\r\n"
        "        build: ../../services/web\r\n"
        "        init: true\r\n"
        "        ports: ['127.0.0.1::8000']\r\n"
        "        healthcheck: {interval: 5s, start_period: 30s, start_interval: 200ms}\r\n"
        "\r\n"
        "# the end\r\n"
    )
    web = "services/web"
    write(
        root,
        {
            **TASKS,
            "pyproject.toml": "[tool.taskslib]\nproject = 'own'\n",
            f"{web}/Dockerfile": "FROM python:3.13-slim\nUSER app\nHEALTHCHECK CMD true\n",
            f"{web}/tests/unit/test_web.py": PASSES,
            f"{web}/tests/integration/test_web.py": PASSES,
            f"{web}/deploy/test/compose.yaml": stack.replace("../../", "../../../../"),
            "tests/integration/test_all.py": PASSES,
        },
    )
    (root / "deploy" / "test").mkdir(parents=True)
    (root / "deploy" / "test" / "compose.yaml").write_bytes(stack.encode())
    return root


@pytest.mark.parametrize("kind", ["api", "worker", "frontend", "library"])
def test_it_is_what_init_would_have_written(shop: Path, tmp_path: Path, kind: str) -> None:
    ran = inv(shop, "new-service", "order-mail", "--kind", kind)
    assert (ran.code, ran.out) == (0, "")
    assert "note" not in ran.err
    (tmp_path / "other").mkdir()
    other = made(tmp_path / "other" / "shop", "--services", f"api,order-mail:{kind}")
    assert contents(shop) == contents(other)
    assert inv(shop, "lint", "--strict").out.startswith("no findings in ")
    assert inv(shop, "ci-check") == Ran(0, "", "")
    before = contents(shop)
    again = inv(shop, "new-service", "order-mail")
    assert again == Ran(0, "", "note: order-mail is there already\nnothing to change\n")
    assert contents(shop) == before


def test_the_first_service_with_a_container_beside_libraries(tmp_path: Path) -> None:
    """With it there are integration tests for the first time, which CI is to run."""
    root = made(tmp_path / "shop", "--services", "shared:library")
    workflow = root / ".github" / "workflows" / "test.yml"
    assert "\n  integration:\n" not in workflow.read_text("utf-8")
    assert inv(root, "new-service", "billing").code == 0
    assert "\n  integration:\n" in workflow.read_text("utf-8")
    assert inv(root, "ci-check") == Ran(0, "", "")
    (tmp_path / "other").mkdir()
    other = made(tmp_path / "other" / "shop", "--services", "shared:library,billing")
    assert contents(root) == contents(other)


def test_its_unit_tests_pass(shop: Path) -> None:
    assert inv(shop, "new-service", "order-mail").code == 0
    ran = inv(shop, "test-unit", "--service", "order-mail", "--plain", program="taskslib")
    assert (ran.code, ran.err) == (0, "")
    assert re.match(r"Unit Tests\n  ✓ order-mail +10 passed TIME\n", ran.out)


def test_a_repo_that_no_template_made(tmp_path: Path) -> None:
    root = own(tmp_path / "own")
    before = contents(root)
    ran = inv(root, "new-service", "billing")
    assert ran.code == 0, ran.err
    assert ran.err.startswith(
        "note: there is no deploy/dev: billing is not in it\n"
        "note: there is no deploy/prod: billing is not in it\n"
    )
    after = contents(root)
    assert {path: after[path] for path in before if path != "deploy/test/compose.yaml"} == {
        path: text for path, text in before.items() if path != "deploy/test/compose.yaml"
    }
    assert set(after) - set(before) == {
        "services/billing/Dockerfile",
        "services/billing/Dockerfile.dockerignore",
        "services/billing/billing/__init__.py",
        "services/billing/billing/__main__.py",
        "services/billing/billing/app.py",
        "services/billing/billing/store.py",
        "services/billing/deploy/test/docker-compose.yml",
        "services/billing/pyproject.toml",
        "services/billing/tests/conftest.py",
        "services/billing/tests/integration/test_container.py",
        "services/billing/tests/unit/test_app.py",
        "tests/integration/test_billing.py",
    }
    old, new = (one["deploy/test/compose.yaml"].decode() for one in (before, after))
    assert "\n" not in new.replace("\r\n", "")
    lines = list(difflib.ndiff(old.splitlines(), new.splitlines()))
    assert [line for line in lines if line.startswith(("-", "?"))] == []
    assert [line[2:] for line in lines if line.startswith("+ ")][:2] == [
        "    billing:",
        "      build:",
    ]
    assert "200ms}\r\n\r\n    billing:\r\n" in new
    assert new.endswith("\r\n\r\n# the end\r\n")
    assert "billing" in inv(root, "services").out
    assert inv(root, "new-service", "billing").err.endswith("nothing to change\n")


def test_a_repo_without_a_full_stack_stays_usable(tmp_path: Path) -> None:
    """As one that was adopted: an integration test would have no stack, and no task would work."""
    root = write(tmp_path / "shop", {**TASKS, "services/web/Dockerfile": "FROM scratch\n"})
    ran = inv(root, "new-service", "billing")
    assert ran.code == 0, ran.err
    assert ran.err.splitlines()[1] == (
        "note: there is no deploy/test: billing is not in it, and has no integration test"
    )
    assert not (root / "tests").exists()
    assert inv(root, "test", "--dry-run").code == 0
    assert "  billing          service  unit, service\n" in inv(root, "services").out
    assert inv(root, "new-service", "billing").err.endswith("nothing to change\n")


def test_the_first_service_of_a_repo(tmp_path: Path) -> None:
    root = write(tmp_path / "shop", TASKS)
    ran = inv(root, "new-service", "jobs", "--kind", "worker")
    assert ran.code == 0, ran.err
    assert (
        "  jobs             service  unit, service\n"
        in inv(write(root, {COMPOSE.format("test"): "services: {}\n"}), "services").out
    )


def test_a_dry_run_changes_nothing(shop: Path) -> None:
    before = contents(shop)
    ran = inv(shop, "new-service", "billing", "--dry-run")
    assert (ran.code, ran.err) == (0, "")
    assert contents(shop) == before
    assert "\n  billing/\n    + Dockerfile\n" in ran.out
    assert (
        "--- a/.copier-answers.yml\n"
        "+++ b/.copier-answers.yml\n"
        "@@ -7,3 +7,4 @@\n"
        ' registry: ""\n'
        " services:\n"
        "   api: api\n"
        "+  billing: api\n"
    ) in ran.out
    assert '+      - "127.0.0.1:${BILLING_PORT:-8001}:8000"\n' in ran.out


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        (PROD, "services: {api: {image: a}}\n", f"error: {PROD}: 'services' is written in a way"),
        (PROD, "services:\n  - api\n", f"error: {PROD}: 'services' is written in a way"),
        (PROD, "services: [\n", f"error: {PROD}:2: "),
        (PROD, "- a\n", f"error: {PROD}: it has no keys"),
        (PROD, "services:\n  api: {image: a}\n---\na: 1\n", f"error: {PROD}: "),
        (
            PROD,
            "x-all: &all\n  api: {image: a}\nservices: *all\n",
            f"error: {PROD}: what is added would change what is there\n",
        ),
        (
            PROD,
            "services:\n  api: {image: a}\n  billing: {image: b}\n",
            "error: 'billing' is taken",
        ),
        (PROD, "services:\n  api: {image: a}\n  Billing: {image: b}\n", "error: 'billing' is too"),
        (
            "services/api/deploy/dev/docker-compose.yml",
            'services:\n  api:\n    image: a:1\n    ports: ["${PORT:-8001}:8000"]\n',
            "error: the service would bring mistakes, so nothing was changed\n"
            "  services/api/deploy/dev/docker-compose.yml:4:13 TL104 ",
        ),
        (".copier-answers.yml", "project: shop\n", "error: .copier-answers.yml: not what"),
        ("pyproject.toml", "[tool.taskslib]\nunit_tests = 't'\n", "error: [tool.taskslib] unit_"),
        ("pyproject.toml", "[tool.taskslib]\nservices = ['services/api']\n", "error: [tool.task"),
    ],
)
def test_all_or_nothing(shop: Path, path: str, text: str, said: str) -> None:
    write(shop, {path: text})
    before = contents(shop)
    ran = inv(shop, "new-service", "billing")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(said), ran.err
    assert "\nhint: " in ran.err
    assert contents(shop) == before


@pytest.mark.skipif(
    sys.platform == "win32" or not hasattr(os, "geteuid"), reason="a place that refuses is POSIX's"
)
def test_what_fails_while_it_is_written_is_undone(shop: Path) -> None:
    """The last file of all can't be made: its folder is a link to nowhere."""
    shutil.rmtree(shop / "tests")
    (shop / "tests").symlink_to(shop / "nowhere" / "deep")
    before = contents(shop)
    ran = inv(shop, "new-service", "billing")
    assert ran.code != 0
    assert "nowhere" in ran.err or "tests" in ran.err
    assert contents(shop) == before
    assert not (shop / "services" / "billing").exists()


def test_two_at_once_lose_nothing(shop: Path) -> None:
    """Each is there whole, or was refused and left nothing."""
    names = ("billing", "mail")
    running = [
        subprocess.Popen(
            argv("new-service", name),
            cwd=shop,
            env=environment(),
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        for name in names
    ]
    for name, child in zip(names, running, strict=True):
        said = child.communicate(timeout=120)[1]
        assert child.returncode == 0 or (said.startswith("error: ") and "meanwhile" in said), said
        there = child.returncode == 0
        assert (shop / "services" / name).is_dir() == there
        assert (f"\n  {name}:\n" in (shop / PROD).read_text("utf-8")) == there
    assert any(child.returncode == 0 for child in running)
    assert inv(shop, "lint", "--strict").code == 0


def test_a_file_that_was_saved_meanwhile_is_not_written_over(shop: Path) -> None:
    planned = project_changes(shop, replace(ANSWERS, registry="a.example/b"), {})
    write(shop, {"pyproject.toml": "# mine\n"})
    before = contents(shop)
    with pytest.raises(UsageError, match=r"^pyproject\.toml was changed meanwhile, so nothing was"):
        planned.write()
    assert contents(shop) == before


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Billing", "a service can't be called 'Billing'"),
        ("../billing", "a service can't be called '../billing'"),
        ("aux", "a service can't be called 'aux': that is reserved"),
        # Its package would be imported instead of the one that measures.
        ("coverage", "a service can't be called 'coverage': that is reserved"),
        ("json", "a service can't be called 'json': its package would hide Python's own"),
        ("shop--", "a service can't be called 'shop--'"),
        ("left-over", "'left-over' is too much like 'Left_Over'"),
        ("test", "a service can't be called 'test': that is reserved"),
        ("shop", "a service can't be called 'shop', like the project: the suite of the"),
    ],
)
def test_names_that_can_not_be(shop: Path, name: str, said: str) -> None:
    (shop / "services" / "Left_Over").mkdir()
    before = contents(shop)
    ran = inv(shop, "new-service", name)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"error: {said}")
    assert contents(shop) == before


def test_a_file_of_the_users_is_not_written_over(shop: Path) -> None:
    mine = {"tests/integration/test_billing.py": PASSES}
    before = contents(write(shop, mine))
    refused = inv(shop, "new-service", "billing")
    assert refused == Ran(
        2,
        "",
        "error: files of the new service are there already, so nothing was written\n"
        "  tests/integration/test_billing.py\n"
        "\n"
        "hint: move them out of the way, or choose another name\n",
    )
    assert inv(shop, "new-service", "billing", "--dry-run") == refused
    assert contents(shop) == before


def test_a_service_that_git_removed_can_come_again(shop: Path) -> None:
    """What nobody committed is left where it was; what still names it is told."""
    assert inv(shop, "new-service", "k-api").code == 0
    whole = contents(shop)
    leftovers = ("k_api/__pycache__/app.pyc", "tests/unit/__pycache__/test_app.pyc")
    shutil.rmtree(shop / "services" / "k-api")
    write(shop / "services" / "k-api", dict.fromkeys(leftovers, ""))
    ran = inv(shop, "new-service", "k-api")
    assert (ran.code, ran.err) == (
        2,
        "error: 'k-api' is taken in deploy/test/docker-compose.yml\n\n"
        "hint: choose another name, or take it out of deploy/test/docker-compose.yml first\n",
    )
    assert "k-api" not in inv(shop, "services").out
    for one in ("dev", "test", "prod"):
        kept = whole[COMPOSE.format(one)].decode().partition("\n  k-api:\n")[0]
        write(shop, {COMPOSE.format(one): kept + "\n"})
    ran = inv(shop, "new-service", "k-api")
    assert ran.code == 0, ran.err
    added = {path for path in contents(shop) if "/k-api/" in path and "__pycache__" not in path}
    assert added == {path for path in whole if "/k-api/" in path}
    assert "  k-api            service  unit, service\n" in inv(shop, "services").out


def test_of_another_kind_it_is_not_there(shop: Path) -> None:
    ran = inv(shop, "new-service", "api", "--kind", "worker")
    assert ran == Ran(2, "", "error: api is there already, as api\n\nhint: choose another name\n")
    ran = inv(shop, "new-service", "mail", "--kind", "cron")
    assert ran == Ran(
        2,
        "",
        "error: no kind 'cron' of services\n"
        "\n"
        "hint: did you mean 'frontend'? kinds: api, worker, frontend, library\n",
    )


def test_a_workflow_that_was_edited_stays(shop: Path) -> None:
    path = shop / ".github" / "workflows" / "release.yml"
    edited = path.read_text("utf-8") + "# mine\n"
    path.write_text(edited, "utf-8")
    ran = inv(shop, "new-service", "billing")
    assert ran.code == 0
    assert ran.err.startswith(
        "note: .github/workflows/release.yml was edited by hand and stays, so ci-check may be red: "
        "`inv ci-init --provider github --dry-run` shows what it lacks, `--force` writes it\n"
    )
    assert path.read_text("utf-8") == edited


def test_a_flat_project_is_one_service(tmp_path: Path) -> None:
    root = made(tmp_path / "solo", *SINGLE)
    ran = inv(root, "new-service", "billing")
    assert ran.code == 2
    assert ran.err.startswith("error: solo is one service, at the top of its repo\n")


def test_only_what_it_says_differs_in_git(shop: Path) -> None:
    repo = repository(shop)
    assert inv(shop, "new-service", "billing").code == 0
    # Nothing that was there lost a line but the stamps of workflows and the list in one of them.
    lost = [line for line in repo.git.diff("-U0").splitlines() if re.match(r"-(?!--)", line)]
    assert [re.sub(r"[0-9a-f]{64}", "SHA", line) for line in lost] == [
        "-# Written by `taskslib ci-init --provider github`; edited by hand it stays. sha256:SHA",
        '-        service: ["api"]',
    ]


def test_a_port_that_is_taken_is_not_given_again(shop: Path) -> None:
    dev = shop / COMPOSE.format("dev")
    more = (
        "  web:\n    image: a:1\n    ports: ['8001-8003:80', {published: 8004, target: 80}]\n"
        "  mail:\n    image: a:1\n    ports: ['127.0.0.1:${MAIL:-8005}:25']\n"
    )
    dev.write_text(dev.read_text("utf-8") + more, "utf-8")
    assert inv(shop, "new-service", "billing").code == 0
    assert '"127.0.0.1:${BILLING_PORT:-8006}:8000"' in dev.read_text("utf-8")
    assert "\nBILLING_PORT=8006\n" in (dev.parent / ".env.example").read_text("utf-8")
