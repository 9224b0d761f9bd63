"""The whole pipeline on this repo's services, against the pattern's Makefile and shell scripts.

Both run the same tests with the same frameworks in the same ready environments, on images that an
earlier run built. This project's own unit tests are left out on both sides: they would drown the
rest. The scripts are in `pattern/`; their stacks are ours without `start_interval`.
"""

from __future__ import annotations

import re
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from taskslib.cancellation import Cancellation
from taskslib.errors import EnvironmentFailure
from tests.bench.commands import INV, ROOT, forced
from tests.bench.context import Bench
from tests.bench.figures import By, Figure, Target
from tests.bench.measure import Usage, environment, in_turns, run

NAME = "pipeline"
PATTERN = Path(__file__).parent / "pattern"
_SERVICES = ("api", "frontend", "orders", "worker")
_OURS = (INV, "test", "--service", ",".join(_SERVICES), "--stage", "unit,service,integration")
_TESTS = re.compile(r"^(\d+) passed, ", re.MULTILINE)
_TARGETS = re.compile(r"^ +\w+ +passed +(\d+) ", re.MULTILINE)


def measure(bench: Bench) -> Iterator[Figure]:
    """Yield the figure."""
    with bench.folder() as folder:
        bench.say(f"{NAME}: two clones, their environments and images")
        env = environment(TASKSLIB_CACHE_DIR=str(folder / "cache"), NO_COLOR="1")
        ours, theirs = folder / "ours", folder / "theirs"
        for clone in (ours, theirs):
            bench.run(("git", "clone", "-q", str(ROOT), str(clone)), folder)
        pattern = _Pattern(bench, theirs, env, f"bench{secrets.token_hex(3)}")
        pattern.write()
        command = (*_OURS, *forced(bench.cancellation))
        try:
            mine, others = in_turns(
                bench.rounds(3), lambda: bench.run(command, ours, env=env), pattern.run
            )
        finally:
            pattern.end()
    yield Figure(
        NAME,
        "unit, service, integration",
        "s",
        tuple(one.wall for one in mine),
        "the pattern's make test",
        tuple(one.wall for one in others),
        Target(By.RATIO, 0.3),
        _note(mine[-1], others[-1]),
    )


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A clone with the pattern's Makefile and scripts instead of ours."""

    bench: Bench
    root: Path
    env: dict[str, str]
    name: str
    """Of its Compose project, which the pattern leaves to the folder: `test` for all stacks."""

    def write(self) -> None:
        """Put the files there, and make the environments."""
        shutil.copytree(PATTERN / "scripts", self.root / "scripts")
        shutil.copyfile(PATTERN / "runner.py", self.root / "scripts" / "test-runner.py")
        shutil.copyfile(PATTERN / "Makefile", self.root / "Makefile")
        for name in _SERVICES:
            folder = self.root / "services" / name
            kind = "node" if (folder / "package.json").is_file() else "python"
            shutil.copyfile(PATTERN / f"{kind}.mk", folder / "Makefile")
        for path in (*self._stacks(), *self.root.glob("services/*/Dockerfile")):
            path.write_text(as_in_the_pattern(path.read_text("utf-8")), "utf-8")
        folders = [str(self.root / "services" / name) for name in _SERVICES]
        argv = (sys.executable, "-m", "tests.bench.inside.environments", str(self.root), *folders)
        self.bench.run(argv, ROOT, env=self.env)

    def run(self) -> Usage:
        """Run the whole pipeline."""
        env = {name: value for name, value in self.env.items() if name != "PYTHONPATH"}
        env["COMPOSE_PROJECT_NAME"] = self.name
        return self.bench.run(("make", "test", f"PYTHON={sys.executable}"), self.root, env=env)

    def end(self) -> None:
        """Remove what its stacks leave, or left when they were interrupted."""
        for file in self._stacks():
            compose = ("compose", "-p", self.name, "-f", str(file))
            self._docker(*compose, "down", "-v", "-t", "0", "--remove-orphans")
        # Those of two stacks have one name: the first built lost it to the second.
        own = f"label=com.docker.compose.project={self.name}"
        images = self._docker("image", "ls", "--quiet", "--no-trunc", "--filter", own).split()
        if images:
            self._docker("image", "rm", "--force", *dict.fromkeys(images))

    def _docker(self, *arguments: str) -> str:
        """Return what docker prints; whatever led here is a better message than its failure."""
        with suppress(EnvironmentFailure):
            return run(("docker", *arguments), self.root, Cancellation(), env=self.env).output
        return ""

    def _stacks(self) -> tuple[Path, ...]:
        own = self.root.glob("services/*/deploy/test/docker-compose.yml")
        return (self.root / "deploy" / "test" / "docker-compose.yml", *sorted(own))


def as_in_the_pattern(text: str) -> str:
    """Return a Compose file or Dockerfile with healthchecks as the pattern has them."""
    text = re.sub(r"^ +start_interval: .*\n", "", text, flags=re.MULTILINE)
    text = re.sub(r"start_period: \S+", "start_period: 10s", text)
    return re.sub(r" --start-interval=\S+", "", text)


def _note(ours: Usage, theirs: Usage) -> str:
    """Say so where they did not run the same tests."""
    mine = sum(int(one) for one in _TESTS.findall(ours.output))
    others = sum(int(one) for one in _TARGETS.findall(theirs.output))
    return "" if mine == others else f"{mine} tests against {others}"
