"""The bake file: all images of a release as one build. Pure: images and a version in, data out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from taskslib.release.images import Image

_OCI = "org.opencontainers.image"
REVISION = f"{_OCI}.revision"
"""The label that says which commit an image was built from."""
_NEWER = ("network", "extra-hosts")
"""What buildx has not known from the beginning."""
_NO_NAME = re.compile(r"[^A-Za-z0-9_-]")
_TEMPLATE = re.compile(r"([$%])(?=\{)")


@dataclass(frozen=True, slots=True)
class Origin:
    """What images say of where they come from."""

    version: str
    revision: str
    """The commit."""
    seconds: int
    """When it was made, since the epoch: the time of everything in an image."""
    source: str = ""
    """The repository's address; empty where it has none."""


@dataclass(frozen=True, slots=True)
class Output:
    """What becomes of what is built."""

    kind: str
    """As in bake: `type=docker`, `type=image,push=true`, `type=cacheonly`."""
    platforms: tuple[str, ...] = ()
    cache_from: str = ""
    """An image name; each service has a tag of it."""
    cache_to: str = ""
    attestations: tuple[str, ...] = ()


def bake(images: Sequence[Image], origin: Origin, output: Output) -> dict[str, Any]:
    """Return the bake file that builds images, each tagged with the version alone."""
    names = targets(images)
    every = {names[image.service]: _target(image, origin, output, names) for image in images}
    return {"group": {"default": {"targets": list(every)}}, "target": every}


def lost(told: Mapping[str, Any], printed: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what a bake file says and buildx has not understood: older ones pass over it.

    Args:
        told: The file.
        printed: What `bake --print` makes of it.
    """
    return tuple(
        f"{key} of {name}"
        for name, target in told["target"].items()
        for key in _NEWER
        if key in target and key not in printed.get("target", {}).get(name, {})
    )


def targets(images: Iterable[Image]) -> dict[str, str]:
    """Return what each service is called in a bake file, which knows no dots."""
    found: dict[str, str] = {}
    for image in images:
        name = _NO_NAME.sub("_", image.service)
        while name in found.values():
            name = f"{name}_"
        found[image.service] = name
    return found


def _target(
    image: Image, origin: Origin, output: Output, names: Mapping[str, str]
) -> dict[str, Any]:
    # What the Compose file gives wins over nothing of ours.
    arguments = {**image.arguments, "SOURCE_DATE_EPOCH": str(origin.seconds)}
    target: dict[str, Any] = {
        "context": _plain(str(image.context)),
        "dockerfile": _plain(str(image.dockerfile)),
        "args": {key: _plain(told) for key, told in sorted(arguments.items())},
        "labels": {key: _plain(told) for key, told in _labels(image, origin).items()},
        "tags": [f"{image.name}:{origin.version}"],
        "output": [output.kind],
    }
    contexts = {key: _context(told, names) for key, told in sorted(image.contexts.items())}
    optional: dict[str, Any] = {
        "contexts": contexts,
        "platforms": list(output.platforms),
        "cache-from": _cache(output.cache_from, image),
        "cache-to": [f"{one},mode=max" for one in _cache(output.cache_to, image)],
        "attest": list(output.attestations),
        "secret": [_plain(one) for one in image.recipe.secrets],
        "ssh": [_plain(one) for one in image.recipe.ssh],
        "network": _plain(image.recipe.network),
        "extra-hosts": {key: _plain(told) for key, told in image.recipe.hosts.items()},
        "shm-size": _plain(image.recipe.memory),
    }
    return target | {key: told for key, told in optional.items() if told}


def _labels(image: Image, origin: Origin) -> dict[str, str]:
    created = datetime.fromtimestamp(origin.seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    labels = {
        **image.recipe.labels,
        f"{_OCI}.created": created,
        REVISION: origin.revision,
        f"{_OCI}.source": origin.source,
        f"{_OCI}.title": image.name.rpartition("/")[2],
        f"{_OCI}.version": origin.version,
    }
    return {key: told for key, told in labels.items() if told}


def _cache(name: str, image: Image) -> list[str]:
    return [f"type=registry,ref={name}:{image.service}"] if name else []


def _context(told: str, names: Mapping[str, str]) -> str:
    kind, _, service = told.partition(":")
    return f"target:{names[service]}" if kind == "service" and service in names else _plain(told)


def _plain(text: str) -> str:
    """Return a text that bake takes as it is: it reads `${…}` and `%{…}` as templates."""
    return _TEMPLATE.sub(r"\1\1", text)
