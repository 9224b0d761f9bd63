"""Service tests: the worker's parts in this process on a real Postgres, and the container.

Each process of a parallel run makes one database and one engine. A test works in a transaction
that is rolled back, so that it leaves nothing and starts with nothing.
"""

import os
from collections.abc import AsyncIterator, Iterator

import httpx2
import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from orders.database import sqlalchemy_url
from orders.testing import temporary_database

Sessions = async_sessionmaker[AsyncSession]


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    with temporary_database(os.environ["TEST_DATABASE_URL"]) as url:
        yield url


@pytest_asyncio.fixture(scope="session")
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(sqlalchemy_url(database_url))
    yield engine
    await engine.dispose()


@pytest_asyncio.fixture
async def connection(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    async with engine.connect() as connection:
        transaction = await connection.begin()
        yield connection
        await transaction.rollback()


@pytest.fixture
def sessions(connection: AsyncConnection) -> Sessions:
    """Sessions whose commits are savepoints of the test's transaction."""
    return async_sessionmaker(connection, join_transaction_mode="create_savepoint")


@pytest.fixture
def rates_api() -> Iterator[httpx2.Client]:
    """The mocked rates API, to tell it what to do. Each test has a currency of its own."""
    with httpx2.Client(base_url=os.environ["TEST_RATES_URL"], timeout=60) as client:
        yield client
