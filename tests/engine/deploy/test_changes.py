"""What a deployment changes besides the images of a release."""

from __future__ import annotations

import json

from tests.engine.deploy.shop import Shop
from tests.support.leftovers import docker
from tests.support.projects import Ran


def test_what_nobody_deployed_is_ended_only_where_that_is_said(shop: Shop) -> None:
    """Beside what a release has other services run by hand; a failing one leaves them alone."""
    by_hand = json.dumps(
        {"services": {"old": {"image": "python:3.13-slim", "command": ["sleep", "999"],
                              "init": True}}}
    )  # fmt: skip
    docker("compose", "-p", shop.name, "-f", "-", "up", "-d", given=by_hand)
    old = shop.containers()["old"]

    def runs() -> str:
        return docker("inspect", "-f", "{{.State.Running}}", old)

    shop.release("1.0.0", "broken")
    ran = shop.deploy("--yes", START="1s")
    assert "web unhealthy; nothing of it ran before, so what had been started is stopped" in ran.err
    assert (ran.code, shop.answer(), runs()) == (3, "", "true")
    image = shop.release("1.0.1")
    assert shop.deploy("--dry-run") == Ran(
        0,
        f"migrate  is new       {image}\nold      is ended     python:3.13-slim\n"
        f"store    is new       python:3.13-slim\nweb      is new       {image}\n",
        "prod: what runs, of which nothing is recorded → 1.0.1 (deployment 1)\n",
    )
    ran = shop.deploy("--yes")
    assert (ran.code, shop.answer()) == (0, "1.0.1")
    assert "ending old, which it has no more\n" in ran.err
    assert sorted(shop.containers()) == ["migrate", "store", "web"]


def test_what_a_service_uses_is_deployed_with_it(shop: Shop) -> None:
    file = shop.root / "deploy/prod/docker-compose.yml"
    uses = "  web:\n    configs: [page]\n    secrets: [key, token]\n"
    text = file.read_text().replace("  web:\n", uses)
    text += "configs:\n  page: {content: 'old $$1'}\n"
    text += "secrets:\n  key: {file: ./key}\n  token: {environment: WORDS}\n"
    file.write_text(text)
    (file.parent / "key").write_text("one")
    shop.release("1.0.0")
    assert shop.deploy("--yes", WORDS="a").code == 0
    same = "prod: 1.0.0 is what was deployed last\n"
    assert shop.deploy("--dry-run", WORDS="a").err == same
    store = shop.containers()["store"]

    def has(*files: str) -> str:
        return docker("exec", shop.containers()["web"], "cat", *files)

    file.write_text(text.replace("old", "new"))
    (file.parent / "key").unlink()
    (file.parent / "key").write_text("two ")
    ran = shop.deploy("--dry-run", WORDS="b")
    assert ran.err == "prod: 1.0.0 → 1.0.0 (deployment 2)\n"
    assert [line.split("  ")[0] for line in ran.out.splitlines() if "is replaced" in line] == [
        "web"
    ]
    assert shop.deploy("--yes", WORDS="b").code == 0
    assert has("/page", "/run/secrets/key", "/run/secrets/token") == "new $1two b"
    assert shop.containers()["store"] == store
    file.write_text(file.read_text() + "networks:\n  default: {internal: true}\n")
    ran = shop.deploy("--dry-run", WORDS="b")
    assert ran.err == (
        "note: network default has changed: one that is there stays as it was made on a Swarm, "
        "and with an older Compose\nprod: 1.0.0 → 1.0.0 (deployment 3)\n"
    )
    assert ran.out.count("is replaced") == 3
