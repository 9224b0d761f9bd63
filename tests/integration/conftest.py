"""Integration tests: the full stack from outside, by HTTP, as its users see it."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx2
import pytest

from taskslib.testing import wait_for

Order = dict[str, Any]
Place = Callable[[str], Order]
Settled = Callable[[Order], Order]
Release = Callable[[], None]
Hold = Callable[[str], Release]

PATIENCE = 120.0
"""Seconds; a machine on which many stacks run at once is slow, and what waits may be fine."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--integration", action="store_true", help="also tests that need containers")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect this folder's tests, unless they are wanted: they need the stack."""
    if config.getoption("--integration", default=False):
        return
    here = config.rootpath / "tests" / "integration"
    ours = [item for item in items if here in item.path.parents]
    config.hook.pytest_deselected(items=ours)
    items[:] = [item for item in items if item not in ours]


@pytest.fixture
def api() -> Iterator[httpx2.Client]:
    """The api as the page reaches it, which is how it is reached from outside: through nginx."""
    address = f"{os.environ['TEST_FRONTEND_URL']}/api"
    with httpx2.Client(base_url=address, timeout=PATIENCE) as client:
        yield client


@pytest.fixture
def rates() -> Iterator[httpx2.Client]:
    """The mocked rates API, to tell it what to do. Each test has a currency of its own."""
    with httpx2.Client(base_url=os.environ["TEST_RATES_URL"], timeout=PATIENCE) as client:
        yield client


@pytest.fixture
def hold(rates: httpx2.Client) -> Iterator[Hold]:
    """Hold a currency's rate back; get what lets it go on, which the test's end does anyway."""
    with ExitStack() as ending:

        def hold_back(currency: str) -> Release:
            def release() -> None:
                rates.put(f"/control/{currency}", json={"hold": False})

            ending.callback(release)
            rates.put(f"/control/{currency}", json={"hold": True})
            return release

        yield hold_back


@pytest.fixture
def place(api: httpx2.Client) -> Place:
    """Place an order of two teas, in a currency."""

    def post(currency: str) -> Order:
        answer = api.post("/orders", json={"sku": "tea", "quantity": 2, "currency": currency})
        assert answer.status_code == 201
        order: Order = answer.json()
        return order

    return post


@pytest.fixture
def settled(api: httpx2.Client) -> Settled:
    """Wait until an order is no longer pending, and get it as it then is."""

    def look(order_id: str) -> Order | None:
        order: Order = api.get(f"/orders/{order_id}").json()
        return order if order["status"] != "pending" else None

    def wait(order: Order) -> Order:
        return wait_for(
            lambda: look(order["id"]),
            timeout=PATIENCE,
            message=f"order {order['id']} to be settled",
        )

    return wait
