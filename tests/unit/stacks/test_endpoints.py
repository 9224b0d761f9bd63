"""From published ports to variables."""

from __future__ import annotations

from typing import Any

import pytest

from taskslib.errors import ConfigError
from taskslib.stacks.endpoints import describe, endpoints, variables
from taskslib.stacks.engine import Container, Label


def container(service: str, config: dict[str, Any], **ports: int) -> Container:
    published = {(int(name[1:]), "tcp"): port for name, port in ports.items()}
    labels = {Label.ENDPOINTS: describe(service, config)}
    return Container(service, f"{service}-1", service, "running", ports=published, labels=labels)


def one(port: int, environment: dict[str, str | None] | None = None) -> str:
    config = {"ports": [{"target": port}], "environment": environment or {}}
    found = endpoints([container("db", config, **{f"p{port}": 5000})], "127.0.0.1")
    return found[0].url


@pytest.mark.parametrize(
    ("port", "environment", "url"),
    [
        (8000, {}, "http://127.0.0.1:5000"),
        (8443, {}, "https://127.0.0.1:5000"),
        (5432, {}, "postgresql://postgres@127.0.0.1:5000/postgres"),
        (
            5432,
            {"POSTGRES_USER": "me", "POSTGRES_PASSWORD": "p@s$$/ {port}", "POSTGRES_DB": "shop"},
            "postgresql://me:p%40s%24%2F%20%7Bport%7D@127.0.0.1:5000/shop",
        ),
        (3306, {"MYSQL_ROOT_PASSWORD": "r"}, "mysql://root:r@127.0.0.1:5000/"),
        (
            3306,
            {"MARIADB_USER": "u", "MARIADB_PASSWORD": "p", "MARIADB_DATABASE": "d"},
            "mysql://u:p@127.0.0.1:5000/d",
        ),
        (6379, {"REDIS_PASSWORD": None}, "redis://127.0.0.1:5000/0"),
        (27017, {"MONGO_INITDB_ROOT_USERNAME": "u"}, "mongodb://u@127.0.0.1:5000"),
        (5672, {}, "amqp://guest:guest@127.0.0.1:5000/"),
        (4222, {}, "nats://127.0.0.1:5000"),
    ],
)
def test_well_known_ports(port: int, environment: dict[str, str | None], url: str) -> None:
    assert one(port, environment) == url


def test_several_ports_carry_the_number_and_one_does_not() -> None:
    both = {"ports": [{"target": 80}, {"target": 9090, "protocol": "tcp"}]}
    found = endpoints(
        [
            container("my-web.1", both, p80=1, p9090=2),
            container("db", {"ports": [{"target": 5432}]}, p5432=3),
        ],
        "::1",
    )
    assert variables(found) == {
        "TEST_DB_HOST": "::1",
        "TEST_DB_PORT": "3",
        "TEST_DB_URL": "postgresql://postgres@[::1]:3/postgres",
        "TEST_MY_WEB_1_HOST_80": "::1",
        "TEST_MY_WEB_1_PORT_80": "1",
        "TEST_MY_WEB_1_URL_80": "http://[::1]:1",
        "TEST_MY_WEB_1_HOST_9090": "::1",
        "TEST_MY_WEB_1_PORT_9090": "2",
        "TEST_MY_WEB_1_URL_9090": "http://[::1]:2",
    }


def test_extension_gives_the_url_another_name_and_form() -> None:
    config = {
        "ports": [{"target": 5432}],
        "x-taskslib": {"env": "DATABASE", "url": "pg+x://{host}:{port}/d"},
    }
    found = endpoints([container("db", config, p5432=7)], "127.0.0.1")
    assert variables(found) == {
        "TEST_DB_HOST": "127.0.0.1",
        "TEST_DB_PORT": "7",
        "DATABASE": "pg+x://127.0.0.1:7/d",
    }


@pytest.mark.parametrize(
    ("extension", "message"),
    [
        ({"ulr": "x"}, "x-taskslib of service 'db': unknown key 'ulr'"),
        ({"env": "1 2"}, "x-taskslib of service 'db': '1 2' can't be a variable's name"),
        ({"port": 1}, "x-taskslib of service 'db': the service doesn't publish port 1"),
        ("x", "x-taskslib of service 'db': wants {env: …, url: …} on a service with `ports`"),
    ],
)
def test_an_extension_that_is_none(extension: object, message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        describe("db", {"ports": [{"target": 5432}], "x-taskslib": extension})
    assert refused.value.message == message


def test_two_services_that_come_to_one_name_are_refused() -> None:
    config = {"ports": [{"target": 80}]}
    found = endpoints(
        [container("my-api", config, p80=1), container("my_api", config, p80=2)], "127.0.0.1"
    )
    with pytest.raises(ConfigError, match="services 'my-api' and 'my_api' both give TEST_MY_API_"):
        variables(found)


def test_a_port_that_is_not_published_yet_is_no_endpoint() -> None:
    assert endpoints([container("db", {"ports": [{"target": 80}]})], "127.0.0.1") == ()
