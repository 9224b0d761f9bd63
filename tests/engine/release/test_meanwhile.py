"""What changes while `inv build --push` runs: neither is it published, nor does anything move."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import git
import pytest

from tests.engine.release.conftest import LOCK, NAMES, build, everywhere, moved, said, tagged
from tests.support.checkouts import root
from tests.support.projects import write
from tests.support.registry import Running


def meanwhile(folder: Path, command: str, at: int = 1) -> str:
    """Return a PATH with a docker that runs a command before it builds for the n-th time."""
    count = folder / "count"
    write(
        folder,
        {
            "bin/docker": "#!/bin/sh\n"
            f'case "$*" in *" bake "*) echo >> {count}\n'
            f'[ "$(wc -l < {count})" -eq {at} ] && {command};; esac\n'
            f'exec {shutil.which("docker")} "$@"\n'
        },
    )
    (folder / "bin/docker").chmod(0o755)
    return f"{folder}/bin:{os.environ['PATH']}"


@pytest.mark.parametrize("committed", [False, True])
def test_what_changes_while_images_are_built_is_not_pushed(
    shop: git.Repo, store: Running, tmp_path: Path, *, committed: bool
) -> None:
    head = str(tagged(shop, "v1.2.3").git.rev_parse("HEAD"))
    change = f"echo race > {root(shop)}/services/api/app"
    commit_ = f"; git -C {root(shop)} commit -qam race" if committed else ""
    path = meanwhile(tmp_path, f"{{ {change}{commit_}; }}")
    ran = build(shop, "--push", PATH=path)
    now = str(shop.git.rev_parse("HEAD"))[:12]
    where = f"checked out is {now}, and was {head[:12]}" if committed else " M services/api/app"
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.partition("error: ")[2] == (
        "something changed while the images were built: what would be pushed is not what 1.2.3 "
        f"is\n  {where}\n\n"
        "hint: commit it for a version of its own, or take it back (git stash -u); then: "
        "inv build --push\n"
    )
    assert store.names() == []
    assert not (root(shop) / LOCK).exists()
    # As it was, it is released.
    shop.git.reset("--hard", head)
    assert build(shop, "--push").code == 0
    assert moved(store) == everywhere("1", "1.2", "1.2.3", "latest")


def test_what_changes_while_images_are_pushed_moves_nothing(
    shop: git.Repo, store: Running, tmp_path: Path
) -> None:
    change = f"echo race > {root(shop)}/services/api/app"
    path = meanwhile(tmp_path, change, at=2)
    ran = build(tagged(shop, "v1.2.3"), "--push", "--service", "api,worker", PATH=path)
    assert (ran.code, ran.out) == (2, "")
    names = ", ".join(f"{store.host}/{NAMES[place]}:1.2.3" for place in (0, 2))
    assert ran.err.partition("error: ")[2] == (
        "something changed while the images were pushed: what is published may not be what 1.2.3 "
        f"is\n   M services/api/app\n\nhint: remove {names} from the registry, or release under "
        "the next version: what is there would be taken for it\n"
    )
    assert moved(store) == {NAMES[0]: ["1.2.3"], NAMES[2]: ["1.2.3"]}
    assert not (root(shop) / LOCK).exists()


def test_a_higher_version_that_is_tagged_meanwhile(
    shop: git.Repo, store: Running, tmp_path: Path
) -> None:
    """What moves is decided when it moves: a build takes its time."""
    tag = f"git -C {root(shop)} tag -f v1.3.0 HEAD"
    ran = build(tagged(shop, "v1.2.3"), "--push", PATH=meanwhile(tmp_path, tag))
    assert ran.code == 0, ran.err
    assert said(ran)[1:] == [
        "moved 1.2",
        "note: 1 and latest stay: v1.3.0 is higher",
        f"wrote {LOCK}",
    ]
    assert moved(store) == everywhere("1.2", "1.2.3")
