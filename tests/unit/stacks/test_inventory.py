"""The instances of a project, and which of the kept ones nobody needs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from taskslib.stacks.engine import Container, Label
from taskslib.stacks.inventory import Listed, Prunable, inventory, prunable
from taskslib.stacks.lock import instance_lock

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def container(name: str, service: str, locks: Path, project: str = "shop") -> Container:
    created = {"web": "2026-11-25 11:00:00 +0000 UTC", "db": "2026-11-25 10:30:00 +0100 CET"}
    labels = {Label.PROJECT: project, Label.NAME: name, Label.LOCKS: str(locks)}
    return Container("1", service, service, "running", created=created[service], labels=labels)


def test_one_entry_an_instance_with_its_age_and_owner(tmp_path: Path) -> None:
    containers = [
        container("b", "web", tmp_path),
        container("a", "web", tmp_path / "elsewhere"),
        container("b", "db", tmp_path),
        container("c", "web", tmp_path, project="other"),
    ]
    holds = [instance_lock(tmp_path, one, say=print, pause=print, branch="x") for one in "ab"]
    with holds[0], holds[1]:
        a, b = inventory("shop", containers, tmp_path)
    assert (a.name, a.owner, b.name) == ("a", "", "b")
    assert " on x, " in b.owner
    assert b.started == datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
    assert (a.state, b.state) == ("1/1 up", "2/2 up")


def test_what_has_done_its_work_is_neither_up_nor_missing(tmp_path: Path) -> None:
    names = {Label.PROJECT: "shop", Label.NAME: "a"}
    found = [
        Container("1", "web", "web", "running", health="healthy", labels=names),
        Container("2", "job", "job", "exited", exit_code=0, labels=names),
        Container("3", "bad", "bad", "running", health="unhealthy", labels=names),
        Container("4", "ended", "ended", "exited", exit_code=3, labels=names),
    ]
    [listed] = inventory("shop", found, tmp_path)
    assert listed.state == "1/3 up, 1 done"


def kept(root: Path, branch: str, **changes: object) -> Listed:
    told = {"kind": "kept", "host": "box", "started": NOW - timedelta(days=3), "owner": ""}
    own = {"name": branch, "branch": branch, "root": str(root), "containers": (), **told, **changes}
    return Listed(**own)  # type: ignore[arg-type]


def prune(*found: Listed, older: timedelta | None = None) -> list[Prunable]:
    def branches(root: Path) -> frozenset[str] | None:
        return None if root.name == "no-git" else frozenset({"main"})

    return list(prunable(found, "box", NOW, older=older, branches=branches))


def test_what_is_needed_stays(tmp_path: Path) -> None:
    (tmp_path / "no-git").mkdir()
    assert prune(
        kept(tmp_path, "main"),
        kept(tmp_path, "gone", kind="ephemeral"),
        kept(tmp_path, "gone", host="another machine"),
        kept(tmp_path, "gone", owner="pid 7"),
        kept(tmp_path, "a" * 40),  # a detached HEAD's commit
        kept(tmp_path / "no-git", "x"),
        kept(tmp_path, ""),
    ) == []  # fmt: skip


def test_what_is_gone_or_old_goes(tmp_path: Path) -> None:
    assert prune(kept(tmp_path / "gone", "main"), kept(tmp_path, "gone")) == [
        Prunable("main", f"its worktree is gone: {tmp_path / 'gone'}"),
        Prunable("gone", "its branch is gone: gone"),
    ]
    old = kept(tmp_path, "main")
    assert prune(old, older=timedelta(days=2)) == [Prunable("main", "it was started 3 days ago")]
    assert prune(old, older=timedelta(days=4)) == []
    assert prune(kept(tmp_path, "main", started=None), older=timedelta(0)) == []
