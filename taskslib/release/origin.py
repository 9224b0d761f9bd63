"""What images say of where they come from: commit, its time, the repository's address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from taskslib.project.commits import Git
from taskslib.release.bake import Origin
from taskslib.release.resolve import Found

_SCP = re.compile(r"(?:[^@/:]+@)?([^/:]+):(?!//)(.+)")
"""`git@host:path`, as ssh is written for git."""


def origin_of(git: Git, found: Found, environ: Mapping[str, str]) -> Origin:
    """Return what the images of a version say of where they come from."""
    told = git("show", "--no-patch", "--format=%ct", found.commit, "--") or "0"
    return Origin(found.version.text, found.commit, int(told.split()[-1]), source(git, environ))


def source(git: Git, environ: Mapping[str, str]) -> str:
    """Return the repository's address: what CI says, else the remote's; empty where there is none.

    Never with a user's name or password, and as a browser takes it where that can be told.
    """
    server, repository = (
        environ.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY")
    )
    if server and repository:
        return f"{server.rstrip('/')}/{repository}"
    return address((git("config", "--get", "remote.origin.url") or "").strip())


def address(remote: str) -> str:
    """Return a remote's address without who asks there; empty for a folder of this machine."""
    scp = _SCP.fullmatch(remote) if "://" not in remote else None
    if scp is not None and len(scp[1]) > 1:  # a letter is a drive of Windows
        return f"https://{scp[1]}/{scp[2].removesuffix('.git')}"
    try:
        parts = urlsplit(remote)
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https", "ssh", "git"} or not host:
        return ""
    web = parts.scheme in {"http", "https"}
    place = f"{host}:{port}" if port and web else host
    return f"{parts.scheme if web else 'https'}://{place}{parts.path.removesuffix('.git')}"
