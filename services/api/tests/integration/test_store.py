"""The store on Postgres: the promises of every store, and that an order has its job."""

import pytest
from procrastinate.exceptions import ConnectorException
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from store_contract import TEA, StoreContract

from api.store import SqlOrderStore
from orders.queue import PRICE_ORDER, QUEUE

JOBS = text("SELECT task_name, queue_name, status, args FROM procrastinate_jobs")
ORDERS = text("SELECT count(*) FROM orders")


@pytest.fixture
def store(session: Session) -> SqlOrderStore:
    return SqlOrderStore(session)


class TestSqlOrderStore(StoreContract):
    """What it adds is the queue."""

    def test_an_order_has_one_job(self, store: SqlOrderStore, connection: Connection) -> None:
        order = store.create(TEA)
        jobs = connection.execute(JOBS).all()
        assert jobs == [(PRICE_ORDER, QUEUE, "todo", {"order_id": str(order.id)})]

    def test_neither_is_there_before_the_commit(
        self, store: SqlOrderStore, connection: Connection
    ) -> None:
        store.create(TEA)
        assert connection.execute(ORDERS).scalar_one() == 1
        # The test's own transaction is open: another connection sees neither of the two.
        with connection.engine.connect() as other:
            assert other.execute(ORDERS).scalar_one() == 0
            assert other.execute(JOBS).all() == []

    def test_without_a_job_there_is_no_order(
        self, store: SqlOrderStore, connection: Connection, session: Session
    ) -> None:
        connection.execute(text("DROP FUNCTION procrastinate_defer_jobs_v1 CASCADE"))
        with pytest.raises(ConnectorException):
            store.create(TEA)
        session.rollback()
        assert connection.execute(ORDERS).scalar_one() == 0

    def test_a_row_that_makes_no_sense_is_refused(self, connection: Connection) -> None:
        with pytest.raises(IntegrityError, match="ck_orders_priced_has_price"):
            connection.execute(
                text(
                    "INSERT INTO orders (id, sku, quantity, currency, status)"
                    " VALUES (gen_random_uuid(), 'tea', 1, 'USD', 'priced')"
                )
            )
