"""A stack as Compose makes it of its files, each value with its place."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field

from taskslib.lint.dockerfiles import Dockerfile, Healthcheck
from taskslib.lint.environments import Environment
from taskslib.lint.known import Datastore, Image, image_of
from taskslib.lint.merging import merged
from taskslib.lint.nodes import Entry, Kind, Node, keyed
from taskslib.lint.parsing import Unreadable
from taskslib.lint.source import Source
from taskslib.lint.texts import default


@dataclass(frozen=True, slots=True)
class Build:
    """How a service's image is built; paths from the repo's root on."""

    context: str
    path: str
    """Of the Dockerfile."""
    target: str
    file: Dockerfile | None


@dataclass(frozen=True, slots=True)
class Service:
    """A service of a stack."""

    name: str
    entry: Entry
    """Where it begins."""
    node: Node
    """All that is said of it."""
    build: Build | None
    complete: bool = True
    """Whether all files that say something of it could be read."""

    @property
    def image(self) -> Image | None:
        """Return the image that it runs, or that what it builds starts from."""
        if self.build:
            return image_of(self.build.file.base(self.build.target)) if self.build.file else None
        return image_of(self.node.value("image"))

    @property
    def datastore(self) -> Datastore | None:
        """Return what is known of its image, if that keeps data."""
        return self.image.datastore if self.image else None

    @property
    def data(self) -> tuple[str, ...]:
        """Return the paths of its data, if its image keeps data; also where it is told to."""
        known = self.datastore.data if self.datastore else ()
        own = [default(value) for _, name, value in self.variables() if name == "PGDATA"]
        return (*known, *(posixpath.normpath(one) for one in own if one)) if known else ()

    @property
    def healthcheck(self) -> Healthcheck | bool | None:
        """Return its healthcheck: from Compose, else the image's; False: none; None: unknown."""
        told = self.node.get("healthcheck")
        if told is not None and told.is_map:
            test = told.get("test")
            first = test.each()[0].value.text if test and test.each() else test.text if test else ""
            if told.value("disable").lower() == "true" or first == "NONE":
                return False
            if test is not None:
                keys = ("interval", "start_period", "start_interval")
                return Healthcheck(*(told.value(key) for key in keys))
        if self.build:
            return self.build.file.healthcheck(self.build.target) if self.build.file else None
        return False if self.image and self.image.has_no_healthcheck else None

    def shares(self, key: str) -> bool:
        """Return whether what is written under a key (or would be) may be another service's too.

        So it is with anchors, `<<`, and what it extends.
        """
        entry = self.node.entry(key)
        nodes = [self.node.written]
        if entry is not None:
            nodes += [entry.parent, entry.value]
            for one in entry.value.entries:
                nodes += [one.parent, one.value]
        return self.node.get("extends") is not None or any(one.anchored for one in nodes)

    def depends_on(self) -> Iterator[tuple[Entry, str, str]]:
        """Yield what it depends on: the entry, the name, the condition."""
        node = keyed(self.node.get("depends_on"))
        for name, entry in (node.fields() if node else {}).items():
            yield entry, name, entry.value.value("condition") or "service_started"

    def variables(self) -> Iterator[tuple[Entry, str, str]]:
        """Yield its environment: the entry, the name, the value; without those from outside."""
        node = keyed(self.node.get("environment"))
        for name, entry in (node.fields() if node else {}).items():
            if entry.value.kind is Kind.TEXT:
                yield entry, name, entry.value.text


@dataclass(slots=True)
class Stack:
    """What files declare together."""

    environment: Environment | None
    service: str
    """The service of the repo whose own it is; empty for the full stack."""
    files: tuple[str, ...]
    """The Compose file and what overrides it."""
    services: dict[str, Service] = field(default_factory=dict)
    documents: list[Node] = field(default_factory=list)
    """The files that could be read, included ones too."""
    unreadable: list[tuple[Source, Unreadable]] = field(default_factory=list)
    refused: list[tuple[Source, Unreadable]] = field(default_factory=list)
    """Why Compose does not take what can be read."""
    absent: list[tuple[Source, Unreadable]] = field(default_factory=list)
    """What is named and not there, of what Compose does not look at, or only when it starts."""
    outside: list[str] = field(default_factory=list)
    """The files that lie outside of the repo, also by links: they are not looked at."""
    complete: bool = True
    """Whether all files could be looked at: a variable may hide one, and some are elsewhere."""
    whole: bool = True
    """Whether these files are known to be all that Compose is given together."""
    name: str = ""
    """The environment's own name, by its folder: `staging` is like prod. Empty for none."""
    _needed_by: dict[str, list[tuple[Service, Entry, str]]] = field(default_factory=dict)
    """Once it was asked for."""

    def __post_init__(self) -> None:
        """Call it as what it is for, where it has no other name."""
        self.name = self.name or self.environment or ""

    def is_for(self, name: str | None) -> bool:
        """Return whether it is of the environment with this name; None is for any."""
        return name in {None, self.name}

    def top(self, key: str) -> Iterator[Entry]:
        """Yield what stands under one of the file's own keys, as all files together have it."""
        made: Node | None = None
        for document in sorted(self.documents, key=lambda one: self._place(one.source.path)):
            node = document.get(key)
            if node and node.is_map:
                made = merged(made, node) if made else node
        yield from (made.fields().values() if made else ())

    def _place(self, path: str) -> int:
        """Return where a file stands in the order in which they count: included ones first."""
        return self.files.index(path) if path in self.files else -1

    def needed_by(self, name: str) -> Iterator[tuple[Service, Entry, str]]:
        """Yield who depends on a service: with the entry and the condition."""
        if not self._needed_by:
            for service in self.services.values():
                for entry, other, condition in service.depends_on():
                    self._needed_by.setdefault(other, []).append((service, entry, condition))
        yield from self._needed_by.get(name, ())
