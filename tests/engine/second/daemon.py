"""A second engine: a daemon in namespaces of its own, which a test may starve, kill and restart.

It sees no network but its own, and what it mounts and starts goes with its namespaces, even where
the tests are killed. Its published ports can't be reached from here, unless it has an address.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from taskslib.testing import wait_for
from tests.engine.second.images import load_tiny

CGROUPS = Path("/sys/fs/cgroup")
_TOOLS = ("docker", "unshare", "nsenter", "ip", "mount", "iptables", "ldd")
_HELPERS = ("/usr/lib/podman", "/usr/libexec/podman")
"""Where Podman has programs that nobody else calls."""
_UNSHARE = ("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child")
_HOLD = """
set -e
read -r pid _ < /proc/self/stat  # as it is called outside: /proc is still that of there
mount -t proc none /proc
mount -t tmpfs none /run         # sockets of shims, which have fixed names
mount -t tmpfs -o "size=$1" none "$2"
ip link set lo up
echo "$pid"
cat                              # until our end of the pipe is closed, or we are killed
"""
"""The first process in the namespaces: all in there ends with it."""


@dataclass
class Daemon:
    """A dockerd that can be stopped and started, and the namespaces that it lives in."""

    folder: Path
    options: tuple[str, ...]
    inside: int
    """The process that holds the namespaces."""
    address: str = ""
    """At which it is reached from here, as another machine would be; empty: nowhere."""
    name: str = field(default_factory=lambda: f"second-{uuid.uuid4().hex[:8]}")
    process: subprocess.Popen[bytes] | None = None

    tools: ClassVar[tuple[str, ...]] = ("dockerd",)
    """Programs that it takes besides those that all do."""

    @property
    def host(self) -> str:
        """What DOCKER_HOST is for it."""
        return f"unix://{self.folder}/docker.sock"

    @property
    def remote(self) -> str:
        """What DOCKER_HOST is for it from another machine."""
        return f"tcp://{self.address}:2375"

    @property
    def data(self) -> Path:
        """Its data root, as it is called inside: here the folder is empty."""
        return self.folder / "data"

    def configure(self, config: str) -> None:
        """Write its configuration file."""
        (self.folder / "daemon.json").write_text(config or "{}")

    def start(self) -> None:
        """Start it and wait until it answers."""
        assert self.process is None
        self._pid.unlink(missing_ok=True)  # left by one that was killed
        command = self.within(*self.command())
        environ = {"PATH": os.environ.get("PATH", os.defpath), **self.variables()}  # no proxies
        with self._log.open("ab") as log:
            process = self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environ
            )
        wait_for(lambda: self._answers() or process.poll() is not None, timeout=60)
        assert process.poll() is None, self._log.read_text()[-2000:]

    def command(self) -> Sequence[str]:
        """Return what starts it inside."""
        return (
            *("dockerd", "--host", self.host, "--data-root", str(self.data)),
            *("--exec-root", "/run/docker", "--pidfile", str(self._pid)),
            *("--config-file", str(self.folder / "daemon.json")),
            # No systemd, which would be told process ids of another namespace; and a place in the
            # tree of cgroups that is found again.
            *("--exec-opt", "native.cgroupdriver=cgroupfs", "--cgroup-parent", f"/{self.name}"),
            *(("--host", self.remote, "--tls=false") if self.address else ()),
            *self.options,
        )

    def variables(self) -> Mapping[str, str]:
        """Return what it is to find in its environment."""
        return {}

    def cgroups(self) -> list[Path]:
        """Return its cgroups, in all hierarchies of version 1 or in the one of 2."""
        found = (CGROUPS / self.name, *CGROUPS.glob(f"*/{self.name}"))
        return [path for path in found if path.is_dir()]

    def stop(self, name: str) -> None:
        """End it by TERM or KILL; where it is killed, what runs in its containers goes on."""
        subprocess.run(self.signalling(name), check=True, timeout=60)
        self.stopped()

    @contextmanager
    def hung(self) -> Iterator[None]:
        """Let it answer nothing."""
        subprocess.run(self.signalling("STOP"), check=True, timeout=60)
        try:
            yield
        finally:
            subprocess.run(self.signalling("CONT"), check=True, timeout=60)
            if self.process is not None:  # nsenter, which stops with what it started
                subprocess.run(["kill", "-CONT", str(self.process.pid)], check=True, timeout=60)

    def signalling(self, name: str) -> list[str]:
        """Return the command that sends it a signal."""
        return self.within("sh", "-c", f"kill -{name} {self._pid.read_text()}")

    def within(self, *command: str) -> list[str]:
        """Return a command that runs in its namespaces."""
        return ["nsenter", f"--target={self.inside}", "--net", "--mount", "--pid", *command]

    def stopped(self) -> None:
        """Wait until it has ended."""
        assert self.process is not None
        self.process.wait(60)
        self.process = None

    @contextmanager
    def full(self) -> Iterator[None]:
        """Leave no room on its disk."""
        filler = str(self.data / "filler")
        filling = 'LC_ALL=C head -c 1T /dev/zero > "$1"'
        try:
            filled = _quietly(*self.within("sh", "-c", filling, "sh", filler))
            assert "No space left on device" in filled.stderr
            yield
        finally:
            subprocess.run(self.within("rm", "-f", filler), check=True, timeout=60)

    @property
    def _pid(self) -> Path:
        return self.folder / "docker.pid"

    @property
    def _log(self) -> Path:
        return self.folder / "log"

    def _answers(self) -> bool:
        return _quietly("docker", "--host", self.host, "version").returncode == 0


@contextmanager
def second_daemon(
    folder: Path,
    *options: str,
    kind: type[Daemon] = Daemon,
    size: str = "512m",
    config: str = "",
    address: str = "",
) -> Iterator[Daemon]:
    """Run a second engine with a data root of that size in memory; afterwards nothing is left.

    With an address, which ends in .2, it can be reached from here: by a cable that goes with it.
    """
    data = folder / "data"
    data.mkdir(parents=True)
    holder = subprocess.Popen(
        [*_UNSHARE, "sh", "-c", _HOLD, "sh", size, str(data)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    daemon = None
    try:
        daemon = kind(folder, options, _inside(holder), address)
        daemon.configure(config)
        if address:
            _connect(daemon)
        daemon.start()
        load_tiny(daemon.host)
        yield daemon
    finally:
        if daemon is not None and daemon.process is not None:
            daemon.process.kill()  # it is outside; one that was stopped would be waited for
            daemon.process.wait(60)
        holder.communicate(timeout=60)
        if daemon is not None:
            _remove_cgroups(daemon)
        shutil.rmtree(folder)


def missing(kind: type[Daemon] = Daemon) -> str:
    """Return why there can be no second engine here; empty if there can."""
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), *_HELPERS))
    tools = (*kind.tools, *_TOOLS)
    if absent := [tool for tool in tools if shutil.which(tool, path=path) is None]:
        return f"not installed: {', '.join(absent)}"
    refused = _quietly(*_UNSHARE, "true").stderr.strip()
    return refused and f"only root can start an engine: {refused}"


def _connect(daemon: Daemon) -> None:
    """Lay a cable between the namespaces and this machine's network."""
    here = f"{daemon.address.rpartition('.')[0]}.1"
    cable = daemon.name.replace("second-", "cable-")  # a device's name has 15 characters at most
    end = ("peer", "name", "eth0", "netns", str(daemon.inside))
    for command in (
        ["ip", "link", "add", cable, "type", "veth", *end],
        ["ip", "address", "add", f"{here}/30", "dev", cable],
        ["ip", "link", "set", cable, "up"],
        daemon.within("ip", "address", "add", f"{daemon.address}/30", "dev", "eth0"),
        daemon.within("ip", "link", "set", "eth0", "up"),
    ):
        subprocess.run(command, check=True, timeout=60)


def traces(daemon: Daemon) -> list[str]:
    """Return what is left of an engine: processes, mounts, cgroups, its folder."""
    found = [str(path) for path in (daemon.folder, *daemon.cgroups()) if path.exists()]
    mark = str(daemon.folder).encode()
    for process in Path("/proc").glob("[0-9]*"):
        for file in ("cmdline", "mountinfo"):
            with suppress(OSError):
                if mark in (process / file).read_bytes():
                    found.append(str(process / file))
    return found


def _quietly(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def _inside(holder: subprocess.Popen[str]) -> int:
    assert holder.stdout is not None
    return int(holder.stdout.readline())


def _remove_cgroups(daemon: Daemon) -> None:
    """Remove cgroups, the innermost first; the kernel takes a moment to see that they are empty."""

    def gone() -> bool:
        for top in daemon.cgroups():
            for folder, _, _ in os.walk(top, topdown=False):
                with suppress(OSError):
                    Path(folder).rmdir()
        return not daemon.cgroups()

    wait_for(gone, timeout=60)
