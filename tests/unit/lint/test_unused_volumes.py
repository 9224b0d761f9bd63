"""TL201's fix takes a volume away with the last mount of it, and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.lint.cases import mended, project

PATH = "deploy/test/docker-compose.yml"
DB = "services:\n  db:\n    image: redis:7\n    volumes: [data:/data]\n"
MEMORY = DB.replace("volumes: [data:/data]", "tmpfs: [/data]")
TOP = "volumes:\n  data:  # of yesterday\n"


@pytest.mark.parametrize(
    ("more", "left"),
    [
        (TOP, "# of yesterday\n"),
        (f"{TOP}  other:\n", "volumes:\n  # of yesterday\n  other:\n"),
        ("volumes: {data: {}, other: {}}\n", "volumes: {other: {}}\n"),
        (f"  web: {{image: x:1, volumes: [data:/d]}}\n{TOP}", ""),
        (f"  web: {{image: x:1, volumes: ['${{V:-data}}:/d']}}\n{TOP}", ""),
        ("volumes: &v {data: {}}\n", ""),
    ],
    ids=["alone", "one of two", "in braces", "used elsewhere", "by a variable", "anchored"],
)
def test_a_volume_that_nobody_uses_any_more_goes_too(tmp_path: Path, more: str, left: str) -> None:
    root = project(tmp_path, {PATH: DB + more})
    assert mended(root, "TL201") == {PATH: MEMORY + (left or more)}
    project(root, {PATH: MEMORY + (left or more)})
    assert mended(root, "TL201") == {}


def test_the_last_of_several_that_use_a_volume_takes_it_away(tmp_path: Path) -> None:
    second = DB.replace("services:\n", "").replace("db", "cache")
    root = project(tmp_path, {PATH: DB + second + "volumes: {data: }\n"})
    assert mended(root, "TL201") == {
        PATH: MEMORY + MEMORY.replace("services:\n", "").replace("db", "cache")
    }


def test_a_volume_of_a_file_that_others_have_too_stays(tmp_path: Path) -> None:
    files = {PATH: f"include: [../base.yml]\n{DB}", "deploy/base.yml": "volumes: {data: {}}\n"}
    assert mended(project(tmp_path, files), "TL201") == {PATH: f"include: [../base.yml]\n{MEMORY}"}
