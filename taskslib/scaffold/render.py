"""The templates, as copier renders them: texts in memory. The only importer of copier."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import Any

from taskslib.errors import Interrupted, UsageError

_TEMPLATES = Path(__file__).parent / "template"


class Part(StrEnum):
    """A template."""

    PROJECT = "project"
    SERVICE = "service"


def render(part: Part, data: Mapping[str, Any]) -> dict[str, str]:
    """Return a template's files, by path; their lines end as Unix's do."""
    with TemporaryDirectory(prefix="taskslib-") as folder:
        _copied(part, folder, data, defaults=True)
        return {
            path.relative_to(folder).as_posix(): path.read_text("utf-8")
            for path in sorted(Path(folder).rglob("*"))
            if path.is_file()
        }


def asked(given: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers to a project's questions; those that are not given are asked.

    Raises `UsageError` for an answer that is given and can't be, `Interrupted` for Ctrl-C.
    """
    from copier.errors import CopierError

    with TemporaryDirectory(prefix="taskslib-") as folder:
        try:
            return _copied(Part.PROJECT, folder, given, user_defaults=dict(defaults), exclude=["*"])
        except KeyboardInterrupt:
            raise Interrupted(signal.SIGINT) from None
        except (CopierError, ValueError) as error:
            raise UsageError(f"an answer can't be: {error}") from error


def _copied(part: Part, folder: str, data: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    if which("git") is None:
        # Copier asks it whether a template is a repository, and has no words for its absence.
        raise UsageError(
            "git is not there, and templates need it",
            hint="`apt install git`, `brew install git` or `winget install Git.Git`, and once more",
        )
    import copier

    done = copier.run_copy(str(_TEMPLATES / part), folder, data=dict(data), quiet=True, **more)
    return dict(done.answers.combined)
