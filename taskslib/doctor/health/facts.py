"""What the doctor sees of a machine and a repo, as frozen data. None stands for `not known`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from taskslib.doctor.facts import Facts


class Reach(StrEnum):
    """Where a base image would come from."""

    HERE = "here"
    STAND_IN = "stand-in"
    """Built here, under the public image's name."""
    REGISTRY = "registry"
    """It can be pulled."""
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True)
class Tools:
    """Versions of programs besides the engine's; empty: not there."""

    git: str = ""
    uv: str = ""
    node: str = ""
    wants_node: bool = False
    """Whether a service has a package.json."""


@dataclass(frozen=True, slots=True)
class Resources:
    """What a machine has left."""

    disk: Mapping[str, int] = field(default_factory=dict)
    """Free bytes by folder: the repo's, and the engine's where it is on this machine."""
    memory: int | None = None
    """Bytes that programs can have now."""
    pools: int | None = None
    """Networks that the engine can still make."""
    watches: int | None = None
    """Files that one user's programs can watch; None where there is no such limit."""
    watchers: int | None = None
    """Programs of one user that can watch at all."""


@dataclass(frozen=True, slots=True)
class Net:
    """Proxies and certificates, as the environment names them."""

    proxies: tuple[str, ...] = ()
    """Names of the variables that are set."""
    past_loopback: bool = True
    """Whether requests to this machine itself go past the proxies."""
    missing_bundles: tuple[str, ...] = ()
    """`NAME=FILE` for bundles of certificates that are named and not there."""


@dataclass(frozen=True, slots=True)
class Wait:
    """What a stack's healthchecks cost at least, since nobody looks earlier."""

    stack: str
    """Its first Compose file, from the root on."""
    seconds: float
    path: tuple[str, ...]
    """The services that wait for each other, first to last, each with its own seconds."""


@dataclass(frozen=True, slots=True)
class Repo:
    """What the doctor sees of the project."""

    gaps: tuple[str, ...] = ()
    """Suites without tests, as sentences."""
    carriage_returns: tuple[str, ...] = ()
    """Scripts and Dockerfiles whose lines end as on Windows."""
    waits: tuple[Wait, ...] = ()
    unreadable: tuple[str, ...] = ()
    """Compose files that can't be read, each with the reason."""


@dataclass(frozen=True, slots=True)
class Cache:
    """Where results and the history are."""

    folder: str = ""
    size: int = 0
    writable: bool = True
    damaged: bool = False
    """Whether the history's database is; the next run then begins a new one."""


@dataclass(frozen=True, slots=True)
class Health:
    """Everything that the doctor judges."""

    machine: Facts
    tools: Tools = Tools()
    resources: Resources = Resources()
    net: Net = Net()
    repo: Repo = Repo()
    cache: Cache = Cache()
    images: Mapping[str, Reach] = field(default_factory=dict)
    """Base images of the project; empty where the engine does not answer."""
    stale: Mapping[str, str] = field(default_factory=dict)
    """Instances that nobody needs, each with the reason."""
    orphans: tuple[str, ...] = ()
    """Instances whose run was killed."""
