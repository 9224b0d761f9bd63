"""What the repo's own files say: base images, waits, line ends, suites without tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from taskslib.doctor.facts import Ask
from taskslib.doctor.health.facts import Repo, Wait
from taskslib.doctor.health.waits import wait
from taskslib.project.dependencies.stacks import made_from
from taskslib.project.model import Project, Stack, Suite
from taskslib.project.references.document import Malformed, document

_IN_CONTAINERS = (".sh", ".bash", "dockerfile", "entrypoint")
"""How files end, or are called, that a container runs or is built from."""
_TESTS = ("test_*.py", "*_test.py", "*.test.*", "*.spec.*")


def repo_facts(project: Project, ask: Ask) -> Repo:
    """Look at the repo; a file that can't be read is told of as such."""
    waits: list[Wait] = []
    unreadable = []
    for stack in _test_stacks(project):
        name = project.shown(stack.files[0])
        try:
            found = wait(name, document(path.read_text("utf-8") for path in stack.files))
        except (Malformed, OSError, UnicodeDecodeError) as error:
            unreadable.append(f"{name}: {error}")
            continue
        waits += [found] if found is not None else []
    empty = (_empty(project, suite) for suite in project.suites)
    gaps = (*project.gaps, *(words for words in empty if words))
    return Repo(gaps, _carriage_returns(project.root, ask), tuple(waits), tuple(unreadable))


def base_images(project: Project, environ: Mapping[str, str], ask: Ask) -> tuple[str, ...]:
    """Return the images that the tests' and the development stacks are made from, by name."""
    root = project.root
    listed = ask((*_listing(root), "--cached", "--others", "--exclude-standard"))
    paths = listed.stdout.split("\0") if listed.code == 0 else list(_files(root))

    def read(path: str) -> str:
        try:
            return (root / path).read_text("utf-8", "replace")
        except OSError:
            return ""

    stacks = [*_test_stacks(project)]
    stacks += [project.dev] if project.dev is not None else []
    found: list[str] = []
    for stack in stacks:
        files = tuple(project.shown(path) for path in stack.files)
        found += made_from(files, paths, read, environ, root.as_posix()).images
    return tuple(sorted(set(found)))


def crlf_files(listing: str) -> tuple[str, ...]:
    """Return, of what `git ls-files --eol -z` printed, what containers run and could not. Pure."""
    found = []
    for one in listing.split("\0"):
        told, _, name = one.partition("\t")
        last = name.rpartition("/")[2].lower()
        if ("w/crlf" in told or "w/mixed" in told) and _runs_in_container(last):
            found.append(name)
    return tuple(found)


def _runs_in_container(name: str) -> bool:
    return any(name.endswith(end) or name.startswith("dockerfile") for end in _IN_CONTAINERS)


def _carriage_returns(root: Path, ask: Ask) -> tuple[str, ...]:
    listed = ask((*_listing(root), "--eol"))
    return crlf_files(listed.stdout) if listed.code == 0 else ()


def _listing(root: Path) -> tuple[str, ...]:
    # Without -z, git writes names with quotes, line ends or umlauts as it would in C.
    return ("git", "-C", str(root), "ls-files", "-z")


def _test_stacks(project: Project) -> Iterator[Stack]:
    own = (suite.stack for suite in project.suites)
    yield from dict.fromkeys(one for one in (project.stack, *own) if one is not None)


def _empty(project: Project, suite: Suite) -> str:
    """Return that a suite's folder has no test in it; nothing of what names its own."""
    if suite.runner is not None or suite.glob:
        return ""
    there = any(next(suite.tests.rglob(pattern), None) is not None for pattern in _TESTS)
    return "" if there else f"{suite.id} has no test in {project.shown(suite.tests)}"


def _files(root: Path) -> Iterator[str]:
    for folder in ("deploy", "services"):
        for path in (root / folder).rglob("*"):
            if "node_modules" not in path.parts and path.is_file():
                yield path.relative_to(root).as_posix()
    yield from (path.name for path in root.glob("Dockerfile*"))
