"""What a Dockerfile takes from elsewhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskslib.project.references.dockerfile import Dockerfile, dockerfile


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM python:3.13", Dockerfile(("python:3.13",))),
        ("FROM --platform=linux/amd64 a AS b\nFROM b\nFROM scratch", Dockerfile(("a",))),
        ("ARG BASE=a:1\nFROM $BASE", Dockerfile(("a:1",))),
        ("ARG V\nFROM a:${V:-2}", Dockerfile(("a:2",))),
        ("FROM ${BASE}", Dockerfile(unknown=("FROM ${BASE}",))),
        ("FROM a\nCOPY one two/ /to/", Dockerfile(("a",), ("one", "two"))),
        ("FROM a\nCOPY . .", Dockerfile(("a",), (".",))),
        ("FROM a\nCOPY / /x", Dockerfile(("a",), (".",))),
        ("FROM a\nCOPY --chown=1:1 --link src /x", Dockerfile(("a",), ("src",))),
        ('FROM a\nCOPY ["with space", "/x"]', Dockerfile(("a",), ("with space",))),
        ("FROM a\nCOPY package*.json ./", Dockerfile(("a",), ("package*.json",))),
        ("FROM a AS x\nCOPY --from=x /v /v\nCOPY --from=b:1 /v /v", Dockerfile(("a", "b:1"))),
        ("FROM a\nCOPY --from=0 /v /v", Dockerfile(("a",))),
        ("FROM a\nARG WHERE=src\nCOPY $WHERE /x", Dockerfile(("a",), ("src",))),
        ("FROM a\nENV D=lib E=x\nCOPY ${D}/y /x", Dockerfile(("a",), ("lib/y",))),
        ("FROM a\nCOPY $UNSET /x", Dockerfile(("a",), (".",))),
        ("FROM a\nADD file.tar /x", Dockerfile(("a",), ("file.tar",))),
        ("FROM a\nADD https://x.org/y /x", Dockerfile(("a",), (), ("ADD https://x.org/y",))),
        ("FROM a\nCOPY <<EOF /x\nCOPY of nothing\nEOF", Dockerfile(("a",), ("of",))),
        ("FROM a\nCOPY one \\\n  two \\\n  /x", Dockerfile(("a",), ("one", "two"))),
        ("from a\ncopy one /x", Dockerfile(("a",), ("one",))),
        ("FROM a\nRUN --mount=type=cache,target=/c pip", Dockerfile(("a",))),
        ("FROM a\nRUN --mount=source=src,target=/s make", Dockerfile(("a",), ("src",))),
        ("FROM a\nRUN --mount=type=bind,target=/s make", Dockerfile(("a",), (".",))),
        ("FROM a\nRUN --mount=from=b,target=/s make", Dockerfile(("a", "b"))),
        ("# COPY no /x\nFROM a", Dockerfile(("a",))),
        ("", Dockerfile()),
    ],
)
def test_what_it_takes(text: str, expected: Dockerfile) -> None:
    assert dockerfile(text, {}) == expected


def test_build_arguments_win_over_defaults() -> None:
    assert dockerfile("ARG BASE=a\nFROM $BASE", {"BASE": "b"}) == Dockerfile(("b",))


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    dockerfile(text, {})
