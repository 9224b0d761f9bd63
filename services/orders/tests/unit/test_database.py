"""URLs: one spelling in the environment, one for each who reads it."""

from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from orders.database import libpq_url, sqlalchemy_url, with_password

URLS = ["postgresql://u:p%40ss@host:5433/db", "postgresql+psycopg://u:p%40ss@host:5433/db"]


@pytest.mark.parametrize("url", URLS)
def test_sqlalchemy_is_told_the_driver(url: str) -> None:
    assert sqlalchemy_url(url).drivername == "postgresql+psycopg"
    assert sqlalchemy_url(url).password == "p@ss"


@pytest.mark.parametrize("url", URLS)
def test_libpq_gets_no_driver_and_the_password(url: str) -> None:
    assert libpq_url(url) == URLS[0]


def test_a_password_that_a_file_holds(tmp_path: Path) -> None:
    file = tmp_path / "database-password"
    file.write_text("p%40 s/s+:@\n", "utf-8")
    url = with_password("postgresql://u@host:5433/db", file)
    assert sqlalchemy_url(url).password == "p%40 s/s+:@"
    assert conninfo_to_dict(libpq_url(url))["password"] == "p%40 s/s+:@"


@pytest.mark.parametrize("file", [None, ""])
def test_without_a_file_a_url_stays_as_it_is(file: str | None) -> None:
    assert with_password(URLS[0], file) == URLS[0]
