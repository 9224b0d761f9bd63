"""A stack as Compose makes it of its files, each value with its place."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from taskslib.lint.dockerfiles import Dockerfile, Healthcheck, dockerfile
from taskslib.lint.environments import Environment
from taskslib.lint.files import Files
from taskslib.lint.known import Datastore, Image, image_of
from taskslib.lint.merging import merged
from taskslib.lint.nodes import Entry, Kind, Node, keyed
from taskslib.lint.parsing import Unreadable, parsed
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
        for service in self.services.values():
            for entry, other, condition in service.depends_on():
                if other == name:
                    yield service, entry, condition


def stack(
    files: Files, paths: Iterable[str], environment: Environment | None, service: str = ""
) -> Stack:
    """Return what Compose files declare together."""
    made = Stack(environment, service, tuple(paths))
    loader = _Loader(files, made)
    nodes, complete = loader.services(made.files, ())
    for name, (entry, node, own) in nodes.items():
        build = loader.build(node)
        made.services[name] = Service(name, entry, node, build, complete=complete and own)
    return made


_Found = dict[str, tuple[Entry, Node, bool]]


class _Loader:
    def __init__(self, files: Files, made: Stack) -> None:
        self._files = files
        self._made = made
        self._documents: dict[str, Node | None] = {}

    def services(self, paths: Iterable[str], seen: tuple[str, ...]) -> tuple[_Found, bool]:
        """Return the services of a file and its overrides, and whether all could be read."""
        found: _Found = {}
        complete = True
        for path in paths:
            document = self._document(path)
            if document is None or path in seen:
                complete = False
                continue
            included, whole = self._included(path, document, (*seen, path))
            complete = complete and whole
            for name, one in included.items():
                found.setdefault(name, one)
            for name, entry in (document.get("services") or document).fields().items():
                if document.get("services") is None or entry.value.tag == "reset":
                    found.pop(name, None)
                    continue
                node, own = self._extended(path, entry.value, ((path, name),))
                if name in found:
                    first, earlier, before = found[name]
                    found[name] = (first, merged(earlier, node), before and own)
                else:
                    found[name] = (entry, node, own)
        return {name: one for name, one in found.items() if one[1].is_map}, complete

    def _document(self, path: str) -> Node | None:
        if path in self._documents:
            return self._documents[path]
        source = self._files.source(path)
        document = None
        if source is not None:
            try:
                document = parsed(source)
            except Unreadable as error:
                self._made.unreadable.append((source, error))
        if document is not None and document.is_map:
            self._made.documents.append(document)
        else:
            document = None
        self._documents[path] = document
        return document

    def _included(self, path: str, document: Node, seen: tuple[str, ...]) -> tuple[_Found, bool]:
        found: _Found = {}
        complete = True
        include = document.get("include")
        for one in include.each() if include else ():
            told = (one.value.get("path") or one.value) if one.value.is_map else one.value
            names = [entry.value.text for entry in told.each()] or [told.text]
            paths = [self._beside(path, name) for name in names]
            services, whole = self.services([each for each in paths if each], seen)
            found.update(services)
            complete = complete and whole and all(paths)
        return found, complete

    def _extended(
        self, path: str, node: Node, seen: tuple[tuple[str, str], ...]
    ) -> tuple[Node, bool]:
        told = node.get("extends")
        if told is None:
            return node, True
        name = told.value("service") or told.text
        other = self._beside(path, told.value("file")) if told.get("file") else path
        document = self._document(other) if other else None
        base = document.get("services", name) if document and name else None
        if base is None or not base.is_map or (other, name) in seen:
            return node, False
        first, complete = self._extended(other, base, (*seen, (other, name)))
        return merged(first, node), complete

    @staticmethod
    def _beside(path: str, written: str) -> str:
        """Return a path that a file names; empty where a variable hides it."""
        told = default(written)
        return posixpath.normpath(posixpath.join(posixpath.dirname(path), told)) if told else ""

    def build(self, node: Node) -> Build | None:
        """Return how a service's image is built, if it is."""
        told = node.get("build")
        if told is None or not (told.text or told.is_map):
            return None
        context_node = told.get("context") or told
        written = default(context_node.text or ".") or ""
        if not written or "://" in written or written.startswith("git@"):
            return Build("", "", told.value("target"), None)
        # A file that is not the first counts from the first's folder.
        folder = posixpath.dirname(self._made.files[0] if self._made.files else "")
        if context_node.source.path not in self._made.files:
            folder = posixpath.dirname(context_node.source.path)
        context = posixpath.normpath(posixpath.join(folder, written))
        inline = told.get("dockerfile_inline")
        if inline is not None:
            source = Source(inline.source.path, inline.text)
            return Build(context, "", told.value("target"), dockerfile(source))
        name = default(told.value("dockerfile") or "Dockerfile") or ""
        path = posixpath.normpath(posixpath.join(context, name))
        found = self._files.source(path)
        return Build(context, path, told.value("target"), dockerfile(found) if found else None)
