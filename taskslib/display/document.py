"""A document for programs and people, as YAML or JSON. Pure."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from typing import Any


def document_lines(document: Mapping[str, Any], format: str) -> Iterator[str]:  # noqa: A002
    """Yield the lines of a document, as `yaml` or `json`."""
    if format == "json":
        yield from json.dumps(document, indent=2, ensure_ascii=False).splitlines()
        return
    from ruamel.yaml import YAML

    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.width = 10_000  # a folded line is hard to search for
    text = io.StringIO()
    yaml.dump(document, text)
    yield from text.getvalue().splitlines()
