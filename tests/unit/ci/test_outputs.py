"""What a step leaves for later ones, read as GitHub documents that it reads it."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from taskslib.ci.outputs import outputs_text, write_outputs


def read(text: str) -> dict[str, str]:
    """Return the outputs of a file: `name=value`, or `name<<delimiter` and lines up to that."""
    found, lines = {}, iter(text.removesuffix("\n").split("\n"))
    for line in lines:
        name, equals, value = line.partition("=")
        name, heredoc, delimiter = line.partition("<<") if "<<" in name else (name, "", "")
        assert equals or heredoc, line
        if heredoc:
            value = "\n".join(iter(lambda: next(lines), delimiter))
        found[name] = value
    return found


NAMES = st.sampled_from(["VERSION", "services", "integration"])
TEXT = st.text(st.characters(codec="utf-8"))
LINES = st.lists(st.sampled_from(["", "a", "VERSION=2", "x<<EOF", "EOF", "taskslib-", "\r"]))


@given(st.dictionaries(NAMES, LINES.map("\n".join) | TEXT))
def test_no_value_is_taken_for_more_than_one(outputs: dict[str, str]) -> None:
    assert (read(outputs_text(outputs)) if outputs else {}) == outputs


def test_its_form(tmp_path: Path) -> None:
    assert outputs_text({"a": "1", "b": "x\ny=2"}, lambda: "T") == (
        "a=1\nb<<taskslib-T\nx\ny=2\ntaskslib-T\n"
    )
    file = tmp_path / "output"
    for _ in range(2):
        write_outputs({"GITHUB_OUTPUT": str(file)}, {"b": "x\ny=2"})
    first, second = file.read_text("utf-8").split("b<<")[1:]
    assert first != second
