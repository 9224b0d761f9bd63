"""Tests on the real engine: each leaves it as it was."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.leftovers import leftovers, remove


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Path]:
    """Return the folder of a project with a name of its own; afterwards nothing of it is left."""
    name = f"s{uuid.uuid4().hex[:8]}"
    yield tmp_path / name
    found = leftovers(name)
    remove(found)
    assert found == []
