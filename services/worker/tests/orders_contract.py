"""What every store of orders promises the worker. A test class inherits this.

It gives a store in `orders`, and in `stored` a function that tells an order's status, price and
reason. The one order that is there is PENDING.
"""

import uuid
from collections.abc import Awaitable, Callable
from decimal import Decimal

from orders.models import Order, OrderStatus
from worker.store import Orders, PendingOrder

PENDING = uuid.UUID(int=1)
Stored = Callable[[uuid.UUID], Awaitable[tuple[str, Decimal | None, str | None]]]


def pending_order() -> Order:
    return Order(id=PENDING, sku="tea", quantity=2, currency="USD", status=OrderStatus.PENDING)


class OrdersContract:
    """The promises, one a test."""

    async def test_a_pending_order_is_found(self, orders: Orders) -> None:
        assert await orders.pending(PENDING) == PendingOrder("tea", 2, "USD")

    async def test_an_order_that_is_not_there_is_none(self, orders: Orders) -> None:
        assert await orders.pending(uuid.UUID(int=2)) is None

    async def test_a_price_settles_it(self, orders: Orders, stored: Stored) -> None:
        await orders.set_price(PENDING, Decimal("9.20"))
        assert await stored(PENDING) == ("priced", Decimal("9.20"), None)
        assert await orders.pending(PENDING) is None

    async def test_a_failure_settles_it(self, orders: Orders, stored: Stored) -> None:
        await orders.fail(PENDING, "why")
        assert await stored(PENDING) == ("failed", None, "why")
        assert await orders.pending(PENDING) is None

    async def test_it_is_settled_once(self, orders: Orders, stored: Stored) -> None:
        await orders.set_price(PENDING, Decimal("9.20"))
        await orders.set_price(PENDING, Decimal("1.00"))
        await orders.fail(PENDING, "too late")
        assert await stored(PENDING) == ("priced", Decimal("9.20"), None)

    async def test_settling_what_is_not_there_does_nothing(self, orders: Orders) -> None:
        await orders.set_price(uuid.UUID(int=2), Decimal("9.20"))
        await orders.fail(uuid.UUID(int=2), "why")
