"""The tasks of a release: version, images, tag."""

from __future__ import annotations

from invoke.context import Context
from invoke.tasks import task

from taskslib import api
from taskslib.cli.outcome import say, tell
from taskslib.cli.session import command, session


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
    context: Context, tag: str = "", json: bool = False, github_output: bool = False
) -> None:
    """Print the version of a tag or of the checkout, and which image tags it moves.

    Example: inv version --tag v1.2.3 --json
    """
    from taskslib.display.release import version_json, version_words

    where = session(context)
    found = api.version(where, tag)
    if github_output:
        api.write_outputs(where, found)
    tell([version_json(found) if json else found.version.text])
    if not json:
        say(version_words(found))


TASKS = (version,)
