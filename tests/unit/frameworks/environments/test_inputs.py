from __future__ import annotations

from pathlib import Path

import pytest

from taskslib.frameworks.environments.inputs import Kind, digest, gather
from taskslib.frameworks.environments.local import Local
from tests.unit.frameworks.environments.repo import write_project

HASHED = "x==1 --hash=sha256:00\n"


@pytest.mark.parametrize(
    ("files", "kind", "named"),
    [
        ({}, Kind.NOTHING, ()),
        ({"requirements.txt": ""}, Kind.PLAIN, ("requirements.txt",)),
        ({"requirements.lock": "x==1\n"}, Kind.PLAIN, ("requirements.lock",)),
        ({"pyproject.toml": "[tool.x]\n"}, Kind.NOTHING, ()),
        ({"pyproject.toml": "[project]\nname='x'\n"}, Kind.PROJECT, ("pyproject.toml",)),
        ({"setup.py": "", "requirements.txt": ""}, Kind.PROJECT, ("setup.py",)),
        (
            {"pyproject.toml": "[project]\nname='x'\n", "requirements-dev.txt": ""},
            Kind.PROJECT,
            ("pyproject.toml", "requirements-dev.txt"),
        ),
        (
            {"requirements.lock": HASHED, "pyproject.toml": "[project]\nname='x'\n"},
            Kind.HASHED,
            ("requirements.lock",),
        ),
        (
            {"requirements.lock": HASHED, "requirements-dev.lock": HASHED},
            Kind.HASHED,
            ("requirements-dev.lock",),
        ),
        (
            {"requirements-dev.lock": "x==1\n", "requirements.lock": HASHED},
            Kind.HASHED,
            ("requirements.lock",),
        ),
        ({"uv.lock": "", "requirements-dev.lock": HASHED}, Kind.UV_LOCK, ("uv.lock",)),
    ],
)
def test_which_case_applies(
    tmp_path: Path, files: dict[str, str], kind: Kind, named: tuple[str, ...]
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)

    inputs = gather(tmp_path, tmp_path)

    assert inputs.kind is kind
    assert inputs.files == tuple(tmp_path / name for name in named)
    assert inputs.file == (tmp_path / named[0] if named else tmp_path)


def test_equal_worktrees_have_equal_content(tmp_path: Path) -> None:
    found = []
    for name in ("one", "two"):
        root = tmp_path / name
        write_project(root / "lib")
        app = write_project(root / "app", dependencies=["lib"], sources={"lib": 'path = "../lib"'})
        (app / "requirements.lock").write_text(f"-e .\n{HASHED}")
        found.append(gather(app, root))
    one, two = found

    assert one.content == two.content
    assert one.filtered == f"\n{HASHED}"
    assert one.local_content != two.local_content
    assert one.locals == (Local(tmp_path / "one" / "app"), Local(tmp_path / "one" / "lib"))


def test_an_edit_of_the_sources_changes_nothing_and_one_of_the_entry_points_does(
    tmp_path: Path,
) -> None:
    app = write_project(tmp_path / "app")
    (app / "requirements.lock").write_text(HASHED)
    before = gather(app, tmp_path)

    (app / "app.py").write_text("changed = True\n")
    assert gather(app, tmp_path) == before

    text = (app / "pyproject.toml").read_text()
    (app / "pyproject.toml").write_text(text.replace("app-says", "app-tells"))
    after = gather(app, tmp_path)
    assert after.content == before.content
    assert after.local_content != before.local_content


def test_no_two_inputs_share_a_digest() -> None:
    inputs: list[list[list[tuple[str, bytes]]]] = [
        [[]], [[("", b"")]], [[("a", b"b")]], [[("ab", b"")]], [[("", b"ab")]],
        [[("a", b"")], [("b", b"")]], [[("a", b"1:b")]], [[("a", b""), ("1:b", b"")]],
    ]  # fmt: skip
    names = [digest(*parts) for parts in inputs]
    assert len({*names}) == len(names)
    assert all(len(name) == 20 for name in names)
