"""The whole app in this process, from the request to the row."""

from fastapi.testclient import TestClient
from sqlalchemy import Connection, text

TEA = {"sku": "tea", "quantity": 2, "currency": "USD"}


def test_an_order_is_stored_as_it_is_answered(client: TestClient, connection: Connection) -> None:
    order = client.post("/orders", json=TEA).json()
    row = connection.execute(text("SELECT id::text, sku, quantity, currency, status FROM orders"))
    assert row.mappings().one() == {**TEA, "id": order["id"], "status": "pending"}


def test_an_order_can_be_asked_for(client: TestClient) -> None:
    order = client.post("/orders", json=TEA).json()
    assert client.get(f"/orders/{order['id']}").json() == order


def test_orders_are_listed_the_newest_first(client: TestClient) -> None:
    made = [client.post("/orders", json=TEA).json() for _ in range(3)]
    assert client.get("/orders").json() == made[::-1]


def test_a_test_starts_with_nothing(client: TestClient) -> None:
    assert client.get("/orders").json() == []


def test_bad_input_is_not_stored(client: TestClient, connection: Connection) -> None:
    assert client.post("/orders", json={**TEA, "quantity": 0}).status_code == 422
    assert connection.execute(text("SELECT count(*) FROM orders")).scalar_one() == 0


def test_healthy(client: TestClient) -> None:
    assert client.get("/health").status_code == 200
