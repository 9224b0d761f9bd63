"""Whatever a Compose file fixes, two instances of it share nothing."""

from __future__ import annotations

from typing import Any

import pytest

from taskslib.errors import ConfigError
from taskslib.stacks.isolate import isolate
from taskslib.stacks.reach import EVERYWHERE, Reach

LABELS = {"taskslib.name": "shop-test-x", "taskslib.branch": "a$b"}
IMAGE = {"taskslib.image.owner": "[null, null, null]"}


def test_everything_fixed_is_replaced() -> None:
    given: dict[str, Any] = {
        "name": "theirs",
        "networks": {
            "default": {"name": "fixed", "ipam": {"config": [{"subnet": "10.5.0.0/16"}]}},
            "shared": {"name": "shared", "external": True},
        },
        "volumes": {"data": {"name": "fixed-data", "driver": "local"}},
        "services": {
            "app": {
                "build": {"context": "/src", "tags": ["shop/app:latest"]},
                "image": "shop/app",
                "container_name": "app",
                "restart": "always",
                "deploy": {"restart_policy": {"condition": "any"}, "replicas": 1},
                "networks": {"default": {"ipv4_address": "10.5.0.2"}, "shared": None},
                "ports": [
                    {"target": 80, "published": "8080", "host_ip": "10.0.0.1", "protocol": "tcp"}
                ],
                "labels": {"theirs": "1"},
            },
            "again": {"image": "shop/app", "command": ["migrate"]},
            "cache": {"image": "redis:7"},
        },
    }
    expected_labels = {"taskslib.name": "shop-test-x", "taskslib.branch": "a$$b"}
    endpoint = (
        '[{"port":80,"protocol":"tcp","url":"http://{host}:{port}",'
        '"env":"TEST_APP_URL","suffix":""}]'
    )
    assert isolate(given, "shop-test-x", LABELS) == {
        "name": "shop-test-x",
        "networks": {
            "default": {"name": "shop-test-x_default", "labels": expected_labels},
            "shared": {"name": "shop-test-x_shared", "labels": expected_labels},
        },
        "volumes": {
            "data": {"name": "shop-test-x_data", "driver": "local", "labels": expected_labels}
        },
        "services": {
            "app": {
                "build": {"context": "/src", "labels": IMAGE | {"taskslib.image": "shop-test-x"}},
                "image": "shop-test-x-app",
                "restart": "no",
                "deploy": {"replicas": 1},
                "networks": {"default": {}, "shared": None},
                "ports": [
                    {"target": 80, "host_ip": "127.0.0.1", "protocol": "tcp", "mode": "ingress"}
                ],
                "labels": {"theirs": "1", **expected_labels, "taskslib.endpoints": endpoint},
            },
            "again": {
                "image": "shop-test-x-app",
                "command": ["migrate"],
                "restart": "no",
                "labels": expected_labels,
            },
            "cache": {"image": "redis:7", "restart": "no", "labels": expected_labels},
        },
    }
    assert given["name"] == "theirs", "what was given is not changed"


def networks(**options: Any) -> dict[str, Any]:
    isolated = isolate({"services": {}, "networks": {"n": options}}, "x", {})
    found: dict[str, Any] = isolated["networks"]["n"]
    return found


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"internal": True, "driver": "bridge"}, {"internal": True, "driver": "bridge"}),
        ({"ipam": {"config": [{"subnet": "fd00::/64"}]}, "enable_ipv6": True}, {}),
        ({"external": True, "name": "theirs"}, {}),
        (
            {"driver_opts": {"com.docker.network.bridge.name": "br0", "mtu": "1400"}},
            {"driver_opts": {"mtu": "1400"}},
        ),
        ({"labels": {"a": "$$b"}}, {"labels": {"a": "$$b"}}),
    ],
)
def test_networks(given: dict[str, Any], kept: dict[str, Any]) -> None:
    assert networks(**given) == {"name": "x_n", "labels": {}, **kept}


def test_ports_once_each_and_all_on_loopback() -> None:
    ports = [
        {"target": 80, "published": "8080", "protocol": "tcp", "mode": "ingress"},
        {"target": 80, "published": "8081", "protocol": "tcp", "mode": "host"},
        {"target": 53, "protocol": "udp", "host_ip": "::", "mode": "ingress"},
    ]
    found = isolate({"services": {"web": {"image": "x", "ports": ports}}}, "x", {})
    fixed = {"host_ip": "127.0.0.1", "mode": "ingress"}
    assert found["services"]["web"]["ports"] == [
        {"target": 80, "protocol": "tcp", **fixed},
        {"target": 53, "protocol": "udp", **fixed},
    ]


@pytest.mark.parametrize(
    ("built", "image", "expected"),
    [
        ({"image": "shop/app"}, "shop/app", "x-app"),
        ({"image": "shop/app"}, "shop/app:latest", "x-app"),
        ({"image": "shop/app:1"}, "shop/app:1", "x-app"),
        ({"image": "shop/app:1"}, "shop/app:2", "shop/app:2"),
        ({"image": "host:5000/app"}, "host:5000/app:latest", "x-app"),
        ({"build": {"context": ".", "tags": ["shop/app:3"]}}, "shop/app:3", "x-app"),
        ({}, "shop/app", "shop/app"),
    ],
)
def test_the_tag_of_a_built_image_is_followed(
    built: dict[str, Any], image: str, expected: str
) -> None:
    app = {"build": {"context": "."}, "pull_policy": "build", **built}
    again = {"image": image, "pull_policy": "always"}
    found = isolate({"services": {"again": again, "app": app}}, "x", {})["services"]
    assert found["app"] == {
        "build": {"context": ".", "labels": IMAGE | {"taskslib.image": "x"}},
        "image": "x-app",
        "restart": "no",
        "labels": {},
    }
    own = expected.startswith("x-")
    policy = {} if own else {"pull_policy": "always"}
    assert found["again"] == {"image": expected, "restart": "no", "labels": {}, **policy}


