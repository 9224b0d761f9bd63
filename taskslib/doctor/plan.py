"""What has to be done to make a machine ready: facts and flags in, actions out. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from taskslib.doctor import advice, apt
from taskslib.doctor.facts import Facts
from taskslib.doctor.recipes import Recipe
from taskslib.doctor.steps import (
    ROOTFS_LABEL,
    Action,
    AwaitEngine,
    BuildStandIn,
    MakeRootfs,
    RemoveFile,
    RunCommand,
    Step,
    WriteFile,
)

LOG = "/var/log/taskslib-dockerd.log"
_START_LIMIT = 60.0
_PULL_LIMIT = 300.0
_INSTALL_LIMIT = 900.0
_APT_GET = ("apt-get", "-q", "-o", "DPkg::Lock::Timeout=60")
_QUIETLY = (("DEBIAN_FRONTEND", "noninteractive"),)

_DEBIAN = ("docker.io", "docker-cli", "docker-compose", "docker-buildx")
_UBUNTU = ("docker.io", "docker-compose-v2", "docker-buildx")
_DOCKER_CE = {
    "the docker client": "docker-ce-cli",
    "the engine": "docker-ce",
    "Compose": "docker-compose-plugin",
    "Buildx": "docker-buildx-plugin",
}


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asked for."""

    install_engine: bool = False
    offline_images: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Situation:
    """All that is decided on."""

    facts: Facts
    images: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """The images that recipes make or need and that are here, with their labels."""
    unpullable: frozenset[str] = frozenset()
    """Images that could not be pulled in this run."""


def plan(now: Situation, recipes: tuple[Recipe, ...], options: Options) -> tuple[Action, ...]:
    """Return what is left to do, in order; raise EngineError where that is for a person to do."""
    actions = plan_engine(now.facts, install_engine=options.install_engine)
    if options.offline_images:
        actions += plan_images(now, recipes)
    return actions


def plan_engine(facts: Facts, *, install_engine: bool) -> tuple[Action, ...]:
    """Return how the engine comes to be installed and running; nothing if it is."""
    if facts.daemon and not facts.missing:
        return ()
    possible = facts.root and advice.can_install(facts) and not facts.host and not facts.denied
    if not (install_engine and possible):
        raise advice.refusal(facts, install_engine=install_engine)
    actions = [_install_engine(facts)] if facts.missing else []
    if not facts.daemon:
        actions.append(_start_engine(facts))
    return tuple(actions)


def plan_images(now: Situation, recipes: tuple[Recipe, ...]) -> tuple[Action, ...]:
    """Return how each recipe's image comes to be here; where none answers, as if none were."""
    actions: list[Action] = []
    for recipe in recipes:
        if recipe.image in now.images:
            continue
        refused = recipe.image in now.unpullable
        impossible = _needs_rootfs(recipe, now) and advice.cannot_bootstrap(now.facts, recipe)
        if refused and isinstance(impossible, Exception):
            raise impossible
        builds = () if impossible else _build(recipe, now)
        if refused:
            actions.extend(builds)
        else:
            actions.append(_pull(recipe, builds))
    return tuple(actions)


def _install_engine(facts: Facts) -> Action:
    files: tuple[Step, ...] = ()
    why = f"not installed: {', '.join(facts.missing)}"
    whose = "Debian" if facts.os.id == "debian" else "Ubuntu"
    if facts.client and not facts.package:
        raise advice.foreign_client(facts)
    if facts.package == "docker-ce":
        packages = tuple(_DOCKER_CE[name] for name in facts.missing)
        whose = "Docker"
    elif facts.os.id == "ubuntu":
        packages = _UBUNTU
    else:
        packages = _DEBIAN
        if facts.os.codename == "bookworm":
            files = _trixie_files(facts)
            why += (
                "; Compose and Buildx are not in bookworm: they and the engine come from trixie, "
                "all else stays as it is"
            )
    what = "the engine, Compose and Buildx"
    if whose == "Docker":
        what = ", ".join(facts.missing)
    return Action(
        f"install {what} from {whose}'s packages",
        why,
        "1 to 2 minutes",
        (*files, *_apt_install(*packages, *(() if whose == "Docker" else ("iptables",)))),
    )


