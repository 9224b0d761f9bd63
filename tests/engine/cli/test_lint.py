"""A stack with all of the pattern's mistakes runs when `inv lint --fix` has been over it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from urllib.request import urlopen

from tests.support.mistakes import FIXED, LEFT, PATH, mistaken
from tests.support.projects import Ran, argv, environment, inv, repository, write


def test_the_fixed_stack_comes_up(shop: Path) -> None:
    write(shop, mistaken())
    repository(shop)
    assert inv(shop, "lint", "--fix") == Ran(0, f"fixed {PATH}\n{LEFT}", "")
    assert (shop / PATH).read_text("utf-8") == FIXED
    try:
        up = inv(shop, "infra-up")
        # Not a word of what had to be replaced for the branch's sake.
        assert (up.code, up.err) == (0, "")
        told = subprocess.run(
            argv("ports", "--format", "json"),
            cwd=shop,
            env=environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        variables = json.loads(told.stdout)["variables"]
        assert variables["TEST_DATABASE_URL"].startswith("postgresql://postgres:test@127.0.0.1:")
        with urlopen(variables["TEST_WEB_URL"], timeout=10) as answer:  # noqa: S310 — it is our own
            assert answer.status == 200
    finally:
        assert inv(shop, "infra-down").code == 0
