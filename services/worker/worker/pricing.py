"""What the worker is there for: an order goes in, and comes out priced or failed."""

import uuid
from decimal import ROUND_HALF_UP, Decimal

from orders.catalogue import BASE_CURRENCY, UNIT_PRICES
from worker.rates import Rates, UnknownCurrencyError
from worker.store import Orders

CENT = Decimal("0.01")


def total(unit_price: Decimal, quantity: int, rate: Decimal) -> Decimal:
    """Convert the sum, rounded once, at the end, as a customer would."""
    return (unit_price * quantity * rate).quantize(CENT, ROUND_HALF_UP)


class Pricer:
    """Prices orders. Safe to run twice for one order, and to be cut off anywhere."""

    def __init__(self, orders: Orders, rates: Rates) -> None:
        self._orders = orders
        self._rates = rates

    async def price(self, order_id: uuid.UUID) -> None:
        """Settle the order. A rate that can't be had is raised, and the order stays pending."""
        order = await self._orders.pending(order_id)
        if order is None:
            return  # an earlier run of this job got as far as that
        unit_price = UNIT_PRICES.get(order.sku)
        if unit_price is None:
            await self._orders.fail(order_id, f"no longer in the catalogue: {order.sku}")
            return
        try:
            rate = await self._rate(order.currency)
        except UnknownCurrencyError as error:
            await self._orders.fail(order_id, str(error))
            return
        await self._orders.set_price(order_id, total(unit_price, order.quantity, rate))

    async def _rate(self, currency: str) -> Decimal:
        # Prices are in the base currency: the API has no rate for that.
        return Decimal(1) if currency == BASE_CURRENCY else await self._rates.rate(currency)
