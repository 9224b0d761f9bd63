"""What is uploaded: what is in it, and that it installs and works where nothing else is."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from taskslib import __version__
from taskslib.frameworks.environments.build import uv_program
from tests.support.interpreters import interpreter
from tests.support.projects import environment, multi, write

ROOT = Path(__file__).parents[2]
DATA = {
    "ci/templates/release.yml.j2",
    "ci/templates/steps.yml.j2",
    "ci/templates/test.yml.j2",
    "cli/completion/bash",
    "cli/completion/fish",
    "cli/completion/powershell",
    "cli/completion/zsh",
    "frameworks/plugins/taskslib-vitest-events.mjs",
    "frameworks/plugins/vitest-tasks.mjs",
    "frameworks/plugins/vitest-words.mjs",
    "project/schema.json",
    "py.typed",
    "reports/page/template.html.j2",
    "reports/schema.json",
    *(
        path.relative_to(ROOT / "taskslib").as_posix()
        for path in (ROOT / "taskslib" / "scaffold" / "template").rglob("*")
        if path.is_file()
    ),
}
ENTRY_POINTS = """\
[console_scripts]
taskslib = taskslib.__main__:main

[pytest11]
taskslib = taskslib.testing.fixtures
"""
UNIT = ("--stage", "unit")
OUR_WARNING = re.compile(r"taskslib[\\/][\w\\/.]+:\d+: \w*Warning")
"""What Python says of a line of ours, where a test lets it say so."""
pytestmark = pytest.mark.xdist_group("packaging")  # so that it is built once


def run(*argv: str | Path, cwd: Path, **variables: str) -> str:
    """Run a command that has to pass, without what is installed around us; return its output."""
    done = subprocess.run(
        argv,
        cwd=cwd,
        env=environment(PYTHONPATH="", **variables),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert not OUR_WARNING.search(done.stderr), done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder with the sdist and the wheel that is built from it."""
    folder = tmp_path_factory.mktemp("dist")
    run(uv_program(), "build", "--quiet", "--out-dir", folder, ROOT, cwd=folder)
    return folder


def test_the_wheel_has_the_package_and_nothing_else(built: Path) -> None:
    [wheel] = built.glob("*.whl")
    assert wheel.name == f"taskslib-{__version__}-py3-none-any.whl"
    about = f"taskslib-{__version__}.dist-info"
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        assert archive.read(f"{about}/entry_points.txt").decode() == ENTRY_POINTS
    sources = {path.relative_to(ROOT).as_posix() for path in (ROOT / "taskslib").rglob("*.py")}
    meta = {"METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE"}
    expected = {*sources, *(f"taskslib/{name}" for name in DATA), *(f"{about}/{x}" for x in meta)}
    assert names == expected


def test_the_sdist_has_what_a_wheel_is_made_from(built: Path) -> None:
    [sdist] = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = [name.split("/")[1:] for name in archive.getnames()]
    assert {name[0] for name in names} == {
        ".gitignore", "CHANGELOG.md", "LICENSE", "PKG-INFO", "README.md", "pyproject.toml",
        "taskslib",
    }  # fmt: skip
    assert not [name for name in names if "__pycache__" in name]


def test_the_index_would_take_it(built: Path) -> None:
    files = sorted(built.glob("taskslib-*"))
    said = run(sys.executable, "-m", "twine", "check", "--strict", *files, cwd=built)
    assert said.count("PASSED") == 2


@dataclass(frozen=True)
class Installed:
    """An environment that has the wheel, pytest, and what they need."""

    home: Path

    def program(self, name: str) -> Path:
        return self.home / ("Scripts" if sys.platform == "win32" else "bin") / name


def installed(built: Path, folder: Path, python: str, resolution: str) -> Installed:
    """Install the wheel with the lowest or the highest versions of what it needs."""
    [wheel] = built.glob("*.whl")
    uv, made = uv_program(), Installed(folder / "environment")
    run(uv, "venv", "--quiet", "--python", python, made.home, cwd=folder)
    into = ("--quiet", "--python", made.program("python"))
    # What has to be compiled installs on no machine that lacks a compiler.
    chosen = ("--only-binary", ":all:", "--resolution", resolution)
    # Named by themselves, or uv counts what the wheel needs as indirect, and takes the highest.
    direct = ("-r", ROOT / "pyproject.toml")
    run(uv, "pip", "install", *into, *chosen, wheel, "pytest>=7.4", *direct, cwd=folder)
    run(uv, "pip", "check", *into, cwd=folder)
    return made


@pytest.mark.parametrize("resolution", ["lowest-direct", "highest"])
def test_it_installs_and_works_where_nothing_else_is(
    built: Path, tmp_path: Path, resolution: str
) -> None:
    made = installed(built, tmp_path, sys.executable, resolution)
    inv, taskslib = made.program("inv"), made.program("taskslib")
    reads = "def test_it(request):\n    assert request.getfixturevalue('database_url') == 'given'\n"
    root = write(tmp_path / "shop", multi(**{"deep/test_it.py": reads}))
    told = run(inv, "test-unit", "--junit", "out", "--plain", cwd=root)
    assert "\n1 passed, 0 failed, 0 skipped\n" in told
    assert run(taskslib, "services", cwd=root).startswith("shop: multi-service")
    assert run(taskslib, "report", cwd=root)
    run(taskslib, "init", "made", "--yes", cwd=tmp_path)
    assert run(inv, "lint", "--strict", cwd=tmp_path / "made").startswith("no findings")
    given = {"TEST_COMPOSE_PROJECT": "x", "TEST_DATABASE_URL": "given"}
    run(made.program("python"), "-W", "error", "-m", "pytest", "deep", cwd=root, **given)


@pytest.mark.parametrize(
    "resolution", ["lowest-direct", pytest.param("highest", marks=pytest.mark.full)]
)
@pytest.mark.parametrize(
    "version",
    [*(pytest.param(one, marks=pytest.mark.full) for one in ("3.11", "3.12")), "3.13", "3.14"],
)
def test_it_works_on_other_interpreters(
    built: Path, tmp_path: Path, version: str, resolution: str
) -> None:
    """Also what only warns there: the next version of Python would refuse it."""
    python = interpreter(version)
    if python is None or python == sys.executable:
        pytest.skip("it is the one that runs these tests" if python else f"no Python {version}")
    made = installed(built, tmp_path, python, resolution)
    root = write(tmp_path / "shop", multi())
    strict = {"PYTHONWARNINGS": "default"}
    assert "  test-unit " in run(made.program("inv"), "--list", cwd=root, **strict)
    told = run(made.program("inv"), "test", *UNIT, "--coverage", "--plain", cwd=root, **strict)
    assert "\n1 passed, 0 failed, 0 skipped\n" in told
    run(made.program("taskslib"), "init", "made", "--yes", cwd=tmp_path, **strict)
    told = run(made.program("inv"), "test-unit", "--plain", cwd=tmp_path / "made", **strict)
    assert " passed, 0 failed, 0 skipped\n" in told
