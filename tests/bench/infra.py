"""Stacks that stay: up and down, against Compose itself with the same file."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from taskslib.cancellation import Cancellation
from taskslib.errors import EnvironmentFailure
from tests.bench.commands import INV, ROOT
from tests.bench.context import Bench
from tests.bench.figures import By, Figure, Target
from tests.bench.measure import environment, in_turns, run

NAME = "infra"
_SIZES = (1, 3)
IMAGE = "python:3.13-slim"
_TASKS = """\
from taskslib import make_ns, task


@task
def noop(context):
    \"\"\"Do nothing.\"\"\"


ns = make_ns()
ns.add_task(noop)
"""
# As the sample stacks have it, which is also what lets Compose see early that it is healthy.
_SERVICE = """\
  web{number}:
    image: {image}
    init: true
    command: [python, -m, http.server, "8000"]
    ports: ["127.0.0.1::8000"]
    healthcheck:
      test: [CMD, python, -c, "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000')"]
      interval: 5s
      start_period: 30s
      start_interval: 200ms
"""


@dataclass(frozen=True, slots=True)
class _Stack:
    """A project of one stack, and both ways to have it up."""

    bench: Bench
    root: Path
    env: dict[str, str]
    count: int
    name: str
    """Of Compose's own project."""

    def inv(self, *arguments: str) -> float:
        return self.bench.run((INV, *arguments), self.root, env=self.env).wall

    def commands(self) -> float:
        return self.inv("infra-up") + self.inv("infra-down")

    def one_process(self) -> float:
        argv = (sys.executable, "-m", "tests.bench.inside.stack", str(self.root))
        return float(self.bench.run(argv, ROOT, env=self.env).output.splitlines()[-1])

    def compose(self) -> float:
        up = self.bench.run((*_compose(self), "up", "-d", "--wait"), self.root)
        return up.wall + self.bench.run((*_compose(self), "down", "-v"), self.root).wall


def measure(bench: Bench) -> Iterator[Figure]:
    """Yield the figures, size by size."""
    for count in _SIZES:
        bench.say(f"{NAME}: a stack of {count} services, up and down")
        with bench.folder() as folder:
            stack = _made(bench, folder, count)
            try:
                yield from _up_and_down(stack)
                yield _unchanged(stack)
            finally:
                _end(stack)


def _made(bench: Bench, folder: Path, count: int) -> _Stack:
    bench.run(("docker", "image", "inspect", IMAGE), folder)
    name = f"bench{secrets.token_hex(3)}"
    root = folder / name
    file = root / "deploy" / "test" / "docker-compose.yml"
    file.parent.mkdir(parents=True)
    services = (_SERVICE.format(number=number, image=IMAGE) for number in range(count))
    file.write_text("".join(["services:\n", *services]), "utf-8")
    (root / "Dockerfile").write_text(f"FROM {IMAGE}\n", "utf-8")
    (root / "tasks.py").write_text(_TASKS, "utf-8")
    env = environment(TASKSLIB_CACHE_DIR=str(folder / "cache"))
    bench.run(("git", "init", "-q", "-b", "main"), root)
    return _Stack(bench, root, env, count, f"{name}-raw")


def _up_and_down(stack: _Stack) -> Iterator[Figure]:
    rounds = stack.bench.rounds(7)
    inside, commands, raw = in_turns(rounds, stack.one_process, stack.commands, stack.compose)
    peer = "docker compose up --wait, down"
    what = f"up and down, {stack.count} service{'s' if stack.count > 1 else ''}"
    yield Figure(NAME, f"{what}, one process", "s", inside, peer, raw, Target(By.RATIO, 0.7))
    yield Figure(NAME, f"{what}, two commands", "s", commands, peer, raw, Target(By.RATIO, 1.0))


def _unchanged(stack: _Stack) -> Figure:
    stack.inv("infra-up")
    ours, start_up = in_turns(
        stack.bench.rounds(7), lambda: stack.inv("infra-up"), lambda: stack.inv("noop")
    )
    stack.inv("infra-down")
    what = f"infra-up, unchanged, {stack.count} service{'s' if stack.count > 1 else ''}"
    return Figure(NAME, what, "s", ours, "inv noop", start_up, Target(By.EXTRA, 0.3))


def _end(stack: _Stack) -> None:
    """End what an error or Ctrl-C left up; both say so if there is nothing."""
    for argv in ((INV, "infra-down"), (*_compose(stack), "down", "-v", "-t", "0")):
        with suppress(EnvironmentFailure):  # whatever led here is the better message
            run(argv, stack.root, Cancellation(), env=stack.env)


def _compose(stack: _Stack) -> tuple[str, ...]:
    file = stack.root / "deploy" / "test" / "docker-compose.yml"
    return ("docker", "compose", "-p", stack.name, "-f", str(file))
