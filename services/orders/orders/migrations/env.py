"""Alembic runs this file for each of its commands."""

import os

from alembic import context
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from orders.database import sqlalchemy_url
from orders.models import Base


def ours(name: str | None, kind: str, _parents: object) -> bool:
    """Leave Procrastinate's tables alone when migrations are generated from the models."""
    return kind != "table" or name in Base.metadata.tables


def main() -> None:
    """Emit the SQL (`--sql`), or run it in one transaction: a failed upgrade changes nothing."""
    url = context.config.attributes.get("url") or sqlalchemy_url(os.environ["DATABASE_URL"])
    if context.is_offline_mode():
        context.configure(url=url, target_metadata=Base.metadata, literal_binds=True)
        with context.begin_transaction():
            context.run_migrations()
        return
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=Base.metadata, include_name=ours)
        with context.begin_transaction():
            context.run_migrations()


main()
