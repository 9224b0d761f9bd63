"""What Compose says of a file, with the place that it is about."""

from __future__ import annotations

from pathlib import Path

import pytest

from taskslib.project.model import Stack
from taskslib.stacks.compose_errors import config_error, of_failed_step, without_warnings
from tests.support.malformed import MALFORMED, Malformed


@pytest.mark.parametrize("case", MALFORMED.values(), ids=MALFORMED)
def test_file_and_line(tmp_path: Path, case: Malformed) -> None:
    file, override = tmp_path / "compose.yml", tmp_path / "compose.override.yml"
    file.write_text(case.text)
    override.write_text(case.override or "")
    files = (file,) if case.override is None else (file, override)
    words = {"OVERRIDE": str(override), "FILE": str(file), "FOLDER": str(tmp_path)}
    said, told = case.said, case.told
    for word, path in words.items():
        said, told = said.replace(word, path), told.replace(word, path)
    assert config_error(Stack("", files), said).message == told


def test_no_reason_and_a_file_that_is_gone(tmp_path: Path) -> None:
    file = tmp_path / "compose.yml"
    stack = Stack("", (file,))
    said = f"open {file}: no such file or directory"
    assert config_error(stack, said).message == f"{file}: {said}"
    assert config_error(stack, "").message == f"{file}: Compose refuses it and does not say why"


def test_warnings_are_left_out() -> None:
    text = 'time="2026" level=warning msg="X is not set"\nyaml: bad\n'
    assert without_warnings(text) == "yaml: bad"


BUILT = """\
#0 building with "default" instance using docker driver

#7 [web base 2/3] RUN echo one
#7 CACHED

#8 [web base 3/3] RUN echo two
#8 CACHED

#9 [web stage-1 1/1] RUN make
#9 0.274 a line
#9 0.274 make: not found
"""
FAILED = """\
#9 ERROR: process "/bin/sh -c make" did not complete successfully: exit code: 127
------
 > [web stage-1 1/1] RUN make:
0.274 a line
0.274 make: not found
------
failed to solve: process "/bin/sh -c make" did not complete successfully: exit code: 127
"""


def test_of_a_build_the_step_that_failed_is_told() -> None:
    assert of_failed_step(BUILT + FAILED).splitlines() == [
        "#9 [web stage-1 1/1] RUN make",
        "#9 0.274 a line",
        "#9 0.274 make: not found",
        '#9 ERROR: process "/bin/sh -c make" did not complete successfully: exit code: 127',
        'failed to solve: process "/bin/sh -c make" did not complete successfully: exit code: 127',
    ]


def test_of_a_build_without_such_a_step_all_is_told() -> None:
    assert of_failed_step(BUILT) == BUILT
    legacy = "Step 2/3 : RUN false\nThe command '/bin/sh -c false' returned a non-zero code: 1\n"
    assert of_failed_step(legacy) == legacy
