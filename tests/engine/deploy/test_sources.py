"""Where the images of a version come from, and to which engine they go."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.engine.deploy.shop import Shop
from tests.support.leftovers import docker
from tests.support.projects import Ran


def images(shop: Shop, *arguments: str, **variables: str) -> tuple[str, str]:
    """Return the image that a deployment would give `web`, and what is said."""
    ran = shop.deploy(*arguments, "--dry-run", **variables)
    assert ran.code == 0, ran.err
    (line,) = [one for one in ran.out.splitlines() if one.startswith("web ")]
    return line.split()[-1], ran.err


def test_a_version_that_the_lock_has_no_more_is_in_its_history(shop: Shop) -> None:
    first, second = shop.release("1.0.0"), shop.release("1.1.0")
    assert images(shop)[0] == second
    assert images(shop, "--version", "1.0.0") == (first, "prod: nothing → 1.0.0 (deployment 1)\n")
    assert images(shop, "--version", "v1.1.0")[0] == second
    # The lock says what, the environment where: a mirror has the same content.
    ran = shop.deploy("--dry-run", REGISTRY="mirror.invalid/shop")
    mirrored = f"mirror.invalid/shop/{second.rpartition('/')[2]}"
    told = f"error: the registry does not say whether it has {mirrored}\n"
    assert (ran.code, ran.out, ran.err.startswith(told)) == (3, "", True)


def test_a_version_without_a_lock_is_what_the_registry_has(shop: Shop) -> None:
    image = shop.release("1.0.0")
    (shop.root / "deploy/prod/images.lock").unlink()
    shop.repo.git.reset("--hard", "HEAD~1")
    found, said = images(shop, "--version", "1.0.0")
    assert found == image
    assert said.startswith(
        "note: 1.0.0 is in no deploy/prod/images.lock: its images are what the registry's tags "
        "are now\n"
    )
    name = image.partition("@")[0]
    assert shop.deploy("--version", "9.9.9", "--yes") == Ran(
        2,
        "",
        f"error: there is no {name}:9.9.9\n\nhint: inv build --push on the tag v9.9.9 publishes "
        "it\n",
    )


def test_images_that_are_in_no_registry(shop: Shop, tmp_path: Path) -> None:
    (shop.root / "services/web/kind").write_text("local")
    name = f"{shop.root.name}-web"
    docker("build", "-q", "-t", f"elsewhere/{name}:1.0.0", str(shop.root / "services/web"))
    try:
        there = docker("image", "inspect", "-f", "{{.Id}}", f"elsewhere/{name}:1.0.0")
        local = ("--version", "1.0.0", "--local", "--yes")
        assert images(shop, *local, REGISTRY="elsewhere")[0] == there
        # By a context, which is not the engine that DOCKER_HOST names.
        config = {"DOCKER_CONFIG": str(tmp_path / "config")}
        made = ("context", "create", "live", "--docker", "host=unix:///var/run/docker.sock")
        docker("--config", config["DOCKER_CONFIG"], *made)
        given = {"REGISTRY": "elsewhere", "DOCKER_HOST": "tcp://127.0.0.1:1", **config}
        ran = shop.deploy(*local, "--context", "live", **given)
        assert (ran.code, shop.answer()) == (0, "local"), ran.err
        ran = shop.deploy(*local, "--context", "life", **given)
        assert ran == Ran(
            2,
            "",
            "error: no Docker context 'life'\n\n"
            "hint: did you mean 'live'? contexts: default, live\n",
        )
        ran = shop.deploy("--version", "1.0.1", "--local", REGISTRY="elsewhere")
        assert f"error: the target's engine has no elsewhere/{name}:1.0.1\n" in ran.err
        told = json.loads(shop.deploy("--status", "--json").out)
        assert told["deployment"]["images"]["web"] == there
    finally:
        (container := shop.containers().get("web")) and docker("rm", "-f", container)
        docker("image", "rm", "-f", f"elsewhere/{name}:1.0.0")


def test_what_cannot_be_pulled_changes_nothing(shop: Shop) -> None:
    image = shop.release("1.0.0")
    lock = shop.root / "deploy/prod/images.lock"
    lock.write_text(lock.read_text().replace(image.rpartition("@")[2], f"sha256:{'0' * 64}"))
    name = image.partition("@")[0]
    lost = "hint: the registry has it no more: push it again, or name a version that is there\n"
    assert shop.deploy("--dry-run") == Ran(
        3,
        "",
        f"error: neither the engine nor its registry has {name}@sha256:{'0' * 64}\n\n{lost}",
    )
    ran = shop.deploy("--yes")
    assert (ran.code, ran.out) == (3, "")
    assert f"error: {name}@sha256:{'0' * 64} can't be pulled; nothing was changed\n" in ran.err
    assert ran.err.endswith(f"\n{lost}")
    assert (shop.containers(), shop.volumes()) == ({}, [])


def test_an_image_that_an_engine_may_have_from_a_mirror(shop: Shop, tmp_path: Path) -> None:
    """Of Docker's own registry, by a client that does not reach it."""
    shop.release("1.0.0")
    file = shop.root / "deploy/prod/docker-compose.yml"
    image = f"{shop.root.name}-absent:1"
    file.write_text(file.read_text().replace("image: python:3.13-slim", f"image: {image}"))
    client = tmp_path / "bin" / "docker"
    client.parent.mkdir()
    words = "ERROR: failed to do request: dial tcp: lookup registry-1.docker.io: no such host"
    fails = (
        f'case "$*" in "buildx imagetools inspect {image} "*) echo "{words}" >&2; exit 1 ;; esac'
    )
    client.write_text(f'#!/bin/sh\n{fails}\nexec {shutil.which("docker")} "$@"\n')
    client.chmod(0o755)
    ran = shop.deploy("--dry-run", PATH=f"{client.parent}{os.pathsep}{os.environ['PATH']}")
    told = f"note: the registry does not say whether it has {image}, asked from here; "
    assert (ran.code, ran.err.startswith(f"{told}the engine may get it\n")) == (0, True), ran.err


