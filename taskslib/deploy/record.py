"""What was deployed, as the target keeps it: labels of a volume, and of the containers. Pure.

A deployment's record is a volume without content, whose labels say who, what and when, and hold
the configuration that Compose was given: going back needs all of it, not the images alone. A
volume, since `docker system prune` leaves named ones; one a deployment, since labels never change;
and never a label of containers, which monitoring takes for its own. The configuration is what
`docker inspect` of the containers shows anyway. On a Swarm, whose volumes are each node's own, it
is a config, which has the configuration as its content.

None of these labels is one of `stacks/engine.py`: nothing that ends test stacks finds them.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from taskslib.errors import UsageError
from taskslib.stacks.endpoints import literal
from taskslib.stacks.engine import ComposeConfig

PREFIX = "taskslib.deploy."
RECORD = f"{PREFIX}record"
"""On a record: the Compose project name that it is of."""
CONFIG = f"{PREFIX}config"
IMAGE = f"{PREFIX}image"
"""On a container: what it was deployed as, by digest where it is the release's."""
DEFINITIONS = f"{PREFIX}definitions"
"""On a container: what the networks, volumes, configs and secrets are that it uses, as a hash."""
_FIELDS = ("number", "version", "commit", "by", "host", "at")
FORMAT = "[{}]".format(
    ",".join(f'{{{{json (.Label "{name}")}}}}' for name in (*(PREFIX + f for f in _FIELDS), CONFIG))
)
"""The template for `docker volume ls --format`."""


@dataclass(frozen=True, slots=True)
class Who:
    """Who deploys, from where, and when."""

    by: str
    host: str
    at: str
    """UTC, as in ISO 8601."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """A release as it came to run in an environment."""

    number: int
    """They are counted from 1 on."""
    version: str
    commit: str
    """What its images were built from; empty where they don't say."""
    by: str
    host: str
    at: str
    config: ComposeConfig = field(default_factory=dict, repr=False)
    """What Compose was given; holds whatever secrets the environment's file does."""

    @property
    def labels(self) -> dict[str, str]:
        """What its containers say of it."""
        return {PREFIX + name: str(getattr(self, name)) for name in _FIELDS}


def record_name(name: str, number: int) -> str:
    """Return what the volume is called that records a deployment."""
    return f"{name}-deploy-{number}"


def packed(deployment: Deployment) -> str:
    """Return a deployment's configuration as a line of text."""
    return base64.b64encode(zlib.compress(json.dumps(deployment.config).encode(), 9)).decode()


def recording(name: str, deployment: Deployment, image: str) -> ComposeConfig:
    """Return a Compose file that makes a record, beside a container that never starts.

    By Compose and not by `docker volume create`, whose arguments everybody on the machine can see.

    Args:
        name: The Compose project name of what is deployed.
        deployment: What is recorded.
        image: Any that the target has.
    """
    labels = {**deployment.labels, RECORD: name, CONFIG: packed(deployment)}
    plain = {key: literal(value) for key, value in labels.items()}
    carrier = {
        "image": image,
        "command": ["nothing"],
        "network_mode": "none",
        "pull_policy": "never",
        "volumes": [{"type": "volume", "source": "record", "target": "/record"}],
    }
    volume = {"name": record_name(name, deployment.number), "labels": plain}
    return {"services": {"record": carrier}, "volumes": {"record": volume}}


def parse_records(listing: str) -> tuple[Deployment, ...]:
    """Return the deployments of a listing made with `FORMAT`, the oldest first.

    One that can't be read is none.
    """
    return _in_order(json.loads(line) for line in listing.split("\n") if line.strip())


def parse_configs(told: str) -> tuple[Deployment, ...]:
    """Return the deployments of what `docker config inspect` prints, likewise."""
    return _in_order(_listed(one["Spec"]) for one in json.loads(told or "[]"))


def refuse_outdated(records: Sequence[Deployment], shown: int) -> None:
    """Raise `UsageError` where a plan does not follow what was deployed last any more.

    Args:
        records: What was deployed, the oldest first.
        shown: The number of the last when the plan was made; 0 where there was none.
    """
    last = records[-1] if records else None
    if (last.number if last else 0) != shown:
        what = "the record of what runs was removed meanwhile"
        if last:
            named = f"{last.version} (deployment {last.number})"
            what = f"{named} was deployed meanwhile, by {last.by} from {last.host}"
        raise UsageError(what, hint="run the command again: it shows what changes now")


def _listed(spec: Mapping[str, Any]) -> list[str]:
    labels = spec.get("Labels") or {}
    content = base64.b64decode(spec.get("Data") or "").decode("ascii", "replace")
    return [*(labels.get(PREFIX + name, "") for name in _FIELDS), content]


def _in_order(listed: Iterable[list[str]]) -> tuple[Deployment, ...]:
    found = (_parsed(one) for one in listed)
    return tuple(sorted((one for one in found if one is not None), key=lambda one: one.number))


def _parsed(listed: list[str]) -> Deployment | None:
    number, version, commit, by, host, at, content = listed
    try:
        config = json.loads(zlib.decompress(base64.b64decode(content, validate=True)))
        if not all(one["image"] for one in config["services"].values()):
            return None
        return Deployment(int(number), version, commit, by, host, at, config)
    except (ValueError, LookupError, TypeError, AttributeError, zlib.error):
        return None


def bare(service: Mapping[str, Any]) -> dict[str, Any]:
    """Return a service's configuration without what a deployment says of itself."""
    labels = dict(_others(service.get("labels") or {}))
    rest = {key: value for key, value in service.items() if key not in {"labels", "pull_policy"}}
    return {**rest, **({"labels": labels} if labels else {})}


def _others(labels: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for key, value in labels.items():
        if key == DEFINITIONS or not key.startswith(PREFIX):
            yield key, value
