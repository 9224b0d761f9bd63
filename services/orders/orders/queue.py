"""The queue between the services: names that both sides agree on, and how a job gets in.

The queue lives in the database of the orders. So an order and its job are written in one
transaction: there is no order without a job, and no job for an order that was rolled back.
"""

import uuid
from typing import Final

from procrastinate import App, SyncPsycopgConnector
from sqlalchemy.orm import Session

QUEUE: Final = "orders"
PRICE_ORDER: Final = "orders.price_order"
"""The task that the worker implements, with the order's id as `order_id`."""

# Never opened: every job is deferred on the connection of the session that stores the order.
_app: Final = App(connector=SyncPsycopgConnector())


def defer_pricing(session: Session, order_id: uuid.UUID) -> None:
    """Put the order in line to be priced when the session's transaction commits, not before."""
    connection = session.connection().connection.driver_connection
    deferrer = _app.configure_task(PRICE_ORDER, queue=QUEUE, connection=connection)
    deferrer.defer(order_id=str(order_id))
