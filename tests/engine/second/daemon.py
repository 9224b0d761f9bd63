"""A second engine: a dockerd in namespaces of its own, which a test may starve, kill and restart.

It sees no network but its own, and what it mounts and starts goes with its namespaces, even where
the tests are killed. Its published ports can't be reached from here, unless it has an address.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import tarfile
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from taskslib.testing import wait_for

TINY = "tiny:1"
"""An image of a shell and `sleep`; it sleeps."""
_PROGRAMS = ("sh", "sleep")
_CGROUPS = Path("/sys/fs/cgroup")
_TOOLS = ("dockerd", "docker", "unshare", "nsenter", "ip", "mount", "iptables", "ldd")
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

    def start(self) -> None:
        """Start it and wait until it answers."""
        assert self.process is None
        self._pid.unlink(missing_ok=True)  # left by one that was killed
        command = (
            *("dockerd", "--host", self.host, "--data-root", str(self.data)),
            *("--exec-root", "/run/docker", "--pidfile", str(self._pid)),
            *("--config-file", str(self.folder / "daemon.json")),
            # No systemd, which would be told process ids of another namespace; and a place in the
            # tree of cgroups that is found again.
            *("--exec-opt", "native.cgroupdriver=cgroupfs", "--cgroup-parent", f"/{self.name}"),
            *(("--host", self.remote, "--tls=false") if self.address else ()),
            *self.options,
        )
        environ = {"PATH": os.environ.get("PATH", os.defpath)}  # no proxies
        with self._log.open("ab") as log:
            process = self.process = subprocess.Popen(
                self.within(*command), stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environ
            )
        wait_for(lambda: self._answers() or process.poll() is not None, timeout=60)
        assert process.poll() is None, self._log.read_text()[-2000:]

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
    folder: Path, *options: str, size: str = "512m", config: str = "{}", address: str = ""
) -> Iterator[Daemon]:
    """Run a second engine with a data root of that size in memory; afterwards nothing is left.

    With an address, which ends in .2, it can be reached from here: by a cable that goes with it.
    """
    data = folder / "data"
    data.mkdir(parents=True)
    (folder / "daemon.json").write_text(config)
    holder = subprocess.Popen(
        [*_UNSHARE, "sh", "-c", _HOLD, "sh", size, str(data)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    daemon = None
    try:
        daemon = Daemon(folder, options, _inside(holder), address)
        if address:
            _connect(daemon)
        daemon.start()
        _load_tiny(daemon)
        yield daemon
    finally:
        if daemon is not None and daemon.process is not None:
            daemon.process.kill()  # it is outside; one that was stopped would be waited for
            daemon.process.wait(60)
        holder.communicate(timeout=60)
        if daemon is not None:
            _remove_cgroups(daemon.name)
        shutil.rmtree(folder)


def missing() -> str:
    """Return why there can be no second engine here; empty if there can."""
    if absent := [tool for tool in _TOOLS if shutil.which(tool) is None]:
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


def _load_tiny(daemon: Daemon) -> None:
    load(daemon, TINY, _PROGRAMS, ("sleep", "300"))


def load(daemon: Daemon, image: str, programs: Iterable[str], command: Sequence[str]) -> None:
    """Give it an image without any network: programs of this machine, with their libraries."""
    files = {f"/bin/{program}": shutil.which(program) or "" for program in programs}
    linked = _quietly("ldd", *files.values()).stdout
    files |= {name: name for name in re.findall(r"(/\S+)(?= \()", linked)}
    packed = io.BytesIO()
    said = json.dumps(command)
    with tarfile.open(fileobj=packed, mode="w", dereference=True) as tar:
        for name, source in files.items():
            tar.add(source, name)
    subprocess.run(
        ["docker", "--host", daemon.host, "import", "--change", f"CMD {said}", "-", image],
        input=packed.getvalue(),
        capture_output=True,
        timeout=60,
        check=True,
    )


def traces(daemon: Daemon) -> list[str]:
    """Return what is left of an engine: processes, mounts, cgroups, its folder."""
    found = [str(path) for path in (daemon.folder, *_cgroups(daemon.name)) if path.exists()]
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


def _cgroups(name: str) -> list[Path]:
    """Return the cgroups of an engine, in all hierarchies of version 1 or in the one of 2."""
    return [path for path in (_CGROUPS / name, *_CGROUPS.glob(f"*/{name}")) if path.is_dir()]


def _remove_cgroups(name: str) -> None:
    """Remove cgroups, the innermost first; the kernel takes a moment to see that they are empty."""

    def gone() -> bool:
        for top in _cgroups(name):
            for folder, _, _ in os.walk(top, topdown=False):
                with suppress(OSError):
                    Path(folder).rmdir()
        return not _cgroups(name)

    wait_for(gone, timeout=60)
