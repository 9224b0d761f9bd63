"""Podman, where it answers in Docker's place: how it is told apart, what it does otherwise. Pure.

It speaks Docker's API, so Docker's client and Compose work with it, but for what is said here.
"""

from __future__ import annotations

import re

PARTS = "{{range .Server.Components}}{{.Name}} {{.Version}}\n{{end}}"
"""The template for `docker version --format`: what a server consists of, a part a line."""
_PART = re.compile(r"^Podman Engine (\S+)", re.MULTILINE)

OWN_BUILDER = {"DOCKER_BUILDKIT": "0"}
"""The variables with which Compose has the engine build by itself. By its API Podman has no
BuildKit: the client then starts one in a container, from an image that has to be pulled."""
PULL = "docker pull moby/buildkit:buildx-stable-1"


def podman_version(parts: str) -> str:
    """Return Podman's version from what a server consists of; empty where it is another."""
    found = _PART.search(parts)
    return found[1] if found else ""


def waits_for_health(output: str) -> bool:
    """Return whether Compose's last words were that it waits for a healthcheck."""
    return bool(re.search(r"^ Container \S+  Waiting", output, re.MULTILINE))


def unchecked(version: str) -> str:
    """Return why no healthcheck of a stack has ever run."""
    return f"Podman {version} has healthchecks run by systemd: where that is not, none ever does"
