"""From facts to lines: all that the doctor looks at, in the order in which it says so. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from taskslib.doctor.advice import refusal
from taskslib.doctor.health.facts import Health, Reach
from taskslib.doctor.health.findings import Line, ok, problem, warning
from taskslib.doctor.health.repo_checks import repo_lines

_GB = 1 << 30
_DISK_LOW, _DISK_GONE = 10 * _GB, 2 * _GB
_MEMORY_LOW = 2 * _GB
_POOLS_LOW = 5
_WATCHES_LOW, _WATCHERS_LOW = 65_536, 128
_FEATURES = (
    ("engine", (25,), "`start_interval` of healthchecks: stacks take seconds longer to be ready"),
    ("Compose", (2, 20, 2), "`start_interval` of healthchecks: stacks take longer to be ready"),
    ("Compose", (2, 22), "`develop.watch`: inv dev-up --watch does not run"),
    ("Compose", (2, 24, 4), "`!reset` and `!override` in Compose files"),
)
"""Program, the first version that has a feature, the feature and what is without it."""
_UPGRADE = "upgrade it as it was installed; on Debian and Ubuntu: inv setup --install-engine"

_PODMAN = (
    "by Docker's API: no BuildKit but as a container, else it builds each stack's images anew in "
    "each run; healthchecks run only where systemd does; `init: true` takes catatonit there"
)
_PODMAN_FIX = "export DOCKER_BUILDKIT=0 spares each build the try; for all of it: Docker Engine"


def health_lines(health: Health) -> tuple[Line, ...]:
    """Return everything that there is to say."""
    return (
        *_engine(health),
        *_pools(health),
        *_images(health),
        *_disk(health),
        *_memory(health),
        *_tools(health),
        *_net(health),
        *_watches(health),
        *repo_lines(health),
    )


def _engine(health: Health) -> Iterator[Line]:
    machine = health.machine
    if not machine.daemon or machine.missing:
        error = refusal(machine, install_engine=False)
        yield problem("engine", error.message, error.hint)
    if machine.podman:
        yield warning("engine", f"Podman {machine.daemon} {_PODMAN}", _PODMAN_FIX)
    docker = "" if machine.podman else machine.daemon
    found = {"engine": docker, "Compose": machine.compose, "Buildx": machine.buildx}
    for name, version in found.items():
        lacking = [
            f"{'.'.join(map(str, first))} has {what}"
            for program, first, what in _FEATURES
            if program == name and _number(version) < first
        ]
        if version and lacking:
            yield warning(name, f"{version}; from {'; from '.join(lacking)}", _UPGRADE)
        elif version:
            yield ok(name, version)


def _pools(health: Health) -> Iterator[Line]:
    left = health.resources.pools
    fix = (
        "end stacks that nobody needs: inv infra-prune --yes; or more of them in daemon.json: "
        '"default-address-pools": [{"base": "10.200.0.0/16", "size": 24}]'
    )
    if left is None:
        return
    words = f"addresses for {left} more network{'' if left == 1 else 's'}; each stack takes one"
    if not left:
        yield problem("networks", "no addresses left for another; each stack takes one", fix)
    elif left < _POOLS_LOW:
        yield warning("networks", words, fix)
    else:
        yield ok("networks", words)


def _images(health: Health) -> Iterator[Line]:
    for name, reach in health.images.items():
        match reach:
            case Reach.HERE:
                yield ok("image", f"{name} is here")
            case Reach.STAND_IN:
                yield ok("image", f"{name} is here, a stand-in that was built on this machine")
            case Reach.REGISTRY:
                yield ok("image", f"{name} is not here, and can be pulled")
            case Reach.NOWHERE:
                fix = "inv setup --offline-images, or docker login, or docker load"
                yield problem("image", f"{name} is not here, and no registry gives it", fix)


def _disk(health: Health) -> Iterator[Line]:
    for folder, free in health.resources.disk.items():
        words = f"{free / _GB:.1f} GB free in {folder}"
        fix = "docker system df shows what takes it; docker builder prune frees the build cache"
        if free < _DISK_GONE:
            yield problem("disk", words, fix)
        elif free < _DISK_LOW:
            yield warning("disk", words, fix)
        else:
            yield ok("disk", words)


def _memory(health: Health) -> Iterator[Line]:
    free = health.resources.memory
    if free is None:
        return
    words = f"{free / _GB:.1f} GB free"
    if free < _MEMORY_LOW:
        fix = "fewer at once in [tool.taskslib] of pyproject.toml: jobs = 1, stacks = 1"
        yield warning("memory", words, fix)
    else:
        yield ok("memory", words)


def _tools(health: Health) -> Iterator[Line]:
    tools = health.tools
    if tools.git:
        yield ok("git", tools.git)
    else:
        words = "not on PATH: no branch isolates stacks, and no change selects tests"
        yield warning("git", words, "install git")
    if tools.uv:
        yield ok("uv", tools.uv)
    else:
        yield problem("uv", "it does not run", "pip install --force-reinstall uv")
    if tools.wants_node:
        yield ok("node", tools.node or "not on PATH; suites that need it get one from PyPI")


def _net(health: Health) -> Iterator[Line]:
    net = health.net
    if not net.proxies:
        yield ok("proxies", "none")
    elif net.past_loopback:
        yield ok("proxies", ", ".join(net.proxies))
    else:
        words = f"{', '.join(net.proxies)}: requests to stacks on this machine go to the proxy"
        yield warning("proxies", words, "export NO_PROXY=127.0.0.1,localhost")
    for named in net.missing_bundles:
        name, _, file = named.partition("=")
        yield problem("certificates", f"{name} names {file}, which is not there", f"unset {name}")
    if not net.missing_bundles:
        yield ok("certificates", "every bundle that is named is there")


def _watches(health: Health) -> Iterator[Line]:
    for name, value, low in (
        ("max_user_watches", health.resources.watches, _WATCHES_LOW),
        ("max_user_instances", health.resources.watchers, _WATCHERS_LOW),
    ):
        if value is None:
            continue
        words = f"fs.inotify.{name} is {value}"
        if value < low:
            fix = f"sudo sysctl fs.inotify.{name}={low * 8}"
            yield warning("file watches", f"{words}: --watch and reloading may miss changes", fix)
        else:
            yield ok("file watches", words)


def _number(version: str) -> tuple[int, ...]:
    """Return a version's numbers: `26.1.5+dfsg1` → (26, 1, 5)."""
    found = re.match(r"v?(\d+(?:\.\d+)*)", version)
    return tuple(map(int, found[1].split("."))) if found else ()