def _trixie_files(facts: Facts) -> tuple[Step, ...]:
    mirror = apt.archive(facts.apt, facts.os.codename)
    if mirror is None:
        raise advice.no_archive(facts)
    return (
        WriteFile(apt.SOURCES_FILE, apt.trixie_sources(mirror)),
        WriteFile(apt.PINS_FILE, apt.trixie_pins(_DEBIAN)),
    )


def _apt_install(*packages: str) -> tuple[Step, ...]:
    install = (*_APT_GET, "install", "-y", "--no-install-recommends", *packages)
    return (
        RunCommand((*_APT_GET, "update"), _INSTALL_LIMIT),
        RunCommand(install, _INSTALL_LIMIT, _QUIETLY),
    )


def _start_engine(facts: Facts) -> Action:
    why = "it does not answer"
    if facts.missing:
        why = "where installing it has not started it"
    if facts.systemd:
        journal = ("journalctl", "-u", "docker", "-n", "15", "--no-pager", "-o", "cat")
        start = RunCommand(("systemctl", "start", "docker"), 2 * _START_LIMIT, evidence=journal)
        steps: tuple[Step, ...] = (start, AwaitEngine(_START_LIMIT, journal, supervised=True))
    else:
        # Returns once the daemon has a session of its own, so that it outlives our children's
        # group, and does nothing where a daemon runs already.
        dockerd = facts.dockerd or "/usr/sbin/dockerd"
        detached = ("--start", "--oknodo", "--background", "--output", LOG, "--exec", dockerd)
        steps = (
            *(RemoveFile(path) for path in facts.stale),
            RunCommand(("start-stop-daemon", *detached), _START_LIMIT),
            AwaitEngine(_START_LIMIT, ("tail", "-n", "15", LOG), supervised=False),
        )
    return Action("start the engine", why, "a few seconds", steps)


def _pull(recipe: Recipe, builds: tuple[Action, ...]) -> Action:
    return Action(
        f"pull {recipe.image}",
        "it is not here",
        f"at most {_PULL_LIMIT / 60:.0f} minutes",
        (RunCommand(("docker", "pull", "--quiet", recipe.image), _PULL_LIMIT),),
        pulls=recipe.image,
        otherwise=builds,
    )


def _build(recipe: Recipe, now: Situation) -> tuple[Action, ...]:
    actions: list[Action] = []
    if recipe.rootfs is not None and _needs_rootfs(recipe, now):
        if not now.facts.debootstrap:
            actions.append(_install_debootstrap(now.facts))
        mirror = apt.archive(now.facts.apt, now.facts.os.codename)
        # Ubuntu's mirrors do not have Debian's packages, nor its keys.
        debian = mirror if now.facts.os.id == "debian" else None
        keyring = debian.signed_by if debian and debian.signed_by.endswith(".gpg") else ""
        step = MakeRootfs(recipe.rootfs, debian.uri if debian else "", keyring)
        actions.append(
            Action(
                f"make the root file system {recipe.rootfs.image}",
                f"{recipe.image} is built from it",
                "1 to 2 minutes",
                (step,),
            )
        )
    actions.append(
        Action(
            f"build the stand-in for {recipe.image}",
            f"it cannot be pulled; {recipe.shown} says how",
            "half a minute",
            (BuildStandIn(recipe),),
        )
    )
    return tuple(actions)


def _install_debootstrap(facts: Facts) -> Action:
    keys = ("debian-archive-keyring",) if facts.os.id == "ubuntu" else ()
    return Action(
        "install debootstrap",
        "it makes a root file system of Debian's packages",
        "some seconds",
        _apt_install("debootstrap", *keys),
    )


def _needs_rootfs(recipe: Recipe, now: Situation) -> bool:
    if recipe.rootfs is None:
        return False
    labels = now.images.get(recipe.rootfs.image, {})
    return labels.get(ROOTFS_LABEL) != recipe.rootfs.content
