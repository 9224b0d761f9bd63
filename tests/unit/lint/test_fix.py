"""`--fix`: what is undone, and that all the rest of a file stays as it is, byte for byte."""

from __future__ import annotations

import os
import shutil
from itertools import pairwise
from pathlib import Path

import git
import pytest

from taskslib.cancellation import Cancellation
from taskslib.lint.compose import Compose
from taskslib.lint.files import Files
from taskslib.lint.finding import Edit, Finding, Severity
from taskslib.lint.fix import fixed
from taskslib.lint.gather import Repo, gather
from taskslib.lint.parsing import Unreadable
from taskslib.lint.source import Source
from taskslib.project import load
from taskslib.project.config import read_config
from tests.unit.lint.cases import FOLDER, case, found, mended, project

PATH = "deploy/test/docker-compose.yml"
DEV = "deploy/dev/docker-compose.yml"
WEB = "services:\n  web:\n    image: x:1\n"
OVERRIDE = PATH.replace(".yml", ".override.yml")
PORTS = f'{WEB}    ports: ["8000:80", "8001:81"]\n'


def test_what_compose_refuses_is_undone(tmp_path: Path) -> None:
    """The fix of one place, where all at once are refused."""
    root = project(tmp_path, {PATH: PORTS})

    def refuses(_before: Files, after: Files) -> bool:
        return "8001" not in after.changed[PATH]

    after = fixed(Files(root), lambda files: found(root, "TL101", files=files), refuses)
    assert after.changed == {PATH: PORTS.replace("8000:80", "80")}


def test_of_several_files_the_one_that_compose_refuses_stays(tmp_path: Path) -> None:
    names = [f"services/{name}/deploy/test/compose.yml" for name in "abc"]
    more = {f"services/{name}/Dockerfile": "FROM x:1\n" for name in "abc"}
    root = project(tmp_path, {**dict.fromkeys(names, PORTS), **more})
    asked: list[int] = []

    def refuses(before: Files, after: Files) -> bool:
        asked.append(sum(after.changed[one] != before.changed.get(one) for one in after.changed))
        return names[1] in after.changed

    after = fixed(Files(root), lambda files: found(root, "TL101", files=files), refuses)
    mended_ = PORTS.replace("8000:80", "80").replace("8001:81", "81")
    assert after.changed == {names[0]: mended_, names[2]: mended_}
    assert asked == [3, 1, 1, 1, 1, 1]  # at once, each file, and each place of the second


def test_what_leads_to_a_new_finding_is_undone(tmp_path: Path) -> None:
    def lint(files: Files) -> tuple[Finding, ...]:
        source = files.source("file")
        assert source is not None
        said = {"a": "TL101", "b": "TL102", "c": "TL103"}[source.text]
        to = {"a": "b", "b": "c", "c": ""}[source.text]
        edits = (Edit("file", 0, 1, to),) if to else ()
        return (Finding("file", 1, 1, said, Severity.ERROR, "", "", edits),)

    root = project(tmp_path, {"file": "a"})
    assert fixed(Files(root), lint, lambda *_: False).changed == {}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_ends_of_lines_and_what_is_no_ascii_stay(tmp_path: Path, newline: str) -> None:
    text = (
        "# é \U0001f600\nservices:\n    db:\n        image:   postgres:17 # ü\n"
        "        volumes:\n        - 'data:/var/lib/postgresql/data' # daten\n\n\n"
        "volumes: { kept:   }"
    )
    wanted = text.replace("volumes:\n ", "tmpfs:\n ").replace("'data:/var", "/var")
    wanted = wanted.replace("data' #", "data #")
    root = project(tmp_path, {})
    (root / PATH).parent.mkdir(parents=True)
    (root / PATH).write_bytes(text.replace("\n", newline).encode())
    assert mended(root, "TL201") == {PATH: wanted.replace("\n", newline)}


@pytest.fixture
def compose() -> Compose:
    """Return Compose itself."""
    if shutil.which("docker") is None:
        pytest.skip("asks Compose itself")
    return Compose(dict(os.environ), Cancellation())


def refused(compose: Compose, root: Path, *changes: dict[str, str]) -> list[bool]:
    """Return of each change whether Compose takes a project no more with it."""
    files = Files(root)
    before = repo(root, files)
    return [compose.refuses(before, repo(root, files.with_changes(one))) for one in changes]


def repo(root: Path, files: Files) -> Repo:
    return gather(load(root), read_config(root, {}), files)


def test_compose_is_asked(tmp_path: Path, compose: Compose) -> None:
    root = project(tmp_path, {PATH: WEB, OVERRIDE: "services: {web: {init: true}}\n"})
    good, bad = {PATH: f"{WEB}    ports: ['80']\n"}, {PATH: f"{WEB}    ports: 80\n"}
    worse = {OVERRIDE: "services: {web: {ports: 80}}\n"}
    assert refused(compose, root, good, bad, worse) == [False, True, True]


def test_files_are_judged_together_as_they_will_be(tmp_path: Path, compose: Compose) -> None:
    """A network that both files say the name of, and that one alone may not drop."""
    names = "networks: {net: {}}\n"
    web = f"{WEB}    networks: [net]\n"
    root = project(tmp_path, {PATH: web + names, OVERRIDE: "services: {web: {init: true}}\n"})
    moved = {OVERRIDE: f"services: {{web: {{init: true}}}}\n{names}"}
    assert refused(compose, root, {PATH: web}, {PATH: web, **moved}) == [True, False]


