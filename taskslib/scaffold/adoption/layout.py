"""From what was found to the configuration that describes it. Pure."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from taskslib.project.config import Config
from taskslib.scaffold.adoption import suites
from taskslib.scaffold.adoption.addresses import left_out
from taskslib.scaffold.adoption.containers import readers
from taskslib.scaffold.adoption.dependencies import unread
from taskslib.scaffold.adoption.found import Found, is_within
from taskslib.scaffold.adoption.homes import Home, globs, homes, needs_telling
from taskslib.scaffold.adoption.stacks import dev_stack, stack_of_tests
from taskslib.scaffold.adoption.suites import Place

_USUAL = Config()
Table = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Layout:
    """A repo's layout, as `[tool.taskslib]` tells of it."""

    table: Mapping[str, Any]
    """Without what is the default."""
    notes: tuple[str, ...] = ()
    """What a person should know besides."""


def layout(found: Found) -> Layout:
    """Return the configuration that describes a repo."""
    known, notes = homes(found)
    unit = {home: suites.unit_tests(found, home) for home in known}
    service = {home: suites.service_tests(found, home) for home in known}
    claimed = {one.folder for places in (unit, service) for one in places.values() if one}
    own = suites.root_unit_tests(found, claimed)
    whole = suites.root_integration_tests(found, claimed)
    folders = [one.folder for one in known]
    stack = stack_of_tests(found, "", suites.call_of(found, whole) if whole else None, folders)
    dev = dev_stack(found, folders)
    table: Table = {"services": globs(found, known) if known else None}
    usual = _common_unit(found, own, unit)
    table["unit_tests"] = usual
    table["integration_tests"] = whole.path if whole and stack else _none(found, "integration")
    table["stack"] = _one_or_several(stack) if stack else None
    table["dev_stack"] = _one_or_several(dev) or None
    # The project's own tests can import any service.
    table["inputs"] = [one.folder for one in known] if own else []
    table["unit"] = _suite(found, None, own, "")
    table["integration"] = _suite(found, None, whole, "", stack) if whole and stack else None
    table["service"] = {
        home.name: told
        for home in known
        if (told := _service(found, home, unit[home], service[home], usual, stack)) is not None
    }
    kept = {key: one for key, one in table.items() if one not in (None, {}, _usual(key))}
    places = [one for one in (own, whole, *unit.values(), *service.values()) if one]
    of_services = (*unit.items(), *service.items())
    environments = [suites.runs_in(found, home, one) for home, one in of_services if one]
    environments += [""] if own or whole else []
    apart = [one for one in (own, *unit.values()) if one]
    more = (
        *_notes(found, known, places),
        *_homeless(found, service, whole, stack),
        *_addresses(found, service, whole, stack),
        *_reading(found, apart),
        *unread(found, environments),
    )
    return Layout(kept, (*notes, *more))


def _common_unit(found: Found, own: Place | None, unit: Mapping[Home, Place | None]) -> str:
    """Return `unit_tests`: the root's own, else what the services have in common."""
    if own is not None:
        return own.path
    inner = [
        one.path.removeprefix(f"{home.folder}/")
        for home, one in unit.items()
        if one and is_within(one.folder, home.folder)
    ]
    # At the root the same would be tests of the project's own.
    free = [one for one in (_USUAL.unit_tests, *inner) if not _any(found, one)]
    return max(free, key=inner.count, default="")


def _any(found: Found, path: str) -> bool:
    return next(found.below(path.split("*", maxsplit=1)[0].rstrip("/")), None) is not None


def _none(found: Found, kind: str) -> str | None:
    """Return that there are no tests of a kind, where by convention there would be."""
    return "" if _any(found, f"tests/{kind}") else None


def _service(
    found: Found,
    home: Home,
    unit: Place | None,
    service: Place | None,
    usual: str,
    root_stack: list[str],
) -> Table | None:
    """Return what is told of a service; None where it is by convention."""
    own = home.folder
    stack = _stack_of(found, home, service, root_stack)
    table: Table = {}
    if home.dockerfile != f"{own}/Dockerfile" and home.dockerfile:
        table["dockerfile"] = posixpath.relpath(home.dockerfile, own)
    told = _seen_from(own, unit) if unit else ""
    if told != usual and (told or (usual and _any(found, f"{own}/{usual}"))):
        table["unit_tests"] = told
    if service and stack:
        table["service_tests"] = _seen_from(own, service)
        table["stack"] = _one_or_several([posixpath.relpath(one, own) for one in stack])
        folder = suites.runs_in(found, home, service)
        table["service"] = _suite(found, home, service, folder, stack)
    elif _any(found, f"{own}/{_USUAL.service_tests}"):
        table["service_tests"] = ""
    if unit:
        table["unit"] = _suite(found, home, unit, suites.runs_in(found, home, unit))
    by_convention = {"service_tests": _USUAL.service_tests, "stack": _USUAL.service_stack}
    table = {k: v for k, v in table.items() if v is not None and by_convention.get(k) != v}
    return table if table or needs_telling(found, home) else None


