"""What nobody will come back for: only of this machine, and only where the lock is free."""

from __future__ import annotations

from pathlib import Path

from taskslib.cancellation import Cancellation
from taskslib.stacks.engine import Label
from taskslib.stacks.fake import FakeEngine
from taskslib.stacks.lifetime import Lifetime
from taskslib.stacks.lock import holder, instance_lock, lock_if_free
from taskslib.stacks.reap import candidates, reap
from taskslib.stacks.watchdog.process import watchdog_lock
from tests.unit.stacks.test_lifetime import STACK

LOCKS = Path("/locks")


def labels(name: str, **changes: str) -> dict[str, str]:
    own = {"kind": "ephemeral", "host": "box", "locks": str(LOCKS), **changes}
    return {Label.NAME: name, **{f"taskslib.{key}": value for key, value in own.items()}}


def test_candidates_are_ephemeral_and_of_this_host_and_folder_of_locks() -> None:
    found = [
        labels("b"),
        labels("b"),
        labels("a"),
        labels("own"),
        labels("kept", kind="kept"),
        labels("far", host="other"),
        labels("of-another-user", locks="/other"),
        {Label.NAME: "of-an-older-version"},
    ]
    assert candidates(found, "box", LOCKS, but=["own"]) == ("a", "b")


def test_only_what_is_there_and_free_is_ended(tmp_path: Path) -> None:
    engine = FakeEngine()
    for name in ("free", "held", "guarded"):
        engine.start(name, STACK, {"services": {"web": {}}}, limit=60)
    lifetime = Lifetime(engine, Cancellation(), tmp_path, rest=lambda _: None)
    with (
        instance_lock(tmp_path, "held", say=lambda _: None, pause=lambda _: None, branch="x"),
        watchdog_lock(tmp_path, "guarded"),
    ):
        assert reap(lifetime, ("free", "held", "guarded", "gone")) == ("free",)
        assert " on x" in holder(tmp_path, "held")
    assert engine.leftovers("free") == ()
    assert engine.leftovers("held")
    assert holder(tmp_path, "held") == ""
    with lock_if_free(tmp_path, "held") as free:
        assert free
