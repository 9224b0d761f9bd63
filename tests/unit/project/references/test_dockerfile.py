"""What a Dockerfile takes from elsewhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskslib.project.references.dockerfile import Dockerfile, dockerfile

PIECES = (
    "FROM ", "COPY ", "ADD ", "ARG ", "ENV ", "RUN ", "ONBUILD ", "--from=", "--mount=", "A", "=",
    "$A", "${", "}", ":-", "[", '"', "'", "\\", "\n", " ", "<<A", ",", "AS ", "# escape=`",
    "\ud800",
)  # fmt: skip


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
        ("FROM a\nCOPY <<EOF /x\nCOPY of nothing\nEOF", Dockerfile(("a",))),
        ("FROM a\nCOPY one \\\n  two \\\n  /x", Dockerfile(("a",), ("one", "two"))),
        ("from a\ncopy one /x", Dockerfile(("a",), ("one",))),
        ("FROM a\nRUN --mount=type=cache,target=/c pip", Dockerfile(("a",))),
        ("FROM a\nRUN --mount=source=src,target=/s make", Dockerfile(("a",), ("src",))),
        ("FROM a\nRUN --mount=type=bind,target=/s make", Dockerfile(("a",), (".",))),
        ("FROM a\nRUN --mount=from=b,target=/s make", Dockerfile(("a", "b"))),
        ("# COPY no /x\nFROM a", Dockerfile(("a",))),
        ("", Dockerfile()),
        ("FROM a\nRUN <<-'EOF' sh\n\tFROM no\n\tEOF\nCOPY x /", Dockerfile(("a",), ("x",))),
        (
            "FROM a\nRUN --mount=source=m \\\n  cat <<A 3<<B\nA\nFROM b\nB\nADD x /",
            Dockerfile(("a",), ("m", "x")),
        ),
        ("FROM a\nRUN echo $((1 <<TWO))\nCOPY x /", Dockerfile(("a",), ("x",))),
        ("FROM a\nCOPY <<EOF file /x/\nEOF\nADD y /", Dockerfile(("a",), ("file", "y"))),
        ("# escape=`\nFROM a\nCOPY one `\n  two /x", Dockerfile(("a",), ("one", "two"))),
        ("ARG V=1 W=2\nFROM a:$V-$W", Dockerfile(("a:1-2",))),
        ("ARG V=1\nARG W=${V}.2\nFROM a:$W", Dockerfile(("a:1.2",))),
        ("ARG V=1\nFROM a:$V\nARG V=2\nFROM b:$V", Dockerfile(("a:1", "b:1"))),
        ("ARG D=x\nFROM a\nCOPY $D /", Dockerfile(("a",), (".",))),
        ("ARG D=x\nFROM a\nARG D\nCOPY $D /", Dockerfile(("a",), ("x",))),
        ("FROM a AS b\nENV D x\nFROM b\nCOPY $D/y /", Dockerfile(("a",), ("x/y",))),
        ("FROM a\nARG D='$x'\nCOPY ${D%.*} /", Dockerfile(("a",), (".",))),
        ("FROM ${A%-*}", Dockerfile(unknown=("FROM ${A%-*}",))),
        ("FROM a\nCOPY ../x ./y/../z /to/", Dockerfile(("a",), ("x", "z"))),
        ("FROM a\nRUN --mount=source=m,target=/\tmake", Dockerfile(("a",), ("m",))),
        ("FROM a\nONBUILD COPY x /", Dockerfile(("a",), ("x",))),
        ("FROM a\nADD --checksum=sha256:0 https://x.org/y /x", Dockerfile(("a",))),
        ("FROM a\nADD git@x.org:y.git /x", Dockerfile(("a",), (), ("ADD git@x.org:y.git",))),
        (f"FROM a\nCOPY {'[' * 9999}", Dockerfile(("a",))),
    ],
)
def test_what_it_takes(text: str, expected: Dockerfile) -> None:
    assert dockerfile(text, {}) == expected


def test_build_arguments_win_over_defaults() -> None:
    assert dockerfile("ARG BASE=a\nFROM $BASE", {"BASE": "b"}) == Dockerfile(("b",))
    assert dockerfile("FROM $BASE", {"BASE": "b"}).images == ()  # not declared, not there


def test_a_further_context_is_no_image() -> None:
    text = "FROM base\nCOPY --from=lib x /\nCOPY --from=other y /"
    assert dockerfile(text, {}, {"lib", "base"}) == Dockerfile(("other",))


@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES)).map("".join)))
def test_no_text_breaks_it(text: str) -> None:
    dockerfile(text, {})
