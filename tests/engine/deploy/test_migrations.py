"""Migrations, which others wait for to complete."""

from __future__ import annotations

from tests.engine.deploy.scenes import a_migration_that_goes_on, migrations_that_take_long
from tests.engine.deploy.shop import Shop
from tests.support.leftovers import docker


def test_migrations_that_take_long(shop: Shop) -> None:
    migrations_that_take_long(shop)


def test_a_migration_that_goes_on_is_stopped(shop: Shop) -> None:
    a_migration_that_goes_on(shop)
    form = "{{.State.Running}}"
    assert docker("inspect", "-f", form, shop.containers()["migrate"]) == "false"


def test_one_that_somebody_left_running_is_stopped_on_the_way_back(shop: Shop) -> None:
    """And one that is new with what fails goes, though nothing else was touched."""
    file = shop.root / "deploy/prod/docker-compose.yml"
    text = file.read_text()
    for version in ("1.0.0", "1.1.0"):
        shop.release(version)
        assert shop.deploy("--yes").code == 0
    migrate = shop.containers()["migrate"]
    docker("cp", str(file), f"{migrate}:/app/endless")
    docker("start", migrate)
    ran = shop.deploy("--status")
    assert (ran.code, "drift: migrate: it has not completed\n" in ran.out) == (1, True)
    ran = shop.deploy("--rollback", "--yes")
    assert (ran.code, shop.answer()) == (0, "1.0.0")
    assert "stopping migrate, which goes on for another version\n" in ran.err
    assert docker("inspect", "-f", "{{.State.Status}}", migrate) == "exited"

    more = "      second: {condition: service_completed_successfully}\n    healthcheck:"
    second = (
        "  second: {image: 'python:3.13-slim', command: ['false'], init: true}\nvolumes:\n  data:"
    )
    file.write_text(
        text.replace(
            '    healthcheck:\n      test: ["CMD", "python"',
            f'{more}\n      test: ["CMD", "python"',
        ).replace("volumes:\n  data:", second)
    )
    shop.release("1.2.0")
    ran = shop.deploy("--yes")
    assert "second exited with 1; prod runs 1.0.0 again\n" in ran.err
    assert (ran.code, sorted(shop.containers())) == (3, ["migrate", "store", "web"])
    assert shop.deploy("--status").code == 0
