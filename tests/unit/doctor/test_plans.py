"""What `setup` prints for a machine, whole: the texts are in `plans/`."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from taskslib.doctor.apt import AptSource
from taskslib.doctor.facts import Facts, OsRelease
from taskslib.doctor.fake import FakeMachine
from taskslib.doctor.plan import Options
from taskslib.doctor.recipes import parse_recipe
from taskslib.doctor.run import run
from taskslib.errors import EngineError

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
BOOKWORM = Facts(
    "linux",
    OsRelease("debian", "12", "bookworm", "Debian GNU/Linux 12 (bookworm)"),
    root=True,
    apt=(AptSource("http://mirror.test/debian", ("bookworm",), ("main",), KEYRING),),
)
TRIXIE = replace(BOOKWORM, os=OsRelease("debian", "13", "trixie", "Debian GNU/Linux 13 (trixie)"))
UBUNTU = Facts(
    "linux", OsRelease("ubuntu", "24.04", "noble", "Ubuntu 24.04.3 LTS"), root=True, systemd=True
)
FEDORA = Facts("linux", OsRelease("fedora", "43", "", "Fedora Linux 43"), root=True)


def fit(facts: Facts) -> Facts:
    """Return the machine with all that is needed."""
    return replace(
        facts,
        client="/usr/bin/docker",
        package="docker.io",
        dockerd="/usr/sbin/dockerd",
        compose="2.26.1",
        buildx="0.13.1",
        daemon="26.1.5",
    )


STOPPED = replace(fit(BOOKWORM), daemon="")
ALL = Options(install_engine=True, offline_images=True)
INSTALL = Options(install_engine=True)
IMAGES = Options(offline_images=True)
PLAIN = Options()

RECIPES = (
    parse_recipe(
        Path("deploy/offline/python.Dockerfile"),
        "# taskslib: image python:3.13-slim\n"
        "# taskslib: rootfs trixie ca-certificates,python3\n"
        "FROM taskslib-standin/rootfs:trixie\n",
    ),
    parse_recipe(
        Path("deploy/offline/postgres.Dockerfile"),
        "# taskslib: image postgres:17-alpine\nFROM python:3.13-slim\n",
    ),
)
STAND_INS = {recipe.image: {"taskslib.standin": recipe.image} for recipe in RECIPES}
PULLED: dict[str, dict[str, str]] = {recipe.image: {} for recipe in RECIPES}


def printed(machine: FakeMachine, options: Options) -> str:
    """Return everything that is said, with the error in the end."""
    said: list[str] = []
    seconds = map(float, count())
    try:
        run(machine, RECIPES, options, said.append, seconds.__next__)
    except EngineError as error:
        details = [f"| {line}" for line in error.details.splitlines()]
        said += [f"error {error.exit_code:d}: {error.message}", *details, f"hint: {error.hint}"]
    return "\n".join(said) + "\n"


@pytest.mark.parametrize(
    ("name", "machine", "options"),
    [
        ("bookworm-dry", FakeMachine(BOOKWORM), replace(ALL, dry_run=True)),
        ("bookworm", FakeMachine(BOOKWORM, failing=("docker pull",)), ALL),
        ("bookworm-without-flag", FakeMachine(BOOKWORM), PLAIN),
        ("not-root", FakeMachine(replace(BOOKWORM, root=False)), INSTALL),
        ("not-root-without-flag", FakeMachine(replace(BOOKWORM, root=False)), PLAIN),
        ("no-archive", FakeMachine(replace(BOOKWORM, apt=())), INSTALL),
        ("trixie", FakeMachine(TRIXIE, PULLED), INSTALL),
        ("ubuntu", FakeMachine(UBUNTU, failing=("pull --quiet python",)), ALL),
        ("fedora", FakeMachine(FEDORA), INSTALL),
        ("fedora-stopped", FakeMachine(replace(fit(FEDORA), daemon="")), PLAIN),
        ("fedora-images", FakeMachine(fit(FEDORA), failing=("docker pull",)), IMAGES),
        ("macos", FakeMachine(Facts("darwin")), PLAIN),
        ("macos-stopped", FakeMachine(replace(STOPPED, platform="darwin")), PLAIN),
        ("windows", FakeMachine(Facts("win32")), INSTALL),
        ("ready", FakeMachine(fit(BOOKWORM), PULLED), PLAIN),
        ("ready-dry", FakeMachine(fit(BOOKWORM), PULLED), replace(ALL, dry_run=True)),
        ("ready-stand-ins", FakeMachine(fit(BOOKWORM), STAND_INS), ALL),
        ("ready-without-images", FakeMachine(fit(BOOKWORM)), PLAIN),
        ("stopped", FakeMachine(replace(STOPPED, stale=("/var/run/docker.pid",))), INSTALL),
        ("stopped-without-flag", FakeMachine(STOPPED), PLAIN),
        ("stopped-fails", FakeMachine(STOPPED, failing=("start-stop",)), INSTALL),
        ("stopped-systemd", FakeMachine(replace(STOPPED, systemd=True), PULLED), INSTALL),
        ("remote", FakeMachine(replace(STOPPED, host="tcp://far.test:2375")), INSTALL),
        ("denied", FakeMachine(replace(STOPPED, root=False, denied=True)), PLAIN),
        (
            "docker-ce",
            FakeMachine(replace(fit(BOOKWORM), package="docker-ce", compose=""), PULLED),
            INSTALL,
        ),
        ("foreign-client", FakeMachine(replace(fit(BOOKWORM), package="", buildx="")), INSTALL),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_all_that_is_printed(name: str, machine: FakeMachine, options: Options) -> None:
    golden = Path(__file__).parent / "plans" / f"{name}.txt"
    assert printed(machine, options) == golden.read_text(encoding="utf-8")


def test_every_text_belongs_to_a_test() -> None:
    folder = Path(__file__).parent / "plans"
    listed = Path(__file__).read_text(encoding="utf-8")
    assert [one.stem for one in folder.glob("*") if f'"{one.stem}"' not in listed] == []
