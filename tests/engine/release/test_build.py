"""`inv build` against a real registry: what is pushed, what moves, and what never does."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from pathlib import Path

import git

from tests.engine.release.conftest import LOCAL, LOCK, NAMES, build, everywhere, moved, said, tagged
from tests.support.checkouts import commit, root
from tests.support.leftovers import docker
from tests.support.projects import write
from tests.support.registry import Running


def lock(repo: git.Repo) -> str:
    return (root(repo) / LOCK).read_text("utf-8")


def test_a_release(shop: git.Repo, store: Running) -> None:
    ran = build(tagged(shop, "v1.2.3"), "--push")
    assert ran.code == 0, ran.err
    assert said(ran) == [
        "building api, frontend, worker as 1.2.3",
        "moved 1.2, 1, latest",
        f"wrote {LOCK}",
    ]
    assert moved(store) == everywhere("1", "1.2", "1.2.3", "latest")
    told = tomllib.loads(lock(shop))
    assert (told["version"], told["revision"]) == ("1.2.3", shop.git.rev_parse("HEAD"))
    assert list(told["images"]) == ["api", "frontend", "worker"]
    for name, one in zip(NAMES, told["images"].values(), strict=True):
        digest = store.about(f"{name}:1.2.3")["manifest"]["digest"]
        assert one == {"name": f"{store.host}/{name}", "digest": digest}
        assert {store.digest(f"{name}:{tag}") for tag in ("1", "1.2", "latest")} == {digest}
    assert ran.out == "".join(
        f"{one['name']}:1.2.3@{one['digest']}\n" for one in told["images"].values()
    )


def test_what_an_image_says_of_itself(shop: git.Repo, store: Running) -> None:
    shop.git.remote("add", "origin", "https://me:secret@example.org/acme/shop.git")
    shop.git.commit("--amend", "--no-edit", "--date", "2024-02-03T04:05:06Z")
    at = shop.git.show(
        "-s", "--format=%cd", "--date=format-local:%Y-%m-%dT%H:%M:%SZ", env={"TZ": "UTC"}
    )
    ran = build(tagged(shop, "v1.2.3"), "--push")
    assert ran.code == 0, ran.err
    assert "secret" not in ran.err
    image = store.about("acme/shop-api:1.2.3")["image"]
    assert image["created"] == at
    assert image["config"]["Labels"] == {
        "mark": "a${HOME}",
        "org.opencontainers.image.created": at,
        "org.opencontainers.image.revision": shop.git.rev_parse("HEAD"),
        "org.opencontainers.image.source": "https://example.org/acme/shop",
        "org.opencontainers.image.title": "shop-api",
        "org.opencontainers.image.version": "1.2.3",
    }


def test_a_second_run_changes_nothing(shop: git.Repo, store: Running) -> None:
    first = build(tagged(shop, "v1.2.3"), "--push")
    before, written = moved(store), lock(shop)
    again = build(shop, "--push")
    assert (again.code, again.out) == (0, first.out)
    there = [f"{store.host}/{name}:1.2.3 is there already, from this commit" for name in NAMES]
    assert said(again) == [*there, "1.2, 1 and latest are 1.2.3 already"]
    assert (moved(store), lock(shop)) == (before, written)


def test_an_older_line_moves_not_what_is_higher(shop: git.Repo, store: Running) -> None:
    build(tagged(shop, "v1.1.8"), "--push")
    commit(shop, "services/api/app", "new\n")
    build(tagged(shop, "v1.2.3"), "--push")
    latest = {name: store.digest(f"{name}:latest") for name in NAMES}
    commit(shop, "services/api/app", "newer\n")
    ran = build(tagged(shop, "v1.1.9"), "--push")
    stays = f"note: {LOCK} stays at 1.2.3: `inv build --push --lock` writes 1.1.9"
    assert said(ran)[1:] == ["moved 1.1", "note: 1 and latest stay: v1.2.3 is higher", stays]
    assert tomllib.loads(lock(shop))["version"] == "1.2.3"
    assert {name: store.digest(f"{name}:latest") for name in NAMES} == latest
    assert store.digest("acme/shop-api:1.1") == store.digest("acme/shop-api:1.1.9")
    assert store.digest("acme/shop-api:1") == latest["acme/shop-api"]
    ran = build(shop, "--push", "--lock")
    assert said(ran)[len(NAMES) :] == [
        "1.1 is 1.1.9 already",
        "note: 1 and latest stay: v1.2.3 is higher",
        f"wrote {LOCK}",
    ]
    assert tomllib.loads(lock(shop))["version"] == "1.1.9"


def test_a_higher_version_that_was_never_published(shop: git.Repo, store: Running) -> None:
    """Nothing says that it never will be, so it is named."""
    tagged(shop, "v1.2.3")
    commit(shop, "services/worker/Dockerfile", "FROM scratch\nCOPY absent /\n")
    tagged(shop, "v1.2.4").git.checkout("v1.2.3")
    ran = build(shop, "--push")
    assert ran.code == 0, ran.err
    stay = "note: 1.2, 1 and latest stay: v1.2.4 is higher"
    assert said(ran)[1:] == [stay, f"wrote {LOCK}"]
    assert moved(store) == everywhere("1.2.3")


def test_a_tag_that_somebody_moved_is_moved_back(shop: git.Repo, store: Running) -> None:
    build(tagged(shop, "v1.2.2"), "--push")
    old = f"{store.host}/acme/shop-api:1.2.2"
    commit(shop, "services/api/app", "new\n")
    build(tagged(shop, "v1.2.3"), "--push")
    docker("buildx", "imagetools", "create", "--tag", f"{store.host}/acme/shop-api:1", old)
    assert said(build(shop, "--push"))[-2:] == ["moved 1", "1.2 and latest are 1.2.3 already"]
    assert store.digest("acme/shop-api:1") == store.digest("acme/shop-api:1.2.3")


def test_a_prerelease_is_itself_alone(shop: git.Repo, store: Running) -> None:
    ran = build(tagged(shop, "v2.0.0-rc.1"), "--push")
    assert said(ran)[1:] == [f"wrote {LOCK}"]
    assert moved(store) == everywhere("2.0.0-rc.1")


def test_one_that_fails_leaves_all_as_it_was(shop: git.Repo, store: Running) -> None:
    build(tagged(shop, "v1.2.3"), "--push")
    before = moved(store)
    latest, written = store.digest("acme/shop-api:latest"), lock(shop)
    commit(shop, "services/worker/Dockerfile", "FROM scratch\nCOPY absent /\n")
    ran = build(tagged(shop, "v1.2.4"), "--push")
    assert (ran.code, ran.out) == (3, "")
    # The step that failed, and none of those that did not.
    error = ran.err.partition("error: ")[2]
    assert error.startswith(
        "the images don't build, so none is pushed\n  > [worker 1/1] COPY absent /:\n"
    )
    assert '"/absent": not found' in error
    assert "#1 " not in error
    assert (moved(store), lock(shop)) == (before, written)
    assert store.digest("acme/shop-api:latest") == latest


def test_a_dockerfile_that_is_none(shop: git.Repo) -> None:
    text = "FROM scratch\nCOPY app /\n\nCOPPY app /\n"
    commit(shop, "services/worker/Dockerfile", text)
    ran = build(tagged(shop, "v1.2.4"))
    assert (ran.code, ran.out) == (3, "")
    error = ran.err.partition("error: ")[2].splitlines()
    assert error[:2] == ["the images don't build", "  services/worker/Dockerfile:4"]
    assert "dockerfile parse error on line 4: unknown instruction: COPPY" in error[-1]
    assert not [line for line in error if "---" in line or "#" in line]


def test_a_build_that_takes_too_long(shop: git.Repo) -> None:
    base = docker("image", "ls", "--filter", "reference=python", "--format", LOCAL).split()[0]
    config = (root(shop) / "pyproject.toml").read_text("utf-8")
    commit(shop, "pyproject.toml", f"{config}[tool.taskslib.limits]\nbuild = 2\n")
    commit(shop, "services/worker/Dockerfile", f"FROM {base}\nRUN echo begun && sleep 600\n")
    ran = build(shop, "--service", "worker")
    assert (ran.code, ran.out) == (3, "")
    error = ran.err.partition("error: ")[2]
    assert error.startswith("the images don't build: ended after 2 s\n")
    assert "SIGTERM" not in error
    assert error.endswith("\nhint: `build` in [tool.taskslib.limits] is how long it may take\n")


def test_half_a_release_is_completed(shop: git.Repo, store: Running) -> None:
    ran = build(tagged(shop, "v1.2.3"), "--push", "--service", "api", "--service", "worker")
    assert said(ran)[1:] == [
        f"note: 1.2, 1, latest and {LOCK} wait until all images are there: "
        "`inv build --push` does the rest"
    ]
    assert moved(store) == {NAMES[0]: ["1.2.3"], NAMES[2]: ["1.2.3"]}
    assert not (root(shop) / LOCK).exists()
    pushed = store.digest("acme/shop-api:1.2.3")
    assert build(shop, "--push").code == 0
    assert moved(store) == everywhere("1", "1.2", "1.2.3", "latest")
    assert store.digest("acme/shop-api:latest") == pushed


def test_a_version_is_never_written_over(shop: git.Repo, store: Running) -> None:
    build(tagged(shop, "v1.2.3"), "--push", "--service=api")
    first, was = str(shop.git.rev_parse("HEAD")), store.digest("acme/shop-api:1.2.3")
    now = commit(shop, "services/api/app", "new\n")
    shop.git.tag("-f", "v1.2.3")
    ran = build(shop, "--push")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.partition("error: ")[2] == (
        f"1.2.3 was published with other content than that of {now[:12]}: a version does not "
        f"change\n  {store.host}/acme/shop-api:1.2.3 is from {first[:12]}\n\n"
        "hint: release what is new under the next version\n"
    )
    assert moved(store) == {NAMES[0]: ["1.2.3"]}
    assert store.digest("acme/shop-api:1.2.3") == was


def test_what_somebody_else_pushed_over_it_is_not_released(shop: git.Repo, store: Running) -> None:
    build(tagged(shop, "v1.2.3"), "--push")
    file = root(shop) / LOCK
    digest = store.about("acme/shop-api:1.2.3")["manifest"]["digest"]
    file.write_text(lock(shop).replace(digest, f"sha256:{'0' * 64}"))
    ran = build(shop, "--push")
    assert ran.code == 2
    assert f"{store.host}/acme/shop-api:1.2.3 is not what was released: {digest}\n" in ran.err


def test_without_a_tag(shop: git.Repo, store: Running) -> None:
    tagged(shop, "v1.2.3")
    head = commit(shop, "services/api/app", "new\n")
    version = f"1.2.4-0.dev.1.g{head[:12]}"
    ran = build(shop, "--push", "--service", "api")
    assert (ran.code, said(ran)) == (0, [f"building api as {version}"])
    assert moved(store) == {NAMES[0]: [version]}
    assert not (root(shop) / LOCK).exists()
    (root(shop) / "new").touch()
    ran = build(shop, "--push")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error: what is not committed can't be pushed")


def test_a_tag_that_the_remote_has_not(shop: git.Repo, store: Running, tmp_path: Path) -> None:
    bare = git.Repo.init(tmp_path / "origin", bare=True, initial_branch="main")
    shop.git.remote("add", "origin", str(bare.git_dir))
    shop.git.push("origin", "main")
    commit(shop, "services/api/app", "never pushed\n")
    ran = build(tagged(shop, "v1.2.3"), "--push", "--service", "api")
    push = "git push --atomic origin refs/heads/main refs/tags/v1.2.3"
    note = f"note: the remote has no v1.2.3, so nobody else has what this is: {push}"
    assert (ran.code, said(ran)[0]) == (0, note)
    assert moved(store) == {NAMES[0]: ["1.2.3"]}
    shop.git.execute(push.split())
    assert note not in said(build(shop, "--push"))


def test_what_changes_affect(shop: git.Repo) -> None:
    shop.git.checkout("-b", "feature")
    commit(shop, "services/orders/lib", "new\n")
    ran = build(shop, "--affected")
    assert ran.code == 0, ran.err
    assert re.findall(r"/acme/shop-(\w+):0\.0\.0-0\.dev\.2\.g", ran.out) == ["api", "worker"]
    shop.git.checkout("main")
    ran = build(tagged(shop, "v1.2.3"), "--affected", "--dry-run")
    assert list(json.loads(ran.out)["target"]) == ["api", "frontend", "worker"]
    whole = "note: on a tag, v1.2.3, --affected leaves nothing out\n"
    assert whole in ran.err
    ran = build(shop, "--affected", "--service", "api", "--dry-run")
    assert (list(json.loads(ran.out)["target"]), ran.err) == (["api"], whole)
    shop.git.checkout("-b", "docs")
    commit(shop, "README.md", "read me\n")
    ran = build(shop, "--affected", "--service", "frontend")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.startswith("no image is affected since main (")


def test_images_that_stay_here_are_the_users(shop: git.Repo, store: Running) -> None:
    ran = build(tagged(shop, "v1.2.3"), "--service", "frontend")
    reference = f"{store.host}/acme/shop-frontend:1.2.3"
    assert (ran.code, ran.out) == (0, f"{reference}\n")
    assert store.names() == []
    assert reference in docker("image", "ls", "--format", LOCAL).split()
    labels = json.loads(
        docker("image", "inspect", "--format", "{{json .Config.Labels}}", reference)
    )
    assert not any(name.startswith("taskslib") for name in labels)


def test_a_registry_that_is_gone(shop: git.Repo, store: Running) -> None:
    ran = build(tagged(shop, "v1.2.3"), "--push", REGISTRY="127.0.0.1:1/elsewhere")
    assert (ran.code, ran.out) == (3, "")
    assert "error: the registry does not say whether it has 127.0.0.1:1/elsewhere/shop-" in ran.err
    assert ran.err.endswith("hint: is it up? docker login 127.0.0.1:1\n")
    assert store.names() == []


def test_no_registry(shop: git.Repo, tmp_path: Path) -> None:
    commit(shop, "pyproject.toml", "[tool.taskslib]\nproject = 'Shop'\n")
    ran = build(shop, "--push")
    assert (ran.code, ran.err) == (
        2,
        "error: there is no registry to push to\n\n"
        "hint: set `registry` in [tool.taskslib.release], or the variable REGISTRY\n",
    )
    found = json.loads(build(tagged(shop, "v1.2.3"), "--dry-run").out)
    assert found["target"]["frontend"] == {
        "context": str(tmp_path / "shop/services/frontend"),
        "dockerfile": str(tmp_path / "shop/services/frontend/Dockerfile"),
        "args": found["target"]["frontend"]["args"],
        "labels": found["target"]["frontend"]["labels"],
        "tags": ["shop-frontend:1.2.3"],
        "output": ["type=docker"],
    }


def test_what_the_builder_cannot_do(shop: git.Repo) -> None:
    ran = build(tagged(shop, "v1.2.3"), "--platform", "linux/amd64", "--platform", "linux/fridge")
    assert (ran.code, ran.out) == (3, "")
    assert "error: this builder " in ran.err
    ran = build(shop, "--platform", "foo")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(
        "error: 'foo' is no platform: it is a system and an architecture\n\n"
        "hint: this builder builds for linux/"
    )
    ran = build(shop, "--service", "wroker")
    assert (ran.code, ran.err) == (
        2,
        "error: no image of a service 'wroker'\n\n"
        "hint: did you mean 'worker'? services with one: api, frontend, worker\n",
    )


SECRETS = """\
services:
  api:
    build:
      context: ../../services/api
      secrets: [file, token]
      network: none
secrets:
  file: {file: ./secret.txt}
  token: {environment: SIGN}
"""


def test_what_a_build_may_know(shop: git.Repo) -> None:
    """Secrets come from where Compose has them, and are in no image."""
    mounts = " ".join(f"--mount=type=secret,id={one},required" for one in ("file", "token"))
    base = docker("image", "ls", "--filter", "reference=python", "--format", LOCAL).split()[0]
    check = "cat /run/secrets/file /run/secrets/token | sha256sum > /sum"
    write(
        root(shop),
        {
            "deploy/test/docker-compose.yml": SECRETS,
            "deploy/test/secret.txt": "one",
            "services/api/Dockerfile": f"FROM {base}\nRUN {mounts} {check}\n",
        },
    )
    ran = build(shop, "--service", "api", SIGN="two")
    assert ran.code == 0, ran.err
    image = ran.out.strip()
    summed = docker("run", "--rm", "--network=none", image, "cat", "/sum")
    assert summed.split()[0] == hashlib.sha256(b"onetwo").hexdigest()
