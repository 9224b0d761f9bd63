"""The pattern's scripts/test-runner.py: stages and services in turn, progress from their output."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from dataclasses import dataclass

from rich.console import Console
from rich.live import Live
from rich.table import Table

PYTEST_PROGRESS = re.compile(r"\[\s*(\d+)%\]")
PYTEST_SUMMARY = re.compile(r"(\d+) passed(?:.*?(\d+) failed)?")
VITEST_PASS = re.compile(r"✓\s+(.+\.tsx?)\s+\((\d+)\s+test")
STAGES = (
    ("Unit Tests", "test-unit", ("orders", "api", "worker", "frontend")),
    ("Service Tests", "test-service", ("api", "worker", "frontend")),
    ("Integration Tests", "test-integration", ("integration",)),
)


@dataclass
class Target:
    """One service's tests of a stage."""

    name: str
    state: str = "pending"
    percent: int = 0
    passed: int = 0
    seconds: float = 0.0


class TestRunner:
    """Runs all stages, each only if the one before passed."""

    __test__ = False

    def __init__(self, *, verbose: bool) -> None:
        self.verbose = verbose
        self.console = Console()
        self.stages = [
            (title, goal, [Target(name) for name in names]) for title, goal, names in STAGES
        ]

    def run_all(self) -> bool:
        """Return whether all passed."""
        with Live(self.render(), console=self.console, refresh_per_second=4) as live:
            for _, goal, targets in self.stages:
                passed = [self.run_target(goal, target, live) for target in targets]
                if not all(passed):
                    return False
        return True

    def run_target(self, goal: str, target: Target, live: Live) -> bool:
        """Run one service's tests, and follow what they print."""
        began = time.monotonic()
        target.state = "running"
        command = ["make", "--no-print-directory", goal, f"SERVICE={target.name}"]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            lines = []
            for line in process.stdout or ():
                lines.append(line)
                self.follow(target, line)
                if self.verbose:
                    live.console.print(line, end="", markup=False)
                live.update(self.render())
        target.seconds = time.monotonic() - began
        target.state = "failed" if process.returncode else "passed"
        if process.returncode and not self.verbose:
            live.console.print("".join(lines), markup=False)
        live.update(self.render())
        return process.returncode == 0

    def follow(self, target: Target, line: str) -> None:
        """Read the progress off a line."""
        if found := PYTEST_PROGRESS.search(line):
            target.percent = int(found[1])
        if found := VITEST_PASS.search(line):
            target.passed += int(found[2])
        elif found := PYTEST_SUMMARY.search(line):
            target.passed = int(found[1])

    def render(self) -> Table:
        """Return the table of all stages."""
        table = Table.grid(padding=(0, 2))
        for title, _, targets in self.stages:
            table.add_row(title)
            for one in targets:
                table.add_row(f"  {one.name}", one.state, f"{one.passed}", f"{one.seconds:.1f}s")
        return table


if __name__ == "__main__":
    sys.exit(0 if TestRunner(verbose="-v" in sys.argv).run_all() else 1)
