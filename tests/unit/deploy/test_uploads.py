"""Files that a Swarm is sent, by names that say what is in them."""

from __future__ import annotations

from typing import Any

from taskslib.deploy.stackfile import stack_file
from taskslib.deploy.uploads import Upload, named, with_uploads

CONFIG: dict[str, Any] = {
    "services": {
        "web": {
            "image": "w",
            "configs": [{"source": "page"}, {"source": "theirs"}],
            "secrets": [{"source": "key", "target": "/run/k", "mode": "0400"}],
        },
        "store": {"image": "s"},
    },
    "configs": {"page": {"file": "/f/page"}, "theirs": {"name": "theirs", "external": True}},
    "secrets": {"key": {"file": "/f/key"}},
}
ONE = "7692c3ad3540"
"""Of the SHA-256 of `one`."""


def test_what_a_service_uses_is_named_by_its_content() -> None:
    found, uploads = with_uploads(CONFIG, "shop-prod", lambda _: b"one")
    page, key = f"shop-prod_page-{ONE}", f"shop-prod_key-{ONE}"
    assert uploads == (Upload("config", page, "/f/page"), Upload("secret", key, "/f/key"))
    assert found["services"] == {
        "web": {
            "image": "w",
            "configs": [{"source": page, "target": "/page"}, {"source": "theirs"}],
            "secrets": [{"source": key, "target": "/run/k", "mode": "0400"}],
        },
        "store": {"image": "s"},
    }
    assert found["configs"] == {
        "theirs": {"name": "theirs", "external": True},
        page: {"name": page, "external": True},
    }
    assert named(found) == {("config", page), ("secret", key), ("config", "theirs")}
    assert stack_file(found, ["web"])["secrets"] == {key: {"name": key, "external": True}}
    other, _ = with_uploads(CONFIG, "shop-prod", lambda _: b"two")
    assert other["services"]["web"] != found["services"]["web"]
    assert other["services"]["store"] == found["services"]["store"]


def test_what_is_there_already_is_sent_no_more() -> None:
    found, _ = with_uploads(CONFIG, "shop-prod", lambda _: b"one")
    assert with_uploads(found, "shop-prod", lambda _: b"two") == (found, ())
    plain = {"services": {"store": {"image": "s"}}}
    assert with_uploads(plain, "shop-prod", lambda _: b"") == (plain, ())
    assert named(plain) == set()


def test_a_file_is_read_and_sent_by_the_name_that_it_has() -> None:
    """Compose writes `$` twice: what it resolves is fed to it again."""
    read: list[str] = []

    def content(file: str) -> bytes:
        read.append(file)
        return b"one"

    given: dict[str, Any] = {"services": {}, "secrets": {"key": {"file": "/f/$$a/key"}}}
    _, uploads = with_uploads(given, "shop-prod", content)
    assert read == [one.file for one in uploads] == ["/f/$a/key"]


def test_a_long_name_is_cut_before_its_content() -> None:
    _, uploads = with_uploads(
        {"services": {}, "configs": {"x" * 70: {"file": "/f"}}}, "shop-prod", lambda _: b"one"
    )
    assert uploads[0].name == f"shop-prod_{'x' * 41}-{ONE}"
