"""Every test has a cache folder of its own; uv's own cache, which makes it quick, is the user's."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache of taskslib"
    monkeypatch.setenv("TASKSLIB_CACHE_DIR", str(folder))
    return folder


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A repo's root: git's folder marks it."""
    root = tmp_path / "repo"
    (root / ".git").mkdir(parents=True)
    return root
