"""Unit tests: everything is in memory, and a connection would be an error."""

from collections.abc import AsyncIterator

import httpx2
import pytest
import pytest_asyncio
from fake_rates_api import RatesApi
from orders_contract import pending_order
from pytest_socket import disable_socket

from worker.rates import HttpRates
from worker.store import MemoryOrders


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Block the network. An event loop needs a pair of unix sockets for itself."""
    del item
    disable_socket(allow_unix_socket=True)


@pytest.fixture
def api() -> RatesApi:
    return RatesApi()


@pytest_asyncio.fixture
async def rates(api: RatesApi) -> AsyncIterator[HttpRates]:
    transport = httpx2.MockTransport(api)
    async with httpx2.AsyncClient(transport=transport, base_url="http://rates") as client:
        yield HttpRates(client)


@pytest.fixture
def orders() -> MemoryOrders:
    return MemoryOrders(pending_order())
