from __future__ import annotations

from collections.abc import Mapping

import pytest

from taskslib.frameworks.variables import ALLOWED, NOISE, Selected, suite_variables


def _selected(environ: Mapping[str, str], *pass_env: str, windows: bool = False) -> Selected:
    return suite_variables(environ, pass_env, {"TEST_INSTANCE_ID": "ours"}, windows=windows)


def test_a_developers_environment() -> None:
    machine = {
        "PATH": "/bin", "HOME": "/home/me", "USER": "me", "TMPDIR": "/tmp",  # noqa: S108
        "LANG": "C.UTF-8", "LC_ALL": "C", "TZ": "UTC", "PYTHONUTF8": "1",
        "http_proxy": "http://p", "HTTPS_PROXY": "http://p", "no_proxy": "x",
        "SSL_CERT_FILE": "/ca", "PIP_INDEX_URL": "https://i", "UV_INDEX": "https://i",
        "UV_INDEX_INTERNAL_PASSWORD": "p", "npm_config_registry": "https://n",
        "DOCKER_HOST": "unix:///d", "DOCKER_CONTEXT": "c", "CI": "1", "TERM": "xterm",
        "NO_COLOR": "1", "XDG_RUNTIME_DIR": "/run/user/1", "PYTEST_ADDOPTS": "-x",
        "USERPROFILE": "me", "SYSTEMROOT": "w",
    }  # fmt: skip
    withheld = {
        "AWS_SECRET_ACCESS_KEY": "s", "DATABASE_URL": "d", "PYTHONPATH": "p", "PYTHONHOME": "p",
        "VIRTUAL_ENV": "v", "TEST_API_URL": "t", "TASKSLIB_CACHE_DIR": "t", "VERBOSE": "1",
        "PYTEST_PLUGINS": "p", "PYTEST_CURRENT_TEST": "t", "path": "not PATH", "SSH_AUTH_SOCK": "s",
        "UV_PROJECT_ENVIRONMENT": "u", "DEBUG": "1", "COMPOSE_PROJECT_NAME": "c",
    }  # fmt: skip
    noise = {
        "SHLVL": "1",
        "PWD": "/",
        "OLDPWD": "/",
        "_": "x",
        "LS_COLORS": "",
        "BASH_FUNC_x%%": "",
    }

    assert _selected({**machine, **withheld, **noise}) == Selected(
        {**machine, "TEST_INSTANCE_ID": "ours"}, tuple(sorted(withheld))
    )


def test_pass_env_hands_through_and_ours_wins() -> None:
    environ = {"TEST_INSTANCE_ID": "theirs", "TEST_X": "1", "AWS_A": "1", "AWS_B": "2", "AW": "3"}
    assert _selected(environ, "AWS_*", "TEST_*") == Selected(
        {"TEST_X": "1", "AWS_A": "1", "AWS_B": "2", "TEST_INSTANCE_ID": "ours"}, ("AW",)
    )


def test_a_wildcard_for_everything() -> None:
    environ = {"A": "1", "SHLVL": "2"}
    assert _selected(environ, "*") == Selected({**environ, "TEST_INSTANCE_ID": "ours"}, ())


@pytest.mark.parametrize(
    ("windows", "expected"),
    [
        (False, Selected({"TEST_INSTANCE_ID": "ours"}, ("Path", "aws_a", "test_instance_id"))),
        (True, Selected({"Path": "x", "aws_a": "1", "TEST_INSTANCE_ID": "ours"}, ())),
    ],
)
def test_case_matters_but_on_windows(*, windows: bool, expected: Selected) -> None:
    environ = {"Path": "x", "aws_a": "1", "test_instance_id": "theirs"}
    assert _selected(environ, "AWS_A", windows=windows) == expected


def test_every_group_says_why_and_no_name_stands_twice() -> None:
    names = [name for group in ALLOWED for name in group.names]
    assert len(names) == len({*names})
    assert not {*names} & {*NOISE}
    assert all(group.why and group.names for group in ALLOWED)
