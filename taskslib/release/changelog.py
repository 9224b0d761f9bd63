"""A version's section in the changelog. Pure."""

from __future__ import annotations

import re

_HEADING = re.compile(r"^##[ \t]+(?P<title>.*?)[ \t]*$", re.MULTILINE)
_UNRELEASED = re.compile(r"unreleased", re.IGNORECASE)


def section(text: str, version: str) -> str:
    """Return what a changelog says of a version; empty where it says nothing, or `unreleased`.

    A section begins with `## 1.2.3`, `## [1.2.3]` or `## v1.2.3`, and what follows on the line.
    """
    title = re.compile(rf"\[?v?{re.escape(version)}(?![\w.+-])\]?(?P<rest>.*)")
    headings = list(_HEADING.finditer(text))
    ends = [*(one.start() for one in headings[1:]), len(text)]
    for heading, end in zip(headings, ends, strict=True):
        found = title.match(heading["title"])
        if found and not _UNRELEASED.search(found["rest"]):
            return text[heading.end() : end].strip()
    return ""
