"""From published ports to variables."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from taskslib.errors import ConfigError
from taskslib.stacks.endpoints import Endpoint, describe, endpoints, variables
from taskslib.stacks.engine import Container, Label

WHERE = "x-taskslib of service 'db'"


def running(
    service: str, config: dict[str, Any], published: dict[tuple[int, str], int]
) -> Container:
    labels = {Label.ENDPOINTS: describe(service, config)}
    return Container(service, f"{service}-1", service, "running", ports=published, labels=labels)


def container(service: str, config: dict[str, Any], **ports: int) -> Container:
    return running(service, config, {(int(name[1:]), "tcp"): port for name, port in ports.items()})


def test_the_whole_endpoint() -> None:
    config = {
        "ports": [{"target": 5432, "protocol": "tcp"}],
        # As Compose resolves it: every `$` doubled, and what is unset is null.
        "environment": {"POSTGRES_PASSWORD": "p@$$", "POSTGRES_USER": None},
    }
    found = endpoints([container("db", config, p5432=5000)], "127.0.0.1")
    url = "postgresql://postgres:p%40%24@127.0.0.1:5000/postgres"
    assert found == (
        Endpoint(
            service="db",
            container_port=5432,
            protocol="tcp",
            host="127.0.0.1",
            port=5000,
            url=url,
            variables=(
                ("TEST_DB_HOST", "127.0.0.1"),
                ("TEST_DB_PORT", "5000"),
                ("TEST_DB_PORT_5432", "5000"),
                ("TEST_DB_URL", url),
            ),
        ),
    )


def test_several_ports_carry_the_number_and_one_has_it_beside() -> None:
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
        "TEST_DB_PORT_5432": "3",
        "TEST_DB_URL": "postgresql://postgres@[::1]:3/postgres",
        "TEST_MY_WEB_1_HOST_80": "::1",
        "TEST_MY_WEB_1_PORT_80": "1",
        "TEST_MY_WEB_1_URL_80": "http://[::1]:1",
        "TEST_MY_WEB_1_HOST_9090": "::1",
        "TEST_MY_WEB_1_PORT_9090": "2",
        "TEST_MY_WEB_1_URL_9090": "http://[::1]:2",
    }


def test_one_number_as_tcp_and_udp() -> None:
    config = {
        "ports": [{"target": 53, "protocol": "udp"}, {"target": 53, "protocol": "tcp"}],
        "x-taskslib": {"env": "RESOLVER", "url": "dns://{host}:{port}"},
    }
    ports = {(53, "udp"): 1, (53, "tcp"): 2}
    found = endpoints([running("dns", config, ports)], "127.0.0.1")
    assert variables(found) == {
        "TEST_DNS_HOST_53": "127.0.0.1",
        "TEST_DNS_PORT_53": "2",
        "RESOLVER": "dns://127.0.0.1:2",
        "TEST_DNS_HOST_53_UDP": "127.0.0.1",
        "TEST_DNS_PORT_53_UDP": "1",
    }


def test_udp_has_no_url() -> None:
    config = {"ports": [{"target": 53, "protocol": "udp"}]}
    found = endpoints([running("dns", config, {(53, "udp"): 1})], "127.0.0.1")
    assert variables(found) == {
        "TEST_DNS_HOST": "127.0.0.1",
        "TEST_DNS_PORT": "1",
        "TEST_DNS_PORT_53": "1",
    }


@pytest.mark.parametrize(
    ("extension", "expected"),
    [
        ({"env": "DATABASE"}, {"DATABASE": "postgresql://postgres@[::1]:7/postgres"}),
        ({"url": "pg+x://a$$b@{host}:{port}/d"}, {"TEST_DB_URL": "pg+x://a$b@[::1]:7/d"}),
        (
            {"env": "DATABASE", "url": "x:{port}", "port": 5432},
            {"DATABASE": "x:7"},
        ),
        (
            [{"env": "DATABASE", "port": "5432"}],
            {"DATABASE": "postgresql://postgres@[::1]:7/postgres"},
        ),
        ({"env": None, "url": "x"}, {"TEST_DB_URL": "x"}),
        ({}, {"TEST_DB_URL": "postgresql://postgres@[::1]:7/postgres"}),
    ],
)
def test_extension_gives_the_url_another_name_and_form(
    extension: object, expected: dict[str, str]
) -> None:
    config = {"ports": [{"target": 5432}], "x-taskslib": extension}
    found = endpoints([container("db", config, p5432=7)], "::1")
    ports = dict.fromkeys(("TEST_DB_PORT", "TEST_DB_PORT_5432"), "7")
    assert variables(found) == {"TEST_DB_HOST": "::1", **ports, **expected}


def test_an_extension_per_port() -> None:
    config = {
        "ports": [{"target": 80}, {"target": 90}],
        "x-taskslib": [{"port": 90, "env": "ADMIN"}, {"port": 80, "url": "ws://{host}:{port}"}],
    }
    found = endpoints([container("web", config, p80=1, p90=2)], "h")
    assert variables(found) == {
        "TEST_WEB_HOST_80": "h",
        "TEST_WEB_PORT_80": "1",
        "TEST_WEB_URL_80": "ws://h:1",
        "TEST_WEB_HOST_90": "h",
        "TEST_WEB_PORT_90": "2",
        "ADMIN": "http://h:2",
    }


@pytest.mark.parametrize(
    ("extension", "message"),
    [
        ({"ulr": "x"}, f"{WHERE}: unknown key 'ulr'"),
        ({"env": "1 2"}, f"{WHERE}: '1 2' can't be a variable's name"),
        ({"env": "TEST_INSTANCE_ID"}, f"{WHERE}: 'TEST_INSTANCE_ID' can't be a variable's name"),
        ({"port": 1}, f"{WHERE}: the service doesn't publish port 1"),
        ({"port": "x"}, f"{WHERE}: the service doesn't publish port x"),
        ([{"env": "A"}, {"env": "B"}], f"{WHERE}: port 5432 stands in it twice"),
        ("x", f"{WHERE}: wants {{env: …, url: …}} on a service with `ports`"),
    ],
)
def test_an_extension_that_is_none(extension: object, message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        describe("db", {"ports": [{"target": 5432}], "x-taskslib": extension})
    assert refused.value.message == message


def test_an_extension_without_a_port_and_the_hint_for_a_typo() -> None:
    with pytest.raises(ConfigError, match=r"wants .* on a service with `ports`"):
        describe("db", {"x-taskslib": {"env": "X"}})
    with pytest.raises(ConfigError) as refused:
        describe("db", {"ports": [{"target": 5432}], "x-taskslib": {"ulr": "x"}})
    assert refused.value.hint == "did you mean 'url'? known keys: env, port, url"


def test_two_services_that_come_to_one_name_are_refused() -> None:
    config = {"ports": [{"target": 80}]}
    found = endpoints(
        [container("my-api", config, p80=1), container("my_api", config, p80=2)], "127.0.0.1"
    )
    with pytest.raises(ConfigError) as refused:
        variables(found)
    assert refused.value.message == "services 'my-api' and 'my_api' both give TEST_MY_API_PORT"
    assert refused.value.exit_code == 2


def test_of_several_containers_the_first_counts() -> None:
    config = {"ports": [{"target": 80}]}
    two, one = container("web", config, p80=2), container("web", config, p80=1)
    found = endpoints([replace(two, name="web-2"), replace(one, name="web-1")], "h")
    assert [endpoint.port for endpoint in found] == [1]


def test_a_port_that_is_not_published_yet_is_no_endpoint() -> None:
    assert endpoints([container("db", {"ports": [{"target": 80}]})], "127.0.0.1") == ()
