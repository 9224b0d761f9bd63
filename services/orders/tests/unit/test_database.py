"""URLs: one spelling in the environment, one for each who reads it."""

import pytest

from orders.database import libpq_url, sqlalchemy_url

URLS = ["postgresql://u:p%40ss@host:5433/db", "postgresql+psycopg://u:p%40ss@host:5433/db"]


@pytest.mark.parametrize("url", URLS)
def test_sqlalchemy_is_told_the_driver(url: str) -> None:
    assert sqlalchemy_url(url).drivername == "postgresql+psycopg"
    assert sqlalchemy_url(url).password == "p@ss"


@pytest.mark.parametrize("url", URLS)
def test_libpq_gets_no_driver_and_the_password(url: str) -> None:
    assert libpq_url(url) == URLS[0]