API: dict[str, Any] = {"context": "/src", "dockerfile": "api/Dockerfile"}


@pytest.mark.parametrize(
    ("api", "migrate", "images"),
    [
        ({}, {}, ["x-api", "x-api"]),
        ({"pull_policy": "build"}, {"pull_policy": "build"}, ["x-api", "x-api"]),
        ({"image": "shop/api"}, {"image": "shop/migrate"}, ["x-api", "x-api"]),
        ({}, {"build": {**API, "target": "dev"}}, ["x-api", "x-migrate"]),
        ({"platform": "linux/arm64"}, {}, ["x-api", "x-migrate"]),
        ({"profiles": ["tools"]}, {}, ["x-api", "x-migrate"]),
        ({"profiles": ["tools"]}, {"profiles": ["tools"]}, ["x-api", "x-api"]),
        (
            {},
            {"page": {"context": "/page", "additional_contexts": {"api": "service:migrate"}}},
            ["x-api", "x-migrate"],
        ),
    ],
)
def test_what_is_built_alike_is_built_once(
    api: dict[str, Any], migrate: dict[str, Any], images: list[str]
) -> None:
    page = migrate.pop("page", {"context": "/page"})
    services = {"api": {"build": API, **api}, "migrate": {"build": API, **migrate}}
    found = isolate({"services": {**services, "page": {"build": page}}}, "x", {})["services"]
    assert [found[one]["image"] for one in ("api", "migrate")] == images
    assert ("build" in found["migrate"]) is (images[1] == "x-migrate")
    assert "pull_policy" not in found["migrate"] or "build" in found["migrate"]
    assert found["page"]["image"] == "x-page"
    assert "build" in found["api"]
    assert "build" in found["page"]


def test_label_with_an_endpoint_goes_through_interpolation() -> None:
    service = {
        "image": "postgres",
        "ports": [{"target": 5432}],
        "environment": {"POSTGRES_PASSWORD": "p"},
        "x-taskslib": {"env": "DB", "url": "x://$$user@{host}:{port}"},
    }
    found = isolate({"services": {"db": service}}, "x", {})["services"]["db"]
    assert found == {
        "image": "postgres",
        "ports": [{"target": 5432, "host_ip": "127.0.0.1", "mode": "ingress"}],
        "environment": {"POSTGRES_PASSWORD": "p"},
        "restart": "no",
        "labels": {
            "taskslib.endpoints": '[{"port":5432,"protocol":"tcp",'
            '"url":"x://$$user@{host}:{port}","env":"DB","suffix":""}]'
        },
    }


@pytest.mark.parametrize(
    ("service", "words"),
    [
        ({"network_mode": "host"}, "network_mode: host"),
        ({"network_mode": "container:theirs"}, "network_mode: container:theirs"),
        ({"pid": "container:theirs"}, "pid: container:theirs"),
        ({"volumes_from": ["container:theirs"]}, "volumes_from: container:theirs"),
        ({"ipc": "container:theirs"}, "ipc: container:theirs"),
        ({"external_links": ["theirs"]}, "external_links: theirs"),
        (
            {"network_mode": "host", "pid": "container:theirs"},
            "network_mode: host, pid: container:theirs",
        ),
    ],
)
def test_what_cannot_be_isolated_is_refused(service: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError) as refused:
        isolate({"services": {"app": service}}, "x", {})
    assert refused.value.message == f"service 'app' can't be isolated: {words}"
    assert refused.value.hint == (
        "let the services of a test stack meet on a network of the same Compose file"
    )


def test_what_stays_inside_the_stack_is_let_in() -> None:
    service = {"image": "x", "network_mode": "service:db", "volumes_from": ["db"], "pid": "host"}
    found = isolate({"services": {"app": service, "db": {"image": "y"}}}, "x", {})
    assert found["services"]["app"] == {**service, "restart": "no", "labels": {}}


def test_an_engine_elsewhere() -> None:
    """Its loopback can't be reached from here, and a path of here would become a folder there."""
    bind = {"type": "bind", "source": "/repo/seed.sql", "target": "/s", "bind": {"x": 1}}
    volume = {"type": "volume", "source": "data", "target": "/data"}
    service = {"image": "x", "ports": [{"target": 80}], "volumes": [bind, volume]}
    found = isolate({"services": {"db": service}}, "x", {}, Reach("far", EVERYWHERE, remote=True))
    db = found["services"]["db"]
    assert db["ports"] == [{"target": 80, "host_ip": EVERYWHERE, "mode": "ingress"}]
    assert db["volumes"] == [{**bind, "bind": {"x": 1, "create_host_path": False}}, volume]
    here = isolate({"services": {"db": service}}, "x", {})["services"]["db"]
    assert here["volumes"] == [bind, volume]
