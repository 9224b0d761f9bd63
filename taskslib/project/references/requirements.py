"""What the lines of a requirements file lead to: local packages, links, further files.

Pure: a text in, data out. pip's and uv's forms; of what a variable stands for nobody knows here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

_INCLUDED = re.compile(r"(?:-r|-c|--requirement|--constraint)[ =]?\s*(\S.*)")
_LINKS = re.compile(r"(?:-f|--find-links)[ =]?\s*(\S.*)")
_EDITABLE = re.compile(r"(?:-e|--editable)(?:\s*=)?\s*(.*)")
_DIRECT = re.compile(r"[A-Za-z0-9][\w.-]*\s*(?:\[[^\]]*\])?\s*@\s*(.*)")
"""A direct reference: `lib[extra] @ ../lib`, `lib @ file:../lib`."""
_PLAIN = re.compile(
    r"""[.$].* | file:.* | ~/.* | [A-Za-z]:[\\/].*  # ./lib, ${LIBS}/lib
      | [^-\s\[@:<>=!~][^\s\[@:]*[/\\][^@:]* | [/\\].*  # libs/lib
      | \S+\.(?:whl|zip|tgz|tar\.\w+)(?:\[[^\]]*\])?""",
    re.VERBOSE,
)
"""A line that is nothing but a path."""
_ROOT = re.compile(r"(?:\$\{PROJECT_ROOT\}|\{root(?P<parents>(?::parent)*)(?::uri|:real)*\})/*")
"""How uv, PDM and Hatch write the folder that is installed from."""
_SCHEME = re.compile(r"file:(?://(?:localhost(?=/))?)?(?:/(?=[.${]))?")
_ELSEWHERE = re.compile(r"(?!file:)[A-Za-z][A-Za-z0-9+.-]*://|[a-z]+\+[a-z]+:")
_CONTINUED = re.compile(r"(?:(?![ \t]*#)[^\r\n]*\\(?:\r\n|\r|\n))*[^\r\n]*(?:\r\n|\r|\n|\Z)")
"""A line with those that it goes on in; a comment does not."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one line leads to: nothing here where it names a package, or an address."""

    package: str = ""
    """The folder or archive of a local package, as seen from the folder that is installed from."""
    links: str = ""
    """A folder to find archives in."""
    included: str = ""
    """A further requirements file, as seen from this one; or its address."""
    unknown: str = ""
    """The line itself, where it may lead to more than that."""


def lines(text: str) -> Iterator[tuple[str, Line]]:
    """Yield the lines of a requirements file, as they are written and what they lead to.

    One that is continued is one line. All of what is written is the file again.
    """
    for found in _CONTINUED.finditer(text):
        if written := found[0]:
            yield written, _line(re.sub(r"\\[\r\n]+", " ", written))


def reference(requirement: str) -> Line:
    """Return what a requirement leads to that some other file has, as `[project]` does."""
    bare = requirement.strip()
    found = _EDITABLE.fullmatch(bare)
    return _package(bare, found[1] if found else bare, plain=False, editable=found is not None)


def is_address(written: str) -> bool:
    """Return whether something that is written is no path."""
    return _ELSEWHERE.match(written) is not None


def _line(text: str) -> Line:
    bare = re.split(r"(?:^|\s)#", text.lstrip("\ufeff"), maxsplit=1)[0].strip()
    if found := _INCLUDED.fullmatch(bare):
        return Line(included=_unquoted(found[1]))
    if found := _LINKS.fullmatch(bare):
        links = _unquoted(found[1])
        return Line() if is_address(links) else _local(bare, links, is_links=True)
    if found := _EDITABLE.fullmatch(bare):
        return _package(bare, found[1], editable=True)
    return Line() if bare.startswith("-") else _package(bare, bare)


def _package(line: str, written: str, *, plain: bool = True, editable: bool = False) -> Line:
    """Return what a path, a direct reference or an address leads to, with what may follow it."""
    written = _unquoted(re.split(r"\s--[a-z]|\s*;", written, maxsplit=1)[0])
    direct = _DIRECT.fullmatch(written)
    written = _unquoted(direct[1]) if direct else written
    if is_address(written):
        return Line()
    path = re.sub(r"\s*\[[^\]]*\]$", "", written.partition("#")[0].strip())
    if direct or editable or (plain and _PLAIN.fullmatch(path)):
        return _local(line, path)
    return Line()


def _local(line: str, written: str, *, is_links: bool = False) -> Line:
    path = written
    if path.startswith("file:"):
        path = unquote(_SCHEME.sub("", path))
    if found := _ROOT.match(path):
        parents = "../" * (found["parents"] or "").count(":")
        path = f"{parents}{path[found.end() :]}" or "."
    if not path or "$" in path or "{" in path:
        return Line(unknown=line)
    # A path can have blanks, but what is not understood here has them too.
    unknown = line if re.search(r"\s", path) else ""
    return Line(links=path, unknown=unknown) if is_links else Line(package=path, unknown=unknown)


def _unquoted(word: str) -> str:
    word = word.strip()
    return word[1:-1] if len(word) > 1 and word[0] == word[-1] and word[0] in "'\"" else word
