"""The pages' commands that take no engine run, and print what the pages say."""

from __future__ import annotations

import sys
import uuid
from pathlib import Path

import pytest

from tests.support.following import Tell, follow
from tests.support.pages import Page, commands_of
from tests.support.shops import prepared


@pytest.mark.skipif(sys.platform == "win32", reason="the pages' commands are a POSIX shell's")
@pytest.mark.parametrize("page", commands_of(engine=False), ids=lambda page: page.path.stem)
def test_the_commands_of_a_page(
    tmp_path: Path,
    page: Page,
    pytestconfig: pytest.Config,
    record_property: Tell,
) -> None:
    root = prepared(page.project, tmp_path / f"q{uuid.uuid4().hex[:3]}")
    follow(page, root, record_property, renew=pytestconfig.getoption("--renew"))
