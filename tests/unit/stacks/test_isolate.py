"""Whatever a Compose file fixes, two instances of it share nothing."""

from __future__ import annotations

from typing import Any

import pytest

from taskslib.errors import ConfigError
from taskslib.stacks.isolate import isolate

LABELS = {"taskslib.name": "shop-test-x", "taskslib.branch": "a$b"}


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
                "build": {"context": "/src", "labels": {"taskslib.image": "shop-test-x"}},
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


@pytest.mark.parametrize(
    ("service", "words"),
    [
        ({"network_mode": "host"}, "network_mode: host"),
        ({"network_mode": "container:theirs"}, "network_mode: container:theirs"),
        ({"pid": "container:theirs"}, "pid: container:theirs"),
        ({"volumes_from": ["container:theirs"]}, "volumes_from: container:theirs"),
        ({"external_links": ["theirs"]}, "external_links: theirs"),
    ],
)
def test_what_cannot_be_isolated_is_refused(service: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError) as refused:
        isolate({"services": {"app": service}}, "x", {})
    assert refused.value.message == f"service 'app' can't be isolated: {words}"
    assert refused.value.hint
