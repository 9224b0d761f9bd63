"""The health that the container's healthcheck asks for."""

from fastapi.testclient import TestClient

from api.store import MemoryOrderStore


def test_healthy(client: TestClient) -> None:
    answer = client.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "detail": None})


def test_not_without_the_database(client: TestClient, store: MemoryOrderStore) -> None:
    store.down = True
    answer = client.get("/health")
    assert answer.status_code == 503
    assert answer.json() == {"status": "unavailable", "detail": "told to be down"}
