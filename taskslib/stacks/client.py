"""The docker command line: one command at a time, each in a process group of its own.

Own processes instead of a client library on this path, since a blocking call in a thread can't
be cancelled, and a configuration goes in on stdin so that no secret gets a file name.

Podman is spoken to by it too (`DOCKER_HOST`), not by its own client: that has `compose` only from
4.7 on, and there it calls `docker-compose` on Podman's socket, which is the same.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from taskslib.cancellation import Cancellation
from taskslib.errors import EngineError
from taskslib.processes import Command, Completed, run
from taskslib.stacks.compose_errors import without_warnings
from taskslib.stacks.engine_api import asked, socket_path
from taskslib.stacks.surroundings import context_name, missing_context, to_start, without_context

QUICK = 60.0
"""Seconds for a question to the engine; only a hung daemon takes that long."""
_TAIL = 30
"""Lines of a failed command that are shown."""
_DOWN_PATTERN = re.compile(
    r"cannot connect to the docker daemon|failed to connect to the docker api"
    r"|error during connect|is the docker daemon running",
    re.IGNORECASE,
)
_NO_COMPOSE_PATTERN = re.compile(
    r"is not a docker command|unknown command: docker compose|^unknown flag: --ansi"
)
"""What the client says of `compose` where it has no such plugin."""


_BY_TLS = ("DOCKER_TLS_VERIFY", "DOCKER_TLS")
_TLS = "tcp://localhost:2376"
"""Where the client takes the engine to be with one of these variables and no other word of it."""
_LISTINGS = {
    "container": "/containers/json",
    "network": "/networks",
    "volume": "/volumes",
    "image": "/images/json",
}
"""Where the engine's API lists each kind."""


class DockerClient:
    """Runs docker commands in one environment."""

    def __init__(self, cancellation: Cancellation, environ: Mapping[str, str]) -> None:
        self._cancellation = cancellation
        # The project and its files are always named by us.
        ours = {"COMPOSE_FILE", "COMPOSE_PROJECT_NAME", "COMPOSE_PATH_SEPARATOR"}
        self.environ: dict[str, str] = {
            name: value for name, value in environ.items() if name not in ours
        }
        self.environ["COMPOSE_MENU"] = "0"

    def ask(self, *arguments: str, essential: bool = False) -> str:
        """Return what a command prints. Raises `EngineError` where it fails."""
        done = self.run(*arguments, essential=essential)
        if done.failed:
            self.raise_if_down(done)
            if done.timed_out:
                raise EngineError(
                    f"`docker {arguments[0]}` did not end in {QUICK:.0f} s",
                    hint="the container engine hangs: restart it",
                )
            raise EngineError(f"`docker {arguments[0]}` failed", details=last_lines(done.stderr))
        return done.stdout

    def run(
        self,
        *arguments: str,
        cwd: Path | None = None,
        variables: Mapping[str, str] | None = None,
        stdin: str = "",
        timeout: float = QUICK,
        essential: bool = False,
    ) -> Completed:
        """Run a command to its end, however that is.

        Raises `EngineError` where there is no client or no Compose, `Interrupted` when the run is
        cancelled (not if `essential`), and nothing for a command that fails.
        """
        env = {**self.environ, **(variables or {})}
        command = Command((self._client(), *arguments), cwd, env, stdin, timeout)
        done = run(command, self._cancellation, essential=essential)
        if done.code != 0 and _NO_COMPOSE_PATTERN.search(done.stderr):
            raise EngineError("docker has no Compose v2", hint="`inv setup` says what to install")
        return done

    @cached_property
    def address(self) -> str:
        """The engine's address, as in `DOCKER_HOST`; empty for this machine's own."""
        if given := self.environ.get("DOCKER_HOST"):
            return given
        name = context_name(self.environ)
        if not name and any(self.environ.get(key) for key in _BY_TLS):
            return _TLS
        shown = ("context", "inspect", "--format", "{{.Endpoints.docker.Host}}", name)
        return self.ask(*shown, essential=True).strip() if name else ""

    def listed(
        self, kind: str, label: str, *, essential: bool = False
    ) -> list[dict[str, Any]] | None:
        """Return the objects of a kind that have a label, as the engine's API has them.

        None where it can't be asked: then the commands here can. A kind is one of `container`,
        `network`, `volume`, `image`; a label is `KEY`, or `KEY=VALUE`.
        """
        path = socket_path(self.address)
        if not path:
            return None
        query = {"filters": json.dumps({"label": [label]})}
        if kind == "container":
            query["all"] = "1"  # those too that do not run
        check = self._cancellation.check_essential if essential else self._cancellation.check
        told = asked(path, _LISTINGS[kind], query, check)
        if isinstance(told, dict):
            told = told.get("Volumes") or []
        return told if isinstance(told, list) else None

    def attached(self, *arguments: str) -> Command:
        """Return a command that is to have the terminal. Raises `EngineError` without a client."""
        return Command((self._client(), *arguments), nowhere(), self.environ)

    def _client(self) -> str:
        client = shutil.which("docker", path=self.environ.get("PATH", os.defpath))
        if client is None:
            raise EngineError(
                "docker is not installed (it is not on PATH)",
                hint="`inv setup` says what to install here",
            )
        return client

    def raise_if_down(self, done: Completed) -> None:
        """Raise `EngineError` where a command failed because no engine is there to be asked."""
        if done.code != 0 and (name := missing_context(done.stderr)):
            raise EngineError(
                f"there is no Docker context {name!r}", hint=without_context(self.environ)
            )
        if done.code != 0 and _DOWN_PATTERN.search(done.stderr):
            details = last_lines(without_warnings(done.stderr))
            if where := elsewhere(self.environ):
                raise EngineError(
                    f"the container engine {where} does not answer",
                    details=details,
                    hint="does it run, and is that where it is? `docker context ls`",
                )
            raise EngineError(
                "the container engine is not running",
                details=details,
                hint=to_start(self.environ),
            )


def elsewhere(environ: Mapping[str, str]) -> str:
    """Return which engine is asked, where variables name one that is not this machine's own."""
    host, context = environ.get("DOCKER_HOST", ""), environ.get("DOCKER_CONTEXT", "")
    if host:
        return "" if host.startswith(("unix:", "npipe:", "fd:")) else f"at {host}"
    return f"of the context {context!r}" if context not in {"", "default"} else ""


def last_lines(text: str) -> str:
    """Return the end of what a command printed."""
    return "\n".join(text.strip().splitlines()[-_TAIL:])


def nowhere() -> Path:
    """Return a folder without a Compose file: one found by chance would stand for the instance."""
    return Path(Path.cwd().anchor)
