"""From facts to lines: what is ok, what is not, and what mends it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from taskslib.cancellation import Cancellation
from taskslib.display.health import finding_document, finding_lines
from taskslib.doctor.facts import Facts
from taskslib.doctor.health.checks import health_lines
from taskslib.doctor.health.examine import Examination, Examiner
from taskslib.doctor.health.facts import (
    Cache,
    Health,
    Net,
    Reach,
    Repo,
    Resources,
    Tools,
    Wait,
)
from taskslib.doctor.health.fake import FakeExaminer
from taskslib.doctor.health.findings import Status
from taskslib.doctor.machine import ThisMachine
from taskslib.project import load
from tests.support.projects import environment, multi, write

GB = 1 << 30
MACHINE = Facts(
    "linux",
    client="/usr/bin/docker",
    dockerd="/usr/sbin/dockerd",
    compose="2.26.1-4",
    buildx="0.13.1",
    daemon="26.1.5+dfsg1",
)
GOOD = Health(
    MACHINE,
    Tools("2.39.5", "0.13.9", "22.1.0", wants_node=True),
    Resources({"/repo": 50 * GB}, 8 * GB, 25, 500_000, 1024),
    Net(),
    Repo(waits=(Wait("deploy/test/compose.yml", 0.4, ("db 0.2 s", "api 0.2 s")),)),
    Cache("/repo/.git/taskslib", 1_500_000),
    {"a:1": Reach.HERE, "b:1": Reach.STAND_IN, "c:1": Reach.REGISTRY},
)


def test_a_machine_that_is_fit() -> None:
    assert list(finding_lines(health_lines(GOOD))) == [
        "ok       engine        26.1.5+dfsg1",
        "ok       Compose       2.26.1-4",
        "ok       Buildx        0.13.1",
        "ok       networks      addresses for 25 more networks; each stack takes one",
        "ok       image         a:1 is here",
        "ok       image         b:1 is here, a stand-in that was built on this machine",
        "ok       image         c:1 is not here, and can be pulled",
        "ok       disk          50.0 GB free in /repo",
        "ok       memory        8.0 GB free",
        "ok       git           2.39.5",
        "ok       uv            0.13.9",
        "ok       node          22.1.0",
        "ok       proxies       none",
        "ok       certificates  every bundle that is named is there",
        "ok       file watches  fs.inotify.max_user_watches is 500000",
        "ok       file watches  fs.inotify.max_user_instances is 1024",
        "ok       line ends     scripts and Dockerfiles end lines as containers need it",
        "ok       instances     none is left that nobody needs",
        "ok       cache         1.5 MB in /repo/.git/taskslib",
        "ok       suites        every service has tests",
        "ok       healthchecks  deploy/test/compose.yml waits 0.4 s at least: db 0.2 s → api 0.2 s",
        "0 problems, 0 warnings, 21 ok",
    ]


def test_names_of_files_make_no_lines() -> None:
    health = replace(GOOD, repo=Repo(carriage_returns=("two\nlines/run.sh",)))
    (said,) = (line for line in finding_lines(health_lines(health)) if "CR LF" in line)
    assert said.endswith(": two lines/run.sh")


PROBLEM, WARNING = Status.PROBLEM, Status.WARNING
DOWN = replace(MACHINE, daemon="")


@pytest.mark.parametrize(
    ("health", "status", "subject", "words", "fix"),
    [
        (replace(GOOD, machine=DOWN), PROBLEM, "engine", "does not answer", "systemctl start"),
        (
            replace(GOOD, machine=Facts("linux")),
            PROBLEM,
            "engine",
            "no container engine",
            "install",
        ),
        (
            replace(GOOD, machine=replace(MACHINE, daemon="24.0.7")),
            *(WARNING, "engine", "24.0.7; from 25 has `start_interval`", "upgrade"),
        ),
        (
            replace(GOOD, machine=replace(MACHINE, daemon="4.3.1", podman=True)),
            *(WARNING, "engine", "Podman 4.3.1 by Docker's API: no BuildKit", "DOCKER_BUILDKIT=0"),
        ),
        (
            replace(GOOD, machine=replace(MACHINE, compose="2.21.0")),
            *(WARNING, "Compose", "from 2.22 has `develop.watch`", "upgrade"),
        ),
        (
            replace(GOOD, resources=Resources(pools=0)),
            PROBLEM,
            "networks",
            "no addresses left for another",
            "infra-prune",
        ),
        (
            replace(GOOD, resources=Resources(pools=4)),
            WARNING,
            "networks",
            "for 4 more",
            "infra-prune",
        ),
        (
            replace(GOOD, images={"x:1": Reach.NOWHERE}),
            *(PROBLEM, "image", "x:1 is not here, and no registry", "--offline-images"),
        ),
        (
            replace(GOOD, resources=Resources({"/a": GB})),
            *(PROBLEM, "disk", "1.0 GB free in /a", "docker system df"),
        ),
        (
            replace(GOOD, resources=Resources({"/a": 5 * GB})),
            *(WARNING, "disk", "5.0 GB free in /a", "docker system df"),
        ),
        (
            replace(GOOD, resources=Resources(memory=GB)),
            *(WARNING, "memory", "1.0 GB free", "jobs = 1"),
        ),
        (replace(GOOD, tools=Tools(uv="1")), WARNING, "git", "not on PATH", "install git"),
        (replace(GOOD, tools=Tools(git="2")), PROBLEM, "uv", "does not run", "pip install"),
        (
            replace(GOOD, net=Net(("HTTP_PROXY",), past_loopback=False)),
            *(WARNING, "proxies", "HTTP_PROXY: requests to stacks", "export NO_PROXY="),
        ),
        (
            replace(GOOD, net=Net(missing_bundles=("SSL_CERT_FILE=/x",))),
            *(PROBLEM, "certificates", "names /x, which is not there", "unset SSL_CERT_FILE"),
        ),
        (
            replace(GOOD, resources=Resources(watches=8192)),
            *(WARNING, "file watches", "max_user_watches is 8192", "sudo sysctl fs.inotify"),
        ),
        (
            replace(GOOD, repo=Repo(carriage_returns=("a.sh", "b.sh", "c.sh", "d.sh"))),
            *(PROBLEM, "line ends", "a.sh, b.sh, c.sh and 1 more", "eol=lf"),
        ),
        (
            replace(GOOD, stale={"shop-test-x-kept": "its branch is gone: x"}),
            *(WARNING, "instances", "its branch is gone: x", "inv infra-prune --yes"),
        ),
        (
            replace(GOOD, orphans=("shop-test-x",)),
            *(WARNING, "instances", "shop-test-x: its run was killed", "any test run"),
        ),
        (
            replace(GOOD, cache=Cache("/c", writable=False)),
            *(PROBLEM, "cache", "/c can't be written", "chown"),
        ),
        (
            replace(GOOD, cache=Cache("/c", damaged=True)),
            *(WARNING, "cache", "is damaged", "inv test"),
        ),
        (
            replace(GOOD, repo=Repo(gaps=("web has no unit tests",))),
            *(WARNING, "suites", "web has no unit tests", "inv services"),
        ),
        (
            replace(GOOD, repo=Repo(waits=(Wait("a.yml", 35, ("db 5 s", "api 30 s")),))),
            *(WARNING, "healthchecks", "waits 35 s at least: db 5 s → api 30 s", "start_interval"),
        ),
        (
            replace(GOOD, repo=Repo(unreadable=("a.yml: it is no mapping",))),
            *(PROBLEM, "healthchecks", "a.yml: it is no mapping", "correct the file"),
        ),
    ],
)
def test_what_is_not_fit(
    health: Health, status: Status, subject: str, words: str, fix: str
) -> None:
    found = [one for one in health_lines(health) if one.status is not Status.OK]
    (told,) = [one for one in found if one.subject == subject]
    assert told.status is status
    assert words in told.words
    assert fix in told.fix


def test_every_line_that_is_not_ok_says_what_mends_it() -> None:
    bad = Health(Facts("linux"), images={"x:1": Reach.NOWHERE}, stale={"x": "y"})
    assert [one for one in health_lines(bad) if (one.status is Status.OK) is bool(one.fix)] == []


def test_for_programs() -> None:
    first = finding_document(health_lines(GOOD))["lines"][0]
    assert first == {"status": "ok", "subject": "engine", "words": "26.1.5+dfsg1", "fix": ""}


@pytest.fixture(params=["this machine", "fake"])
def examiner(request: pytest.FixtureRequest, tmp_path: Path) -> Examiner:
    if request.param == "fake":
        return FakeExaminer(GOOD)
    project = load(write(tmp_path / "shop", multi()))
    # There is no engine at that address: this is a test without one.
    environ = environment(DOCKER_HOST=f"unix://{tmp_path}/none")
    machine = ThisMachine(Cancellation())
    return Examination(project, environ, Cancellation(), machine.ask)


def test_whoever_looks_sees_what_any_machine_has(examiner: Examiner) -> None:
    subjects = {one.subject for one in health_lines(examiner.health())}
    always = {"git", "uv", "proxies", "certificates", "line ends", "cache", "suites", "disk"}
    assert always | {"engine"} <= subjects