def test_what_others_include_or_extend_is_judged_too(tmp_path: Path, compose: Compose) -> None:
    root = project(
        tmp_path,
        {
            PATH: "include: [../db.yml]\nservices:\n  web:\n"
            "    extends: {file: ../base.yml, service: base}\n",
            "deploy/db.yml": "services: {db: {image: x:1}}\n",
            "deploy/base.yml": "services: {base: {image: x:1, env_file: [one.env]}}\n",
            "deploy/one.env": "A=1\n",
        },
    )
    db, base = ("services: {db: {ports: 80}}\n", "services: {base: {image: x:1, ports: 80}}\n")
    good = {"deploy/db.yml": "services: {db: {image: x:2}}\n"}
    changes = ({"deploy/db.yml": db}, {"deploy/base.yml": base}, good)
    assert refused(compose, root, *changes) == [True, True, False]


def test_what_has_to_be_set_at_the_start_need_not_be_set_now(
    tmp_path: Path, compose: Compose
) -> None:
    path = "deploy/prod/compose.yml"
    text = "services:\n  web:\n    image: ${REGISTRY:?where}/x:${VERSION:?which}\n"
    root = project(tmp_path, {path: text, "deploy/prod/.env": "REGISTRY=r.example.com/a\n"})
    changes = ({path: f"{text}    init: true\n"}, {path: f"{text}    ports: 80\n"})
    assert refused(compose, root, *changes) == [False, True]


def test_what_compose_never_took_says_nothing_about_a_change(
    tmp_path: Path, compose: Compose
) -> None:
    root = project(tmp_path, {PATH: f"{WEB}    ports: 80\n"})
    assert refused(compose, root, {PATH: "services: 1\n"}) == [False]
    root = project(tmp_path, {PATH: WEB})
    nowhere = Compose({"PATH": ""}, Cancellation())
    assert refused(nowhere, root, {PATH: "services: 1\n"}) == [False]


def test_what_is_outside_is_not_written_to_ask(tmp_path: Path, compose: Compose) -> None:
    """Joined to another folder, an absolute path is the file itself."""
    outside = tmp_path / "base.yml"
    outside.write_text(WEB, "utf-8")
    root = project(tmp_path / "shop", {PATH: WEB})
    repos = []
    for text in (WEB, f"{WEB}    init: true\n"):
        one = repo(root, Files(root, {PATH: text}))
        (stack,) = one.stacks
        stack.files = (outside.as_posix(), PATH)
        stack.unreadable.append((Source(outside.as_posix(), ""), Unreadable(1, "no")))
        repos.append(one)
    assert not compose.refuses(*repos)
    assert outside.read_text("utf-8") == WEB


@pytest.mark.skipif(os.name == "nt", reason="a script is no program there")
def test_compose_is_asked_once_about_a_text(tmp_path: Path) -> None:
    """The program counts how often it is asked, and takes everything."""
    asked = tmp_path / "asked"
    program = tmp_path / "bin/docker"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\ncat deploy/test/*.yml | cksum >> {asked}\n", "utf-8")
    program.chmod(0o755)
    path = os.pathsep.join((str(program.parent), os.environ["PATH"]))
    root = project(tmp_path / "shop", {PATH: PORTS, OVERRIDE: "services: {web: {init: true}}\n"})
    compose = Compose({"PATH": path}, Cancellation())
    changes = [{PATH: PORTS.replace("8000:80", "80")}, {PATH: PORTS.replace("8001:81", "81")}]
    assert refused(compose, root, *changes, *changes) == [False] * 4
    sums = asked.read_text("utf-8").splitlines()
    assert len(sums) == len(set(sums)) == 3  # as it was, and each change


@pytest.mark.parametrize("name", [path.stem for path in sorted(FOLDER.glob("*.txt"))])
def test_the_edits_of_a_finding_do_not_overlap(tmp_path: Path, name: str) -> None:
    for one in found(project(tmp_path, case(name).bad), name):
        for before, after in pairwise(sorted(one.edits)):
            assert before.path != after.path or before.end <= after.start


@pytest.mark.parametrize("end", ["\n", "", "\r\n"])
def test_an_example_keeps_the_ends_of_its_lines(tmp_path: Path, end: str) -> None:
    root = project(tmp_path, {DEV: f'{WEB}    ports: ["8000:80"]\n'})
    newline = end or "\n"
    (root / "deploy/dev/.env.example").write_bytes(f"# mine{newline}A=1{end}".encode())
    assert mended(root, "TL102") == {
        DEV: f'{WEB}    ports: ["${{WEB_PORT:-8000}}:80"]\n',
        "deploy/dev/.env.example": f"# mine{newline}A=1{newline}WEB_PORT=8000{end}",
    }


def test_an_example_that_is_not_there_or_ignored_stays_so(tmp_path: Path) -> None:
    ports = f'{WEB}    ports: ["8000:80"]\n'
    example = "deploy/dev/.env.example"
    root = project(tmp_path, {DEV: ports, example: "", ".gitignore": example})
    git.Repo.init(root)
    assert {*mended(root, "TL102")} == {DEV}
    (root / example).unlink()
    assert {*mended(root, "TL102")} == {DEV}


def test_a_fix_that_leads_to_what_compose_refuses_is_undone_without_it_too(tmp_path: Path) -> None:
    """The name of a network that two files say goes from the one that declares it."""

    def lint(files: Files) -> tuple[Finding, ...]:
        again = found(root, "TL001", files=files)
        source = files.source(PATH)
        assert source is not None
        start = source.text.find("networks: {a: {}}")
        edit = Edit(PATH, start, start + len("networks: {a: {}}"), "")
        mine = Finding(PATH, 1, 1, "TL402", Severity.ERROR, "", "", (edit,))
        return (*again, *([mine] if start >= 0 else []))

    root = project(tmp_path, {PATH: f"{WEB}    networks: [a]\nnetworks: {{a: {{}}}}\n"})
    assert fixed(Files(root), lint, lambda *_: False).changed == {}
