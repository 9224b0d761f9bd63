"""The answer to a run in which nothing changed at all, before anything else is imported.

A run of which every suite passed, or had passed before, leaves an answer: what it was asked, what
identified all that its suites depend on, and what it printed. Where all of that is the same, the
answer is too. Only plain requests are answered here; any doubt leaves it to the pipeline.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Iterable, Mapping

from taskslib import ages, identities
from taskslib.above import above
from taskslib.repository import common_folder
from taskslib.tree import tree
from taskslib.version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SCHEMA = "3"
_STAGES = ("unit", "service", "integration")
_TASK = "test"
_OPTIONS = ("--service", "--stage")


class Looked:
    """The files of a repo as they were when an answer was looked for: they need no second look."""

    __slots__ = ("_asked", "files")

    def __init__(self, root: str, dropped: Iterable[str], files: Mapping[str, str]) -> None:
        self._asked = (root, tuple(dropped))
        self.files: Mapping[str, str] = files
        """All files of the repo, and some above it, with their identities."""

    def fits(self, root: str, dropped: Iterable[str]) -> bool:
        """Return whether it is of this folder, without what is called so."""
        return self._asked == (root, tuple(dropped))


def main(argv: list[str], environ: Mapping[str, str]) -> tuple[bool, Looked | None]:
    """Answer a command line of `taskslib`, if that can be done here.

    Return whether it was, and the files that were looked at for that.
    """
    request = parsed(argv)
    if request is None or environ.get("VERBOSE", "0") not in {"", "0"}:
        return False, None
    try:
        # In a folder inside of a repo there is no answer: which repo that is takes some finding.
        told, looked = answer(os.getcwd(), request_key(*request, {}), environ)
        return told is not None and show(told), looked
    except Exception:  # noqa: BLE001 — whatever is wrong, the pipeline says it better
        return False, None


def request_key(
    stages: Iterable[str],
    services: Iterable[str],
    arguments: Iterable[str],
    overrides: Mapping[str, object],
) -> str:
    """Return what tells one request from another."""
    parts = (list(stages), list(services), list(arguments), sorted(overrides.items()))
    return json.dumps([SCHEMA, *parts], default=repr)


def answer(
    root: str, request: str, environ: Mapping[str, str]
) -> tuple[dict[str, Any] | None, Looked | None]:
    """Return what a run printed that was asked for the same in a repo; None where that is none.

    With it the files that were looked at, if it came to that.

    Args:
        root: The repo's top folder.
        request: From `request_key`.
        environ: The environment that a run would have.
    """
    file = answer_file(root, request, environ)
    if file is None or ci_seen(environ):  # a summary of the job is to be written too
        return None, None
    try:
        with open(file, "rb") as stream:
            digest, _, body = stream.read().partition(b"\n")
    except OSError:
        return None, None
    if hashlib.sha256(body).hexdigest().encode() != digest:
        return None, None
    told = json.loads(body)
    if told["depends"]["version"] != __version__:
        return None, None
    asked = identities.EngineQuestions(told["images"], environ) if told["engine"] else None
    files = {**tree(told["root"], told["dropped"], told["left_out"]), **above(told["root"])}
    now = depends(files, told["patterns"], told["programs"], environ)
    if asked is not None:
        now["engine"] = asked.answers()
    # With more than `tree` lists by itself, it is no look at that.
    looked = None if told["left_out"] else Looked(told["root"], told["dropped"], files)
    return (told if now == told["depends"] else None), looked


def ci_seen(environ: Mapping[str, str]) -> bool:
    """Return whether a CI service runs us that shows annotations and a summary of the job."""
    return "true" in (environ.get("GITHUB_ACTIONS"), environ.get("GITEA_ACTIONS"))


def depends(
    files: Mapping[str, str],
    patterns: Iterable[str],
    programs: Iterable[str],
    environ: Mapping[str, str],
) -> dict[str, object]:
    """Return what identifies all that suites depend on, but for what the engine has."""
    return {
        "version": __version__,
        "python": identities.python(),
        "files": digest(files),
        "variables": identities.variables(environ, patterns),
        "programs": identities.programs(programs, environ.get("PATH", "")),
    }


def digest(files: Mapping[str, str]) -> str:
    """Return one digest for all files."""
    total = hashlib.sha256()
    for path in sorted(files):
        total.update(os.fsencode(f"{path}\0{files[path]}\0"))
    return total.hexdigest()


def answer_file(root: str, request: str, environ: Mapping[str, str]) -> str | None:
    """Return where the answer to a request is, or would be; None where none is ever kept.

    That is without git: to find the user's cache folder takes an import.
    """
    named = hashlib.sha256(os.fsencode(f"{os.path.realpath(root)}\0{request}")).hexdigest()
    given = environ.get("TASKSLIB_CACHE_DIR")
    common = None if given else common_folder(root)
    if given:
        return os.path.join(os.path.abspath(given), "results", "answers", f"{named}.json")
    return os.path.join(common, "taskslib", "answers", f"{named}.json") if common else None


def show(told: Mapping[str, Any]) -> bool:
    """Print an answer as the pipeline would; return whether the terminal can show it."""
    if (sys.stdout.encoding or "").lower().replace("-", "") != "utf8":
        return False  # the glyphs are others there
    for note in told["notes"]:
        print(note, file=sys.stderr, flush=True)
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    forced = os.environ.get("FORCE_COLOR", "")
    coloured = forced != "0" if forced else sys.stdout.isatty()
    text = told["coloured" if coloured and not plain else "plain"]
    print(ages.aged(text, time.time()), end="", flush=True)
    return True


def parsed(argv: list[str]) -> tuple[list[str], list[str], list[str]] | None:
    """Return stages, services and arguments of `test` with nothing but these; else None."""
    if not argv or argv[0] != _TASK:
        return None
    cut = argv.index("--") if "--" in argv else len(argv)
    given: dict[str, list[str]] = {}
    words = argv[1:cut]
    while words:
        name, equals, value = words.pop(0).partition("=")
        if name not in _OPTIONS or name in given or not (equals or words):
            return None
        names = (value if equals else words.pop(0)).split(",")
        given[name] = list(dict.fromkeys(one.strip() for one in names if one.strip()))
        if not given[name]:
            return None
    stages = [one for one in _STAGES if one in given.get("--stage", ())]
    if len(stages) != len(given.get("--stage", ())):
        return None
    return stages, given.get("--service", []), argv[cut + 1 :]
