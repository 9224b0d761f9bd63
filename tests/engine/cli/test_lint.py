"""A stack with all of the pattern's mistakes runs when `inv lint --fix` has been over it."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.request import urlopen

from tests.support.leftovers import leftovers
from tests.support.mistakes import FIXED, LEFT, PATH, mistaken
from tests.support.projects import Ran, inv, repository, write


def test_the_fixed_stack_comes_up(shop: Path) -> None:
    write(shop, mistaken())
    repository(shop)
    assert inv(shop, "lint", "--fix") == Ran(0, f"fixed {PATH}\n{LEFT}", "")
    assert (shop / PATH).read_text("utf-8") == FIXED
    try:
        up = inv(shop, "infra-up")
        assert up.code == 0, up.err
        assert "isolat" not in up.err, "nothing of the file had to be replaced"
        done = inv(shop, "ports", "--format", "json")
        assert done.code == 0
    finally:
        inv(shop, "infra-down")
    assert leftovers(shop) == {}
