"""The image, as it is deployed: few tests, one after the other on one process."""

import httpx2
import pytest

pytestmark = pytest.mark.xdist_group("container")


def test_it_is_healthy(container: httpx2.Client) -> None:
    answer = container.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


def test_an_order_is_taken_and_found_again(container: httpx2.Client) -> None:
    answer = container.post("/orders", json={"sku": "cup", "quantity": 3, "currency": "GBP"})
    assert answer.status_code == 201
    assert container.get(answer.headers["Location"]).json() == answer.json()
    assert answer.json() in container.get("/orders").json()


def test_bad_input_says_what_is_wrong(container: httpx2.Client) -> None:
    answer = container.post("/orders", json={"sku": "cup", "quantity": 0, "currency": "GBP"})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", "quantity"]
