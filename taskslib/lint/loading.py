"""From Compose files, and what they include and extend, to a stack."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from functools import reduce

from taskslib.lint.absent import absent
from taskslib.lint.dockerfiles import dockerfile
from taskslib.lint.environments import Environment
from taskslib.lint.files import Files
from taskslib.lint.merging import merged
from taskslib.lint.missing import missing
from taskslib.lint.nodes import Entry, Kind, Node
from taskslib.lint.ours import is_absolute, leads_out
from taskslib.lint.parsing import Unreadable, documents
from taskslib.lint.refusals import refusals
from taskslib.lint.source import Source
from taskslib.lint.stack import Build, Service, Stack
from taskslib.lint.texts import default


def stack(
    files: Files,
    paths: Iterable[str],
    environment: Environment | None,
    service: str = "",
    *,
    whole: bool = True,
    name: str = "",
) -> Stack:
    """Return what Compose files declare together.

    Args:
        files: Where they are.
        paths: The Compose file and what overrides it.
        environment: What they are for.
        service: The service whose they are; empty for the full stack.
        whole: Whether they are known to be all of it.
        name: The environment's, where it has one of its own.
    """
    made = Stack(environment, service, tuple(paths), whole=whole, name=name)
    loader = _Loader(files, made)
    nodes, complete = loader.services(made.files, ())
    loader.note_what_is_not_there()
    for one, (entry, node, own) in nodes.items():
        build = loader.build(node)
        made.services[one] = Service(one, entry, node, build, complete=complete and own)
    if whole and complete:
        made.refused += missing(made)
    made.absent += absent(made, files)
    return made


_Found = dict[str, tuple[Entry, Node, bool]]


class _Loader:
    def __init__(self, files: Files, made: Stack) -> None:
        self._files = files
        self._made = made
        self._documents: dict[str, tuple[Node, ...]] = {}

    def services(self, paths: Iterable[str], seen: tuple[str, ...]) -> tuple[_Found, bool]:
        """Return the services of a file and its overrides, and whether all could be read."""
        found: _Found = {}
        complete = True
        for path in paths:
            documents_ = self._read(path)
            if not documents_ or path in seen:
                complete = False
                continue
            for document in documents_:  # each is an override of those before it
                included, whole = self._included(path, document, (*seen, path))
                complete = complete and whole
                for name, one in included.items():
                    found.setdefault(name, one)
                self._add(found, path, document)
        return {name: one for name, one in found.items() if one[1].is_map}, complete

    def _add(self, found: _Found, path: str, document: Node) -> None:
        """Add a document's services to those that are known."""
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

    def note_what_is_not_there(self) -> None:
        """Note files of which nothing can be read, and that all of them together say nothing."""
        made = self._made
        unread = [path for path in made.files if self._files.source(path) is None]
        for path in unread:
            if self._files.ours.real(path) is None:
                made.outside.append(path)
            else:
                error = Unreadable(1, "it cannot be opened, or is longer than 1 MB")
                made.unreadable.append((Source(path, ""), error))
        if made.files and not (unread or made.documents or made.unreadable):
            made.unreadable.append((Source(made.files[0], ""), Unreadable(1, "empty compose file")))

    def _read(self, path: str) -> tuple[Node, ...]:
        """Return the documents of a file that are maps; note what is wrong with it, once."""
        if path in self._documents:
            return self._documents[path]
        source = self._files.source(path)
        found: tuple[Node, ...] = ()
        if source is not None:
            try:
                found = documents(source)
            except Unreadable as error:
                self._made.unreadable.append((source, error))
            for one in found:
                if one.kind is not Kind.NULL:
                    self._made.unreadable += [(source, error) for error in refusals(one)]
        found = tuple(one for one in found if one.is_map)
        self._made.documents += found
        self._documents[path] = found
        return found

    def _named(self, path: str, node: Node) -> str:
        """Return a file that another one names; note where it is not there.

        Empty where a variable hides it, or where it is none of the repo's.
        """
        told = default(node.text)
        if not told or "://" in told or told.startswith("git@"):
            self._made.complete = False
            return ""
        found = posixpath.normpath(posixpath.join(posixpath.dirname(path), told))
        if not (is_absolute(told) or leads_out(found) or self._files.exists(found)):
            line, _ = node.source.position(node.start)
            error = Unreadable(line, f"open {found}: no such file or directory")
            self._made.unreadable.append((node.source, error))
        self._made.complete = self._made.complete and self._files.source(found) is not None
        return found

    def _included(self, path: str, document: Node, seen: tuple[str, ...]) -> tuple[_Found, bool]:
        found: _Found = {}
        complete = True
        include = document.get("include")
        for one in include.each() if include else ():
            told = (one.value.get("path") or one.value) if one.value.is_map else one.value
            names = [entry.value for entry in told.each()] or [told]
            paths = [self._named(path, name) for name in names]
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
        file = told.get("file")
        other = self._named(path, file) if file else path
        bases = [one.get("services", name) for one in self._read(other)] if other and name else []
        known = [one for one in bases if one is not None]
        base = reduce(merged, known) if known else None
        if base is None or not base.is_map or (other, name) in seen:
            return node, False
        first, complete = self._extended(other, base, (*seen, (other, name)))
        return merged(first, node), complete

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
