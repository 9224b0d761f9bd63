"""The client against a real server: what a mocked transport can't show."""

import os

import httpx2
import pytest

from worker.rates import HttpRates, RateUnavailableError, UnknownCurrencyError

URL = os.environ.get("TEST_RATES_URL", "")


async def test_a_rate() -> None:
    async with httpx2.AsyncClient(base_url=URL) as client:
        assert str(await HttpRates(client).rate("CHF")) == "0.9412"


async def test_a_currency_that_is_not_known() -> None:
    async with httpx2.AsyncClient(base_url=URL) as client:
        with pytest.raises(UnknownCurrencyError):
            await HttpRates(client).rate("XXX")


async def test_a_server_that_does_not_answer_in_time(rates_api: httpx2.Client) -> None:
    rates_api.put("/control/CZK", json={"hold": True})
    try:
        patience = httpx2.Timeout(60, read=0.05)  # a busy machine may take its time to connect
        async with httpx2.AsyncClient(base_url=URL, timeout=patience) as client:
            with pytest.raises(RateUnavailableError, match="ReadTimeout"):
                await HttpRates(client).rate("CZK")
    finally:
        rates_api.put("/control/CZK", json={"hold": False})


async def test_a_server_that_is_not_there() -> None:
    async with httpx2.AsyncClient(base_url="http://127.0.0.1:1") as client:
        with pytest.raises(RateUnavailableError, match="ConnectError"):
            await HttpRates(client).rate("CHF")
