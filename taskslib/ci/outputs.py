"""What a step leaves for later steps and jobs: the file that GITHUB_OUTPUT names.

A value of several lines is written between two lines of a delimiter, as GitHub documents it. That
is random: a value that could guess it would write outputs of its own.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from taskslib.errors import UsageError

OUTPUT = "GITHUB_OUTPUT"
"""The variable that names the file, Gitea's too."""


def outputs_text(
    outputs: Mapping[str, str], token: Callable[[], str] = lambda: secrets.token_hex(16)
) -> str:
    """Return outputs as the file has them.

    Args:
        outputs: Values by name; names are our own.
        token: Returns what no value can have foreseen.
    """
    return "".join(_entry(name, value, token) for name, value in outputs.items())


def write_outputs(environ: Mapping[str, str], outputs: Mapping[str, str]) -> None:
    """Append outputs of a step. Raises `UsageError` outside of a workflow, or for no such file."""
    file = environ.get(OUTPUT, "")
    if not file:
        raise UsageError(
            f"--github-output: there are no outputs to write: {OUTPUT} names no file",
            hint="it does in a workflow; elsewhere leave --github-output out",
        )
    try:
        with Path(file).open("a", encoding="utf-8", newline="\n") as stream:
            stream.write(outputs_text(outputs))
    except OSError as error:
        raise UsageError(f"--github-output: {OUTPUT} names {file}: {error.strerror}") from error


def _entry(name: str, value: str, token: Callable[[], str]) -> str:
    if len(value.splitlines()) < 2 and value == value.rstrip("\r\n"):  # noqa: PLR2004 — one line
        return f"{name}={value}\n"
    delimiter = f"taskslib-{token()}"
    return f"{name}<<{delimiter}\n{value}\n{delimiter}\n"
