"""Which tests need containers: by what starts some before they run, and what they read. Pure."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from taskslib.scaffold.adoption.found import Found, above, is_within

_READ = re.compile(
    r"""(?:environ|getenv|process\.env)\b[^\n"'A-Z]{0,20}["'.]?"""
    r"""(?P<name>[A-Z][A-Z0-9_]{0,60}_(?:URL|HOST|PORT)(?:_\d+)?)\b(?!["']?\]?[ ]*=[^=])"""
)
_OURS = re.compile(r"TEST_\w+_(?:URL|HOST|PORT)(?:_\d+)?", re.ASCII)


def addresses(text: str) -> tuple[str, ...]:
    """Return the variables that a file of tests reads and that say where something runs."""
    return tuple(dict.fromkeys(found["name"] for found in _READ.finditer(text)))


def is_of_stack(variable: str) -> bool:
    """Return whether a variable is one that a suite gets of its stack."""
    return _OURS.fullmatch(variable) is not None


def need_containers(found: Found, folder: str, *, direct: bool = False) -> bool:
    """Return whether all tests in a folder need containers.

    Args:
        found: The repo.
        folder: Of tests. One that is called `unit` says that they need none.
        direct: Only those that are in no folder below.
    """
    if any(posixpath.basename(one) == "unit" for one in above(f"{folder}/x")):
        return False
    if _started(found, folder):
        return True
    inside = _within(found, folder, direct=direct)
    reading = {path for path, names in inside if any(map(is_of_stack, names))}
    tests = {one for one in found.tests(folder) if not direct or posixpath.dirname(one) == folder}
    return posixpath.join(folder, "conftest.py") in reading or (bool(tests) and tests <= reading)


def readers(found: Found, folder: str, *, direct: bool = False) -> Iterator[tuple[str, str]]:
    """Yield each file of tests in a folder that reads an address, and the variable."""
    for path, names in _within(found, folder, direct=direct):
        yield path, min(names, key=lambda one: not is_of_stack(one))


def _within(found: Found, folder: str, *, direct: bool) -> Iterator[tuple[str, tuple[str, ...]]]:
    for path, names in sorted(found.addresses.items()):
        if (posixpath.dirname(path) == folder) if direct else is_within(path, folder):
            yield path, names


def _started(found: Found, folder: str) -> bool:
    """Return whether what names a folder to run starts containers first, whoever does."""
    calls = [one for one in found.calls if folder in one.paths]
    return bool(calls) and all(one.containers for one in calls)
