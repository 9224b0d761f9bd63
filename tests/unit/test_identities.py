"""What else than files decides a result."""

from __future__ import annotations

import json
import os
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskslib.identities import UNSET, EngineQuestions, fitting, variables
from tests.support.projects import write

DIGEST = f"sha256:{'1' * 64}"


def test_names_of_variables_are_one_in_any_case_on_windows() -> None:
    environ = {"Path": "x", "APP_KEY": "1", "other": "2"}
    told = variables(environ, ["App_Key", "app_*", "OTHER", "gone"], windows=True)
    upper = variables({"APP_KEY": "1", "OTHER": "2"}, ["APP_KEY", "OTHER", "GONE"])
    assert told == upper
    assert variables(environ, ["App_Key", "app_*"], windows=False) == {"App_Key": UNSET}


@given(st.lists(st.text("AB*?[]!", min_size=1)), st.lists(st.text("AB*", min_size=1)))
def test_names_fit_as_shells_say(patterns: list[str], names: list[str]) -> None:
    fit = [name for name in names if any(fnmatchcase(name, one) for one in patterns)]
    assert fitting(names, patterns) == fit


@pytest.mark.skipif(os.name == "nt", reason="the engine's client is a script here")
@pytest.mark.parametrize(
    "image",
    [
        "postgres",
        "postgres:latest",
        "docker.io/library/postgres",
        f"postgres@{DIGEST}",
        f"postgres:16@{DIGEST}",
        f"localhost:5000/my/app:1@{DIGEST}",
        f"localhost:5000/my/app@{DIGEST}",
    ],
)
def test_images_are_known_however_they_are_written(tmp_path: Path, image: str) -> None:
    digests = [f"postgres@{DIGEST}", f"localhost:5000/my/app@{DIGEST}"]
    line = f"sha256:id {json.dumps(['postgres:latest'])} {json.dumps(digests)}"
    script = f"#!/bin/sh\n[ $1 = image ] && echo '{line}' || echo 1\n"
    write(tmp_path, {"docker": script})
    (tmp_path / "docker").chmod(0o755)
    asked = EngineQuestions([image], {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"})
    assert asked.answers() == {"engine": "1", "compose": "1", f"image {image}": "sha256:id"}
