r"""What is not the repo's own is neither linted nor mended: ignored, vendored, outside of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from taskslib.lint.files import Files
from taskslib.lint.ours import leads_out
from tests.unit.lint.cases import found, mended, project, words

RUN = "#!/bin/sh\ndocker compose -p shop-test down\n"
MENDED = RUN.replace("down", "down -v")
TEST = "deploy/test/docker-compose.yml"
WEB = 'services:\n  web:\n    image: x:1\n    ports: ["127.0.0.1:8000:80"]\n'


def git(root: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=root, check=True, capture_output=True)


def test_what_git_ignores_and_what_others_wrote_stays_as_it_is(tmp_path: Path) -> None:
    others = ("node_modules/x/test.sh", "vendor/test.sh", ".venv/test/run.sh", "made/test.sh")
    paths = [f"scripts/{one}" for one in (*others, "own/test.sh", "test.sh")]
    root = project(tmp_path, {**dict.fromkeys(paths, RUN), ".gitignore": "made/\n/scripts/test.sh"})
    git(root, "init", "-q")
    assert mended(root, "TL704") == {"scripts/own/test.sh": MENDED}
    assert {one.path for one in found(root, "TL704")} == {"scripts/own/test.sh"}
    git(root, "add", "--force", "scripts/made/test.sh")  # tracked all the same
    assert set(mended(root, "TL704")) == {"scripts/own/test.sh", "scripts/made/test.sh"}


def test_a_compose_file_that_git_ignores_is_read_and_not_mended(tmp_path: Path) -> None:
    root = project(tmp_path, {TEST: WEB, ".gitignore": TEST})
    git(root, "init", "-q")
    assert [one.edits for one in found(root, "TL101")] == [()]


def test_another_repository_in_this_one_is_read_and_not_mended(tmp_path: Path) -> None:
    root = project(tmp_path, {"scripts/sub/test.sh": RUN, "scripts/sub/.git": "gitdir: x\n"})
    (one,) = found(root, "TL704")
    assert (one.path, one.edits) == ("scripts/sub/test.sh", ())


def test_what_a_link_leads_to_outside_is_not_read(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    project(outside, {"file.yml": WEB, "deploy/file.sh": RUN})
    root = project(tmp_path / "shop", {"deploy/prod/compose.yml": WEB, "tools/real.sh": RUN})
    (root / "deploy/test").mkdir()
    (root / TEST).symlink_to(outside / "file.yml")
    (root / "scripts").symlink_to(outside / "deploy", target_is_directory=True)
    (root / "test.sh").symlink_to("tools/real.sh")
    assert Files(root).source(TEST) is None
    assert mended(root, "TL101", "TL704") == {"test.sh": MENDED}


@pytest.mark.parametrize(
    ("path", "outside"),
    [
        ("C:/shared/base.yml", True),
        ("c:base.yml", True),
        (r"..\base.yml", True),
        (r"deploy/test/..\..\..\base.yml", True),
        (r"\\server\share\base.yml", True),
        ("/etc/base.yml", True),
        ("../base.yml", True),
        ("..", True),
        (r"deploy/test/..\base.yml", False),
        ("deploy/..base.yml", False),
    ],
)
def test_a_path_that_leads_out_on_any_system(path: str, outside: bool) -> None:  # noqa: FBT001
    assert leads_out(path) is outside


@pytest.mark.skipif(sys.platform == "win32", reason="it would be written outside of the project")
def test_a_file_that_windows_has_elsewhere_is_not_mended(tmp_path: Path) -> None:
    base = "services:\n  base:\n    image: x:1\n    container_name: base\n"
    extends = "services:\n  web:\n    extends: {file: 'C:/shared/base.yml', service: base}\n"
    root = project(tmp_path, {"compose.test.yml": extends, "C:/shared/base.yml": base})
    assert words(found(root, "TL401")) == ""
    assert mended(root) == {}


def test_what_is_too_long_for_a_script_is_not_read(tmp_path: Path) -> None:
    root = project(tmp_path, {"scripts/test.sh": RUN + "#" * 1_000_000})
    assert Files(root).source("scripts/test.sh") is None
