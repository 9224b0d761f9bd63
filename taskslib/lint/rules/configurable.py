"""TL102: ports of the host that one can count on, and change."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, count
from unicodedata import normalize

from taskslib.lint.environments import Environment
from taskslib.lint.files import Files
from taskslib.lint.finding import Edit
from taskslib.lint.gather import Repo
from taskslib.lint.ports import Port, ports, rewritten
from taskslib.lint.rule import DEV, PROD, E, Hit, Scope, W, hit, rule
from taskslib.lint.stack import Service, Stack
from taskslib.project.dependencies.stacks import dotenv_values
from taskslib.project.environments import ENV, EXAMPLE
from taskslib.project.references.interpolation import variables

_CONFIGURABLE = re.compile(r"\$\{[A-Za-z_]\w*:?[-?].*\}", re.DOTALL)
_BARE = re.compile(r"\$\{?([A-Za-z_]\w*)\}?", re.ASCII)
_PORTS = re.compile(r"\d+(?:-\d+)?")
_ANY = ("", "0")
"""What lets the engine choose."""


@rule(
    "TL102",
    "a host port that is not configurable, or another one at each start",
    {DEV: W, PROD: E},
    scope=Scope.ENVIRONMENT,
    fixes=True,
    limits="in dev; .env.example gets the variable too, where there is one",
    why="Two developers' projects on one machine want port 8000 both. `${API_PORT:-8000}:8000` has "
    "the same port by default and lets `.env` choose another. In production nobody can count on "
    'the port of `"80"` alone: the engine chooses another one whenever the container is made.',
    origin="the pattern's environments: ports fixed and configurable in dev, fixed in prod",
)
def _configurable(repo: Repo) -> Iterator[Hit]:
    folders: dict[str, list[Stack]] = {}
    for stack in repo.stacks:
        folders.setdefault(posixpath.dirname(stack.files[0]), []).append(stack)
    for folder, stacks in folders.items():
        names = _Names.of(repo.files, folder, stacks)
        for stack in stacks:
            for service in stack.services.values():
                found = [*ports(service.node)]
                if stack.environment is Environment.PROD:
                    yield from _random(service, found)
                else:
                    yield from _literal(service, found, names)


def _random(service: Service, found: list[Port]) -> Iterator[Hit]:
    for port in found:
        # Of a datastore's port, that it is published at all is the mistake.
        if port.published in _ANY and port.target and not service.datastore:
            yield hit(
                port.node,
                f"{service.name}: port {port.target} is another one of the host at each start",
                f'"{port.target}:{port.target}", or leave it out: services reach '
                f"{service.name}:{port.target} without",
            )


def _literal(service: Service, found: list[Port], names: _Names) -> Iterator[Hit]:
    for port in found:
        plain = _PORTS.fullmatch(port.published) and port.published != "0"
        bare = _BARE.fullmatch(port.published)
        if not (plain or bare) or _CONFIGURABLE.fullmatch(port.published):
            continue
        value = port.published if plain else port.target
        name = bare[1] if bare else names.name(service, port, found)
        wanted = f"${{{name}:-{value}}}"
        edit = _published(port, wanted)
        yield hit(
            port.node,
            f"{service.name}: host port {port.published} is "
            + ("not configurable" if plain else "nothing where the variable is not set"),
            f"{wanted}:{port.target} can be changed in .env",
            (edit, *names.example(name, value)) if edit else (),
        )


def _published(port: Port, wanted: str) -> Edit | None:
    if not port.long:
        return rewritten(port, port.ip, wanted)
    node = port.node.get("published")
    if node is None:
        return None
    # A number without quotes becomes a text.
    return Edit(node.source.path, node.start, node.end, f'"{wanted}"')


@dataclass(frozen=True, slots=True)
class _Names:
    """The variables of a folder's stacks: a new one has a name that means nothing else."""

    files: Files
    folder: str
    taken: set[str]
    values: dict[str, str]
    """What `.env` and its example say."""
    given: dict[tuple[str, str], str] = field(default_factory=dict)
    """By service and host port."""

    @classmethod
    def of(cls, files: Files, folder: str, stacks: Sequence[Stack]) -> _Names:
        """Return the variables that stacks have."""
        texts = {one.source.path: one.source.text for each in stacks for one in each.documents}
        taken = {name for text in texts.values() for name in variables(text)}
        values: dict[str, str] = {}
        for file in (EXAMPLE, ENV):
            if source := files.source(posixpath.join(folder, file)):
                values |= dotenv_values(source.text, {})
        return cls(files, folder, taken, values)

    def name(self, service: Service, port: Port, all_: list[Port]) -> str:
        """Return the variable of a service's host port, by TCP and UDP the same."""
        key = (service.name, port.published)
        if key not in self.given:
            wanted = _wanted(service, port, all_)
            names = chain([wanted], (f"{wanted}_{number}" for number in count(2)))
            there = {one.published for one in all_}
            self.given[key] = next(
                one
                for one in names
                if f"${{{one}:-{port.published}}}" in there or self._is_free(one, port.published)
            )
            self.taken.add(self.given[key])
        return self.given[key]

    def _is_free(self, name: str, value: str) -> bool:
        return name not in self.taken and self.values.get(name, value) == value

    def example(self, name: str, value: str) -> Iterator[Edit]:
        """Yield what adds a variable to the example, if there is one and it lacks it."""
        source = self.files.source(posixpath.join(self.folder, EXAMPLE))
        if source is None or self.files.ours.why_not(source.path):
            return
        if name not in dotenv_values(source.text, {}):
            end, line = len(source.text), f"{name}={value}"
            whole = source.text.endswith("\n") or not source.text
            text = f"{line}{source.newline}" if whole else f"{source.newline}{line}"
            yield Edit(source.path, end, end, text)


def _wanted(service: Service, port: Port, all_: list[Port]) -> str:
    """Return a name that no other port of the service gets, as shells allow it."""
    plain = normalize("NFKD", service.name).encode("ascii", "ignore").decode()
    name = re.sub(r"\W", "_", plain).upper().strip("_") or "SERVICE"
    name = name if name[0].isalpha() else f"_{name}"
    if len(all_) == 1:
        return f"{name}_PORT"
    # By TCP and UDP, one port is one.
    apart = {(one.target, one.published) for one in all_}
    number = port.target if len(apart) == len({target for target, _ in apart}) else port.published
    return f"{name}_PORT_{number.partition('-')[0]}"
