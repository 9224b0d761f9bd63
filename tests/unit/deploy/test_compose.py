"""What the listing of an engine tells of a Compose that was ended in the middle."""

from __future__ import annotations

from taskslib.deploy.compose import half_made

OLD, NEW, ELSE = (letter * 64 for letter in "abc")


def test_only_what_waits_for_the_place_of_another_is_half_made() -> None:
    def listed(new: str, state: str, old: str = OLD) -> str:
        return f"{NEW} {new} {state}\n{old} shop-web-1 exited\n{ELSE} shop-store-1 running\n"

    temporary = f"{OLD[:12]}_shop-web-1"
    assert half_made(listed(temporary, "created")) == ((NEW, OLD),)
    # It runs; it is the only one there is, with what volumes it took over; it has just its name.
    assert half_made(listed(temporary, "running")) == ()
    assert half_made(listed(temporary, "created", old="d" * 64)) == ()
    assert half_made(listed("shop-web-2", "created")) == ()
    assert half_made(listed(f"{NEW[:12]}_shop-web-1", "created")) == ()
    assert half_made("") == ()
