"""What is the same at every target."""

from __future__ import annotations

from pathlib import Path

import pytest

from taskslib.cancellation import Cancellation
from taskslib.deploy.compose import ComposeTarget
from taskslib.errors import EngineError
from taskslib.project.model import Stack


def test_an_image_of_which_only_the_id_is_known_is_asked_of_no_registry(tmp_path: Path) -> None:
    """There is no client either: it would ask Docker's own for `sha256`."""
    stack = Stack("", (tmp_path / "docker-compose.yml",))
    target = ComposeTarget(stack, "shop-prod", {"PATH": str(tmp_path)}, Cancellation())
    image = f"sha256:{'1' * 64}"
    with pytest.raises(EngineError) as refused:
        target.pull([image])
    assert refused.value.message == f"the engine has {image} no more, and an id is in no registry"
    assert refused.value.hint == "build it there again: `inv build` on the tag of its release"
