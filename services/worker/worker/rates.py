"""The external API of exchange rates, as the worker sees it."""

from decimal import Decimal
from http import HTTPStatus
from typing import Annotated, Protocol

import httpx2
from pydantic import BaseModel, Field, ValidationError


class UnknownCurrencyError(Exception):
    """There is no such currency. Asking again won't help."""

    def __init__(self, currency: str) -> None:
        super().__init__(f"unknown currency: {currency}")


class RateUnavailableError(Exception):
    """The rate can't be had now; the message says why. Asking later may help."""


class Rates(Protocol):
    """What pricing needs to know."""

    async def rate(self, currency: str) -> Decimal:
        """Tell how much of the currency one unit of the base currency buys."""
        ...


class _Answer(BaseModel):
    # The bounds are a safeguard: nobody should get an order for nothing.
    rate: Annotated[Decimal, Field(gt=0, lt=1_000_000)]


class HttpRates:
    """Rates by HTTP. The client brings the base URL and the time-outs; tests bring a transport."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client

    async def rate(self, currency: str) -> Decimal:
        """Ask once. It is the queue that asks again, since it outlives this process."""
        try:
            response = await self._client.get(f"/rates/{currency}")
            if response.status_code == HTTPStatus.NOT_FOUND:
                raise UnknownCurrencyError(currency)
            response.raise_for_status()
            return _Answer.model_validate_json(response.content).rate
        except (httpx2.HTTPError, ValidationError) as error:
            raise RateUnavailableError(f"no rate for {currency}: {error!r}") from error
