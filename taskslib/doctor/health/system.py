"""What the operating system and the environment say, without any engine."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from taskslib.doctor.facts import Ask
from taskslib.doctor.health.engine import EngineFacts
from taskslib.doctor.health.facts import Net, Resources, Tools
from taskslib.doctor.health.pools import linked, resolvers

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
_BUNDLES = (
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "PIP_CERT",
    "NODE_EXTRA_CA_CERTS",
)
_VERSION = re.compile(r"\d+(?:\.\d+)+\S*")


def tools(root: Path, ask: Ask) -> Tools:
    """Return the versions of programs."""
    from taskslib.frameworks.environments.build import uv_program

    wants_node = any(root.glob("services/*/package.json")) or (root / "package.json").is_file()
    return Tools(
        _version(ask, "git"),
        _version(ask, uv_program()),
        _version(ask, "node") if wants_node else "",
        wants_node,
    )


def resources(root: Path, engine: EngineFacts) -> Resources:
    """Return what the machine has left; the engine's folder counts where it is one of here."""
    disk = {}
    for folder in dict.fromkeys((str(root), engine.root)):
        if folder and Path(folder).is_dir():
            with suppress(OSError):
                disk[folder] = shutil.disk_usage(folder).free
    return Resources(
        disk,
        _available_memory(),
        engine.pools,
        _number("/proc/sys/fs/inotify/max_user_watches"),
        _number("/proc/sys/fs/inotify/max_user_instances"),
    )


def used_ranges() -> tuple[str, ...]:
    """Return the address ranges that this machine uses itself, as far as it says: Linux does."""
    found: list[str] = []
    for file, ranges in (("/proc/net/route", linked), ("/etc/resolv.conf", resolvers)):
        with suppress(OSError):
            found += ranges(Path(file).read_text("utf-8"))
    return tuple(found)


def net(environ: Mapping[str, str]) -> Net:
    """Return what the environment says of proxies and certificates. Pure but for `is_file`."""
    given = {name.upper(): value for name, value in environ.items() if value}
    proxies = tuple(name for name in _PROXIES if name in given)
    past = {one.strip() for one in given.get("NO_PROXY", "").split(",")}
    missing = tuple(
        f"{name}={given[name]}"
        for name in _BUNDLES
        if name in given and not Path(given[name]).is_file()
    )
    return Net(proxies, not proxies or bool(past & {"*", "127.0.0.1", "127.0.0.0/8"}), missing)


def _version(ask: Ask, program: str) -> str:
    done = ask((program, "--version"))
    found = _VERSION.search(done.stdout) if done.code == 0 else None
    return found[0] if found else ""


def _available_memory() -> int | None:
    with suppress(OSError):
        for line in Path("/proc/meminfo").read_text("utf-8").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    if sys.platform != "win32":
        with suppress(OSError, ValueError):  # macOS says how much there is at all
            return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return None


def _number(file: str) -> int | None:
    with suppress(OSError, ValueError):
        return int(Path(file).read_text("utf-8"))
    return None
