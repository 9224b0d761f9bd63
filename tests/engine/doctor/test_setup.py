"""Setup on the engine that runs here: images of our own only, and the engine stays as it is."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from taskslib import doctor
from taskslib.cancellation import Cancellation
from taskslib.doctor.fake import FakeMachine
from taskslib.doctor.images import labels_of
from taskslib.doctor.machine import ThisMachine
from taskslib.doctor.recipes import Rootfs, read_recipes
from taskslib.doctor.steps import ROOTFS_LABEL, AwaitEngine, BuildStandIn, MakeRootfs
from taskslib.errors import BuildError, EngineError
from taskslib.processes import Command, Completed, run
from tests.support.projects import Ran, inv

BASE = "python:3.13-slim"
TEMPORARY = Path("/var/tmp")  # noqa: S108 - where the room itself works, and why is said there


def docker(*words: str) -> Completed:
    return run(Command(("docker", *words), timeout=120), Cancellation(), essential=True)


@pytest.fixture
def name() -> Iterator[str]:
    """Give a repository that no registry has, and remove all its images in the end."""
    name = f"taskslib-test-{secrets.token_hex(4)}"
    yield name
    images = docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}", name).stdout.split()
    if images:
        assert docker("rmi", *images).code == 0


def write(root: Path, *, image: str, lines: str, called: str = "one") -> None:
    folder = root / "deploy" / "offline"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{called}.Dockerfile").write_text(f"# taskslib: image {image}\n{lines}")


def setup(root: Path, *, offline: bool = True, dry: bool = False) -> list[str]:
    said: list[str] = []
    doctor.setup(
        root,
        install_engine=False,
        offline_images=offline,
        dry_run=dry,
        say=said.append,
        cancellation=Cancellation(),
    )
    return said


def image_id(reference: str) -> str:
    return docker("image", "inspect", "--format", "{{.Id}}", reference).stdout.strip()


def references() -> list[str]:
    return [one.reference for one in doctor.standins()]


def test_this_machine_has_what_it_takes(tmp_path: Path) -> None:
    facts = ThisMachine(Cancellation()).facts()
    assert facts.daemon
    assert facts.missing == ()
    assert setup(tmp_path, offline=False) == [
        f"ok  engine {facts.daemon}",
        f"ok  Compose {facts.compose}",
        f"ok  Buildx {facts.buildx}",
        "ready",
    ]


def test_what_cannot_be_pulled_is_built_once(tmp_path: Path, name: str) -> None:
    image = f"{name}:1"
    write(tmp_path, image=image, lines=f"FROM {BASE}\nCOPY beside /beside\n")
    (tmp_path / "deploy/offline/beside").touch()

    said = setup(tmp_path)
    assert any(line.startswith("  it cannot be pulled: ") for line in said)
    assert f"ok  {image} (stand-in, made by deploy/offline/one.Dockerfile)" in said
    assert image in references()
    built = image_id(image)

    again = setup(tmp_path)
    assert [line[:2] for line in again] == ["ok"] * 4 + ["re"]
    assert image_id(image) == built


def test_this_projects_own_recipes() -> None:
    recipes = read_recipes(Path(__file__).parents[3])
    assert [recipe.image for recipe in recipes] == [
        BASE,
        "nginx:1.29-alpine",
        "node:22-slim",
        "postgres:17-alpine",
    ]


def test_a_dry_run_builds_nothing(tmp_path: Path, name: str) -> None:
    write(tmp_path, image=f"{name}:1", lines=f"FROM {BASE}\n")
    said = setup(tmp_path, dry=True)
    assert said[-1] == "nothing was done (dry run)"
    assert any(f"--tag {name}:1" in line for line in said)
    assert image_id(f"{name}:1") == ""


def test_without_the_flag_an_absent_image_is_only_said(tmp_path: Path, name: str) -> None:
    write(tmp_path, image=f"{name}:1", lines=f"FROM {BASE}\n")
    said = setup(tmp_path, offline=False)
    assert any(line.startswith(f"--  {name}:1 is not here") for line in said)
    assert image_id(f"{name}:1") == ""


def test_an_image_from_a_stand_in_is_none(tmp_path: Path, name: str) -> None:
    write(tmp_path, image=f"{name}:1", lines=f"FROM {BASE}\n")
    setup(tmp_path)
    context = tmp_path / "context"
    context.mkdir()
    (context / "Dockerfile").write_text(f"FROM {name}:1\nENV A=b\n")
    assert docker("build", "--quiet", "--tag", f"{name}:child", str(context)).code == 0
    labels = labels_of([f"{name}:child"])[f"{name}:child"]
    assert labels["taskslib.standin"] == f"{name}:1"
    assert f"{name}:1" in references()
    assert f"{name}:child" not in references()


def test_recipes_build_on_each_other_and_trust_what_this_machine_trusts(
    tmp_path: Path, name: str
) -> None:
    write(tmp_path, image=f"{name}:a", lines=f"FROM {name}:b\nRUN test -s /ca.crt\n", called="a")
    ca = "# taskslib: host-ca host.crt\n"
    write(tmp_path, image=f"{name}:b", lines=f"{ca}FROM {BASE}\nCOPY host.crt /ca.crt\n")
    setup(tmp_path)
    assert set(references()) >= {f"{name}:a", f"{name}:b"}


def test_a_recipe_that_does_not_build(tmp_path: Path, name: str) -> None:
    write(tmp_path, image=f"{name}:1", lines=f"FROM {BASE}\nRUN echo the reason && false\n")
    with pytest.raises(BuildError) as caught:
        setup(tmp_path)
    assert "deploy/offline/one.Dockerfile does not build" in caught.value.message
    assert "the reason" in caught.value.details
    assert image_id(f"{name}:1") == ""


def test_the_fake_says_of_a_stand_in_what_the_engine_says(tmp_path: Path, name: str) -> None:
    write(tmp_path, image=f"{name}:1", lines=f"FROM {BASE}\n")
    (recipe,) = read_recipes(tmp_path)
    real = ThisMachine(Cancellation())
    fake = FakeMachine(real.facts())
    for machine in (real, fake):
        machine.perform(BuildStandIn(recipe))
    wanted = [recipe.image, f"{name}:none"]
    label = "taskslib.standin"
    # The base may be a stand-in too, and hands its other labels on.
    told = [{one: said[label] for one, said in m.images(wanted).items()} for m in (real, fake)]
    assert told[0] == told[1] == {recipe.image: recipe.image}


def test_an_engine_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none")
    with pytest.raises(EngineError, match=r"engine at unix://.* does not answer"):
        setup(tmp_path)
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
    with pytest.raises(EngineError, match=r"engine at tcp://.* does not answer"):
        setup(tmp_path)


@pytest.mark.parametrize("supervised", [True, False])
def test_waiting_for_it_has_a_limit(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    supervised: bool,  # noqa: FBT001
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none")
    log = tmp_path / "log"
    log.write_text("why it did not start\n")
    with pytest.raises(EngineError) as caught:
        ThisMachine(Cancellation()).perform(AwaitEngine(0.3, ("tail", str(log)), supervised))
    assert caught.value.details == "why it did not start"
    assert caught.value.hint == f"all of it: tail {log}"


@pytest.mark.full
def test_a_root_file_system_is_made_and_labelled() -> None:
    machine = ThisMachine(Cancellation())
    facts = machine.facts()
    if not (facts.debootstrap and facts.root and facts.os.id == "debian"):
        pytest.skip("needs root on Debian, and debootstrap")
    before = set(TEMPORARY.glob("taskslib-*"))
    # A suite that no recipe of ours uses, so that none of theirs is replaced.
    rootfs = Rootfs("bookworm", ("ca-certificates",))
    mirror = next(one.uri for one in facts.apt if facts.os.codename in one.suites)
    try:
        machine.perform(MakeRootfs(rootfs, mirror, ""))
        labels = machine.images([rootfs.image])[rootfs.image]
        assert labels == {ROOTFS_LABEL: "bookworm ca-certificates"}
    finally:
        docker("rmi", rootfs.image)
    assert set(TEMPORARY.glob("taskslib-*")) <= before


def test_an_image_that_goes_meanwhile_is_none(name: str) -> None:
    assert labels_of([f"{name}:gone"]) == {}


def test_an_engine_elsewhere_that_somebody_chose_is_not_started_here(tmp_path: Path) -> None:
    chosen = "unix:///nonexistent/docker.sock"
    ran = inv(tmp_path, "setup", "--install-engine", program="taskslib", DOCKER_HOST=chosen)
    assert ran == Ran(
        3,
        "",
        f"error: the container engine at {chosen} does not answer\n\n"
        "hint: start it there; for one on this machine: unset DOCKER_HOST, "
        "docker context use default\n",
    )
