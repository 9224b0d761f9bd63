"""Podman as a second engine: its service of Docker's API, in namespaces of its own."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from tests.engine.second.daemon import CGROUPS, Daemon

_PLACE = "libpod_parent"
_SHARED = ("/dev/shm", "/var/lib/containers")  # noqa: S108 — its own, over the machine's
"""Where all of a machine have their locks, and what they know of registries."""
_ID = re.compile(r'"ID":"([0-9a-f]{64})"')
NO_INIT = "/nonexistent/init"
_CONTAINERS = """\
[containers]
default_ulimits = []             # those of Debian are more than a container may have
[network]
network_backend = "netavark"     # the older one has no names for containers
network_config_dir = "{folder}/networks"
[engine]
init_path = "{init}"
cgroup_manager = "cgroupfs"
events_logger = "file"
events_logfile_path = "{folder}/events"
"""
_STORAGE = """\
[storage]
driver = "vfs"
runroot = "/run/containers/storage"
graphroot = "{folder}/data"
"""
_REGISTRIES = """\
[[registry]]                     # what a test sees is not to depend on what can be pulled
location = "docker.io"
blocked = true
"""


@dataclass
class Podman(Daemon):
    """A Podman that answers as Docker does."""

    ids: set[str] = field(default_factory=set)
    """Of all containers that it has had."""

    tools: ClassVar[tuple[str, ...]] = (
        "podman",
        "conmon",
        "netavark",
        "aardvark-dns",
        "docker-init",
    )

    @property
    def host(self) -> str:
        """What DOCKER_HOST is for it: it listens at one address only."""
        return self.remote if self.address else super().host

    def configure(self, config: str) -> None:
        """Give it places and files of its own; its init program is Docker's, or the one given."""
        for place in _SHARED:
            mount = 'mkdir -p "$0"; mount -t tmpfs none "$0"'
            subprocess.run(self.within("sh", "-c", mount, place), check=True, timeout=60)
        init = config or shutil.which("docker-init") or NO_INIT
        for name, text in (
            ("containers.conf", _CONTAINERS.format(init=init, folder=self.folder)),
            ("storage.conf", _STORAGE.format(folder=self.folder)),
            ("registries.conf", _REGISTRIES),
        ):
            (self.folder / name).write_text(text)

    def command(self) -> Sequence[str]:
        """Return what starts it inside."""
        return ("podman", *self.options, "system", "service", "--time=0", self.host)

    def variables(self) -> Mapping[str, str]:
        """Return what it is to find in its environment."""
        return {
            "CONTAINERS_CONF": str(self.folder / "containers.conf"),
            "CONTAINERS_STORAGE_CONF": str(self.folder / "storage.conf"),
            "CONTAINERS_REGISTRIES_CONF": str(self.folder / "registries.conf"),
            "TMPDIR": str(self.folder / "data"),  # where builds have their caches
        }

    def podman(self, *arguments: str) -> list[str]:
        """Return a command of Podman's own on it."""
        variables = (f"{name}={value}" for name, value in self.variables().items())
        return self.within("env", *variables, "podman", *arguments)

    def cgroups(self) -> list[Path]:
        """Return those of its containers: the place where they are is every Podman's."""
        with suppress(FileNotFoundError):
            self.ids |= set(_ID.findall((self.folder / "events").read_text()))
        found = (*CGROUPS.glob(f"{_PLACE}/*"), *CGROUPS.glob(f"*/{_PLACE}/*"))
        return [path for path in found if path.name.rpartition("-")[2] in self.ids]
