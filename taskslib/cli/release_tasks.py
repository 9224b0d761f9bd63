"""The tasks of a release: version, images, tag."""

from __future__ import annotations

import json as formats

from invoke.context import Context
from invoke.tasks import task

from taskslib import api
from taskslib.cli.given import named, names
from taskslib.cli.outcome import say, tell
from taskslib.cli.session import command, session
from taskslib.errors import ExitCode, UsageError


@task(
    auto_shortflags=False,
    help={
        "tag": "of this tag; else of CI's tag, or of what is checked out",
        "json": "one JSON document: version, image tags, whether latest moves, commit",
        "github-output": "also write VERSION, and PRERELEASE=true if it is, for later CI steps",
    },
)
@command
def version(
    context: Context, tag: str | None = None, json: bool = False, github_output: bool = False
) -> None:
    """Print the version of a tag or checkout.

    Also which image tags it moves.

    Example: inv version --tag v1.2.3 --json
    """
    from taskslib.display.release import version_json, version_words

    where = session(context)
    found = api.version(where, named("--tag", tag, "inv version --tag v1.2.3"))
    if github_output:
        api.write_outputs(where, found.outputs)
    tell([version_json(found) if json else found.version.text])
    if not json:
        say(version_words(found))


@task(
    auto_shortflags=False,
    iterable=["service", "platform"],
    help={
        "service": "only this service's image; may be given several times, or as api,worker",
        "affected": "only what changes since the main branch can affect; on a tag, all",
        "push": "push them; a run for all images then moves 1.2, 1 and latest",
        "lock": "with --push: write deploy/prod/images.lock also where it has a higher version",
        "platform": "build for this platform, e.g. linux/arm64; may be given several times",
        "dry-run": "only print the bake file",
    },
)
@command
def build(
    context: Context,
    service: list[str],
    platform: list[str],
    affected: bool = False,
    push: bool = False,
    lock: bool = False,
    dry_run: bool = False,
) -> None:
    """Build the services' images, in one build.

    They are those of the version of the checkout.

    Example: inv build --service api --service worker --dry-run
    """
    where = session(context)
    request = api.BuildRequest(
        services=_each(service),
        affected=affected,
        push=push,
        platforms=_each(platform),
        lock=lock,
    )
    if lock and not push:
        raise UsageError("--lock is for --push", hint="inv build --push --lock")
    if dry_run:
        tell([formats.dumps(api.bake_file(where, request), indent=2)])
    else:
        tell(api.build(where, request))


def _each(given: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for one in given for name in names(one)))


@task(
    auto_shortflags=False,
    positional=["version"],
    help={
        "version": "what is released: 1.2.3, 2.0.0-rc.1",
        "push": "also push branch and tag, which starts CI",
        "dry-run": "only check, and say what would be done",
    },
)
@command
def release(context: Context, version: str, push: bool = False, dry_run: bool = False) -> ExitCode:
    """Check, test and tag a version.

    Pushes only if asked to.
    Checked are: nothing uncommitted, the branch, the tag, the changelog's section; tests that
    passed on the same files are not run again.

    Example: inv release 1.2.3 --dry-run
    """
    from taskslib.cli.run import run_tests
    from taskslib.display.release import release_words
    from taskslib.pipeline.request import TestRequest

    where = session(context)
    ready = api.release_ready(where, version, push=push)
    code = run_tests(where, TestRequest(), dry_run=dry_run)
    if code is not ExitCode.PASSED:
        return code
    if not dry_run:
        api.make_release(where, ready, push=push)
    for words in release_words(ready, pushed=push and not dry_run, dry_run=dry_run):
        say(words)
    if ready.has_remote:
        say(api.after_push(where, ready))
    return ExitCode.PASSED


TASKS = (version, build, release)
