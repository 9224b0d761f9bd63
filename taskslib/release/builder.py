"""What the builder can: `docker buildx inspect` is asked once, the rest is decided from that."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from taskslib.errors import EngineError, UsageError
from taskslib.project.model import Release
from taskslib.release.bake import Output
from taskslib.stacks.client import DockerClient

_FIELD = re.compile(r"^ *(Driver|Platforms|Name): +(.+)$", re.MULTILINE)
_PLATFORM = re.compile(r"[a-z0-9]+/[a-z0-9_]+(?:/[a-z0-9.]+)?")
_STORE = "org.mobyproject.buildkit.worker.snapshotter"
"""A label that the engine's own builder has with the containerd image store alone."""
_HAVE_IT = (
    "a builder of its own (`docker buildx create --use`), or the containerd image store: "
    '"features": {"containerd-snapshotter": true} in the engine\'s daemon.json'
)


@dataclass(frozen=True, slots=True)
class Builder:
    """The builder that is in use."""

    name: str
    driver: str
    store: bool
    """Whether it keeps images in containerd's store; of the engine's own builder only."""
    platforms: tuple[str, ...]

    @property
    def own(self) -> bool:
        """Whether it is the engine's own, whose images lie in the engine at once."""
        return self.driver == "docker"

    @property
    def full(self) -> bool:
        """Whether it can do attestations, several platforms, a cache in a registry."""
        return self.store or not self.own


def ask_builder(docker: DockerClient) -> Builder:
    """Return the builder that is in use. Raises `EngineError` where there is none."""
    return parsed(docker.ask("buildx", "inspect"))


def parsed(told: str) -> Builder:
    """Return what `docker buildx inspect` prints as data, of its first node."""
    found: dict[str, str] = {}
    for key, value in _FIELD.findall(told):
        found.setdefault(key, value.strip())
    platforms = (one.strip("* ") for one in found.get("Platforms", "").split(","))
    return Builder(
        found.get("Name", ""),
        found.get("Driver", ""),
        _STORE in told,
        tuple(filter(None, platforms)),
    )


def output_for(
    builder: Builder, settings: Release, platforms: Iterable[str], *, push: bool
) -> tuple[Output, tuple[str, ...]]:
    """Return what becomes of images, and what was asked for and is not possible, as notes.

    Args:
        builder: What builds.
        settings: What the configuration asks for; what it leaves open is had where it can be.
        platforms: What the command line wants; wins over the configuration.
        push: Whether they go to the registry; else they stay on this machine.

    Raises `EngineError` where a platform is wanted that the builder can't build, `UsageError` where
    it is none.
    """
    asked = tuple(dict.fromkeys(platforms))
    wanted = asked or (settings.platforms if push else ())
    _check_platforms(builder, wanted)
    if not builder.full:
        missing = [
            *(["a list of contents (SBOM)"] if push and settings.sbom else []),
            *(["provenance"] if push and settings.provenance else []),
            *(["the cache in the registry"] if settings.cache else []),
        ]
        notes = (f"not with this builder: {', '.join(missing)}; it takes {_HAVE_IT}",)
        kind = "type=image,push=true" if push else "type=docker"
        return Output(kind, wanted), notes if missing else ()
    output = Output(
        _kind(builder, wanted, push=push),
        wanted,
        settings.cache,
        settings.cache if push else "",
        _attestations(settings) if push else (),
    )
    return output, ()


def _check_platforms(builder: Builder, wanted: tuple[str, ...]) -> None:
    known = ", ".join(builder.platforms)
    if strange := [one for one in wanted if not _PLATFORM.fullmatch(one)]:
        raise UsageError(
            f"{', '.join(map(repr, strange))} is no platform: it is a system and an architecture",
            hint=f"this builder builds for {known}" if known else "linux/amd64, linux/arm64",
        )
    if len(wanted) > 1 and not builder.full:
        raise EngineError(
            f"this builder builds for one platform at a time, not for {', '.join(wanted)}",
            hint=f"it takes {_HAVE_IT}",
        )
    lacking = [one for one in wanted if builder.platforms and one not in builder.platforms]
    if lacking:
        raise EngineError(
            f"this builder does not build for {', '.join(lacking)} (it does for {known})",
            hint="install an emulator for it: qemu-user-static",
        )


def _kind(builder: Builder, wanted: tuple[str, ...], *, push: bool) -> str:
    if not push and len(wanted) > 1:  # to the engine goes only what its own store can hold
        return "type=image" if builder.own else "type=cacheonly"
    if not push:
        return "type=docker"
    # What the engine unpacks, and it always does, can't have its times rewritten.
    return f"type=image,push=true{'' if builder.own else ',rewrite-timestamp=true'}"


def _attestations(settings: Release) -> tuple[str, ...]:
    mode = "min" if settings.provenance is None else settings.provenance
    found = [f"type=provenance,mode={mode}"] if mode else []
    if settings.sbom or settings.sbom is None:
        generator = f",generator={settings.sbom}" if isinstance(settings.sbom, str) else ""
        found.append(f"type=sbom{generator}")
    return tuple(found)
