"""The migrations on a real Postgres."""

import os
from collections.abc import Iterator

import pytest
from alembic import command
from sqlalchemy import create_engine, inspect

from orders.database import sqlalchemy_url
from orders.migrate import config
from orders.testing import temporary_database


@pytest.fixture
def own_url() -> Iterator[str]:
    """A database of this test alone: these tests take the schema apart."""
    with temporary_database(os.environ["TEST_DATABASE_URL"]) as url:
        yield url


def tables(url: str) -> set[str]:
    engine = create_engine(sqlalchemy_url(url))
    names = set(inspect(engine).get_table_names())
    engine.dispose()
    return names


def test_they_make_what_the_models_say(database_url: str) -> None:
    command.check(config(database_url))  # raises if a migration is missing


def test_they_can_be_taken_back_and_applied_again(own_url: str) -> None:
    before = tables(own_url)
    command.downgrade(config(own_url), "base")
    assert tables(own_url) == {"alembic_version"}
    command.upgrade(config(own_url), "head")
    assert tables(own_url) == before


def test_applying_them_twice_changes_nothing(own_url: str) -> None:
    before = tables(own_url)
    command.upgrade(config(own_url), "head")
    assert tables(own_url) == before
