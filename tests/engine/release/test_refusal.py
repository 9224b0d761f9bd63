"""`inv build --push` where the registry refuses: what it does not say is never taken for a no."""

from __future__ import annotations

import json
import socket
from base64 import b64encode
from pathlib import Path

import git
import pytest

from taskslib.cancellation import Cancellation
from taskslib.errors import EngineError
from taskslib.release.registry import Registry
from taskslib.stacks.client import DockerClient
from tests.engine.release.conftest import build, tagged
from tests.support.leftovers import docker
from tests.support.projects import environment
from tests.support.refusing import Refusing, refusing
from tests.support.registry import registry as store_in

SEEN = (
    "the registry does not let you see whether it has {}, and what may be there is not written over"
)
RIGHT = (
    "let your log-in read there, as well as write; where the registry hides a name only because it "
    "is new, make it there first"
)
WHO = "the registry wants to know who asks whether it has {}"
NO_ANSWER = "the registry does not say whether it has {}"
LATER = "what it answers is a fault of its own, and its log says more; run it again later"
OFTEN = "wait some minutes: it is asked too often; a log-in may have more: docker login {}"
ELSEWHERE = (
    "is it read-only, or a mirror? `registry` in [tool.taskslib.release], or the variable "
    "REGISTRY, names the one to push to"
)
WRITE = "your log-in is to have the right to write there: docker login {}"


def log_in(folder: Path, registry: Refusing) -> str:
    """Return a configuration of docker's with a log-in, as DOCKER_CONFIG."""
    folder.mkdir()
    entry = {"auth": b64encode(b"ada:secret").decode()}
    (folder / "config.json").write_text(json.dumps({"auths": {registry.host: entry}}))
    return str(folder)


@pytest.mark.parametrize("logged_in", [False, True])
@pytest.mark.parametrize(
    ("manifests", "token", "words"),
    [
        (403, 200, (SEEN, RIGHT)),
        (404, 403, (SEEN, RIGHT)),
        (401, 200, (WHO, "docker login {}")),
        (404, 401, (WHO, "docker login {}")),
        (503, 200, (NO_ANSWER, LATER)),
        (500, 200, (NO_ANSWER, LATER)),
        (429, 200, (NO_ANSWER, OFTEN)),
    ],
)
def test_no_answer_is_no_absence(
    shop: git.Repo,
    tmp_path: Path,
    manifests: int,
    token: int,
    words: tuple[str, str],
    *,
    logged_in: bool,
) -> None:
    with refusing(manifests, token=token) as registry:
        config = log_in(tmp_path / "docker", registry) if logged_in else str(tmp_path)
        place = {"REGISTRY": f"{registry.host}/acme", "DOCKER_CONFIG": config}
        ran = build(tagged(shop, "v1.2.3"), "--push", "--service", "api", **place)
    reference = f"{registry.host}/acme/shop-api:1.2.3"
    assert (ran.code, ran.out) == (3, "")
    message, hint = words
    assert f"error: {message.format(reference)}\n" in ran.err
    assert ran.err.endswith(f"hint: {hint.format(registry.host)}\n")
    assert "secret" not in ran.err
    # Nothing was as much as tried.
    assert {one.split()[1] for one in registry.asked} <= {
        "/token",
        "/v2/acme/shop-api/manifests/1.2.3",
    }


@pytest.mark.parametrize(
    ("rest", "hint"), [(403, WRITE), (405, ELSEWHERE), (429, OFTEN), (500, LATER)]
)
def test_one_that_is_not_there_is_pushed_and_refused_then(
    shop: git.Repo, tmp_path: Path, rest: int, hint: str
) -> None:
    with refusing(404, rest=rest) as registry:
        place = {"REGISTRY": f"{registry.host}/acme", "DOCKER_CONFIG": str(tmp_path)}
        ran = build(tagged(shop, "v1.2.3"), "--push", "--service", "api", **place)
    assert (ran.code, ran.out) == (3, "")
    assert "error: the images don't push\n" in ran.err
    assert ran.err.endswith(f"hint: {hint.format(registry.host)}\n")
    assert "---" not in ran.err
    assert "#0 " not in ran.err
    assert any("/blobs/" in one for one in registry.asked)
    docker("image", "rm", f"{registry.host}/acme/shop-api:1.2.3")


def test_one_that_takes_nothing(shop: git.Repo, tmp_path: Path) -> None:
    with store_in(tmp_path / "read-only", read_only=True) as store:
        place = {"REGISTRY": f"{store.host}/acme"}
        ran = build(tagged(shop, "v1.2.3"), "--push", "--service", "api", **place)
    image = f"{store.host}/acme/shop-api:1.2.3"
    assert (ran.code, ran.out) == (3, "")
    assert ran.err == (
        "building api as 1.2.3\n"
        "error: the images don't push\n"
        f"  > pushing {image} with docker:\n"
        "  ERROR: unknown: Method not allowed\n\n"
        f"hint: {ELSEWHERE}\n"
    )
    docker("image", "rm", image)


def test_one_that_never_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        reference = f"127.0.0.1:{server.getsockname()[1]}/acme/shop-api:1.2.3"
        asked = Registry(DockerClient(Cancellation(), environment()), patience=1.5)
        with pytest.raises(EngineError) as refused:
            asked.look(reference)
    assert (refused.value.message, refused.value.details, refused.value.hint) == (
        f"the registry did not say in 1.5 s whether it has {reference}",
        "",
        "is it up, and reached from here? `docker info` says which proxy the engine has",
    )
