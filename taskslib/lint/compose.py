"""Compose itself, asked whether it takes a file; it needs no engine for that."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from shutil import which

from taskslib.lint.gather import Repo

_LONGEST = 60


def refuses(repo: Repo, changed: Mapping[str, str], environ: Mapping[str, str]) -> bool:
    """Return whether Compose takes a stack with changed texts no more, that it took before.

    Where Compose is not there, or did not take the file before, nothing is known against it.
    """
    docker = which("docker", path=environ.get("PATH"))
    if docker is None:
        return False
    for stack in repo.stacks:
        if stack.files[-1] not in changed and stack.files[0] not in changed:
            continue
        path = next(one for one in stack.files if one in changed)
        source = repo.files.source(path)
        if source is None:
            continue
        before, after = (
            _takes(docker, repo, stack.files, path, text, environ)
            for text in (source.text, changed[path])
        )
        if before and not after:
            return True
    return False


def _takes(
    docker: str,
    repo: Repo,
    files: tuple[str, ...],
    path: str,
    text: str,
    environ: Mapping[str, str],
) -> bool:
    named = [part for one in files for part in ("-f", "-" if one == path else one)]
    folder = files[0].rpartition("/")[0] or "."
    done = subprocess.run(
        [docker, "compose", "--project-directory", folder, *named, "config", "--quiet"],
        cwd=repo.files.root,
        env=dict(environ),
        input=text.encode("utf-8", "surrogateescape"),
        capture_output=True,
        timeout=_LONGEST,
        check=False,
    )
    return done.returncode == 0
