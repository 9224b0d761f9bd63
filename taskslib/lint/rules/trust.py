"""TL505 to TL507: what runs, what it knows, what it may."""

from __future__ import annotations

import re
from collections.abc import Iterator

from taskslib.lint.known import image_of
from taskslib.lint.mounts import mounts
from taskslib.lint.rule import DEV, PROD, TEST, E, Hit, I, W, everywhere, hit, rule
from taskslib.lint.stack import Stack
from taskslib.secrets import is_secret_name


@rule(
    "TL505",
    "an image that is another one tomorrow",
    {PROD: E, TEST: W, DEV: W},
    why="`latest`, or no tag at all, is whatever was pushed last: the machine that pulls today "
    "runs something else than the one that pulled a week ago, and a rollback is none.",
    origin="Docker's documentation of tags",
)
def _floating(stack: Stack) -> Iterator[Hit]:
    for service in stack.services.values():
        entry = service.node.entry("image")
        image = image_of(entry.value.text) if entry else None
        if entry is None or image is None or (service.build and stack.environment is not PROD):
            continue
        if not image.digest and image.tag in {"", "latest"}:
            yield hit(
                entry,
                f"{service.name}: {image.path} has "
                + ("the tag latest" if image.tag else "no tag, which is latest"),
                f"name a version: {image.path}:VERSION",
            )


_URL = re.compile(r"[a-z][a-z0-9+.-]*://(?P<user>[^\s/@:'\"$]*):(?P<password>[^\s/@'\"$]+)@")
_PLACEHOLDERS = re.compile(
    r"(?:test|testing|dev|develop\w*|local\w*|dummy|fake|example|guest|root|admin|user|app|none|"
    r"pass|password|passwd|postgres|mysql|redis|rabbitmq|minio(?:admin)?|secret|change[-_]?me|"
    r"not[-_]?(?:a[-_]?)?secret|x+|insecure)(?:[-_]?(?:secret|password|pass|key|token|user|db|\d+))*"
    r"|(?-i:[a-z]{1,8})",  # any short word
    re.IGNORECASE,
)
"""What stands where a secret is needed and none is kept."""


@rule(
    "TL506",
    "a secret in the file",
    {**everywhere(I), PROD: E},
    why="What is in the repo is in every clone and in its history for good. In production secrets "
    "are files (`secrets:` and NAME_FILE) or come from the environment. Outside of it, words like "
    "`test` are no secrets; what looks like a real one is.",
    origin="the issue's prod environment: secrets as files; Compose's documentation of secrets",
)
def _secret(stack: Stack) -> Iterator[Hit]:
    strict = stack.environment is PROD
    for service in stack.services.values():
        variables = [*service.variables()]
        # `shop` is no secret, where the user or the database is called so.
        words = {value for _, name, value in variables if not is_secret_name(name)}
        for entry, name, value in variables:
            found = _URL.search(value)
            literal = "$" not in value and value.strip() and is_secret_name(name)
            told = found["password"] if found else value if literal else ""
            word = told == (found and found["user"]) or told in {service.name, *words}
            if not told or (not strict and (word or _PLACEHOLDERS.fullmatch(told))):
                continue
            if told.startswith("/run/secrets/"):  # where it is, not what it is
                continue
            what = "a URL with a password" if found else "a secret"
            yield hit(
                entry,
                f"{service.name}: {name} is {what}, and in the repo for good",
                f"${{{name}:?}} from the environment, or a file: `secrets:` and {name}_FILE",
            )


@rule(
    "TL507",
    "a production container with the rights of the host",
    {PROD: E},
    why="The engine's socket, `privileged`, the host's network or processes: who is in such a "
    "container is on the machine.",
    origin="Docker's documentation of the daemon's attack surface",
)
def _rights(stack: Stack) -> Iterator[Hit]:
    for service in stack.services.values():
        for mount in mounts(service.node):
            if "docker.sock" in f"{mount.source}:{mount.target}":
                yield hit(
                    mount.entry or service.entry,
                    f"{service.name}: has the engine's socket, and so the machine",
                    "leave it out, or put a proxy before it that lets only reading through",
                )
        for key, values in _HOST.items():
            entry = service.node.entry(key)
            if entry and entry.value.text.lower() in values:
                yield hit(
                    entry,
                    f"{service.name}: `{key}: {entry.value.text}` gives it the host's rights",
                    "leave it out; `cap_add` and `ports` give what it needs",
                )


_HOST = {
    "privileged": ("true", "yes", "on"),
    "network_mode": ("host",),
    "pid": ("host",),
}
