"""What Compose says of a file, with the line it is about. The texts are Compose 2.26's."""

from __future__ import annotations

from pathlib import Path

import pytest

from taskslib.project.model import Stack
from taskslib.stacks.compose_errors import config_error, without_warnings

FILE = """\
services:
  web:
    image: x
    imgae: y
    depends_on: [db]
"""


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("empty compose file", "FILE:1: empty compose file"),
        ("yaml: line 3: bad", "FILE:3: yaml: line 3: bad"),
        (
            "validating FILE: services.web Additional property imgae is not allowed",
            "FILE:4: services.web Additional property imgae is not allowed",
        ),
        (
            "validating FILE: services.web.depends_on must be a list",
            "FILE:5: services.web.depends_on must be a list",
        ),
        (
            'service "web" depends on undefined service "db": invalid compose project',
            'FILE:2: service "web" depends on undefined service "db": invalid compose project',
        ),
        ("Top-level object must be a mapping", "FILE: Top-level object must be a mapping"),
        ("", "FILE: Compose refuses it and does not say why"),
    ],
)
def test_file_and_line(tmp_path: Path, said: str, told: str) -> None:
    file = tmp_path / "compose.yml"
    file.write_text(FILE)
    error = config_error(Stack("", (file,)), said.replace("FILE", str(file)))
    assert error.message.replace(str(file), "FILE") == told


def test_warnings_are_left_out() -> None:
    text = 'time="2026" level=warning msg="X is not set"\nyaml: bad\n'
    assert without_warnings(text) == "yaml: bad"
