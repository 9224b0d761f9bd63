"""What a person has to do where setup may not or cannot: errors with hints for each system."""

from __future__ import annotations

import os

from taskslib.doctor.facts import Facts
from taskslib.doctor.recipes import Recipe
from taskslib.errors import EngineError
from taskslib.stacks.surroundings import without_context

_DESKTOP = {
    "darwin": "Docker Desktop, OrbStack, or colima with docker, docker-compose and docker-buildx",
    "win32": "Docker Desktop",
}
_PACKAGES = (
    "Fedora: moby-engine docker-compose docker-buildx; Arch and openSUSE: docker docker-compose "
    "docker-buildx; Alpine: docker docker-cli-compose docker-cli-buildx"
)


def can_install(facts: Facts) -> bool:
    """Whether we know this system's packages: Debian from 12, Ubuntu from 22.04."""
    if facts.os.id == "debian":
        # Testing and unstable have no number.
        return not facts.os.version or _number(facts.os.version) >= (12,)
    return facts.os.id == "ubuntu" and _number(facts.os.version) >= (22, 4)


def refusal(facts: Facts, *, install_engine: bool) -> EngineError:
    """Say what is wrong with the engine, and what to install or start on this system."""
    if (chosen := _chosen(facts)) is not None:
        return chosen
    state = _state(facts)
    unable = "; --install-engine knows only Debian and Ubuntu" if install_engine else ""
    if facts.platform in _DESKTOP:
        verb = "install and start" if facts.missing else "start"
        return EngineError(f"{state}{unable}", hint=f"{verb} {_DESKTOP[facts.platform]}")
    if not can_install(facts):
        return EngineError(f"{state}{unable}", hint=_elsewhere(facts))
    command = "inv setup --install-engine" + ("" if facts.missing else ", which also starts it")
    if not facts.root:
        needs = "; only root can change that" if install_engine else ""
        return EngineError(f"{state}{needs}", hint=f'as root: sudo env "PATH=$PATH" {command}')
    return EngineError(state, hint=command)


def _chosen(facts: Facts) -> EngineError | None:
    """Say what is wrong with an engine that somebody chose; None where nothing was to choose."""
    if facts.lost_context:
        return EngineError(
            f"there is no Docker context {facts.lost_context!r}",
            hint=without_context(os.environ),
        )
    if facts.host:
        return EngineError(
            f"the container engine at {facts.host} does not answer",
            hint="start it there; for one on this machine: unset DOCKER_HOST, "
            "docker context use default",
        )
    if facts.denied:
        return EngineError(
            "the container engine runs, and this user may not use it",
            hint='sudo usermod -aG docker "$USER", then log in again (or work as root)',
        )
    return None


def foreign_client(facts: Facts) -> EngineError:
    """Say why nothing is installed beside a docker that no package of apt's brought."""
    return EngineError(
        f"{_state(facts)}, and {facts.client} comes from no package that apt could add them to",
        hint=f"install them as docker was, or remove {facts.client} and try again",
    )


def no_archive(facts: Facts) -> EngineError:
    """Say that apt's sources do not tell where this release comes from."""
    return EngineError(
        f"/etc/apt names no archive with {facts.os.codename} main, so there is no mirror to "
        "install the engine from",
        hint=f"add one: deb MIRROR {facts.os.codename} main",
    )


def cannot_bootstrap(facts: Facts, recipe: Recipe) -> EngineError | None:
    """Say why this machine cannot make a recipe's root file system; None where it can."""
    if facts.apt_based and facts.root:
        return None
    where = "" if facts.apt_based else "on Debian or Ubuntu, "
    return EngineError(
        f"{recipe.image} cannot be pulled, and can be built only {where}as root",
        hint=f"docker save {recipe.image} where it is, docker load here",
    )


def _state(facts: Facts) -> str:
    missing = facts.missing
    if not missing:
        return "the container engine is installed, but does not answer"
    if not facts.client:
        return "there is no container engine on this machine"
    return f"not installed: {', '.join(missing)}"


def _elsewhere(facts: Facts) -> str:
    if facts.missing:
        if facts.apt_based:
            return (
                f"{facts.os.name} has no recent enough packages: Debian 12, Ubuntu 22.04 or later"
            )
        return f"install Docker Engine, Compose v2 and Buildx and start it ({_PACKAGES})"
    return "start it as root: systemctl start docker, or what your system has for that"


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
