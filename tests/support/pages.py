"""Pages of the documentation as a reader follows them: files are written, commands are run.

In a page of `docs/pages`, front matter says which project it starts from, and then, in order:

- a block with a path as its title is a file of that project, whose images are `…/shop-SERVICE`;
- a `sh` block is run there; one whose title is `Not run: REASON` isn't;
- a `text` block is what the commands before it print: times, ids and ports aside, and a line of
  `…` stands for any lines;
- `<!-- exit 1 -->` before a `sh` block is the exit code of its last command.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

from tests.support.projects import environment, redact

PAGES = Path(__file__).parents[2] / "docs" / "pages"
NOT_RUN = "Not run: "
_FENCE = re.compile(r"(?P<fence>`{3,})(?P<language>\w*)(?: title=\"(?P<title>[^\"]*)\")?")
_EXIT = re.compile(r"<!-- exit (\d+) -->")
_SUITES = re.compile(r"(?m)(?:^  ✓ .*\n)+")
"""Suites of a stage, which are told as they end."""
_PROGRAMS = ("inv", "taskslib", "pytest")


@dataclass(frozen=True)
class Block:
    """What stands between two fences."""

    line: int
    """Of its first line."""
    language: str
    title: str
    text: str
    exit: int = 0

    @property
    def commands(self) -> list[str]:
        """The commands of a `sh` block, each in a line."""
        lines = self.text.replace("\\\n", "").splitlines()
        return [line for line in lines if line.strip() and not line.startswith("#")]

    @property
    def reason(self) -> str:
        """Why it is not run; empty if it is."""
        return self.title.removeprefix(NOT_RUN) if self.title.startswith(NOT_RUN) else ""


@dataclass(frozen=True)
class Page:
    """A page: what it starts from, and its blocks."""

    path: Path
    text: str
    project: str
    engine: bool

    @property
    def blocks(self) -> list[Block]:
        """All that is fenced, in order."""
        return list(_blocks(self.text))


def pages() -> list[Page]:
    """Return the pages that are written by hand."""
    return [_page(path) for path in sorted(PAGES.rglob("*.md"))]


def commands_of(engine: bool) -> list[Page]:  # noqa: FBT001
    """Return the pages with commands that take an engine, or those with such that don't."""
    return [
        page
        for page in pages()
        if page.engine is engine and any(block.language == "sh" for block in page.blocks)
    ]


def _page(path: Path) -> Page:
    text = path.read_text("utf-8")
    matter = re.match(r"---\n(.*?)---\n", text, re.DOTALL)
    told = YAML(typ="safe").load(matter[1]) if matter else {}
    return Page(path, text, told.get("project", "empty"), told.get("engine", False))


def _blocks(text: str) -> Iterator[Block]:
    lines = text.splitlines(keepends=True)
    number, code = 0, 0
    while number < len(lines):
        line = lines[number].rstrip("\n")
        number += 1
        if found := _EXIT.fullmatch(line):
            code = int(found[1])
        if not line.startswith("```"):
            continue
        if not (fence := _FENCE.fullmatch(line)):
            raise ValueError(f"line {number} is a fence that nobody reads: {line}")
        first = number
        while lines[number].rstrip("\n") != fence["fence"]:
            number += 1
        inner = "".join(lines[first:number])
        number += 1
        yield Block(first + 1, fence["language"], fence["title"] or "", inner, code)
        code = 0


def programs(folder: Path) -> Path:
    """Make a folder for PATH in which the commands of the docs are those that are tested here."""
    folder.mkdir()
    for name in _PROGRAMS:
        (folder / name).symlink_to(Path(sys.executable).parent / name)
    return folder


def run(block: Block, root: Path, path: str) -> tuple[int, str]:
    """Run a `sh` block in a project; return its exit code and what a terminal would have shown."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block.text],
        cwd=root,
        env=environment(PATH=path),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    return done.returncode, as_shown(done.stdout, root)


def as_shown(text: str, root: Path) -> str:
    """Return an output as a page shows it: of a project `shop` in the reader's home."""
    return text.replace(f"{root.parent.resolve()}/", "~/").replace(root.name, "shop")


def same(expected: str, printed: str) -> bool:
    """Tell whether a page shows what was printed."""
    parts = [re.escape(_steady(part)) for part in re.split(r"(?m)^…\n", expected)]
    return re.fullmatch(r"(?:.*\n)*?".join(parts), _steady(printed)) is not None


def _steady(text: str) -> str:
    """Replace what varies from run to run."""
    text = redact(text, Path("~/shop"))
    text = re.sub(r"(?m)^  … \S+:\S+ .*\n", "", text)  # a run that is long on a busy machine
    text = re.sub(r"\b\d+ (s|min|h) ago\b", "AGE", text)
    text = re.sub(r"\b\d+(\.\d+)? s\b|\b\d+ ms\b", "TIME", text)
    text = re.sub(r"\b(sha256:)?([0-9a-f]{64}|[0-9a-f]{12})\b", "DIGEST", text)
    text = re.sub(r"\b\d{4}-\d\d-\d\dT[\d:]+\+00:00", "WHEN", text)
    text = re.sub(r"(?<= )[\w.-]+@[\w-]+(?=$|\n)", "WHO", text)
    text = re.sub(r"(?<=\S) {2,}", "  ", text)
    text = re.sub(r"(?m)[ \t]+$", "", text)
    return _SUITES.sub(lambda lines: "".join(sorted(lines[0].splitlines(keepends=True))), text)
