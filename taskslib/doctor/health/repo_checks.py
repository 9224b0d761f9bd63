"""From facts to lines, of the repo and what runs of it left. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from taskslib.doctor.health.facts import Health
from taskslib.doctor.health.findings import Line, ok, problem, warning

_LONG_WAIT = 3.0
"""Seconds; a stack whose healthchecks look often while it starts costs less."""
_SHOWN = 3
_MB = 1_000_000


def repo_lines(health: Health) -> Iterator[Line]:
    """Yield what there is to say of the repo, its instances and its cache."""
    yield from _line_ends(health)
    yield from _instances(health)
    yield from _cache(health)
    yield from _suites(health)
    yield from _waits(health)


def _line_ends(health: Health) -> Iterator[Line]:
    found = health.repo.carriage_returns
    if not found:
        yield ok("line ends", "scripts and Dockerfiles end lines as containers need it")
        return
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    yield problem(
        "line ends",
        f"lines end in CR LF, which no container runs: {', '.join(found[:_SHOWN])}{more}",
        "in .gitattributes: *.sh text eol=lf; then git add --renormalize . and check out again",
    )


def _instances(health: Health) -> Iterator[Line]:
    for name, reason in health.stale.items():
        yield warning("instances", f"{name}: {reason}", "inv infra-prune --yes")
    for name in health.orphans:
        yield warning("instances", f"{name}: its run was killed", "inv infra-up, or any test run")
    if health.machine.daemon and not health.stale and not health.orphans:
        yield ok("instances", "none is left that nobody needs")


def _cache(health: Health) -> Iterator[Line]:
    cache = health.cache
    if not cache.writable:
        words = f"{cache.folder} can't be written: nothing is cached or remembered"
        yield problem("cache", words, f'sudo chown -R "$USER" {cache.folder}')
    elif cache.damaged:
        words = f"the history in {cache.folder} is damaged: the next run begins a new one"
        yield warning("cache", words, "inv test")
    else:
        yield ok("cache", f"{cache.size / _MB:.1f} MB in {cache.folder}")


def _suites(health: Health) -> Iterator[Line]:
    for gap in health.repo.gaps:
        yield warning("suites", gap, "write one, or leave it: inv services shows all")
    if not health.repo.gaps:
        yield ok("suites", "every service has tests")


def _waits(health: Health) -> Iterator[Line]:
    for reason in health.repo.unreadable:
        yield problem("healthchecks", reason, "correct the file; inv config shows a whole stack")
    for one in health.repo.waits:
        words = f"{one.stack} waits {one.seconds:g} s at least: {' → '.join(one.path)}"
        if one.seconds > _LONG_WAIT:
            fix = "start_period: 30s with start_interval: 200ms in each healthcheck"
            yield warning("healthchecks", words, fix)
        else:
            yield ok("healthchecks", words)
