"""From what there is to lint to findings."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from taskslib.lint.catalogue import OWN, REFUSED, catalogue
from taskslib.lint.environments import Environment
from taskslib.lint.finding import Finding, Severity
from taskslib.lint.gather import Repo
from taskslib.lint.ignores import kept
from taskslib.lint.ours import leads_out
from taskslib.lint.rule import Hit, Rule, Scope
from taskslib.project.locating import Fault
from taskslib.project.model import shown


def lint(
    repo: Repo,
    rules: Collection[str] = (),
    environment: str | None = None,
    others: Iterable[Finding] = (),
    *,
    unused: bool = False,
) -> tuple[Finding, ...]:
    """Return the findings in a repo, by place.

    Args:
        repo: What there is.
        rules: Ids of the rules to go by; all if there are none.
        environment: The name of one of which alone the Compose files count.
        others: Findings of other linters, which can be ignored by comments likewise.
        unused: Whether comments that ignore what is not there are said too.
    """
    known = catalogue()
    wanted = [one for one in known.values() if not rules or one.id in rules]
    doubtful = [
        (source.path, *span)
        for stack in repo.stacks
        for source, error in stack.unreadable
        for span in error.doubtful
    ]
    found = {*_of_files(repo, environment), *others}
    if not rules or REFUSED in rules:
        found |= {*_refused(repo, environment)}
    for rule in wanted:
        for subject, where in _subjects(rule, repo, environment):
            if where in rule.severities:
                hits = (one for one in rule.check(subject) if not _is_doubtful(one, doubtful))
                found |= {rule.finding(hit, where) for hit in hits}
    sources = repo.sources()
    # What was not looked for may be there.
    every = tuple(known) if unused and not rules and environment is None else ()
    left = kept(_once(_mendable(found, repo)), sources, (*known, *OWN), every)
    return tuple(sorted(left, key=lambda one: one.order))


def _is_doubtful(hit: Hit, doubtful: Iterable[tuple[str, int, int]]) -> bool:
    """Return whether a place is in one of two values of a key: which is meant, nobody knows."""
    return any(
        path == hit.source.path and start <= hit.offset < end for path, start, end in doubtful
    )


def _mendable(found: Collection[Finding], repo: Repo) -> Iterator[Finding]:
    """Yield findings; without edits those whose fix would change what it is not to.

    That is what is not the repo's own, and a file that another environment has too, of which the
    rule says nothing: what is wrong in a test is right in production.
    """
    rules = catalogue()
    readers: dict[str, set[Environment | None]] = {}
    for stack in repo.stacks:
        for document in stack.documents:
            readers.setdefault(document.source.path, set()).add(stack.environment)
    paths = {edit.path for one in found for edit in one.edits}
    others = {path: repo.files.ours.why_not(path) for path in paths}
    for one in found:
        why = ""
        for path in sorted({edit.path for edit in one.edits}):
            more = readers.get(path, set()) - set(rules[one.rule].severities)
            has = ", ".join(sorted(each or "a stack of no environment" for each in more))
            why = why or others[path] or (f"{has} has it too" if has else "")
        yield replace(one, edits=(), unfixed=why) if why else one


def _subjects(rule: Rule, repo: Repo, only: str | None) -> Iterator[tuple[Any, Environment | None]]:
    """Yield what a rule looks at, each with the environment that it is for."""
    stacks = [one for one in repo.stacks if one.is_for(only)]
    match rule.scope:
        case Scope.STACK:
            yield from ((one, one.environment) for one in stacks)
        case Scope.ENVIRONMENT:
            for name, kind in {one.name: one.environment for one in stacks}.items():
                found = tuple(one for one in stacks if one.name == name)
                yield (replace(repo, stacks=found), kind)
        case Scope.IMAGE if only is None:
            yield from ((one, None) for one in repo.images)
        case Scope.SCRIPT:
            yield from ((one, one.environment) for one in stacks)
            if only is None:
                yield from ((one, None) for one in repo.scripts)
        case Scope.COMMANDS if only is None:
            yield from (((repo, one), None) for one in repo.scripts)
        case Scope.WORKFLOW if only is None:
            yield from (((repo, one), None) for one in repo.workflows)
        case Scope.REPO if only is None:
            yield (repo, None)
        case _:
            pass


def _once(found: Iterable[Finding]) -> Iterator[Finding]:
    """Yield findings, those of one place for several services as one: an anchor is each one's.

    What several stacks have in one file is told of once.
    """
    by_place: dict[tuple[object, ...], dict[str, Finding]] = {}
    for one in sorted(found, key=lambda one: (one.order, one.severity, one.hint, one.edits)):
        told = _OF_SERVICE.fullmatch(one.message)
        name, rest = told.groups() if told else ("", one.message)
        place = (*one.order[:4], one.severity, one.hint, rest)
        by_place.setdefault(place, {}).setdefault(name, one)
    for (*_, rest), each in by_place.items():
        first, *others = sorted(each)
        if not others:
            yield each[first]
            continue
        names = [first, *others][:_NAMED]
        more = f" and {len(each) - _NAMED} more" if len(each) > _NAMED else ""
        yield replace(each[first], message=f"{', '.join(names)}{more}: {rest}")


_OF_SERVICE = re.compile(r"([\w.-]+): (.+)", re.DOTALL)
_NAMED = 3
"""Services that are named, of those for which something is said in one place."""


def _of_files(repo: Repo, only: str | None) -> Iterator[Finding]:
    for stack in repo.stacks:
        if not stack.is_for(only):
            continue
        for source, error in stack.unreadable:
            yield Finding(
                source.path, error.line, 1, REFUSED, Severity.ERROR,
                f"this cannot be read: {error.problem}",
                error.hint or _says(source.path),
            )  # fmt: skip
        for path in stack.outside:
            named = leads_out(path)  # by the configuration, on purpose
            yield Finding(
                path, 1, 1, REFUSED, Severity.INFO if named else Severity.WARNING,
                "this lies outside of the repo and is not looked at" if named else
                "this is a link that leads out of the repo: it is not looked at",
                "inv lint looks at the files of one repo" if named else
                "put the file itself here: nobody else's checkout has what it leads to",
            )  # fmt: skip


def _refused(repo: Repo, only: str | None) -> Iterator[Finding]:
    for stack in repo.stacks:
        if stack.is_for(only):
            for source, error in stack.refused:
                yield refusal(source.path, error.line, error.problem)
            for source, error in stack.absent:
                yield Finding(
                    source.path, error.line, 1, REFUSED, Severity.ERROR, error.problem, error.hint
                )


def refusal(path: str, line: int, problem: str) -> Finding:
    """Return what Compose does not take as a finding."""
    words = f"Compose refuses this: {problem}"
    return Finding(path, line, 1, REFUSED, Severity.ERROR, words, _says(path))


def of_layout(fault: Fault, root: Path) -> Finding:
    """Return what is wrong with a repo's layout as a finding."""
    path = shown(fault.path, root)
    words = fault.error.message.replace(f"{root}{os.sep}", "").removeprefix(f"{path}: ")
    return Finding(path, 1, 1, REFUSED, Severity.ERROR, words, fault.error.hint)


def _says(path: str) -> str:
    if not path.endswith((".yml", ".yaml")):
        return "NAME=value, or `#` before what is a comment"
    return f"docker compose -f {path} config says what Compose makes of it"
