"""What every store of orders promises. A test class inherits this and gives the `store`."""

import uuid

from api.schemas import NewOrder
from api.store import OrderStore
from orders.models import OrderStatus

TEA = NewOrder(sku="tea", quantity=2, currency="USD")
CUP = NewOrder(sku="cup", quantity=1, currency="GBP")


class StoreContract:
    """The promises, one a test."""

    def test_a_new_order_is_pending(self, store: OrderStore) -> None:
        order = store.create(TEA)
        assert (order.sku, order.quantity, order.currency) == ("tea", 2, "USD")
        assert order.status is OrderStatus.PENDING
        assert (order.price, order.reason) == (None, None)
        assert order.created_at.tzinfo is not None

    def test_an_order_is_found_by_its_id(self, store: OrderStore) -> None:
        order = store.create(TEA)
        assert store.get(order.id) is order

    def test_an_order_that_is_not_there_is_none(self, store: OrderStore) -> None:
        assert store.get(uuid.uuid4()) is None

    def test_the_newest_come_first_up_to_the_limit(self, store: OrderStore) -> None:
        made = [store.create(new).id for new in (TEA, CUP, TEA)]
        assert [order.id for order in store.latest(limit=2)] == [made[2], made[1]]

    def test_it_is_available(self, store: OrderStore) -> None:
        store.check()
