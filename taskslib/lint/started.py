"""Which Compose files a command starts, and what of them ends by itself."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence

from taskslib.lint.commands import Command
from taskslib.lint.gather import Repo
from taskslib.lint.loading import stack
from taskslib.lint.ours import leads_out
from taskslib.lint.shell import ROOTED
from taskslib.lint.stack import Service, Stack
from taskslib.lint.texts import default
from taskslib.project.locating import stack_at

VARIABLES = re.compile(r"\$(?:\{[^}]*\}?|\w+|\([^)]*\)?)")
_STAYS = ("always", "unless-stopped")
_DONE = "service_completed_successfully"


def started(
    repo: Repo, command: Command, place: int, folders: Sequence[str], files: Sequence[str]
) -> Stack | None:
    """Return the stack that a command is about; None where that is not known.

    Args:
        repo: Where.
        command: The command.
        place: Where in its text it calls Compose; what it went to before counts.
        folders: What it names as the project's folder.
        files: What it names as Compose files.
    """
    if "COMPOSE_FILE" in command.source.text:
        return None
    went = command.shell.after(command.text[:place]).folder
    if files:
        paths = [_found(command, one, repo.files.is_file, went) for one in files]
    else:
        folder = _found(command, [".", *folders][-1], repo.files.is_folder, went)
        there = stack_at(repo.files.root / folder, "") if folder else None
        paths = [repo.files.shown(one) for one in there.files] if there else [""]
    found = stack(repo.files, paths if all(paths) else (), None)
    complete = found.services and all(one.complete for one in found.services.values())
    return found if complete else None


def _found(
    command: Command, written: str, is_there: Callable[[str], bool], went: str | None
) -> str:
    """Return the path that is meant, from the repo's root on; empty where that is not known.

    A variable before it is taken for the root's or the script's folder, if one of them alone has
    such a path. Without a variable it is from the folder on that commands went to.
    """
    written = written.strip("\"'`;&()")
    if not written.startswith(ROOTED):
        written = posixpath.join(went or "", written)
        if went is None:
            return ""
    variable = VARIABLES.match(written)
    plain = written[variable.end() if variable else 0 :].lstrip("/")
    own = posixpath.dirname(command.source.path)
    paths = dict.fromkeys(posixpath.normpath(posixpath.join(base, plain)) for base in ("", own))
    there = [one for one in paths if not leads_out(one) and is_there(one)]
    unknown = posixpath.normpath(plain) == "." or len(there) > 1
    if "$" in plain or (variable and unknown):
        return ""
    return next(iter(there), "")


def ending(found: Stack) -> Iterator[str]:
    """Yield the services of which nothing says that they stay up, or that others wait for.

    `up --wait` does not wait for their end: it exits 1 when they have ended, well or not.
    """
    for service in found.services.values():
        awaited = any(condition == _DONE for _, _, condition in found.needed_by(service.name))
        if not awaited and not _stays(service):
            yield service.name


def _stays(service: Service) -> bool:
    restarts = default(service.node.value("restart")) in _STAYS
    told = service.node.get("command") or service.node.get("entrypoint")
    image = None if service.build or told else service.image
    return bool(restarts or service.healthcheck or (image and image.serves))
