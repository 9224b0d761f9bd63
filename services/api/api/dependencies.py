"""What a route may ask for. Tests override `get_session` or `get_store`, and patch nothing."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from api.store import OrderStore, SqlOrderStore


def get_session(request: Request) -> Iterator[Session]:
    """Give each request its own session, which goes back to the pool in any case."""
    with request.state.sessions() as session:
        yield session


def get_store(session: Annotated[Session, Depends(get_session)]) -> OrderStore:
    """Give the orders of the request's session."""
    return SqlOrderStore(session)


Store = Annotated[OrderStore, Depends(get_store)]
