from __future__ import annotations

from pathlib import Path

import pytest

from taskslib.frameworks.environments.requirements import contents, is_hashed, split_local


def test_what_a_file_includes_counts_once(tmp_path: Path) -> None:
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "dev.txt").write_text(
        "-r base.txt  # ours\n--constraint=../c.txt\n-r gone.txt\npytest\n"
    )
    (folder / "base.txt").write_text("-r ../app/dev.txt\n")
    (tmp_path / "c.txt").write_text("x<1\n")

    found = dict(contents(folder / "dev.txt"))

    assert list(found) == ["dev.txt", "base.txt", "../c.txt"]
    assert found["../c.txt"] == b"x<1\n"


@pytest.mark.parametrize(
    ("line", "folder"),
    [
        ("-e .", "."),
        ("-e ./lib", "lib"),
        ("--editable=lib", "lib"),
        ("-e lib[extra] ; python_version > '3'", "lib"),
        ("-e file:lib", "lib"),
        ("./lib", "lib"),
        ("-e ./lib#egg=lib", "lib"),
        ("lib @ ./lib", "lib"),
        ("-e \\\n  ./lib", "lib"),
        ("-f ./lib", None),
        ("./with space  # a comment", "with space"),
        ("./gone", None),
        ("lib", None),
        ("-r ./lib", None),
        ("lib==1 --hash=sha256:00", None),
        ("    # via ./lib", None),
    ],
)
def test_lines_that_install_local_folders(tmp_path: Path, line: str, folder: str | None) -> None:
    for name in ("lib", "with space"):
        (tmp_path / name).mkdir()
    text = f"first==1\n{line}\nlast==1\n"

    expected = (f"first==1\n{'' if folder else line}\nlast==1\n",)
    folders = ((tmp_path / folder).resolve(),) if folder else ()

    assert split_local(text, tmp_path) == (*expected, folders)


def test_hashes() -> None:
    assert is_hashed("x==1 \\\n    --hash=sha256:00\n")
    assert not is_hashed("-e file:.\nx==1\n")
