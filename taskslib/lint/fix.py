"""`--fix`: the edits that findings carry, until nothing changes any more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

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
    while group := _next(findings, tried):
        # All of one rule in one file at once; where that is no good, one by one.
        attempts = [group, *([one] for one in group)] if len(group) > 1 else [group]
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
            tried |= {_key(one) for one in group}
    return files


def _key(finding: Finding) -> tuple[str, str, tuple[Edit, ...]]:
    return finding.rule, finding.path, finding.edits


def _next(
    findings: Iterable[Finding], tried: set[tuple[str, str, tuple[Edit, ...]]]
) -> list[Finding]:
    """Return the next fixes to try: those of one rule in one file that don't overlap."""
    group: list[Finding] = []
    ends: list[tuple[str, int, int]] = []
    for one in sorted(findings, key=lambda one: (one.rule, one.order)):
        if not one.edits or _key(one) in tried:
            continue
        if group and (one.rule, one.path) != (group[0].rule, group[0].path):
            continue
        spans = [
            (edit.path, edit.start, edit.end)
            for edit in one.edits
            # What is added to another file, such as a line, can be added beside others.
            if edit.path == one.path or edit.start != edit.end
        ]
        if any(_overlap(span, other) for span in spans for other in ends):
            continue
        group.append(one)
        ends += spans
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
