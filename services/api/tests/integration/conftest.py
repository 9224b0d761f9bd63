"""Service tests: the app in this process on a real Postgres, and the container by HTTP.

Each process of a parallel run makes one database and one engine. A test works in a transaction
that is rolled back, so that it leaves nothing and starts with nothing.
"""

import os
from collections.abc import Iterator

import httpx2
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.orm import Session

from api.app import create_app
from api.dependencies import get_session
from orders.database import sqlalchemy_url
from orders.testing import temporary_database


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    with temporary_database(os.environ["TEST_DATABASE_URL"]) as url:
        yield url


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    engine = create_engine(sqlalchemy_url(database_url))
    yield engine
    engine.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        transaction = connection.begin()
        yield connection
        transaction.rollback()


@pytest.fixture
def session(connection: Connection) -> Iterator[Session]:
    """A session whose commits are savepoints of the test's transaction."""
    with Session(
        connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
    ) as session:
        yield session


@pytest.fixture
def client(session: Session) -> Iterator[TestClient]:
    app = create_app()
    app.dependency_overrides[get_session] = lambda: session
    client = TestClient(app)
    yield client
    client.close()


@pytest.fixture
def container() -> Iterator[httpx2.Client]:
    """The api as it is deployed. Its data stays, so a test looks at its own orders only."""
    with httpx2.Client(base_url=os.environ["TEST_API_URL"], timeout=60) as client:
        yield client
