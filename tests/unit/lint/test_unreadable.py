"""TL001: what Compose does not read is an error, with its line and Compose's words."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from taskslib.lint.finding import Severity
from tests.support.malformed import MALFORMED
from tests.unit.lint.cases import found, project

TEST = "deploy/test/docker-compose.yml"
OVERRIDE = "deploy/test/docker-compose.override.yml"
WEB = "services:\n  web:\n    image: x:1\n"
STRUCTURE = ("empty", "comments", "a list", "brackets", "tab", "twice", "line of one of two")
"""What no rule needs to be asked for; the rest is about Compose's schema."""


def said(root: Path) -> list[tuple[str, int, str]]:
    """Return where something cannot be read, and why."""
    errors = [one for one in found(root) if one.rule == "TL001"]
    assert {one.severity for one in errors} <= {Severity.ERROR}
    return [(one.path, one.line, one.message) for one in errors]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("services:\n  a: [\n", 3),
        ("services:\n  a: &x\n  b: *y\n", 3),
        ("a: \x00\n", 1),
        ("services:\n\ta: 1\n", 2),
    ],
)
def test_what_is_no_yaml(tmp_path: Path, text: str, line: int) -> None:
    ((path, where, _),) = said(project(tmp_path, {TEST: text}))
    assert (path, where) == (TEST, line)


@pytest.mark.parametrize("name", STRUCTURE)
def test_what_compose_refuses_as_it_stands(tmp_path: Path, name: str) -> None:
    one = MALFORMED[name]
    files = {TEST: one.text, **({OVERRIDE: one.override} if one.override is not None else {})}
    ((path, line, message),) = said(project(tmp_path, files))
    assert path == (OVERRIDE if one.override else TEST)
    assert message.startswith("this cannot be read: ")
    if f"FILE:{line}: {message.partition(': ')[2]}" != one.told:
        assert "yaml: " in one.said  # by YAML's parser, which has other words here


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("one\n", 1, "Top-level object must be a mapping"),
        (
            "services:\n  web:\n    image: x:1\n    image: y:1\n",
            4,
            'mapping key "image" already defined at line 3',
        ),
        (f"include: [../db.yml, ../nope.yml]\n{WEB}", 1, "deploy/nope.yml"),
        (f"include:\n  - path: [../db.yml, nope.yml]\n{WEB}", 2, "deploy/test/nope.yml"),
        ("services:\n  a:\n    extends:\n      file: n.yml\n      service: b\n", 4, "n.yml"),
    ],
)
def test_what_is_twice_or_not_there(tmp_path: Path, text: str, line: int, why: str) -> None:
    ((path, where, message),) = said(project(tmp_path, {TEST: text, "deploy/db.yml": WEB}))
    assert (path, where) == (TEST, line)
    assert why in message


@pytest.mark.parametrize(
    "text",
    [
        f"include: [empty.yml]\n{WEB}",
        f"include: [https://example.com/x.git, 'oci://example.com/x']\n{WEB}",
        f"include: ['${{MORE}}', /etc/nope.yml, '../../../nope.yml', 'C:/nope.yml']\n{WEB}",
        f"x-a: &a {{init: true}}\n{WEB}    <<: *a\n",
    ],
)
def test_what_is_right_or_nobody_here_knows(tmp_path: Path, text: str) -> None:
    files = {TEST: text, "deploy/test/empty.yml": "# soon\n", OVERRIDE: "# nothing\n"}
    assert said(project(tmp_path, files)) == []


def test_what_cannot_be_read(tmp_path: Path) -> None:
    why = "this cannot be read: it cannot be opened, or is longer than 1 MB"
    root = project(tmp_path / "shop", {TEST: WEB + "#" * 1_000_000})
    assert said(root) == [(TEST, 1, why)]


LINK = "this is a link that leads out of the repo: it is not looked at"


def test_what_lies_elsewhere_is_said(tmp_path: Path) -> None:
    outside = project(tmp_path / "outside", {"stack.yml": "[", "test/compose.yml": "["})
    config = '[tool.taskslib]\nstack = "../outside/test"\n'
    root = project(tmp_path / "shop", {"deploy/dev/.env": "", "pyproject.toml": config})
    for path in ("deploy/dev/compose.yml", "compose.more.yml"):
        (root / path).symlink_to(outside / "stack.yml")
    told = (outside / "test/compose.yml").as_posix()
    assert [(one.path, one.rule, one.severity, one.message) for one in found(root, "TL101")] == [
        (told, "TL001", Severity.INFO, "this lies outside of the repo and is not looked at"),
        ("compose.more.yml", "TL001", Severity.WARNING, LINK),
        ("deploy/dev/compose.yml", "TL001", Severity.WARNING, LINK),
    ]


