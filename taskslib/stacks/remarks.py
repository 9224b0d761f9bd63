"""What a person should know of a stack before it starts: what is not as its files say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from taskslib.project.model import Stack
from taskslib.stacks.engine import ComposeConfig, Label
from taskslib.stacks.fixed import fixed
from taskslib.stacks.instance import Spec
from taskslib.stacks.lines import located
from taskslib.stacks.mounts import mounted
from taskslib.stacks.reach import Reach

_RESTARTS = (("restart",), ("deploy", "restart_policy"))


def remarks(config: ComposeConfig, spec: Spec, reach: Reach) -> Iterator[str]:
    """Yield a line for each thing in a stack's files that is replaced, or that can't work.

    Args:
        config: The stack as Compose resolved it.
        spec: Which instance it is to be.
        reach: Where the engine is.
    """
    root = Path(spec.labels.get(Label.ROOT, ""))
    for place, what in located(tuple(fixed(config, spec.name)), spec.stack.files, root):
        if what.path[2:] in _RESTARTS:
            yield f"{place}: {what} is switched off: what ends in a test stack has ended"
        else:
            yield f"{place}: {what} is fixed; every stack gets one of its own instead"
    yield from unseen(config, spec.stack, root, reach)


def unseen(config: ComposeConfig, stack: Stack, root: Path, reach: Reach) -> Iterator[str]:
    """Yield a line for each mount of a file of the repo that an engine elsewhere can't see."""
    if reach.remote:
        for place, what in located(tuple(mounted(config, root)), stack.files, root):
            yield f"{place}: {what} is here, and the engine at {reach.host} can't see it"
