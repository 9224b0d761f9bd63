"""What leads nowhere on a Swarm without IPVS."""

from __future__ import annotations

from typing import Any

from taskslib.deploy.balancing import balanced


def test_names_that_others_call_and_ports_of_the_routing_mesh() -> None:
    services: dict[str, Any] = {
        "database": {},
        "cache": {"deploy": {"endpoint_mode": "dnsrr"}},
        "migrate": {"depends_on": {"database": {"condition": "service_healthy"}}},
        "web": {
            "depends_on": {
                "cache": {"condition": "service_started"},
                "migrate": {"condition": "service_completed_successfully"},
            },
            "ports": [{"target": 80, "mode": "host"}, {"target": 81, "mode": "ingress"}],
        },
    }
    assert list(balanced({"services": services})) == [
        "database: the kernel has no IPVS, so others don't reach it by its name; "
        "`deploy: {endpoint_mode: dnsrr}`",
        "web: the kernel has no IPVS, so port 81 does not answer; `mode: host`",
    ]
