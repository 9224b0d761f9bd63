"""An order goes in, and comes out priced or failed, or stays pending."""

from decimal import Decimal

import httpx2
import pytest
from fake_rates_api import RatesApi
from orders_contract import PENDING

from orders.catalogue import BASE_CURRENCY
from orders.models import OrderStatus
from worker.pricing import Pricer, total
from worker.rates import HttpRates, RateUnavailableError
from worker.store import MemoryOrders


@pytest.fixture
def pricer(orders: MemoryOrders, rates: HttpRates) -> Pricer:
    return Pricer(orders, rates)


@pytest.mark.parametrize(
    ("unit_price", "quantity", "rate", "expected"),
    [
        ("4.25", 2, "1.0825", "9.20"),
        ("0.01", 1, "0.5", "0.01"),  # half a cent is rounded up
        ("0.01", 3, "0.5", "0.02"),  # once, at the end: three halves, not three times one
        ("12.90", 10_000, "163.55", "21097950.00"),
    ],
)
def test_the_total(unit_price: str, quantity: int, rate: str, expected: str) -> None:
    assert total(Decimal(unit_price), quantity, Decimal(rate)) == Decimal(expected)


async def test_an_order_is_priced(pricer: Pricer, orders: MemoryOrders) -> None:
    await pricer.price(PENDING)
    order = orders.orders[PENDING]
    assert (order.status, order.price) == (OrderStatus.PRICED, Decimal("9.20"))


async def test_the_base_currency_needs_no_rate(
    pricer: Pricer, orders: MemoryOrders, api: RatesApi
) -> None:
    orders.orders[PENDING].currency = BASE_CURRENCY
    await pricer.price(PENDING)
    order = orders.orders[PENDING]
    assert (order.status, order.price) == (OrderStatus.PRICED, Decimal("8.50"))
    assert api.asked == []


async def test_an_unknown_currency_fails_it(
    pricer: Pricer, orders: MemoryOrders, api: RatesApi
) -> None:
    api.answer = lambda _: httpx2.Response(404)
    await pricer.price(PENDING)
    order = orders.orders[PENDING]
    assert (order.status, order.reason) == (OrderStatus.FAILED, "unknown currency: USD")


async def test_a_sku_that_left_the_catalogue_fails_it(
    pricer: Pricer, orders: MemoryOrders, api: RatesApi
) -> None:
    orders.orders[PENDING].sku = "lemonade"
    await pricer.price(PENDING)
    order = orders.orders[PENDING]
    assert (order.status, order.reason) == (
        OrderStatus.FAILED,
        "no longer in the catalogue: lemonade",
    )
    assert api.asked == []


async def test_without_a_rate_it_stays_pending(
    pricer: Pricer, orders: MemoryOrders, api: RatesApi
) -> None:
    api.answer = lambda _: httpx2.Response(503)
    with pytest.raises(RateUnavailableError):
        await pricer.price(PENDING)
    assert orders.orders[PENDING].status is OrderStatus.PENDING


async def test_a_second_run_changes_nothing_and_asks_nobody(
    pricer: Pricer, orders: MemoryOrders, api: RatesApi
) -> None:
    await pricer.price(PENDING)
    await pricer.price(PENDING)
    assert orders.orders[PENDING].price == Decimal("9.20")
    assert len(api.asked) == 1
