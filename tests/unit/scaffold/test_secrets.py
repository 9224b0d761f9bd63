"""Files that are secret, in whichever environment: git must not take them."""

from __future__ import annotations

import shutil
from pathlib import Path

import git
import pytest

from tests.support.scaffolds import PLAIN, made

HERE = Path(__file__).parents[3]


@pytest.mark.parametrize("whose", ["new project", "this repo"])
def test_secrets_of_every_environment_are_ignored(tmp_path: Path, whose: str) -> None:
    root = made(tmp_path / "made", *PLAIN) if whose == "new project" else HERE
    repo = git.Repo.init(tmp_path / "repo")
    shutil.copy(root / ".gitignore", tmp_path / "repo")
    secrets = [f"deploy/{one}/secrets/database-password" for one in ("prod", "live")]
    assert repo.ignored(*secrets, "deploy/live/docker-compose.yml") == secrets
