"""`ci-matrix`, `ci-init` and `ci-check`, as they are typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.projects import PASSES, TASKS, Ran, inv, repository, write

FILES = {
    **TASKS,
    ".gitignore": ".taskslib\n",
    "pyproject.toml": "[tool.taskslib]\nproject = 'shop'\n",
    "services/api/Dockerfile": "FROM a\n",
    "services/api/tests/unit/test_api.py": PASSES,
    "services/web/Dockerfile": "FROM a\n",
    "services/web/tests/unit/test_web.py": PASSES,
    "tests/unit/test_shop.py": PASSES,
    "deploy/prod/compose.yaml": """\
services:
  database: {image: "postgres:17"}
  api: {image: "${REGISTRY:-a/b}/shop-api:${VERSION:?which one}"}
  web: {image: "${REGISTRY}/shop-web:$VERSION"}
""",
}
TEST, RELEASE = ".github/workflows/test.yml", ".github/workflows/release.yml"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A committed project, on a branch that has just left main."""
    root = write(tmp_path / "shop", FILES)
    repository(root).git.checkout("-b", "feature")
    return root


def test_matrix(shop: Path) -> None:
    assert inv(shop, "ci-matrix").out == "[]\n"
    write(shop, {"services/web/new.py": ""})
    output = shop / ".taskslib" / "output"
    write(shop, {".taskslib/output": "before=1\n"})
    ran = inv(shop, "ci-matrix", "--github-output", GITHUB_OUTPUT=str(output))
    assert (ran.code, ran.out, ran.err) == (0, '["web"]\n', "")
    assert output.read_text("utf-8") == 'before=1\nservices=["web"]\nintegration=false\n'
    # In the project's order, its own tests last.
    ran = inv(shop, "ci-matrix", "--base", "HEAD")
    assert ran.out == '["web"]\n'
    write(shop, {"pyproject.toml": FILES["pyproject.toml"] + "jobs = 2\n"})
    assert inv(shop, "ci-matrix").out == '["api", "web", "shop"]\n'


def test_what_a_release_writes_affects_nothing(shop: Path) -> None:
    """It belongs in git, and comes with each release."""
    write(shop, {"deploy/prod/images.lock": 'version = "1.2.3"\n'})
    assert inv(shop, "ci-matrix").out == "[]\n"
    assert inv(shop, "affected").out == ""
    before = inv(shop, "test", "--stage", "unit")
    write(shop, {"deploy/prod/images.lock": 'version = "1.2.4"\n'})
    again = inv(shop, "test", "--stage", "unit")
    assert (before.code, again.code) == (0, 0)
    assert "3 suites, all cached" in again.out


def test_matrix_where_nothing_is_known_is_everything(tmp_path: Path) -> None:
    root = write(tmp_path / "shop", FILES)
    ran = inv(root, "ci-matrix")
    assert (ran.code, ran.out) == (0, '["api", "web", "shop"]\n')
    assert ran.err == "note: everything is affected: there is no git repository\n"


def test_matrix_outside_of_a_workflow(shop: Path) -> None:
    ran = inv(shop, "ci-matrix", "--github-output")
    assert (ran.code, ran.out, ran.err) == (
        2,
        "",
        "error: --github-output: there are no outputs to write: GITHUB_OUTPUT names no file\n\n"
        "hint: it does in a workflow; elsewhere leave --github-output out\n",
    )
    ran = inv(shop, "ci-matrix", "--github-output", GITHUB_OUTPUT=str(shop / "no" / "file"))
    assert (ran.code, ran.out, ran.err) == (
        2,
        "",
        "error: --github-output: GITHUB_OUTPUT names ROOT/no/file: No such file or directory\n",
    )


def test_init_and_check(shop: Path) -> None:
    ran = inv(shop, "ci-init", "--provider", "github", "--dry-run")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"--- /dev/null\n+++ b/{TEST}\n@@ -0,0 +1,")
    assert not (shop / ".github").exists()
    ran = inv(shop, "ci-init", "--provider", "github")
    assert (ran.code, ran.out, ran.err) == (0, "", f"wrote {TEST}\nwrote {RELEASE}\n")
    ran = inv(shop, "ci-init", "--provider", "github")
    assert (ran.code, ran.err) == (0, "nothing to change\n")
    ran = inv(shop, "ci-check")
    assert (ran.code, ran.out, ran.err) == (0, "", "")


