"""Which images a release has: what the lock, its history and the Compose file say."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from taskslib.deploy.sources import PROBE, find_lock, from_lock, released
from taskslib.errors import ConfigError, UsageError
from taskslib.project.commits import Git
from taskslib.project.model import Stack
from taskslib.project.places import LOCK
from taskslib.release.lockfile import Lock, Locked, parsed, written
from tests.support.projects import repository, write

DIGEST = f"sha256:{'1' * 64}"


def lock(version: str, commit: str = "c1") -> str:
    return written(version, commit, {"web": Locked("r/acme/shop-web", DIGEST)})


def found_in(root: Path, version: str = "", environment: str = "prod") -> str:
    """Return the commit that the lock has; empty where there is none."""
    found = find_lock(root, environment, version, Git(root, os.environ))
    return found.revision if found else ""


def test_the_environments_own_lock_comes_before_the_releases(tmp_path: Path) -> None:
    write(tmp_path, {LOCK: lock("1.0.0")})
    assert found_in(tmp_path, environment="staging") == "c1"
    write(tmp_path, {"deploy/staging/images.lock": lock("1.1.0", "c2")})
    assert found_in(tmp_path, environment="staging") == "c2"
    assert found_in(tmp_path, "1.0.0", environment="staging") == "c1"
    assert found_in(tmp_path, "3.0.0") == ""


@pytest.mark.parametrize(
    "text", ["", "version = 1", "version = '1.0.0'", "[images", lock("1")[:90]]
)
def test_a_lock_that_is_none(tmp_path: Path, text: str) -> None:
    write(tmp_path, {LOCK: text})
    with pytest.raises(UsageError, match=r"deploy/prod/images\.lock is not there, or is none"):
        found_in(tmp_path)
    assert parsed(text) is None


def test_the_history_of_a_repo_in_a_repo(tmp_path: Path) -> None:
    root = tmp_path / "inner [x]"
    write(root, {LOCK: lock("1.0.0")})
    repo = repository(tmp_path)
    for version, commit in (("1.0.1", "c2"), ("1.0.10", "c3")):
        write(root, {LOCK: lock(version, commit)})
        repo.git.commit("-am", version)
    assert [found_in(root, one) for one in ("1.0.0", "1.0.1", "1.0.10", "1.0")] == [
        "c1", "c2", "c3", "",
    ]  # fmt: skip


def resolved(**images: Any) -> dict[str, str]:
    services = {
        name: one if isinstance(one, dict) else {"image": one} for name, one in images.items()
    }
    root = Path("/repo")
    return released({"services": services}, Stack("", (root / "deploy/prod/x.yml",)), root)


def test_images_of_the_release_are_those_with_the_version_for_a_tag() -> None:
    assert resolved(web=f"r:5000/web:{PROBE}", store="postgres:17", cache="r:5000/x") == {
        "web": "r:5000/web"
    }


@pytest.mark.parametrize(
    ("images", "words"),
    [
        ({"store": "postgres:17"}, "deploy/prod/x.yml: no service runs an image of a release"),
        (
            {"web": {"build": {"context": "."}, "image": f"web:{PROBE}"}},
            "web is built there; what is deployed",
        ),
        ({"web": {"build": {"context": "."}}}, "web is built there"),
        ({"web": f"web:{PROBE}-slim"}, "the image of web has more than the version for a tag"),
    ],
)
def test_what_is_no_release(images: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        resolved(**images)


def test_the_lock_says_what_and_the_environment_where() -> None:
    made = Lock("1.0.0", "c1", {"web": Locked("r/acme/shop-web", DIGEST)})
    found = from_lock(made, ["mirror/shop-web", "mirror/shop-web"])
    assert found.references == {"mirror/shop-web": f"mirror/shop-web@{DIGEST}"}
    assert (found.version, found.commit, found.note) == ("1.0.0", "c1", "")
    with pytest.raises(UsageError, match=r"release 1\.0\.0 has no image shop-wbe") as caught:
        from_lock(made, ["mirror/shop-wbe"])
    mends = "a release that broke off? `inv build --push` on the tag v1.0.0 completes it"
    assert caught.value.hint == f"did you mean 'shop-web'? images: shop-web; {mends}"
    with pytest.raises(UsageError) as caught:
        from_lock(made, ["mirror/shop-frontend"])
    assert caught.value.hint == f"images: shop-web; {mends}"
