"""Where tests are, what they run on, and how they are run. Pure."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from taskslib.scaffold.adoption.addresses import address
from taskslib.scaffold.adoption.commands import Call
from taskslib.scaffold.adoption.containers import is_of_stack, need_containers
from taskslib.scaffold.adoption.found import (
    MANIFESTS,
    NODE_TESTS,
    PYTHON_TESTS,
    Found,
    above,
    is_within,
)
from taskslib.scaffold.adoption.homes import TEST_FOLDERS, Home
from taskslib.secrets import is_secret_name

_SERVICE = ("integration", "service", "functional", "component", "e2e")
_INTEGRATION = ("integration", "e2e", "system", "functional", "acceptance")
_STAGES = {*_SERVICE, *_INTEGRATION}
"""What folders of tests are called that are no unit tests."""


@dataclass(frozen=True, slots=True)
class Place:
    """Tests: a folder from the root on, and where a glob says which in it, that."""

    folder: str
    glob: str = ""

    @property
    def path(self) -> str:
        """Return it as the configuration has it."""
        return posixpath.join(self.folder, self.glob) if self.glob else self.folder

    @property
    def is_direct(self) -> bool:
        """Return whether tests in folders below are none of these."""
        return bool(self.glob) and not self.glob.startswith("**/")


def unit_tests(found: Found, home: Home) -> Place | None:
    """Return where a service's unit tests are."""
    own, names = home.folder, _names(home)
    for folder in (
        *(f"{own}/{one}/unit" for one in TEST_FOLDERS),
        *(f"{one}/unit/{name}" for one in TEST_FOLDERS for name in names),
        *(f"{one}/{name}/unit" for one in TEST_FOLDERS for name in names),
        *(f"{own}/{one}" for one in TEST_FOLDERS),
        *(f"{one}/{name}" for one in TEST_FOLDERS for name in names),
    ):
        place = _unless_staged(found, folder)
        if place is not None and not _on_containers(found, place):
            return place
    return _beside(found, own)


def service_tests(found: Found, home: Home) -> Place | None:
    """Return where a service's tests are that need containers."""
    own, names = home.folder, _names(home)
    folders = (
        folder
        for stage in _SERVICE
        for one in TEST_FOLDERS
        for name in names
        for folder in (f"{own}/{one}/{stage}", f"{one}/{stage}/{name}", f"{one}/{name}/{stage}")
    )
    if (place := next((Place(one) for one in folders if found.tests(one)), None)) is not None:
        return place
    own_folders = (f"{own}/{one}" for one in TEST_FOLDERS)
    others = (f"{one}/{name}" for one in TEST_FOLDERS for name in names)
    return _needing(found, (*own_folders, *others))


def _names(home: Home) -> tuple[str, ...]:
    """Return what a service's folder of tests may be called: also as Python could import it."""
    return tuple(dict.fromkeys((home.name, home.name.replace("-", "_"))))


def root_unit_tests(found: Found, claimed: Collection[str]) -> Place | None:
    """Return where the repo's own unit tests are; what is a service's is `claimed`."""
    for folder in (*(f"{one}/unit" for one in TEST_FOLDERS), *TEST_FOLDERS):
        place = _unless_staged(found, folder, claimed)
        if place is not None and not _on_containers(found, place):
            return place
    return None if claimed else _beside(found, "")


def root_integration_tests(found: Found, claimed: Collection[str]) -> Place | None:
    """Return where the tests of the whole are."""
    folders = [f"{one}/{stage}" for stage in _INTEGRATION for one in TEST_FOLDERS]
    for folder in (*folders, "integration_tests", "e2e"):
        place = _unless_staged(found, folder, claimed)
        if place is not None:
            return place
    return _needing(found, TEST_FOLDERS, claimed)


def runs_in(found: Found, home: Home, place: Place) -> str:
    """Return the folder whose environment a service's tests have, and that they are run in."""
    own = found.has(home.folder, *MANIFESTS, "package.json")
    inside = is_within(place.folder, home.folder)
    return home.folder if own or (inside and not found.has("", *MANIFESTS)) else ""


def env_of(
    found: Found, home: Home | None, place: Place, folder: str, stack: Collection[str] = ()
) -> dict[str, str]:
    """Return the variables that tests need: those of the call that runs them, and Python's paths.

    Secrets are left out, which `withheld` names, and addresses of the stack that the tests get.
    """
    call = call_of(found, place)
    told = {
        name: value
        for name, value in call.env
        if not is_secret_name(name)
        and not is_of_stack(name)
        and not (stack and address(found, stack, name, value))
    }
    paths = [
        posixpath.normpath(posixpath.join(call.folder, one))
        for one in told.pop("PYTHONPATH", "").split(":")
        if one and not one.startswith("/")
    ]
    if home is not None and not found.has(home.folder, "package.json"):
        # What was on Python's path where it used to be run: the service's folder, the call's.
        paths += [] if paths or folder == home.folder else [_importing(found, home.folder)]
        paths += [f"{home.folder}/src"] if _is_bare(found, home.folder) else []
        paths += [call.folder or "."] if call.folder != folder and call.paths else []
    elif home is None and _is_bare(found, ""):
        paths += ["src"]
    paths = [one for one in dict.fromkeys(paths) if one != (folder or ".")]
    if paths:
        told["PYTHONPATH"] = ":".join(posixpath.relpath(one, folder or ".") for one in paths)
    return told


