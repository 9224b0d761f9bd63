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
_STACKS = ((1, False), (3, False), (3, True))
"""How many services, and whether each waits until the one before is healthy."""
_IN_A_ROW = """\
    depends_on:
      web{before}: {{condition: service_healthy}}
"""
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
    words: str
    """How many services, and how they depend on each other."""
    name: str
    """Of Compose's own project."""

    def inv(self, *arguments: str) -> float:
        return self.bench.run((INV, *arguments), self.root, env=self.env).wall

    def commands(self) -> float:
        return self.inv("infra-up") + self.inv("infra-down")

    def one_process(self) -> float:
        argv = (sys.executable, "-m", "tests.bench.inside.stack", str(self.root))
        return float(self.bench.run(argv, ROOT, env=self.env).output.splitlines()[-1])

    def engine(self) -> float:
        """Return what the engine alone takes; nothing where it can't be asked that."""
        argv = (sys.executable, "-m", "tests.bench.inside.floor", self.name, str(_file(self.root)))
        return float(self.bench.run(argv, ROOT, env=self.env).output or "nan")

    def compose(self) -> float:
        up = self.bench.run((*_compose(self), "up", "-d", "--wait"), self.root)
        return up.wall + self.bench.run((*_compose(self), "down", "-v"), self.root).wall


def measure(bench: Bench) -> Iterator[Figure]:
    """Yield the figures, size by size."""
    for count, in_a_row in _STACKS:
        with bench.folder() as folder:
            stack = _made(bench, folder, count, in_a_row=in_a_row)
            bench.say(f"{NAME}: a stack of {stack.words}, up and down")
            try:
                yield from _up_and_down(stack, alone=not in_a_row)
                if not in_a_row:
                    yield _unchanged(stack)
            finally:
                _end(stack)


def _made(bench: Bench, folder: Path, count: int, *, in_a_row: bool) -> _Stack:
    bench.run(("docker", "image", "inspect", IMAGE), folder)
    name = f"bench{secrets.token_hex(3)}"
    root = folder / name
    file = _file(root)
    file.parent.mkdir(parents=True)
    parts = ["services:\n"]
    for number in range(count):
        parts.append(_SERVICE.format(number=number, image=IMAGE))
        if in_a_row and number:
            parts.append(_IN_A_ROW.format(before=number - 1))
    file.write_text("".join(parts), "utf-8")
    (root / "Dockerfile").write_text(f"FROM {IMAGE}\n", "utf-8")
    (root / "tasks.py").write_text(_TASKS, "utf-8")
    env = environment(TASKSLIB_CACHE_DIR=str(folder / "cache"))
    bench.run(("git", "init", "-q", "-b", "main"), root)
    words = f"{count} services" if count > 1 else "1 service"
    words += " in a row" if in_a_row else ""
    return _Stack(bench, root, env, words, f"{name}-raw")


def _up_and_down(stack: _Stack, *, alone: bool) -> Iterator[Figure]:
    """Yield the figures; `alone` for that of the engine alone too, which knows no `depends_on`."""
    measured = [stack.compose, stack.one_process, stack.commands, *([stack.engine] * alone)]
    raw, inside, commands, *engine = in_turns(stack.bench.rounds(7), *measured)
    peer, what = "docker compose up --wait, down", f"up and down, {stack.words}"
    yield Figure(NAME, f"{what}, one process", "s", inside, peer, raw, Target(By.RATIO, 0.7))
    yield Figure(NAME, f"{what}, two commands", "s", commands, peer, raw, Target(By.RATIO, 1.0))
    for one in engine:
        yield Figure(NAME, f"{what}, the engine alone", "s", one, peer, raw)


def _unchanged(stack: _Stack) -> Figure:
    stack.inv("infra-up")
    ours, start_up = in_turns(
        stack.bench.rounds(7), lambda: stack.inv("infra-up"), lambda: stack.inv("noop")
    )
    stack.inv("infra-down")
    what = f"infra-up, unchanged, {stack.words}"
    return Figure(NAME, what, "s", ours, "inv noop", start_up, Target(By.EXTRA, 0.3))


def _end(stack: _Stack) -> None:
    """End what an error or Ctrl-C left up; both say so if there is nothing."""
    for argv in ((INV, "infra-down"), (*_compose(stack), "down", "-v", "-t", "0")):
        with suppress(EnvironmentFailure):  # whatever led here is the better message
            run(argv, stack.root, Cancellation(), env=stack.env)


def _file(root: Path) -> Path:
    return root / "deploy" / "test" / "docker-compose.yml"


def _compose(stack: _Stack) -> tuple[str, ...]:
    return ("docker", "compose", "-p", stack.name, "-f", str(_file(stack.root)))
