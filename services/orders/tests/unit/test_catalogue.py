"""The catalogue can't be changed, and its prices are money."""

from decimal import Decimal

import pytest

from orders.catalogue import UNIT_PRICES


@pytest.mark.parametrize(("sku", "price"), UNIT_PRICES.items())
def test_prices_are_positive_amounts_of_cents(sku: str, price: Decimal) -> None:
    assert sku
    assert price > 0
    assert price.as_tuple().exponent == -2
