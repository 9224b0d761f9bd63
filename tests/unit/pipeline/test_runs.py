"""Runs leave their files behind, within limits."""

from __future__ import annotations

from pathlib import Path

from taskslib.pipeline.runs import run_folder


def earlier(root: Path, **sizes: int) -> None:
    """Make folders of earlier runs with so many bytes each."""
    for name, size in sizes.items():
        folder = root / ".taskslib" / "runs" / name / "api-unit"
        folder.mkdir(parents=True)
        (folder / "output.txt").write_bytes(b"x" * size)


def there(root: Path) -> list[str]:
    return sorted(path.name for path in (root / ".taskslib" / "runs").iterdir())


def test_the_oldest_go_by_number(tmp_path: Path) -> None:
    earlier(tmp_path, a=1, b=1, c=1)
    made = run_folder(tmp_path, kept=2)
    assert there(tmp_path) == sorted([made.name, "b", "c"])


def test_the_oldest_go_by_size(tmp_path: Path) -> None:
    earlier(tmp_path, a=10, b=60, c=40)
    made = run_folder(tmp_path, kept_bytes=100)
    assert there(tmp_path) == sorted([made.name, "b", "c"])


def test_the_last_one_stays_however_large(tmp_path: Path) -> None:
    earlier(tmp_path, a=10, b=1000)
    made = run_folder(tmp_path, kept_bytes=100)
    assert there(tmp_path) == sorted([made.name, "b"])


def test_nobodys_input(tmp_path: Path) -> None:
    run_folder(tmp_path)
    assert (tmp_path / ".taskslib" / ".gitignore").read_text() == "*\n"
