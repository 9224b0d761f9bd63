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

    What another file brings in (`include`, `extends`) has the stack's own file alone.
    """
    if not found:
        return  # without the parser, which takes its time
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    trees = {}
    for file in files:
        try:
            trees[file] = YAML(typ="safe", pure=True).compose(file.read_text("utf-8", "replace"))
        except YAMLError:
            continue  # Compose reads it; a form that this parser does not know has no lines
    for one in found:
        places = [
            f"{shown(file, root)}:{line}"
            for file, tree in trees.items()
            if (line := _line(tree, one))
        ]
        # The override, which comes last, is the one that counts.
        yield places[-1] if places else shown(files[0], root), one


def _line(tree: Any, wanted: Fixed) -> int:
    """Return the line of what is wanted, 1-based; 0 where this file does not have it."""
    node = tree
    line = 0
    for key in wanted.path:
        pairs = node.value if getattr(node, "id", "") == "mapping" else ()
        entry = next(((one, value) for one, value in pairs if one.value == key), None)
        if entry is None:
            return 0
        line, node = entry[0].start_mark.line + 1, entry[1]
    if wanted.path[-1] == "ports":
        items = node.value if node.id == "sequence" else ()
        line = next((i.start_mark.line + 1 for i in items if wanted.value in _text(i)), line)
    return int(line)


def _text(item: Any) -> str:
    if item.id == "mapping":
        return " ".join(str(value.value) for key, value in item.value if key.value == "published")
    return str(item.value)
