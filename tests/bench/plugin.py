"""What pytest's event plugin costs a test, measured inside of pytest's own process."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

from tests.bench.commands import ROOT
from tests.bench.context import Bench
from tests.bench.figures import By, Figure, Target

NAME = "plugin"
_TESTS = 3000


def measure(bench: Bench) -> Iterator[Figure]:
    """Yield the figure."""
    rounds = bench.rounds(9)
    bench.say(f"{NAME}: {_TESTS} tests, {rounds} times with the plugin, hooks, neither")
    with bench.folder() as folder:
        argv = (sys.executable, "-m", "tests.bench.inside.plugin", str(_TESTS), str(rounds))
        told = bench.run((*argv, str(folder)), ROOT).output.splitlines()[-1]
    seconds = json.loads(told)
    ours, theirs = (
        [
            (one - bare) / _TESTS * 1e6
            for one, bare in zip(seconds[of], seconds["neither"], strict=True)
        ]
        for of in ("plugin", "hooks")
    )
    peer, target = "hooks that do nothing", Target(By.VALUE, 15)
    yield Figure(NAME, "above no plugin, a test", "µs", ours, peer, theirs, target)