def withheld(found: Found) -> list[str]:
    """Return the names of variables that look like secrets."""
    return sorted({name for call in found.calls for name, _ in call.env if is_secret_name(name)})


def unknown(found: Found) -> list[str]:
    """Return the names of variables whose values nothing of the repo says."""
    named = {name for call in found.calls for name in call.unknown}
    return sorted(name for name in named if not is_of_stack(name))


def _importing(found: Found, folder: str) -> str:
    """Return from where a folder's code is imported: a package's own modules hide Python's."""
    while folder and found.has(folder, "__init__.py"):
        folder = posixpath.dirname(folder)
    return folder or "."


def _is_bare(found: Found, folder: str) -> bool:
    """Return whether a folder has sources in `src` that nothing installs."""
    source = posixpath.join(folder, "src")
    return source in found.folders and not found.has(folder, "pyproject.toml", "setup.py")


def call_of(found: Found, place: Place) -> Call:
    """Return the call that runs a place's tests, the one that names it most exactly first."""
    fitting = [
        (abs(path.count("/") - place.folder.count("/")), call)
        for call in found.calls
        for path in (call.paths or (call.folder,))
        if _covers(path, place.folder) or is_within(path, place.folder)
    ]
    return min(fitting, key=lambda one: one[0], default=(0, Call()))[1]


def _covers(path: str, folder: str) -> bool:
    """Return whether a folder is one that is run, or in it; `apps/*/test` is several."""
    if not set(path) & set("*?["):
        return is_within(folder, path)
    parts, patterns = folder.split("/"), path.split("/")
    # No `**` of a shell's: what it is for is in folders below all the same.
    fits = all(fnmatchcase(one, pattern) for one, pattern in zip(parts, patterns, strict=False))
    return fits and len(parts) >= len(patterns)


def _unless_staged(found: Found, folder: str, claimed: Collection[str] = ()) -> Place | None:
    """Return a folder of tests; where other stages or services have a part, only what is direct."""
    tests = found.tests(folder)
    if not tests:
        return None
    theirs = {one for one in claimed if one != folder and is_within(one, folder)}
    apart = [one for one in tests if _is_apart(one, folder, theirs)]
    if folder in claimed or len(apart) == len(tests):
        return None
    if not apart:
        return Place(folder)
    direct = [one for one in tests if posixpath.dirname(one) == folder]
    return Place(folder, _pattern(direct)) if direct else None


def _on_containers(found: Found, place: Place) -> bool:
    return need_containers(found, place.folder, direct=place.is_direct)


def _needing(found: Found, folders: Iterable[str], claimed: Collection[str] = ()) -> Place | None:
    """Return the first folder of tests that need containers."""
    places = (_unless_staged(found, one, claimed) for one in folders)
    return next((one for one in places if one and _on_containers(found, one)), None)


def _is_apart(test: str, folder: str, theirs: Iterable[str]) -> bool:
    inner = (
        posixpath.basename(one) for one in above(test) if one != folder and is_within(one, folder)
    )
    return any(is_within(test, one) for one in theirs) or any(one in _STAGES for one in inner)


def _beside(found: Found, folder: str) -> Place | None:
    """Return tests that lie beside sources."""
    tests = [
        one
        for one in found.tests(folder)
        if not any(posixpath.basename(up) in (*TEST_FOLDERS, *_STAGES) for up in above(one))
    ]
    if not tests:
        return None
    return Place(_common(tests, folder), f"**/{_pattern(tests)}")


def _common(tests: Iterable[str], folder: str) -> str:
    """Return the folder that all lie in, not above `folder`."""
    found = posixpath.commonpath([posixpath.dirname(one) or "." for one in tests])
    return folder if found in {"", "."} else found


def _pattern(tests: Collection[str]) -> str:
    """Return the pattern that finds most of the files, by name."""
    names = [posixpath.basename(one) for one in tests]
    return max(
        (*PYTHON_TESTS, *NODE_TESTS), key=lambda one: sum(_fits(name, one) for name in names)
    )


def _fits(name: str, pattern: str) -> bool:
    return fnmatchcase(name, pattern)


def unseen(found: Found, place: Place) -> Iterator[str]:
    """Yield tests in a place that its glob leaves out, though they are nobody else's."""
    if place.glob.startswith("**/"):
        for one in found.tests(place.folder):
            inner = {posixpath.basename(up) for up in above(one)}
            if not _fits(posixpath.basename(one), place.glob[3:]) and not inner & _STAGES:
                yield one
