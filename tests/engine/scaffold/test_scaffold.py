"""What `taskslib init` and `inv new-service` write, on the real engine: green at once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.projects import inv
from tests.support.scaffolds import SINGLE, made


def green(root: Path) -> dict[str, list[str]]:
    """Run all tests, which have to pass, and return the suites of each stage."""
    ran = inv(root, "test", "--plain", program="taskslib")
    assert ran.code == 0, ran.out + ran.err
    stages = re.findall(r"^(\w+) Tests\n((?:  .*\n)+)", ran.out, re.MULTILINE)
    return {name: sorted(re.findall(r"✓ (\S+)", suites)) for name, suites in stages}


def test_a_new_project(shop: Path) -> None:
    assert green(made(shop)) == {"Unit": ["api"], "Service": ["api"], "Integration": [shop.name]}


def test_new_services(shop: Path) -> None:
    root = made(shop, "--datastore", "postgres")
    for name, kind in (("jobs", "worker"), ("page", "frontend"), ("money-words", "library")):
        ran = inv(root, "new-service", name, "--kind", kind)
        assert ran.code == 0, ran.err
    containers = ["api", "jobs", "page"]
    assert green(root) == {
        "Unit": sorted([*containers, "money-words"]),
        "Service": containers,
        "Integration": [shop.name],
    }
    assert inv(root, "new-service", "billing").code == 0
    assert green(root)["Service"] == sorted([*containers, "billing"])


@pytest.mark.parametrize("datastore", ["none", "postgres"])
def test_a_new_project_of_one_service(shop: Path, datastore: str) -> None:
    root = made(shop, *SINGLE, "--datastore", datastore)
    assert green(root) == {"Unit": [shop.name], "Integration": [shop.name]}
