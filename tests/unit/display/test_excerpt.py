"""What of a failure's report is shown at once."""

from __future__ import annotations

from taskslib.display.causes import Causes, cause_of
from taskslib.display.excerpt import excerpt, message
from taskslib.events import Failure, Outcome

PYTEST = """\
    def test_b():
        a = {"x": 1}
>       check(a)

test_a.py:9:
_ _ _ _ _ _

    def check(a):
>       assert a == {"x": 2}
E       AssertionError: assert {'x': 1} == {'x': 2}
E
E         Differing items:
E         {'x': 1} != {'x': 2}
E         Use -v to get more diff

helpers.py:3: AssertionError
------------------------------ Captured stdout call ------------------------------
one

two
three
four
five
six
------------------------------ Captured log call ------------------------------
WARNING  root:a.py:1 careful
"""


def failure(text: str, said: str = "", test: str = "a.py::t", line: int = 3) -> Failure:
    return Failure(test, Outcome.FAILED, said, text, "a.py", line, "F7")


def test_the_lines_that_failed_what_they_came_to_and_the_end_of_what_was_printed() -> None:
    shown = failure(PYTEST, "AssertionError: assert {'x': 1} == {'x': 2}")
    assert message(shown) == "assert {'x': 1} == {'x': 2}"
    assert list(excerpt(shown)) == [
        "> check(a)",
        '> assert a == {"x": 2}',
        "E Differing items:",
        "E {'x': 1} != {'x': 2}",
        "stdout: two",
        "stdout: three",
        "stdout: four",
        "stdout: five",
        "stdout: six",
        "log: WARNING  root:a.py:1 careful",
    ]


def test_a_line_that_only_repeats_the_message_is_left_out() -> None:
    text = (
        "    def test_b():\n>       assert 1 == 2\nE       assert 1 == 2\n\na.py:3: AssertionError"
    )
    assert list(excerpt(failure(text, "AssertionError: assert 1 == 2"))) == ["> assert 1 == 2"]


def test_a_long_report_is_cut_and_says_where_all_of_it_is() -> None:
    text = ">   x\n" + "\n".join(f"E   line {n}" for n in range(30))
    lines = list(excerpt(failure(text)))
    assert len(lines) == 13
    assert lines[-1] == "… 19 more lines: inv show F7"


def test_a_report_of_another_framework() -> None:
    text = "Error: no\n\n  at a.ts:3\n> 3 | no()"
    assert list(excerpt(failure(text, "Error: no"))) == ["  at a.ts:3", "> 3 | no()"]
    assert list(excerpt(failure("", "Error: no"))) == []


def test_failures_of_one_cause() -> None:
    one = failure("", "ConnectionError: 127.0.0.1:32768", "a.py::t1")
    other = failure("", "ConnectionError: 127.0.0.1:40000", "a.py::t2")
    assert cause_of(one) == cause_of(other)
    assert cause_of(one) != cause_of(failure("", "ConnectionError: 127.0.0.1:1", line=4))
    assert cause_of(one) != cause_of(failure("", "TimeoutError: 127.0.0.1:32768"))
    # Where it is not known where, the same words may have any cause.
    assert cause_of(failure("", "x", "a", line=0)) != cause_of(failure("", "x", "b", line=0))


def test_each_failure_counts_once() -> None:
    causes = Causes()
    one, other = failure("", "x", "a.py::t1"), failure("", "x", "a.py::t2")
    assert [causes.add(each) for each in (one, one, other, other)] == [True, False, False, False]
    assert list(causes.more()) == ["1 more like F7: F7 t2"]
