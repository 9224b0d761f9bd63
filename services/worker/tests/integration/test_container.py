"""The image, as it is deployed: orders are put into its own database, as the api does it."""

import os
import uuid
from collections.abc import Iterator
from decimal import Decimal

import httpx2
import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

from orders.database import sqlalchemy_url
from orders.models import Order, OrderStatus
from orders.queue import defer_pricing
from taskslib.testing import wait_for


@pytest.fixture(scope="module")
def deployed() -> Iterator[sessionmaker[Session]]:
    engine = create_engine(sqlalchemy_url(os.environ["TEST_DATABASE_URL"]))
    yield sessionmaker(engine, expire_on_commit=False)
    engine.dispose()


def place(deployed: sessionmaker[Session], currency: str) -> uuid.UUID:
    with deployed.begin() as session:
        order = Order(sku="tea", quantity=2, currency=currency)
        session.add(order)
        session.flush()
        defer_pricing(session, order.id)
        return order.id


def settled(deployed: sessionmaker[Session], order_id: uuid.UUID) -> Order:
    """Wait until the order is no longer pending."""

    def look() -> Order | None:
        with deployed() as session:
            order = session.get_one(Order, order_id)
        return order if order.status is not OrderStatus.PENDING else None

    return wait_for(look, timeout=120, message=f"order {order_id} to be settled")


def test_an_order_is_priced(deployed: sessionmaker[Session]) -> None:
    order = settled(deployed, place(deployed, "USD"))
    assert (order.status, order.price) == (OrderStatus.PRICED, Decimal("9.20"))


def test_an_unknown_currency_fails_the_order(deployed: sessionmaker[Session]) -> None:
    order = settled(deployed, place(deployed, "XXX"))
    assert (order.status, order.reason) == (OrderStatus.FAILED, "unknown currency: XXX")


def test_a_rate_that_fails_is_asked_for_again(
    deployed: sessionmaker[Session], rates_api: httpx2.Client
) -> None:
    rates_api.put("/control/SEK", json={"fail": 2})
    before = rates_api.get("/control/SEK").json()["calls"]
    order = settled(deployed, place(deployed, "SEK"))
    assert (order.status, order.price) == (OrderStatus.PRICED, Decimal("95.57"))
    assert rates_api.get("/control/SEK").json()["calls"] == before + 3


def test_an_order_waits_for_its_rate(
    deployed: sessionmaker[Session], rates_api: httpx2.Client
) -> None:
    rates_api.put("/control/NOK", json={"hold": True})
    try:
        order_id = place(deployed, "NOK")
        wait_for(
            lambda: rates_api.get("/control/NOK").json()["waiting"],
            timeout=120,
            message="the worker to ask for the rate",
        )
        with deployed() as session:
            assert session.get_one(Order, order_id).status is OrderStatus.PENDING
    finally:
        rates_api.put("/control/NOK", json={"hold": False})
    assert settled(deployed, order_id).status is OrderStatus.PRICED
