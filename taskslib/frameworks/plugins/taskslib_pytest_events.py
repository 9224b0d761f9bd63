"""Tells taskslib what happens in a pytest run: one JSON line an event, written at once.

Injected with `-p` into the suite's own environment, hence: nothing but pytest and the standard
library, syntax of Python 3.8, hooks of pytest 7.4 to 9. The lines are those of `messages.py`.
Every event is one write without buffering, so that what is known survives `os._exit` and a
segfault: the test that started and did not finish is the one that ended the run.
"""
# ruff: noqa: INP001 - the folder is on the path of foreign interpreters and must be no package

from __future__ import annotations

import faulthandler
import json
import os
import re
import signal
import sys
from collections.abc import Iterator
from json.encoder import encode_basestring_ascii as quote
from pathlib import Path
from typing import Any

import pytest

EVENTS = "TASKSLIB_EVENTS"
"""Names the file that receives the events."""
INTEGRATION = "TASKSLIB_INTEGRATION"
"""Set where the suite's containers run: turns on the suite's own `--integration`, if it has one."""
FIRST = "TASKSLIB_FIRST"
"""Names the file with the ids of tests that go first, one a line: they were red the last time."""
ONLY = "TASKSLIB_ONLY"
"""Names the file with the ids of tests, and of files, that alone are to run, one a line."""
STACKS = "TASKSLIB_STACKS"
"""Names the folder for the stacks of all threads, which SIGUSR1 asks for (not on Windows)."""
WORKERS = "TASKSLIB_WORKERS"
"""How many of xdist's workers to use, where xdist is there and nobody has said anything of it."""
_LONGEST = 200_000
"""Characters of a failure's text; what a test captured can be of any size."""


@pytest.hookimpl(hookwrapper=True)
def pytest_cmdline_main(config: pytest.Config) -> Iterator[None]:
    """Ask for workers, before xdist looks at its options: it does so first, but for wrappers.

    Whole files go to a worker: the tests of one may build on each other.
    """
    workers = os.environ.pop(WORKERS, "")
    option = config.option
    unsaid = getattr(option, "numprocesses", 0) is None and option.dist == "no" and not option.tx
    if workers and unsaid and not (option.usepdb or option.collectonly):
        option.numprocesses = int(workers)
        option.dist = "loadfile"
    yield


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Start recording, but not in xdist's workers: their events pass through the controller."""
    # Popped, or pytest runs inside the tests would write into our stream.
    path = os.environ.pop(EVENTS, "")
    worker = getattr(config, "workerinput", {})
    integration = bool(os.environ.pop(INTEGRATION, "")) or INTEGRATION in worker
    stacks = os.environ.pop(STACKS, "") or worker.get(STACKS, "")
    if stacks and sys.platform != "win32":
        # Never closed: it is written to when a signal says so, when nothing else works any more.
        os.makedirs(stacks, exist_ok=True)  # noqa: PTH103
        file = os.open(f"{stacks}/{os.getpid()}.txt", os.O_WRONLY | os.O_CREAT, 0o600)
        faulthandler.register(signal.SIGUSR1, file=file)
    first = worker.get(FIRST) or _lines(os.environ.pop(FIRST, ""))
    only = worker.get(ONLY) or _lines(os.environ.pop(ONLY, ""))
    files = list(dict.fromkeys(_file_of(one) for one in only))
    if files and not any("[" in file for file in files):  # which pytest takes for a parameter
        config.args = files  # others are not even imported: one of them may be broken
    if first or only:
        config.pluginmanager.register(_Picker(first, only))
    if integration and getattr(config.option, "integration", None) is False:
        config.option.integration = True
    if path and not worker:
        for_workers: dict[str, Any] = {INTEGRATION: "1"} if integration else {}
        for_workers.update({STACKS: stacks, FIRST: first, ONLY: only})
        config.pluginmanager.register(_Recorder(config, path, for_workers))


class _Picker:
    """Lets tests go first, or run alone. Their order stays else, in xdist's workers too."""

    def __init__(self, first: list[str], only: list[str]) -> None:
        self._first = set(first)
        self._only = set(only)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        drop, add = _prefixes(str(config.rootpath), str(config.invocation_params.dir))
        items.sort(key=lambda item: _id_of(item.nodeid, drop, add) not in self._first)
        if self._only:
            above = {
                item: {_id_of(one.nodeid, drop, add) for one in item.listchain()}
                | {_GROUP.sub("", _id_of(item.nodeid, drop, add))}
                for item in items
            }
            lost = self._only.difference(*above.values())
            # What is called otherwise now is somewhere in its file.
            wanted = self._only.union(map(_file_of, lost))
            rest = [item for item in items if not above[item] & wanted]
            items[:] = [item for item in items if above[item] & wanted]
            config.hook.pytest_deselected(items=rest)


