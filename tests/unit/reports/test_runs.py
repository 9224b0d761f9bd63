"""Runs leave their files behind, within limits, and take nobody else's away."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from taskslib.reports.lines import EventLines, has_begun
from taskslib.reports.runs import EVENTS, KEPT, last_run, run_folder
from taskslib.testing import wait_for
from tests.support.projects import Ran, argv, environment, inv, multi, redact, write
from tests.unit.reports.runs import EVENTS as HAPPENED

WAITS = """\
import os, pathlib, time

def test_first(): pass

def test_waits():
    while not pathlib.Path(os.environ["GO"]).exists():
        time.sleep(0.01)
"""


def runs_of(root: Path) -> Path:
    return root / ".taskslib" / "runs"


def earlier(root: Path, **sizes: int) -> None:
    """Make folders of earlier runs with so many bytes each."""
    for name, size in sizes.items():
        folder = runs_of(root) / name
        with EventLines(folder / EVENTS, {}) as lines:
            for event in HAPPENED:
                lines(event)
        written = (folder / EVENTS).stat().st_size
        (folder / "output.txt").write_bytes(b"x" * (size - written))


def told_in(root: Path) -> str:
    return "".join(file.read_text("utf-8") for file in runs_of(root).glob(f"*/{EVENTS}"))


def there(root: Path) -> list[str]:
    return sorted(path.name for path in runs_of(root).iterdir() if path.is_dir())


def test_the_oldest_go_by_number(tmp_path: Path) -> None:
    earlier(tmp_path, a=10_000, b=10_000, c=10_000)
    with run_folder(tmp_path, kept=2) as made:
        assert there(tmp_path) == sorted([made.name, "b", "c"])


def test_the_oldest_go_by_size(tmp_path: Path) -> None:
    earlier(tmp_path, a=10_000, b=60_000, c=40_000)
    with run_folder(tmp_path, kept_bytes=100_000) as made:
        assert there(tmp_path) == sorted([made.name, "b", "c"])


def test_the_last_one_stays_however_large(tmp_path: Path) -> None:
    earlier(tmp_path, a=10_000, b=100_000)
    with run_folder(tmp_path, kept_bytes=50_000) as made:
        assert there(tmp_path) == sorted([made.name, "b"])


def test_those_that_go_on_stay_and_go_when_they_have_ended(tmp_path: Path) -> None:
    with run_folder(tmp_path) as first:
        earlier(tmp_path, z=10_000)
        with run_folder(tmp_path, kept=1) as second:
            assert there(tmp_path) == [first.name, second.name, "z"]
    with run_folder(tmp_path, kept=1) as third:
        assert there(tmp_path) == [third.name, "z"]
        assert sorted(path.name for path in runs_of(tmp_path).iterdir()) == [
            third.name, f"{third.name}.lock", "z",
        ]  # fmt: skip


def test_what_began_nothing_is_no_run(tmp_path: Path) -> None:
    assert last_run(runs_of(tmp_path)) is None
    earlier(tmp_path, a=10_000)
    with run_folder(tmp_path) as refused, EventLines(refused / EVENTS, {}):
        pass
    assert not has_begun(refused / EVENTS)
    assert last_run(runs_of(tmp_path)) == runs_of(tmp_path) / "a"
    # However many there are, they push out no run.
    with run_folder(tmp_path, kept=1) as made:
        assert there(tmp_path) == [made.name, "a"]


def test_nobodys_input(tmp_path: Path) -> None:
    with run_folder(tmp_path):
        assert (tmp_path / ".taskslib" / ".gitignore").read_text() == "*\n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    tests = "services/{}/tests/unit/test_{}.py"
    files = {tests.format("web", "unit"): WAITS, tests.format("lib", "lib"): "def test_a(): pass\n"}
    files["services/lib/pyproject.toml"] = "[project]\nname = 'lib'\nversion = '0'\n"
    files["pyproject.toml"] = (
        "[tool.taskslib]\npass_env = ['GO']\n[tool.taskslib.slow]\nunit = 600\n"
    )
    return write(tmp_path / "shop", multi(**files))


def test_a_long_run_beside_many_short_ones(shop: Path) -> None:
    go = shop.parent / "go"
    child = subprocess.Popen(
        argv("test-unit", "--service", "web"),
        cwd=shop,
        env=environment(GO=str(go)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    try:
        wait_for(lambda: "TestFinished" in told_in(shop), timeout=60)
        earlier(shop, **{f"9{number:02}": 10_000 for number in range(KEPT)})
        assert inv(shop, "test-unit", "--service", "lib").code == 0
        go.touch()
        out, err = child.communicate(timeout=60)
    finally:
        child.kill()
    assert Ran(child.returncode, redact(out, shop), err) == Ran(
        0,
        "Unit Tests\n  ✓ web              2 passed TIME\n"
        "\n1 suite in TIME\n2 passed, 0 failed, 0 skipped\n",
        "",
    )


def test_what_is_refused_is_not_the_last_run(shop: Path) -> None:
    test = "services/lib/tests/unit/test_lib.py"
    write(shop, {test: "def test_a(): assert 0\ndef test_b(): assert 0\n"})
    assert inv(shop, "test-unit", "--service", "lib").code == 1
    shown = inv(shop, "show", "--id", "F2")
    assert shown.out.startswith("F2 lib:unit FAILED tests/unit/test_lib.py::test_b\n")
    assert inv(shop, "test", "--events", "services").code == 2
    assert inv(shop, "show", "--id", "F2") == shown
    assert inv(shop, "report") == Ran(0, "ROOT/.taskslib/report.html\n", "")


def test_a_summary_without_the_folder(shop: Path) -> None:
    test = "services/lib/tests/unit/test_lib.py"
    body = f"import shutil\ndef test_a(): shutil.rmtree({str(runs_of(shop))!r})\n"
    write(shop, {test: body})
    ran = inv(shop, "test-unit", "--service", "lib")
    assert (ran.code, ran.err) == (1, "")
    assert ran.out.endswith("\n1 suite in TIME\n0 passed, 1 failed, 0 skipped\n")
