from __future__ import annotations

from pathlib import Path

import pytest

from taskslib.frameworks.environments import commands
from taskslib.frameworks.environments.declared import Declared
from taskslib.frameworks.environments.inputs import Inputs, Kind
from taskslib.frameworks.environments.local import Local

FOLDER = Path("/repo/app")
PYTHON = Path("/env/bin/python")
INSTALL = ("uv", "pip", "install", "--python", str(PYTHON))
GROUP = ("--group", "dev")


def _inputs(
    kind: Kind, *names: str, project: bool = True, package: bool = False, filtered: str = ""
) -> Inputs:
    return Inputs(
        kind=kind,
        declared=Declared(
            FOLDER, has_project=project, is_package=package, development=GROUP if project else ()
        ),
        files=tuple(FOLDER / name for name in names),
        requires_python="",
        locals=(),
        content=(),
        local_content=(),
        filtered=filtered,
    )


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        (
            _inputs(Kind.UV_LOCK, "uv.lock"),
            ("uv", "sync", "--locked", "--no-install-local", *GROUP, "--python", str(PYTHON)),
        ),
        (
            _inputs(Kind.HASHED, "requirements.lock"),
            (*INSTALL, "--require-hashes", "-r", "requirements.lock"),
        ),
        (
            _inputs(Kind.HASHED, "requirements.lock", filtered="x==1\n"),
            (*INSTALL, "--require-hashes", "-r", "-"),
        ),
        (
            _inputs(Kind.PROJECT, "pyproject.toml"),
            (*INSTALL, "-r", "pyproject.toml", *GROUP, "pytest"),
        ),
        (
            _inputs(Kind.PROJECT, "pyproject.toml", package=True),
            (*INSTALL, "-r", "pyproject.toml", "-e", ".", *GROUP, "pytest"),
        ),
        (
            _inputs(Kind.PROJECT, "setup.py", "requirements-dev.txt", project=False, package=True),
            (*INSTALL, "-e", ".", "-r", "requirements-dev.txt", "pytest"),
        ),
        (
            _inputs(Kind.PLAIN, "requirements-dev.txt", "requirements.txt", project=False),
            (*INSTALL, "-r", "requirements-dev.txt", "-r", "requirements.txt", "pytest"),
        ),
        (_inputs(Kind.NOTHING, project=False), (*INSTALL, "pytest")),
    ],
)
def test_third_parties(inputs: Inputs, expected: tuple[str, ...]) -> None:
    assert commands.third_parties("uv", inputs, PYTHON, ("pytest",)) == expected


def test_nothing_to_install() -> None:
    nothing = _inputs(Kind.NOTHING, project=False)
    assert commands.third_parties("uv", nothing, PYTHON, ()) is None
    assert commands.local("uv", FOLDER, PYTHON, ()) is None
    assert commands.missing("uv", PYTHON, ("Py.Test>=7",), {"py-test": "9.0a1"}) is None


def test_what_is_missing_is_added_within_what_is_there() -> None:
    installed = {"pytest": "7.4", "b": "1"}
    needs = ("pytest", "pytest>=8", "pytest-xdist")
    assert commands.missing("uv", PYTHON, needs, installed) == (
        *INSTALL, "-c", "-", "pytest>=8", "pytest-xdist",
    )  # fmt: skip
    assert commands.constraints(installed) == "b==1\npytest==7.4\n"


def test_local_packages_are_named_from_the_folder() -> None:
    packages = (Local(FOLDER), Local(Path("/repo/lib")), Local(Path("/w.whl"), editable=False))
    assert commands.local("uv", FOLDER, PYTHON, packages) == (
        *INSTALL, "--no-deps", "-e", "./.", "-e", "./../lib", "./../../w.whl",
    )  # fmt: skip


def test_uv_gets_the_machines_settings_and_not_the_users_environment() -> None:
    environ = {
        "PATH": "/bin",
        "UV_INDEX": "https://mirror.example/simple",
        "SSL_CERT_FILE": "/ca.pem",
        "https_proxy": "http://proxy:1",
        "VIRTUAL_ENV": "/mine",
        "UV_PROJECT_ENVIRONMENT": "/mine",
        "UV_PYTHON": "3.9",
        "UV_PYTHON_DOWNLOADS": "automatic",
        "PYTHONPATH": "/mine",
        "FORCE_COLOR": "1",
    }
    assert commands.uv_variables(environ, Path("/s")) == {
        "PATH": "/bin",
        "UV_INDEX": "https://mirror.example/simple",
        "SSL_CERT_FILE": "/ca.pem",
        "https_proxy": "http://proxy:1",
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_NO_PROGRESS": "1",
        "NO_COLOR": "1",
        "DIST_EXTRA_CONFIG": str(Path("/s/setup.cfg")),
    }


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, {}),
        (
            {"PIP_INDEX_URL": "https://a", "PIP_EXTRA_INDEX_URL": " https://b\n https://c "},
            {"UV_DEFAULT_INDEX": "https://a", "UV_INDEX": "https://b https://c"},
        ),
        ({"PIP_INDEX_URL": "https://a", "UV_INDEX_URL": "https://x"}, {}),
        ({"PIP_INDEX_URL": "https://a", "UV_DEFAULT_INDEX": "https://x"}, {}),
        ({"PIP_EXTRA_INDEX_URL": "https://b", "UV_EXTRA_INDEX_URL": "https://x"}, {}),
        (
            {"PIP_INDEX_URL": "https://a", "UV_INDEX": "https://x"},
            {"UV_DEFAULT_INDEX": "https://a"},
        ),
    ],
)
def test_an_index_that_only_pip_knows(environ: dict[str, str], expected: dict[str, str]) -> None:
    assert commands.pip_index(environ) == expected
