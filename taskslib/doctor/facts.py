"""What this machine is and has, as frozen data: asked in one go, then only decided on."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from taskslib.doctor.apt import AptSource, read_sources
from taskslib.processes import Completed
from taskslib.stacks.podman import podman_version
from taskslib.stacks.surroundings import USUAL_HOSTS, missing_context

Ask = Callable[[tuple[str, ...]], Completed]
"""Runs a short command; a program that is missing or hangs is a code other than 0."""

_PID_FILES = ("/var/run/docker.pid", "/var/run/docker/containerd/containerd.pid")
_DAEMONS = ("dockerd", "containerd")


@dataclass(frozen=True, slots=True)
class OsRelease:
    """Which Linux it is, from /etc/os-release; all empty elsewhere."""

    id: str = ""
    version: str = ""
    codename: str = ""
    name: str = ""
    """For people: `Debian GNU/Linux 12 (bookworm)`."""


@dataclass(frozen=True, slots=True)
class Facts:
    """A machine, as far as running containers is concerned."""

    platform: str
    """As `sys.platform` says: linux, darwin, win32."""
    os: OsRelease = OsRelease()
    root: bool = False
    systemd: bool = False
    """Whether systemd runs here (not only lies here)."""
    client: str = ""
    """Where the docker client is; empty: nowhere on PATH."""
    package: str = ""
    """`docker.io` or `docker-ce`, whichever the client was installed from; empty: neither."""
    dockerd: str = ""
    """Where the daemon is; empty: not on this machine."""
    compose: str = ""
    """Version of the Compose plugin; empty: there is none."""
    buildx: str = ""
    daemon: str = ""
    """Version of the engine; empty: it does not answer."""
    podman: bool = False
    """Whether that engine is Podman, by Docker's API."""
    host: str = ""
    """The engine's address where it does not answer and is another than this machine's own."""
    lost_context: str = ""
    """The Docker context that is chosen and isn't there."""
    denied: bool = False
    """Whether the engine's socket is there and closed to this user."""
    stale: tuple[str, ...] = ()
    """Pid files that a killed daemon left, and that keep the next one from starting."""
    debootstrap: bool = False
    apt: tuple[AptSource, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """What is not installed. Only on Linux is the daemon a program that we could find."""
        lacking = [("the docker client", self.client)]
        if self.platform == "linux" and not self.daemon:
            lacking.append(("the engine", self.dockerd))
        lacking += [("Compose", self.compose), ("Buildx", self.buildx)]
        return tuple(name for name, there in lacking if not there)

    @property
    def apt_based(self) -> bool:
        """Whether we know how to install here: Debian or Ubuntu themselves."""
        return self.os.id in ("debian", "ubuntu")


def parse_os_release(text: str) -> OsRelease:
    """Parse the text of /etc/os-release."""
    pairs = (line.partition("=") for line in text.splitlines() if not line.startswith("#"))
    fields = {name.strip(): value.strip().strip("\"'") for name, _, value in pairs}
    return OsRelease(
        fields.get("ID", ""),
        fields.get("VERSION_ID", ""),
        fields.get("VERSION_CODENAME", ""),
        fields.get("PRETTY_NAME", ""),
    )


def gather(ask: Ask) -> Facts:
    """Look at this machine: about 0.15 s with an engine, less without."""
    release = parse_os_release(_read("/etc/os-release"))
    apt_based = release.id in ("debian", "ubuntu")
    client = shutil.which("docker") or ""
    daemon, podman = _daemon(ask) if client else ("", False)
    host, lost = _context(ask) if client and not daemon else ("", "")
    return Facts(
        platform=sys.platform,
        os=release,
        root=_is_root(),
        systemd=Path("/run/systemd/system").is_dir(),
        client=client,
        package=_package(ask) if client and apt_based else "",
        dockerd=_tool("dockerd"),
        compose=_answer(ask, "docker", "compose", "version", "--short") if client else "",
        buildx=_buildx(_answer(ask, "docker", "buildx", "version")) if client else "",
        daemon=daemon,
        podman=podman,
        host="" if _is_usual(host) else host,
        lost_context=lost,
        denied=_denied(host),
        stale=tuple(path for path in _PID_FILES if not daemon and is_stale(path)),
        debootstrap=bool(_tool("debootstrap")),
        apt=read_sources(Path("/etc/apt")) if apt_based else (),
    )


def _daemon(ask: Ask) -> tuple[str, bool]:
    """Return the engine's version, and whether it is Podman."""
    try:
        answer = json.loads(ask(("docker", "version", "--format", "{{json .Server}}")).stdout)
    except ValueError:
        return "", False
    if not isinstance(answer, dict):
        return "", False
    parts = (f"{one.get('Name')} {one.get('Version')}" for one in answer.get("Components") or [])
    podman = podman_version("\n".join(parts))
    return podman or str(answer.get("Version", "")), bool(podman)


def _context(ask: Ask) -> tuple[str, str]:
    """Return the address of the chosen context's engine, or the name of one that isn't there."""
    template = "{{.Endpoints.docker.Host}}"
    done = ask(("docker", "context", "inspect", "--format", template))
    if done.code == 0:
        return done.stdout.strip(), ""
    return "", missing_context(done.stderr)


def _is_usual(host: str) -> bool:
    """Whether an address is where this machine's own engine would be, if it ran."""
    if host == os.environ.get("DOCKER_HOST"):  # somebody chose it
        return host in USUAL_HOSTS
    return host.startswith(("unix:", "npipe:"))


def _package(ask: Ask) -> str:
    names = ("docker.io", "docker-cli", "docker-ce", "docker-ce-cli")
    # Exits 1 for names that dpkg does not know, and still prints the others.
    lines = ask(("dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *names)).stdout
    installed = {line.split()[0] for line in lines.splitlines() if line.endswith(" installed")}
    if installed & {"docker-ce", "docker-ce-cli"}:
        return "docker-ce"
    return "docker.io" if installed else ""


def _answer(ask: Ask, *argv: str) -> str:
    done = ask(argv)
    return done.stdout.strip() if done.code == 0 else ""


def _buildx(line: str) -> str:
    # `github.com/docker/buildx v0.13.1 <commit>`
    words = line.split()
    return words[1].removeprefix("v") if len(words) > 1 else line


def _denied(host: str) -> bool:
    socket = Path(host.removeprefix("unix://"))
    return (
        host.startswith("unix://") and socket.exists() and not os.access(socket, os.R_OK | os.W_OK)
    )


def is_stale(path: str, proc: str = "/proc") -> bool:
    """Whether a pid file names nothing that lives, or a stranger: its number is used again."""
    text = _read(path).strip()
    if not text:
        return False
    status = _read(f"{proc}/{text}/status")
    state = next((line.split()[1] for line in status.splitlines() if line[:6] == "State:"), "")
    name = _read(f"{proc}/{text}/comm").strip()
    return not (name in _DAEMONS and state in ("R", "S", "D", "T"))


def _is_root() -> bool:
    if sys.platform == "win32":
        return False
    else:  # noqa: RET505 - mypy takes what follows the `if` for unreachable on Windows
        return os.geteuid() == 0


def search_path() -> str:
    """Return PATH with the administrator's folders, which not everybody's has."""
    return os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin"))


def _tool(name: str) -> str:
    return shutil.which(name, path=search_path()) or ""


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
