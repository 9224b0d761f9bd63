"""What goes over the wire: the request's body and the answers."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from orders.catalogue import UNIT_PRICES
from orders.models import OrderStatus


def _in_catalogue(sku: str) -> str:
    if sku not in UNIT_PRICES:
        known = ", ".join(UNIT_PRICES)
        raise ValueError(f"{sku!r} is not in the catalogue, which has {known}")
    return sku


class NewOrder(BaseModel):
    """An order as a customer sends it. Unknown fields are refused: they may be a typo."""

    model_config = ConfigDict(extra="forbid")

    sku: Annotated[str, AfterValidator(_in_catalogue)]
    quantity: Annotated[int, Field(ge=1, le=10_000, strict=True)]
    # Only the form is checked here. Which currencies there are, the rates service knows.
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class OrderOut(BaseModel):
    """An order as it stands. The price is a string in JSON, since a float isn't money."""

    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    sku: str
    quantity: int
    currency: str
    status: OrderStatus
    price: Decimal | None
    reason: str | None
    created_at: datetime


class Health(BaseModel):
    """Whether the service can do its work."""

    status: Literal["ok", "unavailable"]
    detail: str | None = None
