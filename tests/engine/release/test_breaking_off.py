"""`inv build --push` that breaks off midway: what is said of what has moved and what has not."""

from __future__ import annotations

import git

from tests.engine.release.conftest import LOCAL, LOCK, NAMES, build, everywhere, moved, tagged
from tests.engine.release.test_refusal import LATER
from tests.support.checkouts import root
from tests.support.leftovers import docker
from tests.support.proxying import DIES, Proxy, proxied
from tests.support.registry import Running

UP = "hint: is it up? docker login {}\n"


def test_floating_tags_that_do_not_all_move(shop: git.Repo, store: Running) -> None:
    answered = [507]

    def full(method: str, path: str) -> int:
        ours = path.startswith("/v2/acme/shop-worker/manifests/")
        return answered[-1] if ours and method == "PUT" and not path.endswith("/1.2.3") else 0

    tagged(shop, "v1.2.3")
    with proxied(store, full) as proxy:
        place = {"REGISTRY": f"{proxy.host}/acme"}
        ran = build(shop, "--push", **place)
        assert (ran.code, ran.out) == (3, "")
        error = ran.err.partition("error: ")[2].splitlines()
        assert error[:2] == [
            f"the registry does not take tags of {proxy.host}/acme/shop-worker",
            "  1.2, 1, latest: moved for api, frontend; not for worker",
        ]
        assert error[2].startswith("  ERROR: ")
        assert error[2].endswith(": 507 Insufficient Storage")
        assert error[3:] == ["", f"hint: {LATER}"]
        whole = ["1", "1.2", "1.2.3", "latest"]
        assert moved(store) == {NAMES[0]: whole, NAMES[1]: whole, NAMES[2]: ["1.2.3"]}
        assert not (root(shop) / LOCK).exists()
        answered.append(0)
        assert build(shop, "--push", **place).code == 0
    assert moved(store) == everywhere(*whole)
    forget(proxy)


def test_a_registry_that_dies_while_tags_move(shop: git.Repo, store: Running) -> None:
    """What it can't be asked any more, is not claimed."""
    tag = "/v2/acme/shop-frontend/manifests/1"

    def dies(method: str, path: str) -> int:
        return DIES if method == "PUT" and path == tag else 0

    with proxied(store, dies) as proxy:
        ran = build(tagged(shop, "v1.2.3"), "--push", REGISTRY=f"{proxy.host}/acme")
    assert (ran.code, ran.out) == (3, "")
    error = ran.err.partition("error: ")[2].splitlines()
    assert error[:2] == [
        f"the registry does not take tags of {proxy.host}/acme/shop-frontend",
        "  1.2, 1, latest: not known for api, frontend, worker",
    ]
    assert ran.err.endswith(UP.format(proxy.host))
    forget(proxy)


def test_a_registry_that_dies_during_the_push(shop: git.Repo, store: Running) -> None:
    with proxied(store, lambda _, path: DIES if "/blobs/uploads" in path else 0) as proxy:
        place = {"REGISTRY": f"{proxy.host}/acme"}
        ran = build(tagged(shop, "v1.2.3"), "--push", "--service", "api", **place)
    assert (ran.code, ran.out) == (3, "")
    assert "error: the images don't push\n" in ran.err
    assert "connection refused" in ran.err
    assert ran.err.endswith(UP.format(proxy.host))
    forget(proxy)


def forget(proxy: Proxy) -> None:
    """Remove from the engine what it was given under the proxy's name."""
    listed = docker("image", "ls", "--format", LOCAL).split()
    docker("image", "rm", *(one for one in listed if one.startswith(f"{proxy.host}/")))
