"""For the tests of the services: a migrated database of one's own."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from orders.database import sqlalchemy_url
from orders.migrate import upgrade


@contextmanager
def temporary_database(server_url: str) -> Iterator[str]:
    """Make a database beside the one of the URL, migrate it, yield its URL, and drop it.

    Its name is unique: the processes of one parallel run don't meet, nor do two runs, and a
    container that works on the URL's own database never sees the rows of these tests.
    """
    name = f"test_{uuid.uuid4().hex}"
    engine = create_engine(
        sqlalchemy_url(server_url), poolclass=NullPool, isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        try:
            url = make_url(server_url).set(database=name).render_as_string(hide_password=False)
            upgrade(url)
            yield url
        finally:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
