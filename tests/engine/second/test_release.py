"""Releases where the engine has containerd's image store: what the default one cannot do."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine.release.conftest import FILES
from tests.engine.second.daemon import Daemon, missing, second_daemon
from tests.engine.second.images import TINY
from tests.support.projects import Ran, environment, repository, write
from tests.support.registry import missing as no_registry
from tests.support.registry import registry

pytestmark = pytest.mark.xdist_group("second-release")
TWO = ("linux/amd64", "linux/amd64/v2")
SCANNER = f"""\
FROM {TINY}
COPY list /
ENTRYPOINT ["/bin/sh", "-c", \\
  "while read -r x; do echo $x; done < /list > $BUILDKIT_SCAN_DESTINATION/x.spdx.json"]
"""
LIST = {
    "_type": "https://in-toto.io/Statement/v0.1",
    "predicateType": "https://spdx.dev/Document",
    "predicate": {"spdxVersion": "SPDX-2.3"},
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """Return a second engine with that store."""
    if why := missing() or no_registry():
        pytest.skip(why)
    config = json.dumps({"features": {"containerd-snapshotter": True}})
    with second_daemon(tmp_path_factory.mktemp("store") / "e", config=config) as daemon:
        yield daemon


def within(daemon: Daemon, folder: Path, *command: str) -> Ran:
    """Run a command in the engine's network, in which its registry is."""
    done = subprocess.run(
        daemon.within("env", "-C", str(folder), *command),
        env=environment(DOCKER_HOST=daemon.host),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def about(daemon: Daemon, folder: Path, reference: str, what: str = "") -> dict[str, Any]:
    inspect = ("docker", "buildx", "imagetools", "inspect", reference)
    ran = within(daemon, folder, *inspect, "--format", f"{{{{json .{what}}}}}")
    assert ran.code == 0, ran.err
    told: dict[str, Any] = json.loads(ran.out)
    return told


def test_all_that_images_can_have(engine: Daemon, tmp_path: Path) -> None:
    with registry(tmp_path / "registry", engine.within) as store:
        name = f"{store.host}/acme"
        config = (
            f"[tool.taskslib]\nproject = 'Shop'\n[tool.taskslib.release]\nregistry = '{name}'\n"
            f"cache = '{name}/cache'\nplatforms = {list(TWO)}\nsbom = '{name}/scanner:1'\n"
        )
        shop = write(tmp_path / "shop", {**FILES, "pyproject.toml": config})
        repo = repository(shop)
        repo.git.tag("v1.2.3")
        scanner(engine, tmp_path, f"{name}/scanner:1")
        ran = within(engine, shop, sys.executable, "-m", "invoke", "build", "--push")
        assert ran.code == 0, ran.err
        assert ran.err == (
            "building api, frontend, worker as 1.2.3\n"
            "moved 1.2, 1, latest\nwrote deploy/prod/images.lock\n"
        )
        told = about(engine, shop, f"{name}/shop-api:1.2.3")
        manifests = told["manifest"]["manifests"]
        assert [one["platform"]["architecture"] for one in manifests] == [
            "amd64", "amd64", "unknown", "unknown",
        ]  # fmt: skip
        for what in ("Provenance", "SBOM"):
            assert set(about(engine, shop, f"{name}/shop-api:1.2.3", what)) == set(TWO)
        # An index is named by floating tags as it is.
        digest = told["manifest"]["digest"]
        assert about(engine, shop, f"{name}/shop-api:latest")["manifest"]["digest"] == digest
        assert f'digest = "{digest}"' in (shop / "deploy/prod/images.lock").read_text()
        assert about(engine, shop, f"{name}/cache:api")["manifest"]["digest"]


def scanner(engine: Daemon, folder: Path, reference: str) -> None:
    """Publish a stand-in of what lists contents: a shell that writes an empty list."""
    made = folder / "scanner"
    made.mkdir()
    (made / "Dockerfile").write_text(SCANNER)
    (made / "list").write_text(f"{json.dumps(LIST)}\n")
    build = ("docker", "buildx", "build", "--push", "--provenance=false", "--tag", reference, ".")
    ran = within(engine, made, *build)
    assert ran.code == 0, ran.err
