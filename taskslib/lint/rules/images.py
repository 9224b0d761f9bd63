"""TL6xx: how images are built."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from taskslib.lint.dockerfiles import Instruction, Stage
from taskslib.lint.gather import Image
from taskslib.lint.known import image_of
from taskslib.lint.rule import Hit, Scope, Severities, W, rule
from taskslib.project.references.dockerfile import dockerfile as references

ANYWHERE: Severities = {None: W}
_TOOLS = re.compile(
    r"\b(build-essential|build-base|gcc|g\+\+|cmake|cargo build|go build|mvn|gradle|npm run build|"
    r"yarn (?:run )?build|pnpm (?:run )?build|dotnet publish)\b"
)
_COMPILERS = ("golang", "rust", "maven", "gradle")
_CLEANS = re.compile(r"\b(?:apt-get|apt)\s+(?:purge|remove|autoremove)|\bapk\s+del\b")
_INSTALLS = re.compile(
    r"\b(?:pip3?\s+install|uv\s+(?:sync|pip)|poetry\s+install|npm\s+(?:ci|install)|yarn\s+install|"
    r"pnpm\s+install|go\s+mod\s+download|bundle\s+install|composer\s+install|cargo\s+fetch)\b"
)
_ROOT = ("root", "0", "0:0", "root:root")
_NO_ROOT = re.compile(r"nonroot|unprivileged|rootless")


def _hit(image: Image, line: int, message: str, hint: str) -> Hit:
    return Hit(image.file.source, image.file.source.offset(line), message, hint)


@rule(
    "TL601",
    "an image that ships its build tools",
    ANYWHERE,
    scope=Scope.IMAGE,
    why="Compilers and what they need are most of such an image, and all of what an attacker "
    "needs. With a stage that builds and one that runs, only the result is shipped.",
    origin="Docker's documentation of multi-stage builds",
)
def _tools(image: Image) -> Iterator[Hit]:
    stages = image.file.stages
    if len(stages) != 1:
        return
    base = image_of(stages[0].base)
    found = next(
        (
            (one, match[1])
            for one in stages[0].of("RUN")
            if (match := _TOOLS.search(one.value)) and not _CLEANS.search(one.value)
        ),
        None,
    )
    if found is None and not (base and base.name in _COMPILERS):
        return
    line, what = (found[0].line, found[1]) if found else (stages[0].line, stages[0].base)
    yield _hit(
        image,
        line,
        f"{what} is part of the image that runs",
        "build in a stage of its own, and COPY --from=build what runs",
    )


@rule(
    "TL602",
    "a build that starts anew on every change",
    ANYWHERE,
    scope=Scope.IMAGE,
    why="What is copied decides whether a layer can be taken from the cache. Where all of the "
    "source comes before the dependencies, a changed line installs them again; and without a "
    ".dockerignore caches, environments and secrets of the checkout are copied along.",
    origin="Docker's documentation of the build cache and of .dockerignore",
)
def _cache(image: Image) -> Iterator[Hit]:
    for stage in image.file.stages:
        yield from _too_early(image, stage)
    source = image.file.source
    folders = [
        (one, told)
        for stage in image.file.stages
        for one in (*stage.of("COPY"), *stage.of("ADD"))
        for told in references(f"{one.word} {one.value}", {}).sources
        if told == "." or image.files.is_folder(posixpath.join(image.context, told))
    ]
    ignores = (f"{source.path}.dockerignore", posixpath.join(image.context, ".dockerignore"))
    if folders and not any(image.files.is_file(one) for one in ignores):
        one, told = folders[0]
        what = "the whole folder" if told == "." else f"the folder {told}"
        yield _hit(
            image,
            one.line,
            f"{what} is copied with all that lies in it: there is no .dockerignore",
            f"write {posixpath.basename(source.path)}.dockerignore beside it, best with `*` and "
            "exceptions",
        )


def _too_early(image: Image, stage: Stage) -> Iterator[Hit]:
    copied: Instruction | None = None
    for one in stage.instructions:
        if one.word in {"COPY", "ADD"} and "--from" not in one.value:
            sources = references(f"{one.word} {one.value}", {}).sources
            copied = copied or (one if "." in sources else None)
        elif one.word == "RUN" and _INSTALLS.search(one.value):
            if copied:
                yield _hit(
                    image,
                    copied.line,
                    "every change of source installs the dependencies again",
                    "COPY the lock file alone before they are installed, the source after",
                )
            return


@rule(
    "TL603",
    "a container that runs as root",
    ANYWHERE,
    scope=Scope.IMAGE,
    why="Root in the container is root for the kernel: a hole in it, or a mounted folder, and it "
    "is root on the machine. A user of its own needs one line.",
    origin="Docker's documentation of USER",
)
def _root(image: Image) -> Iterator[Hit]:
    if not image.file.stages:
        return
    user = image.file.last("USER")
    base = image.file.base()
    if user is None and (not base or _NO_ROOT.search(base) or "/" in base):
        return  # what a base image of somebody's says is not known
    if user is None or user.value.strip() in _ROOT:
        yield _hit(
            image,
            user.line if user else image.file.stages[-1].line,
            "what it runs, it runs as root",
            "USER 65534:65534, at the end of the last stage"
            if image.file.stages[-1].base == "scratch"
            else "RUN useradd … and USER …, at the end of the last stage",
        )
