"""The client of the external API: a rate, no such currency, or not now."""

from decimal import Decimal

import httpx2
import pytest
from fake_rates_api import RatesApi

from worker.rates import HttpRates, RateUnavailableError, UnknownCurrencyError


async def test_a_rate_is_exact(rates: HttpRates, api: RatesApi) -> None:
    assert await rates.rate("USD") == Decimal("1.0825")
    assert api.asked == ["/rates/USD"]


async def test_a_currency_that_is_not_known(rates: HttpRates, api: RatesApi) -> None:
    api.answer = lambda _: httpx2.Response(404)
    with pytest.raises(UnknownCurrencyError, match="unknown currency: XXX"):
        await rates.rate("XXX")


@pytest.mark.parametrize(
    "response",
    [
        httpx2.Response(503),
        httpx2.Response(301, headers={"Location": "/elsewhere"}),
        httpx2.Response(200, text="<html>maintenance</html>"),
        httpx2.Response(200, json={"currency": "USD"}),
        httpx2.Response(200, json={"rate": "0"}),
        httpx2.Response(200, json={"rate": "-1.08"}),
        httpx2.Response(200, json={"rate": "NaN"}),
        httpx2.Response(200, json={"rate": "1000000"}),
    ],
)
async def test_an_answer_that_is_no_rate(
    rates: HttpRates, api: RatesApi, response: httpx2.Response
) -> None:
    api.answer = lambda _: response
    with pytest.raises(RateUnavailableError, match="no rate for USD"):
        await rates.rate("USD")


@pytest.mark.parametrize("error", [httpx2.ConnectError("refused"), httpx2.ReadTimeout("slow")])
async def test_no_answer(rates: HttpRates, api: RatesApi, error: httpx2.HTTPError) -> None:
    def answer(_: httpx2.Request) -> httpx2.Response:
        raise error

    api.answer = answer
    with pytest.raises(RateUnavailableError, match=str(error)):
        await rates.rate("USD")
