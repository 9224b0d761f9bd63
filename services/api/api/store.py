"""Where orders are kept: in Postgres, or in memory for tests that need no database.

Both keep the same promises, which `tests/store_contract.py` checks on either.
"""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol

from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from api.schemas import NewOrder
from orders.models import Order, OrderStatus
from orders.queue import defer_pricing


class StoreUnavailableError(Exception):
    """The store can't be reached; the message says why."""


class OrderStore(Protocol):
    """What the routes ask of a store."""

    def create(self, new: NewOrder) -> Order:
        """Store the order as pending and put it in line to be priced: both or neither."""
        ...

    def get(self, order_id: uuid.UUID) -> Order | None:
        """Find one order."""
        ...

    def latest(self, limit: int) -> Sequence[Order]:
        """List orders, the newest first."""
        ...

    def check(self) -> None:
        """Return if the store answers, raise `StoreUnavailableError` if it doesn't."""
        ...


class SqlOrderStore:
    """Orders in Postgres; a job for each, written in the order's own transaction.

    Each method ends its transaction, so that the connection is another's from then on. A request's
    session is closed in a thread that it has to wait for: were it to keep the connection until
    then, all threads could be waiting for one.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def create(self, new: NewOrder) -> Order:
        """Insert the order and its job, and commit."""
        order = Order(**new.model_dump())
        self._session.add(order)
        self._session.flush()  # the order's id is in the row, and the job needs it
        defer_pricing(self._session, order.id)
        self._session.commit()
        return order

    def get(self, order_id: uuid.UUID) -> Order | None:
        """Find one order by its primary key."""
        order = self._session.get(Order, order_id)
        self._session.commit()
        return order

    def latest(self, limit: int) -> Sequence[Order]:
        """List orders by their time of creation."""
        query = select(Order).order_by(Order.created_at.desc()).limit(limit)
        orders = self._session.scalars(query).all()
        self._session.commit()
        return orders

    def check(self) -> None:
        """Ask the database for anything at all."""
        try:
            self._session.execute(text("SELECT 1"))
            self._session.commit()
        except SQLAlchemyError as error:
            raise StoreUnavailableError(type(error).__name__) from error


class MemoryOrderStore:
    """The fake: a dictionary. `deferred` is the line of orders to price."""

    def __init__(self) -> None:
        self.orders: dict[uuid.UUID, Order] = {}
        self.deferred: list[uuid.UUID] = []
        self.down = False

    def create(self, new: NewOrder) -> Order:
        """Keep the order and its place in the line."""
        order = Order(
            id=uuid.uuid4(),
            status=OrderStatus.PENDING,
            created_at=datetime.now(UTC),
            **new.model_dump(),
        )
        self.orders[order.id] = order
        self.deferred.append(order.id)
        return order

    def get(self, order_id: uuid.UUID) -> Order | None:
        """Find one order."""
        return self.orders.get(order_id)

    def latest(self, limit: int) -> Sequence[Order]:
        """List orders: a dictionary keeps the sequence of insertion."""
        return list(reversed(self.orders.values()))[:limit]

    def check(self) -> None:
        """Be as available as the test wants it."""
        if self.down:
            raise StoreUnavailableError("told to be down")
