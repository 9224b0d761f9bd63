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
    bench.say(f"{NAME}: {_TESTS} tests, {rounds} times with the plugin and without")
    with bench.folder() as folder:
        argv = (sys.executable, "-m", "tests.bench.inside.plugin", str(_TESTS), str(rounds))
        told = bench.run((*argv, str(folder)), ROOT).output.splitlines()[-1]
    seconds = json.loads(told)
    per_test = {name: [one / _TESTS * 1e6 for one in values] for name, values in seconds.items()}
    extra = [
        ours - theirs for ours, theirs in zip(per_test["with"], per_test["without"], strict=True)
    ]
    yield Figure(NAME, "above no plugin, a test", "µs", extra, target=Target(By.VALUE, 15))