class _Recorder:
    """Writes the events of one run. The order of the methods is that of a run."""

    def __init__(self, config: pytest.Config, path: str, for_workers: dict[str, Any]) -> None:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
        self._file = os.open(path, flags, 0o600)
        self._process = os.getpid()
        self._for_workers = for_workers
        self._folder = str(config.invocation_params.dir)
        self._root = str(config.rootpath)
        self._drop, self._add = _prefixes(self._root, self._folder)
        self._grouped = config.getoption("dist", "no") == "loadgroup"
        self._passed: dict[str, float] = {}
        self._started = self._quoted = ""

    def pytest_sessionstart(self) -> None:
        self._tell("begun", framework=f"pytest {pytest.__version__}")

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput.update(self._for_workers)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._report(report, "error", final=True)
        elif report.skipped:
            self._report(report, "skipped", final=True)

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        self._tell("deselected", count=len(items))

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._tell("collected", total=len({item.nodeid for item in session.items}))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        # Once a worker, and again for one that replaces it: the reader takes the maximum.
        self._tell("collected", total=len(set(ids)))

    # Of the next three each costs every test: what can be known without a call isn't asked for.

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._started, self._quoted = nodeid, quote(self._id(nodeid))
        self._write(f'{{"kind":"started","test":{self._quoted}}}\n')

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        # Read from the report itself: asking `pytest_report_teststatus` costs as much as all the
        # rest, calls other people's hooks twice, and pytest 9 changes the report in there.
        if report.outcome == "passed" and report.when != "call":
            return  # neither an expected failure nor a subtest has other phases that pass
        expected_to_fail = hasattr(report, "wasxfail")
        if report.passed:
            if expected_to_fail:
                self._report(report, "xpassed")
            elif not hasattr(report, "context"):
                self._passed[report.nodeid] = report.duration
        elif report.failed:
            # A dead xdist worker's test is reported in phase `???` and never finishes.
            final = report.when not in ("setup", "call", "teardown")
            phase_failed = report.when in ("setup", "teardown")
            self._report(report, "error" if phase_failed else "failed", final=final)
        elif report.skipped and not hasattr(report, "context"):
            self._report(report, "xfailed" if expected_to_fail else "skipped")
        elif str(report.outcome) == "rerun":  # pytest-rerunfailures has outcomes of its own
            self._tell("repeated", test=self._id(report.nodeid))
        # Anything else is a subtest that is not red.

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        seconds = self._passed.pop(nodeid, None)
        passed = "" if seconds is None else f',"outcome":"passed","seconds":{seconds:.6f}'
        # Under xdist, others start before this one has finished.
        quoted = self._quoted if nodeid == self._started else quote(self._id(nodeid))
        self._write(f'{{"kind":"finished","test":{quoted}{passed}}}\n')

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        if error:
            self._tell("unhandled", message=f"xdist worker {node.gateway.id}: {error}", text="")

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        # Also pytest's own way to stop: errors in collection, `pytest.exit`, `-x` under xdist.
        reason = _first_line(f"{excinfo.typename}: {excinfo.value}").rstrip(": ")
        self._tell("stopped", reason=reason)

    def pytest_internalerror(self, excrepr: object) -> None:
        text = str(excrepr)
        message = "internal error: " + _message(excrepr, text)
        self._tell("unhandled", message=message, text=_shortened(text))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self._tell("ended", code=int(session.exitstatus))

    def _write(self, line: str) -> None:
        # A test that forks and lets the child run on has two processes in here: one of them counts.
        if os.getpid() == self._process:
            os.write(self._file, line.encode("ascii"))

    def _tell(self, kind: str, **fields: object) -> None:
        self._write(json.dumps({"kind": kind, **fields}) + "\n")

    def _id(self, nodeid: str) -> str:
        """Return an id that pytest understands in the folder it was started in."""
        if self._grouped:
            nodeid = _GROUP.sub("", nodeid)
        # As `_id_of`, without the call: this is done for every test.
        drop = self._drop
        return nodeid[len(drop) :] if drop and nodeid.startswith(drop) else self._add + nodeid

    def _report(self, report: Any, outcome: str, *, final: bool = False) -> None:
        message, text, path, line = "", "", "", 0
        if outcome in ("failed", "error"):
            try:
                message, text, path, line = self._failure(report)
            except Exception as error:  # noqa: BLE001 - a report of a strange kind ends no run
                message = f"its report cannot be read: {error!r}"
        self._tell(
            "reported",
            test=self._id(report.nodeid),
            outcome=outcome,
            seconds=round(report.duration, 6) if getattr(report, "when", "") == "call" else 0.0,
            final=final,
            message=message,
            text=text,
            path=path,
            line=line,
        )

    def _failure(self, report: Any) -> tuple[str, str, str, int]:
        text = _indentation(report) + report.longreprtext
        # A text has no more structure, and xdist writes the worker's name above it.
        plain = report.longrepr if isinstance(report.longrepr, str) else text
        message = _subtest(report) + _message(report.longrepr, plain)
        path, line = self._place(report, text)
        for title, content in report.sections:
            text += f"\n{f' {title} '.center(80, '-')}\n" + content.rstrip("\n")
        return message, _shortened(text), path, line

    def _place(self, report: Any, text: str) -> tuple[str, int]:
        """Return the innermost line that is the user's own, or else where the test stands."""
        chain = getattr(report.longrepr, "reprtraceback", None)
        places = [
            (place.path, place.lineno)
            for place in (
                getattr(e, "reprfileloc", None) for e in getattr(chain, "reprentries", ())
            )
            if place is not None and not place.path.startswith("<")  # `<frozen os>` is no file
        ]
        crash = getattr(report.longrepr, "reprcrash", None)
        if not places and crash is not None:
            places = [(crash.path, crash.lineno)]
        if not places and report.when == "collect":
            # What cannot be imported has its traceback in the text only.
            places = [(m[1] or m[3], int(m[2] or m[4])) for m in _PLACE.finditer(text)]
        for path, line in reversed(places):
            own = self._own(Path(self._folder, path))
            if own:
                return own, line
        path, line, _ = getattr(report, "location", (report.nodeid.split("::")[0], None, ""))
        own = self._own(Path(self._root, path))
        return own or path, 0 if line is None else line + 1

    def _own(self, path: Path) -> str:
        """Return the path relative to the suite's folder; empty if it is somebody else's code."""
        relative = os.path.relpath(path, self._folder).replace(os.sep, "/")
        parts = relative.split("/")
        return "" if parts[0] == ".." or "site-packages" in parts else relative


