"""Scheme by the well-known port, credentials by the variables of the official images."""

from __future__ import annotations

import string
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskslib.stacks.urls import template

AT = "{host}:{port}"


@pytest.mark.parametrize(
    ("port", "environment", "url"),
    [
        (80, {}, f"http://{AT}"),
        (8000, {"POSTGRES_PASSWORD": "no database"}, f"http://{AT}"),
        (443, {}, f"https://{AT}"),
        (8443, {}, f"https://{AT}"),
        (5432, {}, f"postgresql://postgres@{AT}/postgres"),
        (5432, {"POSTGRES_PASSWORD": "p"}, f"postgresql://postgres:p@{AT}/postgres"),
        (5432, {"POSTGRES_USER": "u"}, f"postgresql://u@{AT}/u"),
        (
            5432,
            {"POSTGRES_USER": "u", "POSTGRES_PASSWORD": "p", "POSTGRES_DB": "shop"},
            f"postgresql://u:p@{AT}/shop",
        ),
        (3306, {}, f"mysql://root@{AT}/"),
        (3306, {"MYSQL_ROOT_PASSWORD": "r"}, f"mysql://root:r@{AT}/"),
        (
            3306,
            {"MYSQL_ROOT_PASSWORD": "r", "MYSQL_USER": "u", "MYSQL_PASSWORD": "p"},
            f"mysql://u:p@{AT}/",
        ),
        (
            3306,
            {"MARIADB_USER": "u", "MARIADB_PASSWORD": "p", "MARIADB_DATABASE": "d"},
            f"mysql://u:p@{AT}/d",
        ),
        (6379, {}, f"redis://{AT}/0"),
        (6379, {"REDIS_PASSWORD": "p"}, f"redis://:p@{AT}/0"),
        (27017, {}, f"mongodb://{AT}"),
        (
            27017,
            {"MONGO_INITDB_ROOT_USERNAME": "u", "MONGO_INITDB_ROOT_PASSWORD": "p"},
            f"mongodb://u:p@{AT}",
        ),
        (5672, {}, f"amqp://guest:guest@{AT}"),
        (5672, {"RABBITMQ_DEFAULT_USER": "u"}, f"amqp://u:guest@{AT}"),
        (5672, {"RABBITMQ_DEFAULT_VHOST": "/"}, f"amqp://guest:guest@{AT}/%2F"),
        (4222, {}, f"nats://{AT}"),
        (
            5432,
            {"POSTGRES_PASSWORD": "p@s/{port} $%"},
            f"postgresql://postgres:p%40s%2F%7Bport%7D%20%24%25@{AT}/postgres",
        ),
    ],
)
def test_template(port: int, environment: dict[str, str], url: str) -> None:
    assert template(port, environment) == url


@given(user=st.text(min_size=1), password=st.text(string.printable, min_size=1))
def test_any_credentials_come_back_out_of_the_url(user: str, password: str) -> None:
    environment = {"POSTGRES_USER": user, "POSTGRES_PASSWORD": password, "POSTGRES_DB": user}
    url = template(5432, environment).replace("{host}", "h").replace("{port}", "1")
    parts = urlsplit(url)
    assert (parts.hostname, parts.port) == ("h", 1)
    assert (unquote(parts.username or ""), unquote(parts.password or "")) == (user, password)
    assert unquote(parts.path) == f"/{user}"
