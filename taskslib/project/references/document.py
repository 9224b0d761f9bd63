"""The text of a Compose file, and of what overrides it, as one document. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from taskslib.project.references.values import listed, pairs, table

_ADDED = ("env_file", "label_file", "extends")
"""Entries of a service of which an override's comes to the first's, and one needs no list."""

if TYPE_CHECKING:
    from ruamel.yaml import YAML


def document(texts: Iterable[str]) -> Mapping[str, Any]:
    """Return what a Compose file and its overrides say together. Raises `Malformed`."""
    data: Mapping[str, Any] = {}
    for text in texts:
        one = _parsed(text)
        data = _merged(data, {**one, "services": _services(one)})
    return data


class Malformed(Exception):
    """A text that is no Compose file."""


def _parsed(text: str) -> Mapping[str, Any]:
    from ruamel.yaml.error import YAMLError

    try:
        data = _yaml().load(text)
    except YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", 0) + 1
        raise Malformed(f"line {line} is no YAML that can be read here") from error
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
        raise Malformed("it is no YAML that can be read here") from None
    if not isinstance(data, dict):
        raise Malformed("it is no mapping")
    return data


def _yaml() -> YAML:
    from ruamel.yaml import YAML

    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = _constructor()
    return yaml


@cache
def _constructor() -> type:
    """Return what takes a value that Compose tags (`!reset`, `!override`) as one without a tag."""
    from ruamel.yaml.constructor import SafeConstructor
    from ruamel.yaml.nodes import MappingNode, SequenceNode

    class Constructor(SafeConstructor):
        pass

    def untagged(made: Constructor, tag: str, node: Any) -> Any:
        if isinstance(node, MappingNode):
            return made.construct_mapping(node, deep=True)
        if isinstance(node, SequenceNode):
            return made.construct_sequence(node, deep=True)
        return None if tag == "reset" else node.value

    Constructor.add_multi_constructor("!", untagged)
    return Constructor


def _services(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the services in their long form, as far as files are merged by it."""
    found = {}
    for name, service in table(data, "services").items():
        one = dict(service) if isinstance(service, dict) else {}
        if one.get("build") and not isinstance(one["build"], dict):
            one["build"] = {"context": one["build"]}
        found[str(name)] = {**one, **{key: listed(one[key]) for key in _ADDED if key in one}}
    return found


def _merged(one: Any, other: Any) -> Any:
    """Return a value with an override's, as Compose merges them or with more."""
    if isinstance(one, dict) or isinstance(other, dict):
        first, second = pairs(one), pairs(other)
        both = {name: _merged(first[name], second[name]) for name in first if name in second}
        return {**first, **second, **both}
    if isinstance(one, list) and isinstance(other, list):
        return [*one, *other]
    return one if other is None else other
