"""What a path means, and what earlier failures do."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from taskslib.errors import UsageError
from taskslib.events import Stage, SuiteId
from taskslib.pipeline.plan import Pick
from taskslib.pipeline.selecting import by_failures, by_path
from taskslib.project import load
from taskslib.project.model import Project
from tests.support.projects import COMPOSE, multi, write

UNIT, SERVICE = SuiteId("web", Stage.UNIT), SuiteId("web", Stage.SERVICE)
ROOT, ALL = SuiteId("shop", Stage.UNIT), SuiteId("shop", Stage.INTEGRATION)
TEST = "services/web/tests/unit/test_unit.py"
TESTS = "def test_a(): pass\nclass TestA:\n    def test_b(self, x): pass\n"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    files = {
        "deploy/test/docker-compose.yml": COMPOSE.format(context="."),
        "tests/integration/test_all.py": "",
        "tests/unit/deep/test_own.py": "",
        "services/web/web.py": "",
        TEST: TESTS,
        "README.md": "",
        "odd/page.txt": "",
    }
    return load(write(tmp_path / "shop", multi(**files)))


@pytest.mark.parametrize(
    ("path", "chosen"),
    [
        (TEST, {UNIT: ("tests/unit/test_unit.py",)}),
        (f"{TEST}::TestA::test_b[x::y]", {UNIT: ("tests/unit/test_unit.py::TestA::test_b[x::y]",)}),
        ("services/web/tests/unit", {UNIT: ()}),
        ("services/web/tests/", {UNIT: (), SERVICE: ()}),
        ("./services/web", {UNIT: (), SERVICE: ()}),
        ("services/web/web.py", {UNIT: (), SERVICE: ()}),
        ("services/../services/web/web.py", {UNIT: (), SERVICE: ()}),
        ("tests/unit/deep", {ROOT: ("tests/unit/deep",)}),
        ("tests/integration/test_all.py", {ALL: ("tests/integration/test_all.py",)}),
        ("README.md", {ROOT: (), ALL: ()}),
    ],
)
def test_a_path_seen_from_the_repo(
    project: Project, path: str, chosen: dict[SuiteId, tuple[str, ...]]
) -> None:
    picks = {suite: Pick(arguments) for suite, arguments in chosen.items()}
    assert by_path(project, path, Path("/")) == picks
    assert by_path(project, str(project.root / path), Path("/")) == picks


def test_a_path_seen_from_where_the_user_is(project: Project) -> None:
    here = project.root / "services" / "web"
    expected = {UNIT: Pick(("tests/unit/test_unit.py::test_a",))}
    assert by_path(project, "tests/unit/test_unit.py::test_a", here) == expected
    assert by_path(project, "test_unit.py::test_a", here / "tests" / "unit") == expected


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("services/web/nope.py", "there is no services/web/nope.py"),
        ("services/web/web.py::test_a", "services/web/web.py is in no suite's tests"),
        ("/", "no suite has to do with /"),
    ],
)
def test_a_path_that_means_nothing(project: Project, path: str, message: str) -> None:
    if path == "/":
        # Everything is below it, but it is not the repo's.
        assert set(by_path(project, path, Path("/"))) == {one.id for one in project.suites}
        return
    with pytest.raises(UsageError) as refused:
        by_path(project, path, Path("/"))
    assert refused.value.message == message
    assert refused.value.hint.startswith("tests are in services/web/tests/unit, ")


def test_only_what_failed(project: Project) -> None:
    gone = SuiteId("gone", Stage.UNIT)
    own, deep = "tests/integration/test_all.py::t", "tests/unit/deep/test_own.py"
    one, two, long = (f"tests/unit/test_unit.py::{name}" for name in ("t1", "t2", "t" * 9_999))
    failed = [(UNIT, one), (ALL, own), (UNIT, two), (gone, "c.py::t"), (UNIT, long)]
    failed += [(UNIT, "tests/unit/no_more.py::t"), (UNIT, "x" * 9_999), (ROOT, "no_more.py::t")]
    picks = {UNIT: Pick(tests=(one, two, long)), ALL: Pick(tests=(own,))}
    assert by_failures(project, failed) == picks
    assert by_failures(project, [*failed, (ROOT, deep)], [UNIT]) == {
        UNIT: Pick(), ALL: picks[ALL], ROOT: Pick(tests=(deep,))
    }  # fmt: skip
    assert by_failures(project, []) == {}


@pytest.fixture
def linked(project: Project) -> Project:
    """Return the project with links in it, to its own files and to others."""
    root = project.root
    write(root, {"shared/test_l.py": "def test_l(): assert 0\n"})
    write(root.parent / "elsewhere", multi())
    links = {
        "services/web/tests/unit/test_l.py": root / "shared" / "test_l.py",
        "services/web/tests/unit/more": root / "shared",
        "services/far": root.parent / "elsewhere" / "services" / "web",
        "short": root / "services" / "web" / "tests" / "unit",
    }
    for name, target in links.items():
        (root / name).symlink_to(target, target_is_directory=target.is_dir())
    (root.parent / "way").symlink_to(root, target_is_directory=True)
    return load(root)


FAR = SuiteId("far", Stage.UNIT), SuiteId("far", Stage.SERVICE)


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
@pytest.mark.parametrize(
    ("path", "chosen"),
    [
        ("services/web/tests/unit/test_l.py::t", {UNIT: ("tests/unit/test_l.py::t",)}),
        ("services/web/tests/unit/more/test_l.py", {UNIT: ("tests/unit/more/test_l.py",)}),
        ("services/far/tests/unit/test_unit.py", {FAR[0]: ("tests/unit/test_unit.py",)}),
        ("services/far", {FAR[0]: (), FAR[1]: ()}),
        ("short", {UNIT: ()}),
        ("short/test_unit.py::t", {UNIT: ("tests/unit/test_unit.py::t",)}),
        (f"../way/{TEST}::t", {UNIT: ("tests/unit/test_unit.py::t",)}),
        ("../way/services/web", {UNIT: (), SERVICE: ()}),
        ("shared/test_l.py", {ROOT: (), ALL: ()}),
    ],
)
def test_a_path_with_a_link_in_it(
    linked: Project, path: str, chosen: dict[SuiteId, tuple[str, ...]]
) -> None:
    expected = {suite: Pick(arguments) for suite, arguments in chosen.items()}
    assert by_path(linked, path, linked.root) == expected
