"""An order goes in, and comes out priced or failed."""

from collections.abc import Callable
from typing import Any

import httpx2

from taskslib.testing import wait_for

Order = dict[str, Any]
Place = Callable[[str], Order]
Settled = Callable[[Order], Order]
Hold = Callable[[str], Callable[[], None]]


def test_an_order_goes_in_and_comes_out_priced(place: Place, settled: Settled) -> None:
    order = place("USD")
    assert order["status"] == "pending"
    assert settled(order) == {**order, "status": "priced", "price": "9.20"}


def test_a_new_order_is_found_where_the_answer_says(api: httpx2.Client) -> None:
    answer = api.post("/orders", json={"sku": "cup", "quantity": 1, "currency": "PLN"})
    assert (
        api.get(api.base_url.join(answer.headers["Location"])).json()["id"] == answer.json()["id"]
    )


def test_an_unknown_currency_comes_out_failed(place: Place, settled: Settled) -> None:
    order = place("XXX")
    assert settled(order) == {**order, "status": "failed", "reason": "unknown currency: XXX"}


def test_many_orders_at_once_are_all_priced(place: Place, settled: Settled) -> None:
    placed = [place("DKK") for _ in range(20)]
    assert [settled(order)["price"] for order in placed] == ["63.41"] * 20


def test_an_order_survives_a_time_without_rates(
    rates: httpx2.Client, place: Place, settled: Settled
) -> None:
    before = rates.get("/control/SEK").json()["calls"]
    rates.put("/control/SEK", json={"fail": 2})
    assert settled(place("SEK"))["price"] == "95.57"
    assert rates.get("/control/SEK").json()["calls"] >= before + 3


def test_an_order_is_pending_while_its_rate_is_awaited(
    api: httpx2.Client, rates: httpx2.Client, hold: Hold, place: Place, settled: Settled
) -> None:
    release = hold("JPY")
    order = place("JPY")
    wait_for(
        lambda: rates.get("/control/JPY").json()["waiting"],
        timeout=120,
        message="the worker to ask for the rate",
    )
    assert api.get(f"/orders/{order['id']}").json() == order
    release()
    assert settled(order)["price"] == "1390.18"
