"""Projects that `taskslib init` writes, and what is in a folder."""

from __future__ import annotations

from pathlib import Path

from tests.support.projects import inv

PLAIN = ("--services", "api")
FULL = (
    "--services",
    "api,jobs:worker,page:frontend,shared:library",
    *("--datastore", "postgres", "--ci", "gitea", "--registry", "registry.example.com/team"),
)
SINGLE = ("--single",)


def made(root: Path, *options: str) -> Path:
    """Let `taskslib init` write a project, and return its root."""
    root.parent.mkdir(parents=True, exist_ok=True)
    ran = inv(root.parent, "init", root.name, *options, "--yes", program="taskslib")
    assert ran.code == 0, ran.err
    return root


def contents(root: Path) -> dict[str, bytes]:
    """Return all files below a folder."""
    files = (path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}
