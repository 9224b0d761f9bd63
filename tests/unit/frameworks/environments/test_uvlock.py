from __future__ import annotations

from pathlib import Path

import pytest

from taskslib.errors import EnvironmentFailure
from taskslib.frameworks.environments import uvlock
from taskslib.frameworks.environments.local import Local

LOCK = """\
version = 1
revision = 5
requires-python = ">=3.11"

[manifest]
members = ["app", "lib", "tool", "unseen", "root"]

[[package]]
name = "app"
source = { editable = "services/app" }
dependencies = [{ name = "third" }]
[package.optional-dependencies]
fast = [{ name = "wheel-one" }]
[package.dev-dependencies]
dev = [{ name = "tool" }]

[[package]]
name = "lib"
source = { directory = "libs/Zoë's" }
[package.dev-dependencies]
dev = [{ name = "unseen" }]

[[package]]
name = "root"
source = { virtual = "." }
dependencies = [{ name = "lib" }]

[[package]]
name = "third"
source = { registry = "https://example.org/simple" }
dependencies = [{ name = "lib", marker = "sys_platform == 'linux'" }]

[[package]]
name = "tool"
source = { editable = "tool" }

[[package]]
name = "unseen"
source = { editable = "unseen" }

[[package]]
name = "wheel-one"
source = { path = "wheels/wheel_one-1-py3-none-any.whl" }
"""


def _names(packages: tuple[Local, ...], folder: Path) -> list[tuple[str, bool]]:
    return [(item.path.relative_to(folder).as_posix(), item.editable) for item in packages]


def test_what_is_read_without_parsing_it_all(tmp_path: Path) -> None:
    found = uvlock.local_sources(LOCK, tmp_path)

    assert uvlock.requires_python(LOCK) == ">=3.11"
    assert {path.relative_to(tmp_path).as_posix(): item for path, item in found.items()} == {
        "services/app": Local(tmp_path / "services/app"),
        "libs/Zoë's": Local(tmp_path / "libs/Zoë's"),
        ".": None,
        "tool": Local(tmp_path / "tool"),
        "unseen": Local(tmp_path / "unseen"),
        "wheels/wheel_one-1-py3-none-any.whl": Local(
            tmp_path / "wheels/wheel_one-1-py3-none-any.whl", editable=False
        ),
    }


def test_only_what_a_member_needs_is_installed_for_it(tmp_path: Path) -> None:
    file = tmp_path / "uv.lock"
    file.write_text(LOCK, "utf-8")

    # Through a third party, a group and an extra of its own; not through a group of another's.
    app = uvlock.reachable(file, tmp_path / "services" / "app")
    assert _names(app, tmp_path) == [
        ("services/app", True),
        ("libs/Zoë's", True),
        ("tool", True),
        ("wheels/wheel_one-1-py3-none-any.whl", False),
    ]
    assert _names(uvlock.reachable(file, tmp_path), tmp_path) == [("libs/Zoë's", True)]


def test_a_lock_that_is_none(tmp_path: Path) -> None:
    file = tmp_path / "uv.lock"
    file.write_text("<<<<<<< HEAD\n")

    assert uvlock.requires_python("<<<<<<< HEAD\n") == ""
    assert uvlock.local_sources("<<<<<<< HEAD\n", tmp_path) == {}
    with pytest.raises(EnvironmentFailure, match=r"uv\.lock: ") as failure:
        uvlock.reachable(file, tmp_path)
    assert failure.value.hint == "write the lock anew: uv lock"