_GROUP = re.compile(r"(?<=[\w\]])@[^\]:]*\Z")
"""What xdist's loadgroup adds to the id of a test that is in a group, up to pytest 9.1."""
_PLACE = re.compile(r'^E\s+File "(.+)", line (\d+)|^(\S.*?):(\d+): ', re.MULTILINE)


def _id_of(nodeid: str, drop: str, add: str) -> str:
    return nodeid[len(drop) :] if drop and nodeid.startswith(drop) else add + nodeid


def _file_of(test: str) -> str:
    return test.partition("::")[0]


def _lines(file: str) -> list[str]:
    if not file:
        return []
    with open(file, encoding="utf-8") as stream:  # noqa: PTH123
        return stream.read().splitlines()


def _prefixes(root: str, folder: str) -> tuple[str, str]:
    """Return what to drop from ids, and what to add: they are relative to pytest's root folder."""
    try:
        down = os.path.relpath(folder, root).replace(os.sep, "/")
        up = os.path.relpath(root, folder).replace(os.sep, "/")
    except ValueError:  # on two drives of Windows
        return "", ""
    return (
        "" if down.startswith(".") else down + "/",
        "" if up.startswith(".") else up + "/",
    )


def _message(longrepr: object, text: str) -> str:
    """Return the line that names the exception."""
    crash = getattr(longrepr, "reprcrash", None)
    if crash is not None:
        message = _first_line(crash.message)
        # pytest leaves the name out where it rewrote the assertion.
        return "AssertionError: " + message if message.startswith("assert ") else message
    lines = re.findall(r"^E   (\S.*)$", text, re.MULTILINE)
    return lines[-1] if lines else _first_line(text)


def _subtest(report: Any) -> str:
    context = getattr(report, "context", None)
    if context is None:
        return ""
    names = [f"[{context.msg}]"] if context.msg else []
    if context.kwargs:
        names.append("({})".format(", ".join(f"{k}={v}" for k, v in context.kwargs.items())))
    return " ".join(names or ["(subtest)"]) + ": "


def _indentation(report: Any) -> str:
    """Return what pytest stripped off a report's first line, or it stands out of its function."""
    chain = getattr(report.longrepr, "reprtraceback", None)
    lines = [line for entry in getattr(chain, "reprentries", ())[:1] for line in entry.lines[:1]]
    first = lines[0] if lines else ""
    code = first.lstrip()
    return first[: len(first) - len(code)] if report.longreprtext.startswith(code) else ""


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def _shortened(text: str) -> str:
    if len(text) <= _LONGEST:
        return text
    half = _LONGEST // 2
    return f"{text[:half]}\n[{len(text) - 2 * half} characters left out]\n{text[-half:]}"
