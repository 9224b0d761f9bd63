"""Unit tests: everything is in memory, and a connection would be an error."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from pytest_socket import disable_socket

from api.app import create_app
from api.dependencies import get_store
from api.store import MemoryOrderStore


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Block the network. An event loop needs a pair of unix sockets for itself."""
    del item
    disable_socket(allow_unix_socket=True)


@pytest.fixture
def store() -> MemoryOrderStore:
    return MemoryOrderStore()


@pytest.fixture
def client(store: MemoryOrderStore) -> Iterator[TestClient]:
    app = create_app()
    app.dependency_overrides[get_store] = lambda: store
    # Not entered as a context manager: the lifespan, which opens the database, stays out.
    client = TestClient(app)
    yield client
    client.close()
