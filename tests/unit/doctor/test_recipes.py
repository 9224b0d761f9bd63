from __future__ import annotations

import re
from pathlib import Path

import pytest

from taskslib.doctor.recipes import Recipe, Rootfs, parse_recipe, read_recipes
from taskslib.errors import ConfigError

PATH = Path("x.Dockerfile")
ROOTFS = "taskslib-standin/rootfs:trixie"


def write(root: Path, **texts: str) -> None:
    folder = root / "deploy" / "offline"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.Dockerfile").write_text(text, encoding="utf-8")


def test_all_that_a_recipe_can_say() -> None:
    text = (
        "# taskslib: image python:3.13-slim\n"
        "#taskslib:rootfs trixie python3, python3-venv\n"
        "\n"
        "# Why it is so.\n"
        "# taskslib: host-ca ca.crt\n"
        f"FROM --platform=linux/amd64 {ROOTFS} AS base\n"
        "# taskslib: nothing here is read any more\n"
        "from base\n"
        "FROM other:1 as later\n"
    )
    assert parse_recipe(PATH, text) == Recipe(
        PATH,
        "python:3.13-slim",
        (ROOTFS, "other:1"),
        Rootfs("trixie", ("python3", "python3-venv")),
        "ca.crt",
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("FROM x\n", "x.Dockerfile:1: it doesn't say which image it makes"),
        ("FROM x\n# taskslib: image a:1\n", "x.Dockerfile:1: it doesn't say which image it makes"),
        ("", "x.Dockerfile:1: it doesn't say which image it makes"),
        ("#\n# taskslib: imgae a:1\n", "x.Dockerfile:2: unknown directive 'imgae'"),
        ("# taskslib:\n", "x.Dockerfile:1: unknown directive ''"),
        ("# taskslib: image a\n", "x.Dockerfile:1: 'a' is not of the form NAME:TAG"),
        ("# taskslib: image A:1\n", "x.Dockerfile:1: 'A:1' is not of the form NAME:TAG"),
        ("# taskslib: image a:1 b:2\n", "x.Dockerfile:1: 'a:1 b:2' is not of the form NAME:TAG"),
        (
            "# taskslib: image a:1\n# taskslib: image b:1\n",
            "x.Dockerfile:2: image is already said in line 1",
        ),
        (
            "# taskslib: image a:1\n# taskslib: host-ca ../x\n",
            "x.Dockerfile:2: '../x' is not of the form FILE",
        ),
        (
            "# taskslib: image a:1\n# taskslib: rootfs trixie --evil\n",
            "x.Dockerfile:2: '--evil' is not of the form SUITE PACKAGE,PACKAGE",
        ),
        (
            "# taskslib: image a:1\n# taskslib: rootfs\n",
            "x.Dockerfile:2: '' is not of the form SUITE PACKAGE,PACKAGE",
        ),
        (
            "# taskslib: image a:1\n# taskslib: rootfs trixie\nFROM debian:13\n",
            "x.Dockerfile:2: it is not used",
        ),
    ],
)
def test_malformed(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_recipe(PATH, text)
    assert caught.value.message == message


def test_a_typo_gets_a_suggestion() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_recipe(PATH, "# taskslib: imgae a:1\n")
    assert caught.value.hint == "did you mean 'image'? known: image, rootfs, host-ca"


def test_recipes_come_after_those_they_are_built_from(tmp_path: Path) -> None:
    write(
        tmp_path,
        a="# taskslib: image a:1\nFROM b:1\n",
        b="# taskslib: image b:1\nFROM c:1\n",
        c="# taskslib: image c:1\nFROM scratch\n",
    )
    assert [recipe.image for recipe in read_recipes(tmp_path)] == ["c:1", "b:1", "a:1"]


def test_no_folder_means_no_recipes(tmp_path: Path) -> None:
    assert read_recipes(tmp_path) == ()


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (
            {"a": "# taskslib: image a:1\nFROM b:1\n", "b": "# taskslib: image b:1\nFROM a:1\n"},
            r"recipes in a circle: .*a:1",
        ),
        (
            {"a": "# taskslib: image a:1\n", "b": "# taskslib: image a:1\n"},
            r"b\.Dockerfile: a:1 is already made by a\.Dockerfile",
        ),
        (
            {
                "a": f"# taskslib: image a:1\n# taskslib: rootfs trixie x\nFROM {ROOTFS}\n",
                "b": f"# taskslib: image b:1\n# taskslib: rootfs trixie y\nFROM {ROOTFS}\n",
            },
            r"b\.Dockerfile: rootfs trixie has other packages than in a\.Dockerfile",
        ),
    ],
)
def test_recipes_that_contradict(tmp_path: Path, texts: dict[str, str], message: str) -> None:
    write(tmp_path, **texts)
    with pytest.raises(ConfigError) as caught:
        read_recipes(tmp_path)
    assert re.search(message, caught.value.message)
