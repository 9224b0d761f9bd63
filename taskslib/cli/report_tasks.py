"""Tasks about runs that have ended."""

from __future__ import annotations

from pathlib import Path

from invoke.context import Context
from invoke.tasks import task

from taskslib import api
from taskslib.cli.given import number, one_of, wanted
from taskslib.cli.outcome import say, tell
from taskslib.cli.path_task import FailureTask
from taskslib.cli.session import command, session
from taskslib.errors import ExitCode, UsageError, did_you_mean


@task(
    klass=FailureTask,
    auto_shortflags=False,
    help={"id": "which failure, e.g. F1; may stand without --id; without it they are listed"},
)
@command
def show(context: Context, id: str | None = None) -> None:  # noqa: A002 — the option's name
    """Print a failure of the last run in full.

    Without one: all in short, and in full what no test explains, such as where a suite hung.

    Example: inv show F1
    """
    from taskslib.display.text import indented

    where = session(context)
    found, red = api.last_failures(where), api.last_red(where)
    if id:
        file = found.get(id.upper())
        if file is None:
            known = ", ".join(found) or "none; inv show tells what broke"
            hint = f"{did_you_mean(id.upper(), found)}failures: {known}"
            raise UsageError(f"no failure {id!r} in the last run", hint=hint)
        tell(file.read_text("utf-8").splitlines())
    elif not (found or red):
        tell(["the last run had no failures"])
    else:
        for one in red:  # of which there is no file, and nothing more to ask for
            words = f"{one.suite} {one.state}: {one.reason}\n{indented(one.details)}"
            tell(words.rstrip().splitlines())
        for file in found.values():
            tell(file.read_text("utf-8").splitlines()[:2])


@task(auto_shortflags=False, help={"format": "table or json"})
@command
def flaky(context: Context, format: str = "table") -> None:  # noqa: A002 — the option's name
    """List flaky tests.

    They came to different things although nothing had changed.

    Example: inv flaky
    """
    from taskslib.display.past import flaky_lines

    one_of(format, _FORMATS)
    tell(flaky_lines(api.past(session(context)).flaky(), format), exact=format != "table")


@task(auto_shortflags=False, help={"count": "how many", "format": "table or json"})
@command
def slowest(context: Context, count: str = "20", format: str = "table") -> None:  # noqa: A002
    """List the tests that take longest.

    By the last green run of each suite.

    Example: inv slowest --count 5
    """
    from taskslib.display.past import slowest_lines

    one_of(format, _FORMATS)
    wanted = number("--count", count, "inv slowest --count 5")
    tell(slowest_lines(api.past(session(context)).slowest(wanted), format), exact=format != "table")


@task(
    auto_shortflags=False,
    positional=["name"],
    help={"name": "what is in the test's name", "count": "how many", "format": "table or json"},
)
@command
def history(
    context: Context,
    name: str,
    count: str = "20",
    format: str = "table",  # noqa: A002
) -> None:
    """Print how a test ended in earlier runs.

    The last one comes first.

    Example: inv history test_price
    """
    from taskslib.display.past import history_lines

    one_of(format, _FORMATS)
    wanted = number("--count", count, "inv history test_price --count 5")
    tell(
        history_lines(api.past(session(context)).outcomes(name, wanted), format),
        exact=format != "table",
    )


@task(
    auto_shortflags=False,
    help={
        "output": "the file; else .taskslib/report.html. Its folder is made, as of all reports",
        "trace": "also write a trace of the run's steps here, for ui.perfetto.dev",
    },
)
@command
def report(context: Context, output: str = "", trace: str = "") -> None:
    """Write an HTML page about the last run.

    Where its time went, failures, slow and flaky tests.

    Example: inv report --output report.html
    """
    files = {"--output": output, "--trace": trace}
    page, traced = (Path(file) if file else None for file in files.values())
    try:
        tell(map(str, api.write_report(session(context), page, traced)))
    except OSError as error:
        broken = Path(error.filename or "")
        for option, file in files.items():
            if file and broken in (Path(file), *Path(file).parents):
                hint = f"inv report {option} FILE"
                raise UsageError(f"{option} {file}: {error.strerror}", hint=hint) from error
        raise


@task(auto_shortflags=False, help={"output": "the file; else it is printed"})
@command
def durations(context: Context, output: str = "") -> None:
    """Print how long suites and files took.

    It is what they took in earlier runs, for --shard to split by.

    Example: inv durations --output docs/durations.json
    """
    where = session(context)
    if output:
        api.write_durations(where, Path(output))
    else:
        tell(api.durations_text(where).splitlines())


@task(
    auto_shortflags=False,
    positional=["folder"],
    help={
        "folder": "where the shards' JSON documents are, also in folders below",
        "plain": "lines instead of a table, also on a terminal",
        "json": "one JSON document of the whole on stdout; what people see goes to stderr",
        "junit": "write JUnit XML of the whole into this folder",
    },
)
@command
def merge_reports(
    context: Context, folder: str, plain: bool = False, json: bool = False, junit: str = ""
) -> ExitCode:
    """Join what a run's shards told to one verdict.

    They are the documents of test --shard 2/5 --json, below the folder. A shard that told nothing
    is said, and is not green. Shards of different runs are refused.

    Example: inv merge-reports shards --junit reports
    """
    from taskslib.cli.telling import Telling

    told = wanted(plain, json, junit)
    where = session(context)
    joined = api.merged_shards(where, Path(folder))
    for words in (*joined.broken, *joined.plan.notes):
        say(f"note: {words}")
    with (
        api.run_folder(where) as run,
        Telling(told, joined.plan, run, checked=joined.checked) as telling,
    ):
        api.tell_merged(where, joined, telling)
        return telling.end(joined.merged.report, None, reasons=joined.merged.reasons)


_FORMATS = ("table", "json")
TASKS = (show, report, flaky, slowest, history, durations, merge_reports)
