"""The application, made by a factory: importing this module connects to nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypedDict

from fastapi import FastAPI
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

from api.routes import router
from api.settings import Settings
from orders.database import sqlalchemy_url, with_password


class State(TypedDict):
    """What lives as long as the application; a request finds it in `request.state`."""

    sessions: sessionmaker[Session]


def create_app(settings: Settings | None = None) -> FastAPI:
    """Make the application; without settings, the environment's are read when it starts."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[State]:
        chosen = settings or Settings()
        url = with_password(chosen.database_url, chosen.database_password_file)
        engine = create_engine(
            sqlalchemy_url(url),
            pool_pre_ping=True,
            pool_timeout=chosen.database_timeout,
            connect_args={"connect_timeout": chosen.database_timeout},
        )
        yield {"sessions": sessionmaker(engine, expire_on_commit=False)}
        engine.dispose()

    app = FastAPI(title="Orders", lifespan=lifespan)
    app.include_router(router)
    return app
