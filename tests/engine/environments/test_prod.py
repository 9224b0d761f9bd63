"""The production file on the engine, and what `inv config` shows of the environments."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.engine.environments.conftest import free_ports
from tests.support.leftovers import docker
from tests.support.projects import Ran, inv, write

SERVICES = ("api", "frontend", "worker")
LIMITS = {  # bytes, and billionths of a processor
    "api": (512 << 20, 128 << 20, 1_000_000_000),
    "database": (1 << 30, 256 << 20, 1_000_000_000),
    "frontend": (128 << 20, 32 << 20, 500_000_000),
    "worker": (512 << 20, 128 << 20, 1_000_000_000),
}


@pytest.fixture
def variables(reference: Path) -> Iterator[dict[str, str]]:
    """Build the images of a release, and return what a production machine decides."""
    name = reference.name
    images = [f"{name}-registry/taskslib-{service}:1.2.3" for service in SERVICES]
    for service, image in zip(SERVICES, images, strict=True):
        dockerfile = reference / "services" / service / "Dockerfile"
        docker("build", "--quiet", "--tag", image, "--file", str(dockerfile), str(reference))
    docker("volume", "create", "--label", f"taskslib.project={name}", f"{name}-data")
    password = write(reference, {"secrets/database-password": "it is % secret\n"})
    (port,) = free_ports(1)
    yield {
        "REGISTRY": f"{name}-registry",
        "VERSION": "1.2.3",
        "HTTP_PORT": str(port),
        "RATES_URL": "http://rates.invalid",
        "SECRETS": str(password / "secrets"),
        "POSTGRES_VOLUME": f"{name}-data",
    }
    compose(reference, {"REGISTRY": "x", "VERSION": "1", "RATES_URL": "x"}, "down")
    docker("image", "rm", "-f", *images)


def compose(root: Path, variables: dict[str, str], *arguments: str) -> None:
    done = subprocess.run(
        ["docker", "compose", "-p", f"{root.name}-prod", *arguments],
        cwd=root / "deploy/prod",
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr


def test_prod_comes_up_healthy_with_its_limits(reference: Path, variables: dict[str, str]) -> None:
    compose(reference, variables, "up", "--detach")
    compose(reference, variables, "up", "--detach", "--wait", *LIMITS)
    with urlopen(f"http://127.0.0.1:{variables['HTTP_PORT']}/api/health", timeout=10) as answer:
        assert json.load(answer)["status"] == "ok"
    for service, limits in LIMITS.items():
        (found,) = json.loads(docker("inspect", f"{reference.name}-prod-{service}-1"))
        host = found["HostConfig"]
        assert (host["Memory"], host["MemoryReservation"], host["NanoCpus"]) == limits, service
        assert host["RestartPolicy"]["Name"] == "unless-stopped"
        assert host["LogConfig"] == {
            "Type": "json-file",
            "Config": {"max-file": "10", "max-size": "100m"},
        }
        assert found["State"]["Health"]["Status"] == "healthy"
        assert "it is % secret" not in json.dumps(found)
    # Nobody reaches the database but the services; the data outlives even `down --volumes`.
    (database,) = json.loads(docker("inspect", f"{reference.name}-prod-database-1"))
    assert not database["HostConfig"]["PortBindings"]
    compose(reference, variables, "down", "--volumes")
    assert docker("volume", "ls", "-q", "--filter", f"name={reference.name}-data")


def test_config_shows_an_environment_without_its_secrets(reference: Path) -> None:
    write(reference, {"deploy/dev/.env": "DATABASE_PASSWORD=hunter2\n"})
    ran = inv(reference, "config", "dev", "--format", "json")
    assert ran.code == 0
    assert "hunter2" not in ran.out
    found = json.loads(ran.out)
    assert found["name"] == f"{reference.name}-dev"
    assert found["services"]["database"]["environment"]["POSTGRES_PASSWORD"] == "***"  # noqa: S105
    url = found["services"]["api"]["environment"]["DATABASE_URL"]
    assert url == "postgresql://dev:***@database:5432/orders"
    assert "      POSTGRES_PASSWORD: '***'\n" in inv(reference, "config", "dev").out
    assert (
        "    image: x/taskslib-api:1.2.3\n"
        in inv(reference, "config", "prod", REGISTRY="x", VERSION="1.2.3", RATES_URL="http://x").out
    )


def test_config_names_what_is_missing(reference: Path) -> None:
    write(reference, {"deploy/prod/.env": "REGISTRY=x\nRATES_URL=http://x\n"})
    ran = inv(reference, "config", "prod")
    assert (ran.code, ran.out) == (2, "")
    assert "required variable VERSION is missing a value" in ran.err
    assert ran.err.endswith(
        "hint: set VERSION in deploy/prod/.env or in the environment: VERSION=…\n"
    )
    assert inv(reference, "config", "prdo") == Ran(
        2,
        "",
        "error: no environment 'prdo'\n\n"
        "hint: did you mean 'prod'? environments: dev, prod, test\n",
    )
