"""What a `.env` does not mean what it seems to: found with its line, without its values."""

from __future__ import annotations

from pathlib import Path

import pytest

from taskslib.project.dotenv import troubles
from tests.support.projects import inv, single, write

NEEDED = ("A", "B", "C")


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("A=1\nB\n", 2, "B has no `=`: it has no value but what the environment gives it"),
        ("A=1\n\n# c\nB=\n", 4, "B is empty"),
        ('A=""\n', 1, "A is empty"),
        ("A= # later\n", 1, "A is empty"),
        ("X=1\nA=1\r\nB=2\r\n", 2, "lines end with CR, not with LF alone: a shell that reads "
         "the file has the CR in each value"),
        ("A=1\rB=2\r", 1, "lines end with CR, not with LF alone: what follows a lone CR is part "
         "of the value before it"),
        ("A=\u201cx\u201d\n", 1, "the quotes are part of the value of A"),
        ('A=x"\n', 1, "the quotes are part of the value of A"),
        ("A='x' y\n", 1, "what follows the quotes is no part of A"),
        ("A-B=1\n", 1, "this is no variable's name, so that nothing can take its value"),
        ('A="x\ny" # c\nB\n', 3, "B has no `=`: it has no value but what the environment gives it"),
    ],
)  # fmt: skip
def test_what_compose_passes_over(text: str, line: int, what: str) -> None:
    (one,) = troubles(text, NEEDED)
    assert (one.line, one.what, one.fatal) == (line, what, False)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('X=1\nA="secret\nB=2\n', 2),
        ("A='secret\n", 1),
        ("A B=secret\n", 1),
        ("this is a secret\n", 1),
        ("A=1\n=2\n", 2),
        ("A=1\nSECRET@B=secret\n", 2),
        ("A='it''secret'\n", 1),
        ("A='x' secret y\n", 1),
        ("A='x' =secret\n", 1),
        ('A="C:\\secret\\"\nB=1\n', 1),
        ("A='C:\\secret\\'\nB=1\n", 1),
    ],
)
def test_what_compose_refuses(text: str, line: int) -> None:
    (one,) = troubles(text)
    assert (one.line, one.fatal) == (line, True)
    assert "secret" not in f"{one}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\ufeffA=1\n",
        "export A=1\n  B = 2\n",
        "A=\"x\" # c\nB='y'\n",
        'A=x"y"z\nB=a#b\nC=$A\n',
        'A="one\ntwo\n"\n',
        'A="\\"quoted\\""\n',
        'A="C:\\\\data\\\\"\nB=1\n',
        "A='C:\\\\data\\\\'\nB=1\n",
        "OTHER=\n# A\n",
        "C: 3\n",
    ],
)
def test_what_is_right(text: str) -> None:
    assert [*troubles(text, NEEDED)] == []


DEV = "deploy/dev/docker-compose.yml"
WEB = "services: {web: {image: 'x:1', environment: {A: '${A}', B: '${B:-b}'}}}\n"


def test_the_command_line_says_each_in_a_line(tmp_path: Path) -> None:
    text = "A=\r\nB=\r\nNAME\r\n"
    root = write(tmp_path, single(**{DEV: WEB, "deploy/dev/.env.example": "NAME=x\n"}))
    (root / "deploy/dev/.env").write_bytes(text.encode())
    ran = inv(root, "dev-up", DOCKER_HOST="tcp://127.0.0.1:1")
    assert ran.code == 3
    *notes, _ = ran.err.partition("error: ")[0].split("\n")
    assert notes == [
        "deploy/dev/.env:1: lines end with CR, not with LF alone: a shell that reads the file has "
        "the CR in each value; hint: save it with LF",
        "deploy/dev/.env:1: A is empty; hint: A=…",
        "deploy/dev/.env:3: NAME has no `=`: it has no value but what the environment gives it; "
        "hint: NAME=…",
    ]


def test_the_command_line_names_the_place_of_what_compose_refuses(tmp_path: Path) -> None:
    root = write(tmp_path, single(**{DEV: WEB, "deploy/dev/.env": "A=1\nB='secret\n"}))
    ran = inv(root, "dev-up")
    assert ran.code == 2
    assert ran.err == (
        "error: deploy/dev/.env:2: the quote before the value of B never ends, and Compose reads "
        'nothing\n\nhint: B="…"\n'
    )