def _seen_from(folder: str, place: Place) -> str:
    return posixpath.join(posixpath.relpath(place.folder or ".", folder), place.glob).rstrip("/")


def _suite(
    found: Found,
    home: Home | None,
    place: Place | None,
    folder: str,
    stack: Collection[str] = (),
) -> Table | None:
    """Return how tests are run, where that is not in their service's folder and as it is."""
    if place is None:
        return None
    table: Table = {}
    if home is not None and folder != home.folder:
        table["folder"] = posixpath.relpath(folder or ".", home.folder)
    if env := suites.env_of(found, home, place, folder, stack):
        table["env"] = env
    return table or None


def _one_or_several(paths: list[str]) -> str | list[str]:
    """Return Compose files as the configuration has them: by convention it is their folder."""
    if not paths:
        return ""
    if len(paths) > 1:
        return paths
    folder, _, _ = paths[0].rpartition("/")
    return folder if folder.endswith("deploy/test") or folder == "deploy/dev" else paths[0]


def _usual(key: str) -> Any:
    told = getattr(_USUAL, key)
    return list(told) if isinstance(told, tuple) else told


def _stack_of(found: Found, home: Home, place: Place | None, root_stack: list[str]) -> list[str]:
    """Return the Compose files of a service's tests: its own, or those of the whole."""
    call = suites.call_of(found, place) if place else None
    return stack_of_tests(found, home.folder, call) or root_stack


def _homeless(
    found: Found, service: Mapping[Home, Place | None], whole: Place | None, root_stack: list[str]
) -> Iterator[str]:
    """Yield a note of each folder of tests that need containers that no Compose file has."""
    if whole and not root_stack:
        yield _without(whole.path, "[tool.taskslib]", "integration_tests", whole.path, "the root")
    for home, place in service.items():
        if place and not _stack_of(found, home, place, root_stack):
            table = f"[tool.taskslib.service.{home.name}]"
            told = _seen_from(home.folder, place)
            yield _without(place.path, table, "service_tests", told, home.folder)


def _addresses(
    found: Found, service: Mapping[Home, Place | None], whole: Place | None, root_stack: list[str]
) -> Iterator[str]:
    """Yield a note of each variable that would send tests to other containers than their own."""
    of_services = (
        (place, _stack_of(found, home, place, root_stack)) for home, place in service.items()
    )
    notes: dict[str, None] = {}
    for place, stack in ((whole, root_stack), *of_services):
        if place and stack:
            notes |= dict.fromkeys(left_out(found, stack, suites.call_of(found, place)))
    yield from notes


def _without(tests: str, table: str, key: str, told: str, start: str) -> str:
    return (
        f"{tests} has no Compose file, so its tests are left out: {table} takes "
        f'`{key} = "{told}"` and `stack = "PATH"`, the file that has their containers, from '
        f"{start} on"
    )


def _reading(found: Found, unit: list[Place]) -> Iterator[str]:
    """Yield a note of each unit test that may be none, by what it reads."""
    for place in unit:
        for path, name in readers(found, place.folder, direct=place.is_direct):
            yield (
                f"{path} is a unit test here, and reads {name}: where that is a container's, "
                "its place is in `service_tests` or `integration_tests`"
            )


def _notes(found: Found, known: tuple[Home, ...], places: list[Place]) -> Iterator[str]:
    """Yield what a person should know, or has to decide."""
    for place in places:
        for one in suites.unseen(found, place):
            yield f"{one} is in no suite: {place.path} does not find it"
    for home in known:
        other = found.has(home.folder, "package.json", "go.mod", "Cargo.toml")
        if other and not found.tests(home.folder):
            yield (
                f"{home.name} has no tests of pytest or vitest: [tool.taskslib.service.{home.name}"
                ".unit] takes a `command` and the `report` in JUnit's form that it writes"
            )
    for name in suites.withheld(found):
        yield f"{name} looks like a secret, so its value was not taken over: `pass_env`"
    for name in sorted({name for call in found.calls for name in call.unprintable}):
        yield f"{name} has signs that can't be printed, so its value was not taken over"
    for name in suites.unknown(found):
        yield f"{name} is known only where tests are run, so it was not taken over: `pass_env`"
