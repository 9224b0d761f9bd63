"""What the engine has of an instance, by its labels, and how that is removed.

Not by `docker compose down`, which takes twice as long to find the same: it is what is tried where
something resists.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from taskslib.stacks.client import DockerClient, nowhere
from taskslib.stacks.listing.lister import Lister

_REMOVALS = {
    "container": ("rm", "-f", "-v"),
    "network": ("network", "rm"),
    "volume": ("volume", "rm", "-f"),
    "image": ("image", "rm", "-f"),
}


def remove(docker: DockerClient, name: str) -> bool:
    """Remove an instance, as far as that can be done; return whether there was anything of it."""
    found = {kind: names for kind, names in Lister(docker).names(name).items() if names}
    if not found:
        return False

    def removed(kind: str) -> bool:
        return docker.run(*_REMOVALS[kind], *found[kind], essential=True).code == 0

    # What containers hold can't be removed before them.
    first = "container" not in found or removed("container")
    with ThreadPoolExecutor(len(_REMOVALS)) as pool:
        rest = list(pool.map(removed, found.keys() - {"container"}))
    if not all((first, *rest)):
        # It also finds what somebody ran in the instance's project, without our labels; such
        # volumes stay, and ours are tried again.
        down = ("down", "--remove-orphans", "--timeout", "0")
        docker.run(*project(name), *down, cwd=nowhere(), essential=True)
    return True


def project(name: str) -> tuple[str, ...]:
    """Return the start of a Compose command on an instance; empty leaves the name to its files."""
    return ("compose", "--ansi", "never", *(("-p", name) if name else ()))
