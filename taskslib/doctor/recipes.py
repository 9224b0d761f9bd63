"""The recipes of `deploy/offline/`: how to build a base image that no registry hands out.

A recipe is a Dockerfile whose leading comments say what it makes and what it needs:

    # taskslib: image python:3.13-slim             the name it stands in for
    # taskslib: rootfs trixie ca-certificates,...  make `taskslib-standin/rootfs:trixie` first
    # taskslib: host-ca ca.crt                     this machine's CA bundle, under this name
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from taskslib.errors import ConfigError, did_you_mean

FOLDER = "deploy/offline"
_DIRECTIVES = ("image", "rootfs", "host-ca")
_IMAGE = re.compile(r"[a-z0-9][a-z0-9._/:-]*:[\w][\w.-]{0,127}")
_WORD = re.compile(r"[a-z0-9][a-z0-9+.-]*")
_FILE = re.compile(r"[\w][\w.-]*")


@dataclass(frozen=True, slots=True)
class Rootfs:
    """A root file system of Debian's packages, which debootstrap makes."""

    suite: str
    packages: tuple[str, ...]

    @property
    def image(self) -> str:
        """The name of the image that it is imported as."""
        return f"taskslib-standin/rootfs:{self.suite}"

    @property
    def content(self) -> str:
        """What it holds, as the image's label says it."""
        return f"{self.suite} {','.join(self.packages)}"


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to build one base image."""

    path: Path
    image: str
    bases: tuple[str, ...]
    """The images that it is built from."""
    rootfs: Rootfs | None = None
    host_ca: str = ""
    """The name in the build context under which this machine's CA bundle is found."""

    @property
    def shown(self) -> str:
        """Its file, from the project's root."""
        return f"{FOLDER}/{self.path.name}"


def read_recipes(root: Path) -> tuple[Recipe, ...]:
    """Read all recipes of a project, each after those whose images it is built from."""
    paths = sorted((root / FOLDER).glob("*.Dockerfile"))
    recipes = [parse_recipe(path, path.read_text(encoding="utf-8")) for path in paths]
    by_image: dict[str, Recipe] = {}
    suites: dict[str, Recipe] = {}
    for recipe in recipes:
        other = by_image.setdefault(recipe.image, recipe)
        if other is not recipe:
            raise ConfigError(f"{recipe.path}: {recipe.image} is already made by {other.path.name}")
        if recipe.rootfs is not None:
            first = suites.setdefault(recipe.rootfs.suite, recipe)
            if first.rootfs != recipe.rootfs:
                raise ConfigError(
                    f"{recipe.path}: rootfs {recipe.rootfs.suite} has other packages than in "
                    f"{first.path.name}",
                    hint="name the same packages in both",
                )
    return tuple(by_image[image] for image in _ordered(recipes))


def parse_recipe(path: Path, text: str) -> Recipe:
    """Parse one recipe; what is wrong with it is said with file and line."""
    lines = text.splitlines()
    found: dict[str, tuple[int, str]] = {}
    for number, name, value in _directives(path, lines):
        if name in found:
            raise ConfigError(f"{path}:{number}: {name} is already said in line {found[name][0]}")
        found[name] = (number, value)
    if "image" not in found:
        raise ConfigError(
            f"{path}:1: it doesn't say which image it makes",
            hint="add a comment on top: # taskslib: image NAME:TAG",
        )
    image = _checked(path, *found["image"], _IMAGE, "NAME:TAG")
    ca = _checked(path, *found["host-ca"], _FILE, "FILE") if "host-ca" in found else ""
    rootfs = _rootfs(path, *found["rootfs"]) if "rootfs" in found else None
    bases = tuple(_bases(lines))
    if rootfs is not None and rootfs.image not in bases:
        number = found["rootfs"][0]
        raise ConfigError(f"{path}:{number}: it is not used", hint=f"FROM {rootfs.image}")
    return Recipe(path, image, bases, rootfs, ca)


def _directives(path: Path, lines: list[str]) -> Iterator[tuple[int, str, str]]:
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.startswith("#"):
            return
        said = re.fullmatch(r"#\s*taskslib:\s*(\S*)\s*(.*?)\s*", line)
        if said is None:
            continue
        name, value = said.groups()
        if name not in _DIRECTIVES:
            close = did_you_mean(name, _DIRECTIVES)
            raise ConfigError(
                f"{path}:{number}: unknown directive {name!r}",
                hint=f"{close}known: {', '.join(_DIRECTIVES)}",
            )
        yield number, name, value


def _checked(path: Path, number: int, value: str, form: re.Pattern[str], shown: str) -> str:
    if form.fullmatch(value) is None:
        raise ConfigError(f"{path}:{number}: {value!r} is not of the form {shown}")
    return value


def _rootfs(path: Path, number: int, value: str) -> Rootfs:
    suite, _, names = value.partition(" ")
    packages = tuple(name.strip() for name in names.split(",")) if names.strip() else ()
    for word in (suite, *packages):
        _checked(path, number, word, _WORD, "SUITE PACKAGE,PACKAGE")
    return Rootfs(suite, packages)


def _bases(lines: list[str]) -> Iterator[str]:
    """Yield the images after FROM that are no earlier stages of the same file."""
    stages: set[str] = set()
    for line in lines:
        words = [word for word in line.split() if not word.startswith("--")]
        if len(words) > 1 and words[0].upper() == "FROM":
            if words[1].lower() not in stages:
                yield words[1]
            if len(words) > 3 and words[2].upper() == "AS":  # noqa: PLR2004
                stages.add(words[3].lower())


def _ordered(recipes: list[Recipe]) -> list[str]:
    images = {recipe.image for recipe in recipes}
    graph = {recipe.image: [base for base in recipe.bases if base in images] for recipe in recipes}
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = " → ".join(error.args[1])
        raise ConfigError(f"{recipes[0].path.parent}: recipes in a circle: {circle}") from None
