"""A page is followed from its first block to its last, and what it came to is told."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.support.pages import Block, Page, programs, run, same
from tests.support.projects import write

Tell = Callable[[str, object], None]


def follow(page: Page, root: Path, tell: Tell, *, renew: bool) -> None:
    """Write a page's files, run its commands, and compare what they print with what it says.

    Args:
        page: The page.
        root: The project that it starts from.
        tell: Gets the number of commands that ran, and each that is not run with its reason.
        renew: Whether outputs are written into the page instead.
    """
    path = f"{programs(root.parent / 'bin')}{os.pathsep}{os.environ['PATH']}"
    printed, ran = "", 0
    renewed: list[tuple[Block, str]] = []
    for block in page.blocks:
        where = f"{page.path.name}:{block.line}"
        if block.language == "sh" and block.reason:
            for command in block.commands:
                tell("docs not run", f"{where}: {command} ({block.reason})")
        elif block.language == "sh":
            code, printed = run(block, root, path)
            assert code == block.exit, f"{where} ended with {code}:\n{block.text}\n{printed}"
            ran += len(block.commands)
        elif block.language == "text" and not same(block.text, printed):
            assert renew, f"{where} is not what is printed:\n{printed}"
            renewed.append((block, printed))
        elif block.title:
            write(root, {block.title: block.text.replace("/shop-", f"/{root.name}-")})
    if ran:
        tell("docs ran", ran)
    if renewed:
        page.path.write_text(_renewed(page.text, renewed), "utf-8")


def _renewed(text: str, outputs: Sequence[tuple[Block, str]]) -> str:
    lines = text.splitlines(keepends=True)
    for block, printed in reversed(
        outputs
    ):  # so that the lines of earlier ones stay where they are
        first = block.line - 1
        lines[first : first + block.text.count("\n")] = [printed]
    return "".join(lines)
