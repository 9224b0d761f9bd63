"""What variables in a text stand for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskslib.project.references.interpolation import substituted, variables


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("plain", "plain"),
        ("$A-${B}", "a-"),
        ("${B:-x}${B-y}", "x"),
        ("${C:-x}${C-y}", "xy"),
        ("${A:+x}${B:+x}${C+x}", "x"),
        ("${A:+<$A>}", "<a>"),
        ("${C:-${A}}", "a"),
        ("${C:-${D:-${E:-z}}}!", "z!"),
        ('${C:-{"x": 1}}', '{"x": 1}'),
        ("${A:?must be set}", "a"),
        ("$$A $5 $", "$A $5 $"),
        ("${C}", None),
        ("${C:?must be set}", None),
        ("${B:?must not be empty}", None),
        ("${B?must be set}", ""),
        ("${A%.*}", None),
        ("${A/a/b}", None),
        ("${", None),
        ("${A", None),
        ("${C:-${A}", None),
        ("${A:-" * 3000 + "}" * 3000, "a"),
        ("${C:-" * 3000 + "}" * 3000, None),
    ],
)
def test_interpolation(text: str, result: str | None) -> None:
    assert substituted(text, {"A": "a", "B": ""}) == result


def test_what_is_not_set_is_empty_in_compose_files() -> None:
    assert substituted("<$C${C}${C:-${D}}>", {}, blank=True) == "<>"
    assert substituted("${C:?}", {}, blank=True) is None


def test_names_in_defaults_are_names_too() -> None:
    assert list(variables("${A:-${B}} $$C $D ${E%x} ${F")) == ["A", "B", "D", "E", "F"]


@given(st.lists(st.sampled_from(["$", "{", "}", "A", ":", "-", "+", "?", "x"])).map("".join))
def test_every_text_has_names_and_perhaps_a_value(text: str) -> None:
    names = set(variables(text))
    if names <= {"A"} and "?" not in text and substituted(text, {"A": "1"}) is None:
        assert "${" in text
