"""The store in memory keeps the promises that the real one keeps."""

import uuid
from decimal import Decimal

import pytest
from orders_contract import OrdersContract, Stored

from worker.store import MemoryOrders


@pytest.fixture
def stored(orders: MemoryOrders) -> Stored:
    async def look(order_id: uuid.UUID) -> tuple[str, Decimal | None, str | None]:
        order = orders.orders[order_id]
        return str(order.status), order.price, order.reason

    return look


class TestMemoryOrders(OrdersContract):
    """It adds nothing."""
