"""What happens at every target alike: one engine, or a Swarm."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.engine.deploy.shop import Shop
from tests.support.projects import Ran


def status(shop: Shop) -> dict[str, str]:
    """Return the version and health of each service, and what is wrong with it."""
    told = json.loads(shop.deploy("--status", "--json").out)
    return {
        one["service"]: " ".join(filter(None, (one["version"], one["health"], one["drift"])))
        for one in told["services"]
    }


def what_does_not_come_up(
    shop: Shop, record_property: Callable[[str, object], None], *, why: str = ""
) -> None:
    """See three releases that don't come up taken back, while the one before is asked.

    Args:
        shop: The project, without a release.
        record_property: Gets how long it did not answer.
        why: What is said of a task besides its log.
    """
    shop.release("1.0.0")
    assert shop.deploy("--yes").code == 0
    before = shop.lasting()

    # A migration that fails: what it was for has never been touched.
    shop.release("1.0.1", "no-migration")
    with shop.asked() as gaps:
        ran = shop.deploy("--yes")
    assert (gaps, shop.lasting()) == ([], before)
    log = shop.logged("migrate", "migrating no-migration")
    assert ran == Ran(
        3,
        "",
        "prod: 1.0.0 → 1.0.1 (deployment 2)\nbringing up store\nbringing up migrate\n"
        "1.0.1 does not come up: migrate exited with 1\nbringing up store\nbringing up web\n"
        "error: 1.0.1 does not come up: migrate exited with 1; prod runs 1.0.0 again\n"
        f"  logs of migrate:\n{log}{why}\n"
        "hint: check the command, environment and healthcheck of service 'migrate'\n",
    )
    # One that never is healthy, and one that ends at once: its policy starts it again and again.
    for version, kind, broken, start, told in (
        ("1.0.2", "broken", "web unhealthy", "1s", "serving broken ***"),
        ("1.0.3", "ends", "web exited with 1", "60s", "this release ends at once"),
    ):
        shop.release(version, kind)
        with shop.asked() as gaps:
            ran = shop.deploy("--yes", START=start)
        record_property(f"seconds without an answer: {kind}", gaps)
        assert f"error: {version} does not come up: {broken}; prod runs 1.0.0 again\n" in ran.err
        assert shop.logged("web", told) in ran.err
        assert (ran.code, shop.answer()) == (3, "1.0.0")
        assert status(shop)["web"] == "1.0.0 healthy"
    assert shop.records() == ["-deploy-1"]


def migrations_that_take_long(shop: Shop) -> None:
    """See migrations of more seconds than anything settles in: all wait for their end."""
    shop.release("1.0.0", "slow-migration")
    ran = shop.deploy("--yes")
    assert (ran.code, shop.answer()) == (0, "slow-migration"), ran.err
    assert status(shop)["migrate"] == "1.0.0 exited 0"
    before = shop.lasting()

    # One that fails late: what it was for has never been touched.
    shop.release("1.0.1", "late-migration")
    with shop.asked() as gaps:
        ran = shop.deploy("--yes")
    assert (
        "error: 1.0.1 does not come up: migrate exited with 1; prod runs 1.0.0 again\n" in ran.err
    )
    assert (ran.code, gaps, shop.lasting()) == (3, [], before)
    assert "bringing up web" not in ran.err.partition("does not come up")[0]
    # It is well, and that the migration there is another version's is said.
    ran = shop.deploy("--status")
    last = "note: migrate: the last that ran is of 1.0.1; on the way back none runs\n"
    assert (ran.code, ran.out.endswith(last), shop.records()) == (0, True, ["-deploy-1"])


def a_migration_that_goes_on(shop: Shop) -> None:
    """See one that is late stopped: it must not go on beside what runs again."""
    shop.release("1.0.0")
    assert shop.deploy("--yes").code == 0
    before = shop.lasting()
    config = shop.root / "pyproject.toml"
    config.write_text(f"{config.read_text()}[tool.taskslib.limits]\ndeploy = 15\n")
    shop.release("1.0.1", "endless-migration")
    ran = shop.deploy("--yes")
    late = "not ready after 15 s: migrate running (not yet complete)"
    assert f"error: 1.0.1 does not come up: {late}; prod runs 1.0.0 again\n" in ran.err
    assert "\nwaiting: migrate running (not yet complete), store healthy\n" in ran.err
    assert "stopping migrate, which goes on for another version\n" in ran.err
    assert ran.err.endswith(
        "hint: others wait for it to complete; how long that may take: `deploy` and `ready` in "
        "[tool.taskslib.limits]\n"
    )
    assert (ran.code, shop.lasting(), shop.answer()) == (3, before, "1.0.0")
    assert shop.deploy("--status").code == 0