def test_a_new_service_is_drift_that_init_mends(shop: Path) -> None:
    inv(shop, "ci-init", "--provider", "github")
    write(shop, {"services/mail/Dockerfile": "FROM a\n"})
    ran = inv(shop, "ci-check")
    assert ran.code == 1
    changed = [line for line in ran.out.splitlines() if line[:1] in "-+" and "sha256" not in line]
    assert changed == [
        f"--- a/{RELEASE}",
        f"+++ b/{RELEASE}",
        '-        service: ["api", "web"]',
        '+        service: ["api", "mail", "web"]',
    ]
    assert ran.err == (
        "note: deploy/prod/compose.yaml runs no image of mail\n"
        "the workflows are not what the project has now\n"
        "\nhint: inv ci-init --provider github\n"
    )
    ran = inv(shop, "ci-init", "--provider", "github")
    assert (ran.code, ran.err) == (0, f"wrote {RELEASE}\n")
    assert inv(shop, "ci-check").code == 0


def test_what_was_edited_is_written_over_only_when_asked(shop: Path) -> None:
    inv(shop, "ci-init", "--provider", "github")
    write(shop, {"services/mail/Dockerfile": "FROM a\n"})
    edited = (shop / TEST).read_text("utf-8").replace("ubuntu-latest", "mine")
    write(shop, {TEST: edited})
    before = (shop / RELEASE).read_text("utf-8")
    ran = inv(shop, "ci-init", "--provider", "github")
    assert (ran.code, ran.err) == (
        2,
        f"error: {TEST}: edited by hand, or not written by ci-init\n"
        "\nhint: --dry-run shows what would change, --force writes it all the same\n",
    )
    assert (shop / TEST).read_text("utf-8") == edited
    assert (shop / RELEASE).read_text("utf-8") == before  # all or nothing
    assert '-    runs-on: "mine"' in inv(shop, "ci-init", "--provider", "github", "--dry-run").out
    ran = inv(shop, "ci-init", "--provider", "github", "--force")
    assert (ran.code, ran.err) == (0, f"wrote {TEST}\nwrote {RELEASE}\n")
    assert inv(shop, "ci-check").code == 0


def test_line_ends_are_no_edit(shop: Path) -> None:
    """Git gives them to who asks for them."""
    inv(shop, "ci-init", "--provider", "github")
    (shop / TEST).write_bytes((shop / TEST).read_bytes().replace(b"\n", b"\r\n"))
    assert inv(shop, "ci-check").code == 0


def test_releases_go_with_the_last_image(shop: Path) -> None:
    inv(shop, "ci-init", "--provider", "github")
    for name in ("api", "web"):
        (shop / "services" / name / "Dockerfile").unlink()
    (shop / "deploy" / "prod" / "compose.yaml").unlink()
    assert f"--- a/{RELEASE}\n+++ /dev/null\n" in inv(shop, "ci-check").out
    assert inv(shop, "ci-init", "--provider", "github").err == f"removed {RELEASE}\n"
    assert not (shop / RELEASE).exists()
    # Somebody else's stays.
    write(shop, {RELEASE: "name: mine\n"})
    assert inv(shop, "ci-check").code == 0
    assert inv(shop, "ci-init", "--provider", "github").err == "nothing to change\n"
    assert (shop / RELEASE).read_text("utf-8") == "name: mine\n"


def test_images_of_production_that_no_release_has(shop: Path) -> None:
    inv(shop, "ci-init", "--provider", "gitea")
    prod = FILES["deploy/prod/compose.yaml"].replace("shop-api", "shop-apo")
    write(shop, {"deploy/prod/compose.yaml": prod})
    ran = inv(shop, "ci-check")
    assert (ran.code, ran.out, ran.err) == (
        1,
        "deploy/prod/compose.yaml: api runs shop-apo, which no release of this project has: "
        "did you mean 'shop-api'? images: shop-api, shop-web\n",
        "note: deploy/prod/compose.yaml runs no image of api\n",
    )
    write(shop, {"deploy/prod/compose.yaml": "services: ["})
    ran = inv(shop, "ci-check")
    assert ran.code == 2
    assert ran.err.startswith("error: deploy/prod/compose.yaml: ")


def test_images_that_would_have_one_name(shop: Path) -> None:
    inv(shop, "ci-init", "--provider", "github")
    write(shop, {"services/WEB/Dockerfile": "FROM a\n"})
    for task in (["ci-init", "--provider", "gitea"], ["ci-check"]):
        ran = inv(shop, *task)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.startswith(
            "error: services/WEB and services/web would both be the image of web: "
        )
    assert not (shop / ".gitea").exists()


