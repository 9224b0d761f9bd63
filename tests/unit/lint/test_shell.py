"""Which folder commands are in, and that TL704 mends only what starts a stack that is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from taskslib.lint.shell import Shell
from tests.unit.lint.cases import mended, project


@pytest.mark.parametrize(
    ("text", "folder"),
    [
        ("cd a", "a"),
        ("cd 'a b'/c && x", "a b/c"),
        ("cd -P -- a; cd b", "a/b"),
        ("cd a/b\ncd ..", "a/b/.."),
        ("cd a; cd /b", "/b"),
        ('cd a; cd "$(dirname "$0")/b"', "$(dirname $0)/b"),
        ("cd ${A:-b}/c", "${A:-b}/c"),
        ("pushd a", "a"),
        ("(cd a && x)", ""),
        ("(\n  cd a\n  (cd b)", "a"),
        ("cd a; (cd b; x); cd c", "a/c"),
        ('DIR="$(cd "$(dirname "$0")" && pwd)"', ""),
        ('DIR=$(cd "$(dirname "$0")" && pwd)', ""),
        ("DIR=`cd a; pwd`", ""),
        ("(case $1 in a) cd b;; c) x;; esac", "b"),
        ("(case $1 in a) cd b;; esac)", ""),
        ("case $1 in a) cd b;; esac", "b"),
        ("x || { echo no; exit 1; }; cd a", "a"),
        ("cd a || { echo no; exit 1; }", "a"),
        ("echo 'cd a' \"cd b\" x --cd c; ./cd d", ""),
        ("bash -c 'cd a && x", "a"),
        ("up() { x; }", ""),
    ],
)
def test_the_folder_is_where_commands_went_to(text: str, folder: str) -> None:
    assert Shell().after(text).folder == folder
    shell = Shell()
    for line in text.splitlines():
        shell = shell.after(line)
    assert shell.folder == folder


@pytest.mark.parametrize(
    "text",
    [
        "cd",
        "cd; x",
        "cd a; cd -",
        "cd ~/a",
        'cd "$OLDPWD"',
        "pushd a; x; popd",
        "popd; cd a",
        "pushd +1",
        "up() { cd a; x; }",
        "up()\n{\n  cd a\n}",
        "{ cd a; }",
    ],
)
def test_where_it_is_not_known_it_is_not_guessed(text: str) -> None:
    assert Shell().after(text).folder is None


SERVES = "services: {web: {image: 'x:1', restart: always}}\n"
ENDS = "services: {seed: {image: 'x:1'}}\n"
UP = "docker compose up -d"
WAITS = "docker compose up --wait -d"


def script(root: Path, text: str, **stacks: str) -> str:
    """Return a test's script as it is with what is mended in it."""
    path = "scripts/test.sh"
    files = {f"{name.replace('_', '/')}/compose.yml": one for name, one in stacks.items()}
    return mended(project(root, {path: text, **files}), "TL704").get(path, text)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("(cd a && true)", ""),
        ("(\ncd a\n)", ""),
        ("cd a; cd -", ""),
        ("pushd a; popd", ""),
        ("up() { cd a; }", ""),
        ("cd b; cd a", ""),
        ("cd $(git rev-parse)/$X", ""),
        ("(cd b)\ncd a", "mended"),
        ("pushd a", "mended"),
        ("cd b; cd ../a", "mended"),
        ("DIR=$(cd b; pwd); cd a", "mended"),
        ("cd $ROOT/a", "mended"),
    ],
)
def test_only_the_stack_that_is_started_counts(tmp_path: Path, before: str, after: str) -> None:
    """In `a` nothing ends, elsewhere it does."""
    text = f"{before}\n{UP}\n"
    stacks = {"a": SERVES, "b": ENDS, "b_a": ENDS, ".": ENDS}
    expected = text.replace(UP, WAITS) if after else text
    assert script(tmp_path, text, **stacks) == expected


def test_a_path_in_two_places_is_none_that_is_known(tmp_path: Path) -> None:
    text = f"cd $ROOT/a\n{UP}\n"
    assert script(tmp_path, text, a=SERVES, scripts_a=ENDS) == text


def test_a_file_is_looked_for_where_commands_went_to(tmp_path: Path) -> None:
    text = "cd b; docker compose -f compose.yml up -d\n"
    assert script(tmp_path, text, **{".": SERVES}) == text
    assert "--wait" in script(tmp_path, text, b=SERVES)


STEPS = "    steps:\n      - run: docker compose up -d\n"


@pytest.mark.parametrize(
    ("text", "waits"),
    [
        (f"on: push\njobs:\n  test:\n{STEPS}", False),
        (f"on: push\ndefaults: {{run: {{working-directory: a}}}}\njobs:\n  test:\n{STEPS}", True),
        (
            "on: push\ndefaults: {run: {working-directory: b}}\njobs:\n  test:\n"
            f"    defaults: {{run: {{working-directory: a}}}}\n{STEPS}",
            True,
        ),
        (
            "on: push\njobs:\n  test:\n    defaults: {run: {working-directory: a}}\n"
            f"{STEPS}        working-directory: b\n",
            False,
        ),
        (
            "on: push\njobs:\n  test:\n    defaults: {run: {working-directory: a}}\n"
            f"{STEPS}".replace("run: ", "run: cd ../b && "),
            False,
        ),
    ],
    ids=["root", "workflow", "job", "step", "and from there"],
)
def test_the_steps_of_a_job_run_where_its_defaults_say(
    tmp_path: Path, *, text: str, waits: bool
) -> None:
    path = ".github/workflows/ci.yml"
    stacks = {"a/compose.yml": SERVES, "b/compose.yml": ENDS, "compose.yml": ENDS}
    told = mended(project(tmp_path, {path: text, **stacks}), "TL704")
    assert told == ({path: text.replace("up -d", "up --wait -d")} if waits else {})
