"""Which folder a shell is in, as far as its commands say it. Pure."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass

_WORD = r"""(?:"(?:\$\([^)]*\)|[^"])*"|'[^']*'|\$\([^)]*\)|\$\{[^}]*\}|[^\s;&|()<>"'`])+"""
_TOKEN = re.compile(
    rf"""
    \\. | '[^']*' | "(?:\\.|\$\([^)]*\)|[^"\\])*" | \$\{{[^}}]*\}}  # no commands of this shell
    | (?<![\w./$=-])(?P<goes>cd|pushd|popd)(?![\w./=-])
      (?:[ \t]+(?:-[LPe@]+|--)(?=[ \t]))*(?:[ \t]+(?P<to>{_WORD}))?
    | (?P<case>\bcase\b(?=[^\n;]*\sin\b)|\besac\b)
    | (?P<brace>(?<!\S)\{{(?=\s)|(?<=\))\{{(?=\s)|(?<![^\s;])\}}(?=[\s;&|)]|$))
    | (?P<mark>[()`])
    """,
    re.VERBOSE,
)
_CLOSING = {")": "(", "}": "{", "`": "`", "esac": "case"}
_ENDS = (")", "}", "esac")
ROOTED = ("/", "$")
"""What begins so does not count from the folder that one is in."""
_ELSEWHERE = re.compile(r"~|-$|\+|\$\{?(?:OLDPWD|HOME)\b")
"""What leads to a folder that the text does not name."""


@dataclass(frozen=True, slots=True)
class Shell:
    """A shell between two of its commands."""

    folder: str | None = ""
    """Where it went to, without quotes; empty where it stays, None where that is not known."""
    opened: tuple[tuple[str, str | None], ...] = ()
    """What is open: `(`, `{`, `case`; each with the folder outside of it."""

    def after(self, text: str) -> Shell:
        """Return it after commands.

        A `cd` in `(…)` and `$(…)` ends with them. In `{…}`, also a function's, it may or may not
        have been run, and after `popd` and `cd -` it is not known which folder it is.
        """
        shell = self
        for found in _TOKEN.finditer(text):
            if found["goes"]:
                folder = _gone(shell.folder, found["goes"], found["to"] or "")
                shell = Shell(folder, shell.opened)
            elif mark := found["case"] or found["brace"] or found["mark"]:
                shell = _marked(shell, mark)
        return shell


def _marked(shell: Shell, mark: str) -> Shell:
    """Return a shell in which something begins or ends."""
    top, outside = shell.opened[-1] if shell.opened else ("", None)
    if _CLOSING.get(mark) == top:
        # What is in braces may have been run, or be a function for later.
        surely = {"`": outside, ")": outside, "esac": shell.folder}
        unless = outside if outside == shell.folder else None
        return Shell(surely.get(mark, unless), shell.opened[:-1])
    if mark in _ENDS:  # `x)` in a `case` closes nothing
        return shell
    return Shell(shell.folder, (*shell.opened, (mark, shell.folder)))


def _gone(folder: str | None, how: str, written: str) -> str | None:
    """Return where a shell is that goes from one folder to another."""
    plain = re.sub("[\"']", "", written)
    if how == "popd" or not plain or _ELSEWHERE.match(plain):
        return None
    if plain.startswith(ROOTED) or folder == "":
        return plain
    return None if folder is None else posixpath.join(folder, plain)