REFERENCES = """\
services:
  web:
    image: x:1
    depends_on:
      db: {condition: service_started}
      maybe: {condition: service_started, required: false}
    networks: [default, front, missing]
    volumes:
      - data:/data
      - nowhere:/more
      - {type: volume, source: gone, target: /gone}
      - ./here:/here
      - ${SOMEWHERE}:/some
      - /anonymous
    secrets: [password, {source: key, target: k}]
    configs: [settings]
  beside:
    image: x:1
    network_mode: service:nobody
    volumes_from: ["web:ro", "container:other"]
    links: ["absent:alias"]
networks: {front: {}}
volumes: {data: {}}
secrets: {password: {file: ./password}}
"""
MISSING = [
    (5, 'service "web" depends on undefined service "db"'),
    (7, 'service "web" refers to undefined network missing'),
    (10, 'service "web" refers to undefined volume nowhere'),
    (11, 'service "web" refers to undefined volume gone'),
    (15, 'service "web" refers to undefined secret key'),
    (16, 'service "web" refers to undefined config settings'),
    (19, 'service "beside" depends on undefined service "nobody"'),
    (21, 'service "beside" depends on undefined service "absent"'),
]


def test_what_a_file_refers_to_and_nothing_has(tmp_path: Path) -> None:
    said_ = said(project(tmp_path, {TEST: REFERENCES}))
    assert said_ == [(TEST, line, f"Compose refuses this: {words}") for line, words in MISSING]


@pytest.mark.parametrize(
    ("needs", "words"),
    [
        ({"a": "b", "b": "c", "c": "a", "d": "a"}, "a -> b -> c -> a"),
        ({"d": "c", "b": "c", "c": "b"}, "b -> c -> b"),
        ({"a": "a"}, "a -> a"),
    ],
)
def test_what_waits_for_itself(tmp_path: Path, needs: dict[str, str], words: str) -> None:
    services = [
        f"  {one}: {{image: 'x:1', depends_on: [{other}]}}\n" for one, other in needs.items()
    ]
    text = "services:\n" + "".join(services)
    line = 2 + list(needs).index(words[0])
    words = f"Compose refuses this: dependency cycle detected: {words}"
    assert said(project(tmp_path, {TEST: text})) == [(TEST, line, words)]


@pytest.mark.parametrize(
    "files",
    [
        {TEST: f"{WEB}    depends_on: [db]\n", OVERRIDE: "services: {db: {image: 'x:1'}}\n"},
        {TEST: f"include: [/elsewhere.yml]\n{WEB}    depends_on: [db]\n"},
        {TEST: f"include: [../db.yml]\n{WEB}    depends_on: [db]\n    networks: [back]\n"},
        {"compose.yml": f"{WEB}    networks: [a]\n", "compose.a.yml": "networks: {a: {}}\n"},
        {"compose.extra.yml": f"{WEB}    networks: [a]\n", "compose.a.yml": "networks: {a: {}}\n"},
        {f"{TEST[:-4]}.extra.yml": f"{WEB}    networks: [a]\n", TEST: WEB},
    ],
    ids=["override", "not all read", "included", "for others", "of others", "beside"],
)
def test_what_another_file_may_have(tmp_path: Path, files: dict[str, str]) -> None:
    db = "services: {db: {image: 'x:1'}}\nnetworks: {back: {}}\n"
    assert said(project(tmp_path, {"deploy/db.yml": db, **files})) == []


def test_other_rules_alone_do_not_say_what_compose_refuses(tmp_path: Path) -> None:
    root = project(tmp_path, {TEST: REFERENCES})
    assert [one.rule for one in found(root, "TL101")] == []
    assert {one.rule for one in found(root, "TL001")} == {"TL001"}


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
@pytest.mark.parametrize("name", ["deploy/prod/compose.yml", "compose.yml", OVERRIDE])
@pytest.mark.parametrize("to", ["nowhere.yml", "ITSELF", "a folder"])
def test_what_is_in_a_compose_files_place_and_is_none(tmp_path: Path, name: str, to: str) -> None:
    root = project(tmp_path, {TEST: WEB})
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    if to == "a folder":
        (root / name).mkdir()
    else:
        (root / name).symlink_to(to.replace("ITSELF", Path(name).name))
    what = "it is a folder" if to == "a folder" else "it is a link that leads nowhere"
    assert said(root) == [(name, 1, f"this cannot be read: {what}")]