@pytest.mark.parametrize("kind", ["volume", "network"])
def test_what_the_target_is_to_have_is_asked_for_before_anything_starts(
    shop: Shop, kind: str
) -> None:
    file = shop.root / "deploy/prod/docker-compose.yml"
    there = f"  outside: {{external: true, name: {shop.name}-outside}}\n"
    takes = "volumes: [outside:/outside]" if kind == "volume" else "networks: [default, outside]"
    text = file.read_text().replace("depends_on: [store]", f"depends_on: [store]\n    {takes}")
    file.write_text(text + ("" if kind == "volume" else "networks:\n") + there)
    shop.release("1.0.0")
    missing = Ran(
        3,
        "",
        f"error: external {kind} NAME-outside is not there\n\n"
        f"hint: docker {kind} create NAME-outside\n",
    )
    assert shop.deploy("--dry-run") == shop.deploy("--yes") == missing
    assert shop.containers() == {}
    docker(kind, "create", f"{shop.name}-outside")
    try:
        assert shop.deploy("--dry-run").code == 0
    finally:
        docker(kind, "rm", f"{shop.name}-outside")


def test_a_secret_without_its_file_is_said_before_anything_starts(shop: Shop) -> None:
    file = shop.root / "deploy/prod/docker-compose.yml"
    text = file.read_text().replace(
        "depends_on: [store]", "depends_on: [store]\n    secrets: [key]"
    )
    file.write_text(f"{text}secrets:\n  key: {{file: ./key.txt}}\n")
    shop.release("1.0.0")
    ran = shop.deploy("--yes")
    assert ran == Ran(
        2,
        "",
        "error: secret key: deploy/prod/key.txt is not there\n\n"
        "hint: write it; what is secret belongs in no git\n",
    )
    # Compose would mount it.
    (shop.root / "deploy/prod/key.txt").mkdir()
    told = "error: secret key: deploy/prod/key.txt is a folder\n\n"
    assert shop.deploy("--dry-run") == Ran(2, "", f"{told}hint: remove it, and write the file\n")
    assert shop.containers() == {}


def test_a_file_of_a_folder_with_a_dollar_in_its_name(shop: Shop) -> None:
    file = shop.root / "deploy/prod/docker-compose.yml"
    text = file.read_text().replace(
        "depends_on: [store]", "depends_on: [store]\n    secrets: [key]"
    )
    file.write_text(f"{text}secrets:\n  key: {{file: ./$$a/key}}\n")
    shop.release("1.0.0")
    missing = "error: secret key: deploy/prod/$a/key is not there\n"
    assert shop.deploy("--dry-run").err.startswith(missing)
    (file.parent / "$a").mkdir()
    (file.parent / "$a/key").write_text("")
    assert shop.deploy("--dry-run").code == 0


def test_what_ran_before_is_nowhere_any_more(shop: Shop) -> None:
    before = shop.release("1.0.0")
    assert shop.deploy("--yes").code == 0
    shop.release("1.0.1")
    assert shop.deploy("--yes").code == 0
    # The engine's disk was cleaned up, and so was the registry.
    docker("image", "rm", "--force", docker("image", "inspect", "--format", "{{.Id}}", before))
    assert shop.deploy("--rollback", "--yes").code == 0
    assert shop.deploy("--rollback", "--yes").code == 0
    docker("image", "rm", "--force", docker("image", "inspect", "--format", "{{.Id}}", before))
    assert shop.deploy("--rollback", "--dry-run").code == 0
    shop.store.forget(before)
    ran = shop.deploy("--rollback", "--dry-run")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith(f"error: neither the engine nor its registry has {before}\n")
    ran = shop.deploy("--rollback", "--yes")
    assert (ran.code, shop.answer()) == (3, "1.0.1")
    assert f"pulling 1 image\nerror: {before} can't be pulled; nothing was changed\n" in ran.err
    assert shop.deploy("--status").code == 0
