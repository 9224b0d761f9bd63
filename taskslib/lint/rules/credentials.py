"""TL506: what is to be known to few."""

from __future__ import annotations

import re
from collections.abc import Iterator

from taskslib.lint.nodes import Entry
from taskslib.lint.rule import PROD, E, Hit, I, everywhere, hit, rule
from taskslib.lint.stack import Service, Stack
from taskslib.lint.texts import default
from taskslib.secrets import is_secret_name

_PART = r"(?:\$\{[^}]*\}|[^\s/@:'\"$])"
_URL = re.compile(rf"[a-z][a-z0-9+.-]*://(?P<user>{_PART}*):(?P<password>(?:{_PART}|:)+)@")
_OPTION = re.compile(
    r"(?:^|\s)--?(?P<name>(?:[\w-]*[_-])?(?:requirepass|masterauth|password|passwd|pass|secret|"
    r"token|api-?key))(?:=|\s+)(?P<value>(?!-)(?:\$\{[^}]*\}|[^\s'\"])+)",
    re.IGNORECASE,
)
_KEY = re.compile(r"(?<!PUBLIC)_KEY$", re.IGNORECASE)
_SECRET_KEY = re.compile(r"(?:ENCRYPTION|SIGNING|SIGNATURE|MASTER|JWT)_?KEY$", re.IGNORECASE)
_RANDOM = re.compile(r"(?=\S*\d)(?=\S*[A-Za-z])\S{16,}")
_ISSUED = re.compile(
    r"(?:sk|rk)_(?:live|test)_\w{8,}|gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|"
    r"xox[abprs]-[\w-]{10,}|A(?:KIA|SIA)[A-Z0-9]{16}|AIza[\w-]{30,}|-----BEGIN[ A-Z]*PRIVATE KEY"
)
"""What Stripe, GitHub, GitLab, Slack, AWS and Google give out, each with its own beginning."""
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
    why="What is in the repo is in every clone and in its history for good, as the default of a "
    "variable too. In production secrets are files (`secrets:` and NAME_FILE) or come from the "
    "environment. Outside of it, words like `test` are no secrets; what looks like a real one is.",
    origin="the issue's prod environment: secrets as files; Compose's documentation of secrets",
)
def _secret(stack: Stack) -> Iterator[Hit]:
    strict = stack.environment is PROD
    for service in stack.services.values():
        # `shop` is no secret, where the user or the database is called so.
        words = {value for _, name, value in service.variables() if not is_secret_name(name)}
        for entry, name, what, told, user in (*_of_variables(service), *_of_commands(service)):
            word = told in {user, service.name, *words}
            if not told or (not strict and (word or _PLACEHOLDERS.fullmatch(told))):
                continue
            if told.startswith("/run/secrets/"):  # where it is, not what it is
                continue
            variable = re.sub(r"\W", "_", name).upper()
            yield hit(
                entry,
                f"{service.name}: {name} is {what}, and in the repo for good",
                f"${{{variable}:?}} from the environment, or a file: `secrets:` and "
                f"{variable}_FILE",
            )


_Found = tuple[Entry, str, str, str, str | None]
"""Where it stands, its name, what it is, itself, and the user that it is of."""


def _of_variables(service: Service) -> Iterator[_Found]:
    for entry, name, value in service.variables():
        if found := _URL.search(value):
            user = default(found["user"])
            yield entry, name, "a URL with a password", default(found["password"]) or "", user
        elif (told := default(value)) and _is_secret(name, told.strip()):
            yield entry, name, "a secret", told.strip(), None


def _is_secret(name: str, value: str) -> bool:
    random = bool(_KEY.search(name) and _RANDOM.fullmatch(value))
    named = is_secret_name(name) or _SECRET_KEY.search(name)
    return random or bool(named or _ISSUED.match(value))


def _of_commands(service: Service) -> Iterator[_Found]:
    for keys in (("command",), ("entrypoint",), ("healthcheck", "test")):
        entry = service.node.entry(*keys)
        if entry is None:
            continue
        words = " ".join(one.value.text for one in entry.value.each()) or entry.value.text
        for found in _OPTION.finditer(words):
            yield entry, found["name"], "a secret", default(found["value"]) or "", None
