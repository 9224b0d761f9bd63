"""Bad input is answered with 422 and says what is wrong, where."""

import pytest
from fastapi.testclient import TestClient

from api.store import MemoryOrderStore

TEA = {"sku": "tea", "quantity": 2, "currency": "USD"}


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("sku", "lemonade", "'lemonade' is not in the catalogue, which has coffee, cup, tea"),
        ("sku", None, "valid string"),
        ("quantity", 0, "greater than or equal to 1"),
        ("quantity", 10_001, "less than or equal to 10000"),
        ("quantity", 1.5, "valid integer"),
        ("quantity", "2", "valid integer"),
        ("currency", "usd", "match pattern"),
        ("currency", "USDT", "match pattern"),
        ("colour", "red", "not permitted"),
    ],
)
def test_a_field(
    client: TestClient, store: MemoryOrderStore, field: str, value: object, reason: str
) -> None:
    answer = client.post("/orders", json={**TEA, field: value})
    assert answer.status_code == 422
    (problem,) = answer.json()["detail"]
    assert problem["loc"] == ["body", field]
    assert reason in problem["msg"]
    assert store.orders == {}


@pytest.mark.parametrize("field", ["sku", "quantity", "currency"])
def test_a_field_that_is_missing(client: TestClient, field: str) -> None:
    answer = client.post("/orders", json={key: TEA[key] for key in TEA if key != field})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", field]


def test_a_body_that_is_not_json(client: TestClient) -> None:
    answer = client.post("/orders", content=b"{", headers={"Content-Type": "application/json"})
    assert answer.status_code == 422


@pytest.mark.parametrize("limit", [0, 501, "all"])
def test_a_limit(client: TestClient, limit: int | str) -> None:
    assert client.get("/orders", params={"limit": limit}).status_code == 422


def test_an_id_that_is_none(client: TestClient) -> None:
    assert client.get("/orders/42").status_code == 422
