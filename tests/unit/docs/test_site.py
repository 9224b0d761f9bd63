"""The site builds without a warning, has all that the code has, and fetches nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html import unescape
from pathlib import Path

import pytest

from docs.reference import commands, configuration, lint
from taskslib.cli.namespace import make_ns
from taskslib.errors import ExitCode
from taskslib.lint.catalogue import catalogue
from taskslib.project.schema import table_schema
from tests.support.pages import PAGES, pages

ROOT = Path(__file__).parents[3]
FETCHED = re.compile(r"<(?:script|img|iframe|source|link)\b[^>]*?(?:src|href)=[\"']?(?:https?:)?//")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build it as `inv check` does, elsewhere."""
    folder = tmp_path_factory.mktemp("site")
    argv = ("build", "--strict", "--config-file", "docs/mkdocs.yml")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", *argv, "--site-dir", str(folder)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_a_reader_without_a_network_misses_nothing(site: Path) -> None:
    built = list(site.rglob("*.html"))
    assert len(built) > len(pages())
    assert [page.name for page in built if FETCHED.search(page.read_text("utf-8"))] == []
    for style in site.rglob("*.css"):
        assert not re.search(r"url\([\"']?https?:|@import", style.read_text("utf-8")), style


def test_fences_of_the_pages_are_blocks_of_the_site(site: Path) -> None:
    """A fence that MkDocs does not take stands in the text, with its backticks."""
    for page in pages():
        html = (site / page.path.relative_to(PAGES)).with_suffix(".html").read_text("utf-8")
        assert "```" not in html, page.path
        for block in page.blocks:
            assert block.title in unescape(html)


def test_signs_of_tables_and_tags_stand_for_themselves(site: Path) -> None:
    """They are in what is told of commands and rules: `inv test | head`, TEST_<SERVICE>_PORT."""
    told = unescape((site / "reference" / "commands.html").read_text("utf-8"))
    assert (
        "<td>Ended because nobody reads the output any more: <code>inv test | head</code>" in told
    )
    rules = (site / "reference" / "lint.html").read_text("utf-8")
    assert "<code>inv ports</code> and TEST_&lt;SERVICE&gt;_PORT tell it" in rules


def test_every_sh_fence_is_a_block() -> None:
    """One that the tests did not see would be commands that nobody runs."""
    for page in pages():
        seen = [block for block in page.blocks if block.language == "sh"]
        assert len(seen) == len(
            re.findall(r"^\s*`{3,}\s*\{?\.?(?:sh|bash|shell|console)\b", page.text, re.MULTILINE)
        )


def test_few_commands_are_not_run() -> None:
    """Each is one that a test can't run; another one is to be a decision, not a way out."""
    blocks = [block for page in pages() for block in page.blocks if block.reason]
    assert sorted({command for block in blocks for command in block.commands}) == [
        "inv bench --only cached --runs 5",
        "inv bench --only pipeline --runs 2",
        "inv bench --only size,start-up,infra --runs 3",
        "inv setup",
        "inv test --affected --junit reports",
        "python -m pip install taskslib",
    ]


def test_every_task_and_option_has_its_place() -> None:
    text = commands()
    assert re.findall(r"^### (\S+)$", text, re.MULTILINE) != []
    tasks = make_ns().tasks
    assert sorted(re.findall(r"^### (\S+)$", text, re.MULTILINE)) == sorted(tasks)
    for name, task in tasks.items():
        section = text.partition(f"\n### {name}\n")[2].partition("\n### ")[0]
        assert re.search(rf"^(?:.*[ (])?(?:inv|taskslib) {name}\b", section, re.MULTILINE), name
        for argument in task.get_arguments():
            if not argument.positional:
                assert re.search(rf"\| `--{argument.name.replace('_', '-')}(=…)?` \| \w", section)
    for code in ExitCode:
        assert f"\n| {int(code)} | " in text


def test_every_key_has_its_row() -> None:
    schema, text = table_schema(), configuration()
    tables = [schema, *schema["definitions"].values()]
    rows = re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)
    assert rows == [key for table in tables for key in table["properties"]]
    assert "| `jobs` | integer |  | How many suites run at once; by default the" in text
    assert '| `services` | list of strings | `["services/*"]` | Globs of' in text
    assert "| `limits` | [table](#limits) |  | How long the steps may take. |" in text


def test_every_rule_has_its_section() -> None:
    assert re.findall(r"^## (\w+)$", lint(), re.MULTILINE) == list(catalogue())
