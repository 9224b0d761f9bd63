"""A Compose configuration as a Swarm takes it."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

import pytest

from taskslib.deploy.stackfile import left_out, stack_file
from taskslib.errors import ConfigError

FULL: dict[str, Any] = {
    "name": "shop-prod",
    "services": {
        "migrate": {"image": "r/web@sha256:1", "command": None, "restart": "always"},
        "web": {
            "image": "r/web@sha256:1",
            "build": {"context": "/src"},
            "command": ["serve"],
            "configs": [{"source": "settings", "target": "/s", "mode": "0440"}],
            "container_name": "web",
            "cpus": 0.5,
            "depends_on": {"migrate": {"condition": "service_completed_successfully"}},
            "deploy": {
                "placement": {},
                "resources": {
                    "limits": {"memory": "64"},
                    "reservations": {"devices": [{"capabilities": ["gpu"]}], "cpus": 0.25},
                },
            },
            "entrypoint": None,
            "environment": {"A": "b$$c"},
            "extra_hosts": ["db=10.0.0.1", "six=fd00::1"],
            "healthcheck": {"test": ["CMD", "true"], "start_period": "9s", "start_interval": "1s"},
            "mem_limit": "128",
            "networks": {"default": None, "back": {"aliases": ["w"], "priority": 3}},
            "ports": [
                {"mode": "host", "target": 80, "published": "8080", "protocol": "tcp", "name": "x"},
                {"mode": "ingress", "target": 81, "protocol": "tcp"},
            ],
            "pids_limit": 9,
            "privileged": True,
            "profiles": ["x"],
            "pull_policy": "never",
            "restart": "on-failure:3",
            "scale": 2,
            "volumes": [
                {"type": "volume", "source": "data", "target": "/data", "volume": {}},
                {"type": "bind", "source": "/etc/x", "target": "/x", "bind": {}},
                {"type": "tmpfs", "target": "/t", "tmpfs": {"size": "1000"}},
            ],
            "x-mine": {"a": 1},
        },
    },
    "networks": {"default": {"name": "n", "ipam": {}}, "back": {"name": "b", "enable_ipv6": True}},
    "volumes": {"data": {"name": "shop-prod_data"}},
    "configs": {"settings": {"name": "s", "file": "/etc/hostname"}},
}  # fmt: skip


def test_what_a_swarm_takes() -> None:
    assert stack_file(FULL, ["web"]) == {
        "services": {
            "web": {
                "image": "r/web@sha256:1",
                "command": ["serve"],
                "configs": [{"source": "settings", "target": "/s", "mode": 0o440}],
                "deploy": {
                    "placement": {},
                    "replicas": 2,
                    "resources": {
                        "limits": {"cpus": "0.5", "memory": "64", "pids": 9},
                        "reservations": {"cpus": "0.25"},
                    },
                    "restart_policy": {"condition": "on-failure", "max_attempts": 3},
                },
                "environment": {"A": "b$$c"},
                "extra_hosts": ["db:10.0.0.1", "six:fd00::1"],
                "healthcheck": FULL["services"]["web"]["healthcheck"],
                "networks": {"default": {}, "back": {"aliases": ["w"]}},
                "ports": [
                    {"mode": "host", "target": 80, "published": 8080, "protocol": "tcp"},
                    {"mode": "ingress", "target": 81, "protocol": "tcp"},
                ],
                "volumes": [
                    *FULL["services"]["web"]["volumes"][:2],
                    {"type": "tmpfs", "target": "/t", "tmpfs": {"size": 1000}},
                ],
            }
        },
        "networks": {"default": {"name": "n", "ipam": {}}, "back": {"name": "b"}},
        "volumes": {"data": {"name": "shop-prod_data"}},
        "configs": {"settings": {"name": "s", "file": "/etc/hostname"}},
    }


@pytest.mark.skipif(shutil.which("docker") is None, reason="not installed: docker")
def test_its_client_refuses_nothing_of_it() -> None:
    """The schema that decides is docker's own; no engine is asked."""
    config = json.dumps(stack_file(FULL, FULL["services"]))
    done = subprocess.run(
        ["docker", "stack", "config", "--compose-file", "-"],
        input=config,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "A: b$c" in done.stdout


def test_what_is_left_out_is_said() -> None:
    assert list(left_out(FULL)) == [
        "web: a Swarm has no container_name, deploy.resources.reservations.devices, "
        "networks.back.priority, privileged; left out",
        "web: /etc/x must be there on each node that it may run on",
        "network back: a Swarm has no enable_ipv6; left out",
    ]


def test_a_port_that_only_one_task_can_have_is_said_of_what_starts_first() -> None:
    first = {"update_config": {"order": "start-first"}}
    ports = [{"mode": "host", "target": 80, "published": "80"}]
    web = {"image": "w", "ports": ports, "deploy": first}
    assert list(left_out({"services": {"web": web}})) == [
        "web: a port in mode host is the old task's; take `order: start-first` out"
    ]
    assert list(left_out({"services": {"web": {**web, "deploy": None}}})) == []
    ports[0]["mode"] = "ingress"
    assert list(left_out({"services": {"web": web}})) == []


@pytest.mark.parametrize(
    ("restart", "policy"),
    [
        ("no", {"condition": "none"}),
        ("always", {"condition": "any"}),
        ("unless-stopped", {"condition": "any"}),
        ("on-failure", {"condition": "on-failure"}),
        (None, None),
    ],
)
def test_restart_policies(restart: str | None, policy: dict[str, Any] | None) -> None:
    found = stack_file({"services": {"web": {"image": "w", "restart": restart}}}, ["web"])
    assert found["services"]["web"]["deploy"].get("restart_policy") == policy


def test_a_one_shot_is_not_started_again_and_the_section_deploy_wins() -> None:
    found = stack_file(FULL, ["migrate"])["services"]["migrate"]
    assert found == {"image": "r/web@sha256:1", "deploy": {"restart_policy": {"condition": "none"}}}
    own = {"restart_policy": {"condition": "any"}, "replicas": 3}
    service = {"image": "w", "restart": "no", "scale": 1, "deploy": own}
    assert stack_file({"services": {"web": service}}, ["web"])["services"]["web"]["deploy"] == own


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"services": {"web": {"ports": [{"host_ip": "127.0.0.1", "published": "80"}]}}},
         "web publishes 80 at 127.0.0.1 only, and a Swarm publishes at all addresses"),
        ({"services": {"web": {"ports": [{"target": 80, "published": "80-90"}]}}},
         "web publishes 80-90: a Swarm takes one port"),
        ({"services": {}, "configs": {"a": {"name": "a", "content": "x"}}},
         "configs.a: a Swarm takes no `content`"),
        ({"services": {}, "secrets": {"a": {"name": "a", "environment": "X"}}},
         "secrets.a: a Swarm takes no `environment`"),
    ],
)  # fmt: skip
def test_what_would_be_something_else_is_refused(config: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError) as found:
        list(left_out(config))
    assert found.value.message == words
