"""Where a call works."""

from __future__ import annotations

from pathlib import Path

import pytest

from taskslib import api
from tests.support.projects import single, write


def test_a_root_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands run in other folders than this one: what they are told of has to be whole."""
    write(tmp_path / "shop", single())
    monkeypatch.chdir(tmp_path)
    session = api.Session(Path("shop"))
    assert session.root == tmp_path / "shop"
    assert all(suite.folder.is_absolute() for suite in api.project(session).suites)