def test_a_folder_of_a_repository(tmp_path: Path) -> None:
    """GitHub and Gitea read workflows at the top alone."""
    shop = write(tmp_path / "mono/apps/shop", FILES)
    repository(tmp_path / "mono")
    for task in (["ci-init", "--provider", "github"], ["ci-check", "--provider", "github"]):
        ran = inv(shop, *task)
        assert (ran.code, ran.out, ran.err) == (
            2,
            "",
            "error: workflows are read at the top of a repository alone, and this is its folder "
            "apps/shop\n\nhint: write one there whose steps run in it, as `working-directory: "
            "apps/shop`: `inv test --affected`, and on a tag `inv build --push`\n",
        )
    assert not (shop / ".github").exists()
    init = ("init", "../new", "--yes", "--services", "lib:library", "--dry-run")
    note = "note: CI reads no workflows in apps/new, a folder of a repository: there are none\n"
    assert note in inv(shop, *init, program="taskslib").err
    assert note not in inv(shop, *init, "--ci", "none", program="taskslib").err
    assert inv(shop, *init[:-1], "--git", program="taskslib").code == 0
    new = tmp_path / "mono/apps/new"
    assert not (new / ".github").exists()
    assert inv(new, "ci-check") == Ran(0, "", note)
    assert inv(new, "new-service", "web").code == 0
    assert inv(new, "ci-check") == Ran(0, "", note)
    assert inv(new, "init", "--yes", "--services", "lib:library,web").code == 0
    write(new, {".github/workflows/test.yml": ""})
    assert inv(new, "ci-check").code == 2


@pytest.mark.parametrize("edit", ["", "name: mine\n"])
def test_a_workflow_that_was_deleted(shop: Path, edit: str) -> None:
    inv(shop, "ci-init", "--provider", "gitea")
    (shop / ".gitea/workflows/test.yml").unlink()
    with (shop / ".gitea/workflows/release.yml").open("a") as stream:
        stream.write(edit)
    ran = inv(shop, "ci-check")
    assert ran.code == 1
    assert "--- /dev/null\n+++ b/.gitea/workflows/test.yml\n" in ran.out
    write(shop, {".gitea/workflows/release.yml": "name: mine\n"})
    assert inv(shop, "ci-check").err.startswith("error: there are no workflows yet\n")


def test_a_project_without_tests(tmp_path: Path) -> None:
    """It can't be released, which is better known before than by the first red run."""
    root = write(tmp_path / "shop", {**TASKS, "services/api/Dockerfile": "FROM a\n"})
    note = (
        "note: there are no tests: until there are, the workflows fail (exit code 4), and nothing "
        "can be released\n"
    )
    ran = inv(root, "ci-init", "--provider", "github")
    assert (ran.code, ran.err) == (0, f"{note}wrote {TEST}\nwrote {RELEASE}\n")
    assert inv(root, "test").code == 4
    assert inv(root, "ci-check").err == note


def test_an_image_of_a_service_that_is_gone_is_like_no_other(shop: Path) -> None:
    (shop / "services/web").rename(shop.parent / "web")
    inv(shop, "ci-init", "--provider", "github")
    ran = inv(shop, "ci-check")
    words = "web runs shop-web, which no release of this project has: images: "
    assert ran.code == 1
    assert f"deploy/prod/compose.yaml: {words}" in ran.out
    compose = shop / "deploy/prod/compose.yaml"
    compose.write_text(compose.read_text("utf-8").replace("shop-web", "shop-apii"), "utf-8")
    assert "shop-apii, which no release of this project has: did you mean 'shop-api'? images: " in (
        inv(shop, "ci-check").out
    )


def test_what_mends_just_that_which_is_stale(shop: Path) -> None:
    for provider in ("github", "gitea"):
        inv(shop, "ci-init", "--provider", provider)
    with (shop / RELEASE).open("a", encoding="utf-8") as stream:
        stream.write("# mine\n")
    ran = inv(shop, "ci-check")
    assert (ran.code, ran.err.rpartition("hint: ")[2]) == (
        1,
        "inv ci-init --provider github --force\n",
    )
    (shop / ".gitea/workflows/test.yml").unlink()
    assert inv(shop, "ci-check").err.endswith(
        "\nhint: inv ci-init --provider github --force && inv ci-init --provider gitea\n"
    )


def test_what_is_no_provider(shop: Path) -> None:
    ran = inv(shop, "ci-init", "--provider", "gitub")
    assert (ran.code, ran.err) == (
        2,
        "error: no provider 'gitub'\n\nhint: did you mean 'github'? providers: github, gitea\n",
    )
    assert (
        inv(shop, "ci-init").err == "error: whose workflows?\n\nhint: --provider github, or gitea\n"
    )
    ran = inv(shop, "ci-check")
    assert (ran.code, ran.err) == (
        2,
        "error: there are no workflows yet\n\nhint: inv ci-init --provider github\n",
    )
