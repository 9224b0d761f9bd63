"""What an engine says when it has no more of something, and what mends it. Pure."""

from __future__ import annotations

import re

from taskslib.stacks.podman import PULL

_POOLS = re.compile(
    r"could not find an available, non-overlapping IPv4 address pool"
    r"|all predefined address pools have been fully subnetted"
    r"|could not find free subnet from subnet pools",
    re.IGNORECASE,
)
"""Engines before and from 27 on, and Podman; by default there is room for about thirty networks."""
_FULL = re.compile(r"no space left on device", re.IGNORECASE)
_HINTS = (
    (
        re.compile(r"free subnet from subnet pools"),
        "end stacks that nobody needs (inv infra-prune), or give it more: `default_subnet_pools`",
    ),
    (
        _POOLS,
        "end stacks that nobody needs (inv infra-prune), or give it more: `default-address-pools`",
    ),
    (
        _FULL,
        "make room on the engine's disk: `docker system df` shows what takes it",
    ),
    (
        re.compile(r"is already in use by container", re.IGNORECASE),
        "a container of that name that is not ours: `docker ps -a` shows it",
    ),
    (
        re.compile(r"container-init binary not found"),
        "for `init: true` Podman takes an init program where it runs: install catatonit there",
    ),
    (
        re.compile(r"(#\d+) \[.*\] booting buildkit\n(?:.*\n)*?\1 ERROR"),
        f"the builder is a container, on Podman always, and its image can't be pulled: {PULL}",
    ),
    (
        re.compile(r"exec: \".*\": (?:executable file not found|stat .*no such file)"),
        "the program is not in the image: see `command` and `entrypoint` of that service",
    ),
    (
        re.compile(r"environment variable \".*\" required by "),
        "set the variable where the command runs: a secret or configuration is read from it",
    ),
    (
        re.compile(r"set DOCKER_BUILDKIT=1"),
        f"Podman builds by itself, without BuildKit, where that can't be pulled: {PULL}",
    ),
    (
        # The last: any pull that could not even ask the registry, whatever was in the way.
        re.compile(
            r"failed to resolve source metadata|pull access denied"
            r"|(?:get|head) \"https?://\S+/v2/",
            re.IGNORECASE,
        ),
        "base images that no registry gives: `inv setup --offline-images`",
    ),
)


_TAKEN = (
    re.compile(r"Bind for \S*:(\d+) failed: port is already allocated"),
    # What a process outside of containers holds; the words differ before and from engine 28 on.
    re.compile(r"listen \w+ \S*:(\d+): bind: address already in use"),
    re.compile(r"failed to bind host port(?: for)? \S*?:(\d+)[:/]\S*: address already in use"),
)


def taken_port(output: str) -> int | None:
    """Return the host port for which a start failed, since something else has it."""
    found = next((one for pattern in _TAKEN if (one := pattern.search(output))), None)
    return int(found[1]) if found else None


def out_of_networks(output: str) -> bool:
    """Return whether a start failed because the engine has no network left to give."""
    return bool(_POOLS.search(output))


def no_space(output: str) -> bool:
    """Return whether something failed because the engine's disk is full."""
    return bool(_FULL.search(output))


def remedy(output: str) -> str:
    """Return what mends what an engine complained of; empty if that is not known."""
    return next((hint for pattern, hint in _HINTS if pattern.search(output)), "")
