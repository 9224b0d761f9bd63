"""Where the worker finds orders: in Postgres, or in memory for tests that need no database.

Both keep the same promises, which `tests/orders_contract.py` checks on either. Above all: an
order is settled once. So a job may run twice, and the second run changes nothing.
"""

import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from orders.models import Order, OrderStatus


@dataclass(frozen=True, slots=True)
class PendingOrder:
    """What pricing needs of an order."""

    sku: str
    quantity: int
    currency: str


class Orders(Protocol):
    """What pricing asks of a store."""

    async def pending(self, order_id: uuid.UUID) -> PendingOrder | None:
        """Find the order, if it is still to be priced."""
        ...

    async def set_price(self, order_id: uuid.UUID, price: Decimal) -> None:
        """Turn a pending order into a priced one; leave any other alone."""
        ...

    async def fail(self, order_id: uuid.UUID, reason: str) -> None:
        """Turn a pending order into a failed one; leave any other alone."""
        ...


class SqlOrders:
    """Orders in Postgres. No transaction is open while a rate is asked for."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession]) -> None:
        self._sessions = sessions

    async def pending(self, order_id: uuid.UUID) -> PendingOrder | None:
        """Read the order without locking it."""
        query = select(Order.sku, Order.quantity, Order.currency).where(
            Order.id == order_id, Order.status == OrderStatus.PENDING
        )
        async with self._sessions() as session:
            row = (await session.execute(query)).one_or_none()
        return PendingOrder(row.sku, row.quantity, row.currency) if row else None

    async def set_price(self, order_id: uuid.UUID, price: Decimal) -> None:
        """Settle the order with its price."""
        await self._settle(order_id, status=OrderStatus.PRICED, price=price)

    async def fail(self, order_id: uuid.UUID, reason: str) -> None:
        """Settle the order with the reason."""
        await self._settle(order_id, status=OrderStatus.FAILED, reason=reason)

    async def _settle(self, order_id: uuid.UUID, **values: object) -> None:
        # One statement that checks and writes: whoever comes second finds nothing to update.
        statement = (
            update(Order)
            .where(Order.id == order_id, Order.status == OrderStatus.PENDING)
            .values(**values)
        )
        async with self._sessions.begin() as session:
            await session.execute(statement)


class MemoryOrders:
    """The fake: a dictionary, which tests fill and look into."""

    def __init__(self, *orders: Order) -> None:
        self.orders = {order.id: order for order in orders}

    async def pending(self, order_id: uuid.UUID) -> PendingOrder | None:
        """Find the order, if it is still to be priced."""
        order = self._pending(order_id)
        return PendingOrder(order.sku, order.quantity, order.currency) if order else None

    async def set_price(self, order_id: uuid.UUID, price: Decimal) -> None:
        """Settle the order with its price."""
        if order := self._pending(order_id):
            order.status, order.price = OrderStatus.PRICED, price

    async def fail(self, order_id: uuid.UUID, reason: str) -> None:
        """Settle the order with the reason."""
        if order := self._pending(order_id):
            order.status, order.reason = OrderStatus.FAILED, reason

    def _pending(self, order_id: uuid.UUID) -> Order | None:
        order = self.orders.get(order_id)
        return order if order and order.status is OrderStatus.PENDING else None
