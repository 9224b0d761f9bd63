"""The routes. Plain functions: FastAPI runs them in threads, so that a query blocks no loop."""

import uuid
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request, Response, status

from api.dependencies import Store
from api.schemas import Health, NewOrder, OrderOut
from api.store import StoreUnavailableError
from orders.models import Order

router = APIRouter()

Limit = Annotated[int, Query(ge=1, le=500, description="how many at most, the newest first")]


@router.post("/orders", status_code=status.HTTP_201_CREATED, response_model=OrderOut)
def create_order(new: NewOrder, store: Store, request: Request, response: Response) -> Order:
    """Take an order. It is pending at first; ask for it again to see its price."""
    order = store.create(new)
    response.headers["Location"] = request.app.url_path_for("get_order", order_id=order.id)
    return order


@router.get("/orders", response_model=list[OrderOut])
def list_orders(store: Store, limit: Limit = 100) -> Sequence[Order]:
    """List the newest orders."""
    return store.latest(limit)


@router.get("/orders/{order_id}", response_model=OrderOut)
def get_order(order_id: uuid.UUID, store: Store) -> Order:
    """Show one order."""
    order = store.get(order_id)
    if order is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, f"no order {order_id}")
    return order


@router.get("/health")
def health(store: Store, response: Response) -> Health:
    """Say whether the database answers: 200, or 503 with the reason."""
    try:
        store.check()
    except StoreUnavailableError as error:
        response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
        return Health(status="unavailable", detail=str(error))
    return Health(status="ok")
