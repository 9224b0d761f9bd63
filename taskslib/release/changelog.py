"""A version's section in the changelog, which is read as the Markdown that it is. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

_UNRELEASED = re.compile(r"unreleased", re.IGNORECASE)
_LINE_END = re.compile(r"\r\n?")
_ENDS = ("h1", "h2")
"""Headings at which a section ends."""


@dataclass(frozen=True, slots=True)
class _Block:
    """A heading, a paragraph, a list: what stands in nothing else."""

    kind: str
    """`h1`, `h2` and so on; of all that is no heading another word."""
    first: int
    """Its first line, from 0 on."""
    after: int
    """The line after its last one."""
    words: str
    """Of a heading, what it says."""


def section(text: str, version: str) -> str:
    """Return what a changelog says of a version; empty where it says nothing, or `unreleased`.

    A section begins with `## 1.2.3`, `## [1.2.3]` or `## v1.2.3`, and what follows on the line.
    What only looks like a heading, in a block of code or a comment, is none; one in a list's item
    is part of the item.
    """
    title = re.compile(rf"\[?v?{re.escape(version)}(?![\w.+-])\]?(?P<rest>.*)", re.DOTALL)
    lines = _LINE_END.sub("\n", text).split("\n")
    blocks = _blocks("\n".join(lines))
    for place, one in enumerate(blocks, start=1):
        found = title.match(one.words) if one.kind == "h2" else None
        if found and not _UNRELEASED.search(found["rest"]):
            rest = blocks[place:]
            if not rest or rest[0].kind in _ENDS:
                return ""  # where links lead is told at the end of a file, and is no block
            end = next((each.first for each in rest if each.kind in _ENDS), None)
            return "\n".join(lines[one.after : end]).strip()
    return ""


def _blocks(text: str) -> list[_Block]:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

    tokens = MarkdownIt("commonmark").parse(text)
    return [
        # What a heading says is the token that follows the one with its place.
        _Block(one.tag, one.map[0], one.map[1], said.content if one.tag in _ENDS else "")
        for one, said in pairwise((*tokens, Token("", "", 0)))
        if one.level == 0 and one.map
    ]
