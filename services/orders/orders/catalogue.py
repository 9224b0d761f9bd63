"""What can be ordered, and for how much."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final

BASE_CURRENCY: Final = "EUR"

UNIT_PRICES: Final[Mapping[str, Decimal]] = MappingProxyType(
    {
        "coffee": Decimal("12.90"),
        "cup": Decimal("7.50"),
        "tea": Decimal("4.25"),
    }
)
"""The price of one piece in the base currency, by sku."""
