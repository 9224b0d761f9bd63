"""Where in a stack's files something stands: `docker-compose.yml:7`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from taskslib.project.model import shown
from taskslib.stacks.fixed import Fixed


def located(
    found: Sequence[Fixed], files: Sequence[Path], root: Path
) -> Iterator[tuple[str, Fixed]]:
    """Yield each with its place, `FILE:LINE`, as seen from the repo's root.

    Looked for in the files that the stack's own include and extend too; the stack's own file
    alone stands for what is in none of them.
    """
    if not found:
        return  # without the parser, which takes its time
    trees = _read(files)
    for one in found:
        places = [
            f"{shown(file, root)}:{line}"
            for file, tree in trees.items()
            if (line := _line(tree, one))
        ]
        # The override, which comes last, is the one that counts.
        yield places[-1] if places else shown(files[0], root), one


def port_texts(files: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """Yield the ports that files publish, as they are written there, each with its service."""
    for tree in _read(files).values():
        for key, service in _pairs(_get(tree, "services")):
            for item in _items(_get(service, "ports")):
                yield key.value, _text(item)


def _read(files: Sequence[Path]) -> dict[Path, Any]:
    """Return the trees of files and of those that they name, these first."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    trees: dict[Path, Any] = {}
    waiting = list(reversed(files))
    while waiting:
        file = waiting.pop(0)
        if file in trees:
            continue
        try:
            tree = YAML(typ="safe", pure=True).compose(file.read_text("utf-8", "replace"))
        except (YAMLError, OSError):
            continue  # Compose reads it; a form that this parser does not know has no lines
        trees[file] = tree
        waiting += [file.parent / name for name in _named(tree)]
    return dict(reversed(trees.items()))


def _named(tree: Any) -> Iterator[str]:
    """Yield the files that a Compose file includes, or extends services of."""
    for included in _items(_get(tree, "include")):
        path = _get(included, "path") if included.id == "mapping" else included
        yield from (one.value for one in (_items(path) or [path]) if one is not None)
    for _, service in _pairs(_get(tree, "services")):
        file = _get(_get(service, "extends"), "file")
        if file is not None:
            yield file.value


def _entry(node: Any, key: str) -> tuple[Any, Any] | None:
    """Return a mapping's key and value; None where it is no mapping, or has no such key."""
    return next((pair for pair in _pairs(node) if pair[0].value == key), None)


def _get(node: Any, key: str) -> Any:
    found = _entry(node, key)
    return None if found is None else found[1]


def _pairs(node: Any) -> list[tuple[Any, Any]]:
    return node.value if getattr(node, "id", "") == "mapping" else []


def _items(node: Any) -> list[Any]:
    return node.value if getattr(node, "id", "") == "sequence" else []


def _line(tree: Any, wanted: Fixed) -> int:
    """Return the line of what is wanted, 1-based; 0 where this file does not have it."""
    node = tree
    line = 0
    for key in wanted.path:
        entry = _entry(node, key)
        if entry is None:
            return 0
        line, node = entry[0].start_mark.line + 1, entry[1]
    if wanted.path[-1] == "ports":
        written = (one.start_mark.line + 1 for one in _items(node) if wanted.value in _text(one))
        line = next(written, line)
    return int(line)


def _text(item: Any) -> str:
    if item.id == "mapping":
        return " ".join(str(value.value) for key, value in item.value if key.value == "published")
    return str(item.value)
