"""The app with its own lifespan, on a database that answers and on one that doesn't."""

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings

NOBODY_LISTENS = "postgresql://test:test@127.0.0.1:1/testdb"


def test_healthy_on_its_own_engine(database_url: str) -> None:
    with TestClient(create_app(Settings(database_url=database_url))) as client:
        assert client.get("/health").status_code == 200


def test_settings_come_from_the_environment(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    with TestClient(create_app()) as client:
        assert client.get("/health").status_code == 200


def test_unavailable_without_a_database() -> None:
    with TestClient(create_app(Settings(database_url=NOBODY_LISTENS))) as client:
        answer = client.get("/health")
    assert answer.status_code == 503
    assert answer.json() == {"status": "unavailable", "detail": "OperationalError"}
