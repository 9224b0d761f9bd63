"""Many checkouts of one repo on one machine, at once: none meets another."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support.leftovers import leftovers
from tests.support.projects import argv, environment, multi, redact, repository, write

GREEN = (
    "Unit Tests\n"
    "  ✓ web              1 passed TIME\n"
    "Service Tests\n"
    "  ✓ web              1 passed TIME\n"
    "\n2 suites in TIME\n2 passed, 0 failed, 0 skipped\n"
)


@pytest.mark.parametrize("count", [3, pytest.param(8, marks=pytest.mark.full)])
def test_worktrees_and_a_clone_at_once(shop: Path, count: int) -> None:
    """Their folders have spaces and letters of elsewhere; the clone is on the same branch."""
    write(shop, multi())
    repo = repository(shop, "main")
    checkouts = [shop]
    for number in range(2, count):
        checkouts.append(shop.with_name(f"{shop.name} ünï {number}"))
        repo.git.worktree("add", "-b", f"feature/{number}", str(checkouts[-1]))
    checkouts.append(shop.with_name("clone") / shop.name)
    repo.clone(str(checkouts[-1]))
    runs = [
        subprocess.Popen(
            argv("test"),
            cwd=checkout,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        for checkout in checkouts
    ]
    ended = [run.communicate(timeout=600) for run in runs]
    assert [run.returncode for run in runs] == [0] * count
    told = [redact(out, root) for (out, _), root in zip(ended, checkouts, strict=True)]
    assert told == [GREEN] * count
    assert leftovers(shop.name) == []
