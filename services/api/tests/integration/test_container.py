"""The image, as it is deployed: few tests, one after the other on one process."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

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


def test_more_at_once_than_it_has_connections_are_all_answered(container: httpx2.Client) -> None:
    """The pool has 15, and threads for 40 requests; further ones wait for a thread."""
    with (
        httpx2.Client(base_url=container.base_url, timeout=60, limits=httpx2.Limits()) as client,
        ThreadPoolExecutor(120) as threads,
    ):
        answers = threads.map(lambda _: client.get("/orders").status_code, range(120))
        assert Counter(answers) == {200: 120}
