"""Which reasons are said while something comes up."""

from __future__ import annotations

from taskslib.deploy.reasons import Reasons


def test_a_reason_that_lasts_is_said_once() -> None:
    said: list[str] = []
    now = iter(range(100))
    reasons = Reasons(said.append, lambda: float(next(now)))
    taken = "web pending (port already in use on 1 node), store healthy"
    for _ in range(3):
        reasons(taken)
    assert said == []
    for _ in range(9):
        reasons(taken)
    assert said == [f"waiting: {taken}"]
    # What passes, or has no reason, is not worth a line.
    for words in ("web pending (x)", "web preparing", "web pending (x)", *["web starting"] * 9):
        reasons(words)
    assert said == [f"waiting: {taken}"]
