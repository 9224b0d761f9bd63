"""`--fix`: the edits that findings carry, until nothing changes any more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable

from taskslib.lint.files import Files
from taskslib.lint.finding import Edit, Finding, applied

Lint = Callable[[Files], tuple[Finding, ...]]
Refuses = Callable[[Files, Files], bool]
"""Whether Compose takes the second files no more, and took the first."""


def fixed(files: Files, lint: Lint, refuses: Refuses) -> Files:
    """Return the files with all fixes that lead to no new finding and that Compose takes.

    Args:
        files: What is fixed; nothing is written.
        lint: Returns the findings in files.
        refuses: Says whether Compose takes what a fix makes of them no more.
    """
    findings = lint(files)
    tried: set[tuple[str, str, tuple[Edit, ...]]] = set()
    apart: set[str] = set()
    """Rules whose fixes are no good in all files at once."""
    while group := _next(findings, tried, apart):
        several = len({one.path for one in group}) > 1
        # All of one rule at once; where that is no good, those of each file; then one by one.
        attempts = [group, *([one] for one in group if not several and len(group) > 1)]
        for attempt in attempts:
            changed = _changed(files, attempt)
            if not changed:
                continue
            new = files.with_changes(changed)
            after = lint(new)
            if _better(findings, after) and not refuses(files, new):
                files, findings = new, after
                break
        else:
            apart.add(group[0].rule)
            tried |= set() if several else {_key(one) for one in group}
    return files


def _key(finding: Finding) -> tuple[str, str, tuple[Edit, ...]]:
    return finding.rule, finding.path, finding.edits


def _next(
    findings: Iterable[Finding],
    tried: set[tuple[str, str, tuple[Edit, ...]]],
    apart: Collection[str],
) -> list[Finding]:
    """Return the next fixes to try: those of one rule that don't overlap, in one file or in all."""
    group: list[Finding] = []
    ends: dict[str, list[tuple[str, int, int]]] = {}
    for one in sorted(findings, key=lambda one: (one.rule, one.order)):
        if not one.edits or _key(one) in tried:
            continue
        if group and one.rule != group[0].rule:
            break
        if group and one.rule in apart and one.path != group[0].path:
            break
        spans = [
            (edit.path, edit.start, edit.end)
            for edit in one.edits
            # What is added to another file, such as a line, can be added beside others.
            if edit.path == one.path or edit.start != edit.end
        ]
        if any(_overlap(span, other) for span in spans for other in ends.get(span[0], ())):
            continue
        group.append(one)
        for span in spans:
            ends.setdefault(span[0], []).append(span)
    return group


def _overlap(one: tuple[str, int, int], other: tuple[str, int, int]) -> bool:
    return one[0] == other[0] and one[1] <= other[2] and other[1] <= one[2]


def _changed(files: Files, findings: Iterable[Finding]) -> dict[str, str]:
    edits = dict.fromkeys(edit for one in findings for edit in one.edits)
    changed = {}
    for path in {edit.path for edit in edits}:
        source = files.source(path)
        if source is not None:
            text = applied(source.text, tuple(one for one in edits if one.path == path))
            if text != source.text:
                changed[path] = text
    return changed


def _better(before: Iterable[Finding], after: Iterable[Finding]) -> bool:
    """Return whether there is less to say, and nothing new."""
    first, second = (Counter((one.rule, one.path) for one in each) for each in (before, after))
    return not second - first and bool(first - second)
