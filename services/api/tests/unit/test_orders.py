"""The routes of orders."""

import uuid
from decimal import Decimal

from fastapi.testclient import TestClient

from api.store import MemoryOrderStore
from orders.models import OrderStatus

TEA = {"sku": "tea", "quantity": 2, "currency": "USD"}


def test_an_order_is_taken_as_pending(client: TestClient, store: MemoryOrderStore) -> None:
    answer = client.post("/orders", json=TEA)
    assert answer.status_code == 201
    order = answer.json()
    assert order.items() >= {**TEA, "status": "pending", "price": None, "reason": None}.items()
    assert [uuid.UUID(order["id"])] == store.deferred


def test_the_answer_says_where_the_order_is(client: TestClient) -> None:
    answer = client.post("/orders", json=TEA)
    assert client.get(answer.headers["Location"]).json() == answer.json()


def test_a_price_is_exact(client: TestClient, store: MemoryOrderStore) -> None:
    order_id = client.post("/orders", json=TEA).json()["id"]
    order = store.orders[uuid.UUID(order_id)]
    order.status, order.price = OrderStatus.PRICED, Decimal("9.10")
    assert client.get(f"/orders/{order_id}").json()["price"] == "9.10"


def test_orders_are_listed_the_newest_first(client: TestClient) -> None:
    made = [client.post("/orders", json=TEA).json()["id"] for _ in range(3)]
    listed = [order["id"] for order in client.get("/orders").json()]
    assert listed == made[::-1]


def test_the_list_can_be_limited(client: TestClient) -> None:
    for _ in range(3):
        client.post("/orders", json=TEA)
    assert len(client.get("/orders", params={"limit": 2}).json()) == 2


def test_an_unknown_order_is_404(client: TestClient) -> None:
    order_id = uuid.uuid4()
    answer = client.get(f"/orders/{order_id}")
    assert answer.status_code == 404
    assert answer.json() == {"detail": f"no order {order_id}"}
