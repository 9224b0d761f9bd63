"""The store on Postgres keeps the promises of every store."""

import uuid
from decimal import Decimal

import pytest
import pytest_asyncio
from orders_contract import OrdersContract, Stored, pending_order
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, async_sessionmaker

from orders.models import Order
from worker.store import SqlOrders


@pytest_asyncio.fixture
async def orders(sessions: async_sessionmaker[AsyncSession]) -> SqlOrders:
    async with sessions.begin() as session:
        session.add(pending_order())
    return SqlOrders(sessions)


@pytest.fixture
def stored(connection: AsyncConnection) -> Stored:
    async def look(order_id: uuid.UUID) -> tuple[str, Decimal | None, str | None]:
        query = select(Order.status, Order.price, Order.reason).where(Order.id == order_id)
        status, price, reason = (await connection.execute(query)).one()
        return str(status), price, reason

    return look


class TestSqlOrders(OrdersContract):
    """It adds nothing."""
