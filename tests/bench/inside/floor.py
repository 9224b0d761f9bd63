"""Run by `infra.py`: what the engine alone takes for a stack, asked by its own API; no more.

A network, containers, their start, their healthchecks, all of it away: whoever brings a stack up
and ends it waits for that. Prints the seconds, or nothing where the engine has no socket here.
"""

from __future__ import annotations

import json
import socket
import sys
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

from taskslib.cancellation import Cancellation
from taskslib.stacks.client import DockerClient
from taskslib.stacks.engine_api import FAMILY, socket_path
from tests.bench.measure import environment

_LOOK = 0.005
"""Seconds between two looks at the containers."""


class _Connection(HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("docker")
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(FAMILY or 0)
        self.sock.connect(self._path)


def main() -> None:
    """Bring up and end the services of a Compose file, by the name given."""
    path = socket_path(DockerClient(Cancellation(), environment()).address)
    if path:
        name, file = sys.argv[1:]
        services = yaml.safe_load(Path(file).read_text("utf-8"))["services"]
        sys.stdout.write(f"{_Engine(path).up_and_down(name, services)}\n")


class _Engine:
    def __init__(self, path: str) -> None:
        self._path = path

    def up_and_down(self, name: str, services: Mapping[str, Any]) -> float:
        """Return the seconds for both; whatever comes between, nothing is left."""
        began = time.perf_counter()
        self._asked("POST", "/networks/create", {"Name": name})
        made: list[str] = []
        try:
            for key, one in services.items():
                create = f"/containers/create?name={name}-{key}"
                made.append(self._asked("POST", create, _container(name, one))["Id"])
            self._each("POST", (f"/containers/{one}/start" for one in made))
            query = quote(json.dumps({"network": [name], "health": ["healthy"]}))
            while len(self._asked("GET", f"/containers/json?filters={query}")) < len(made):
                time.sleep(_LOOK)
        finally:
            self._each("DELETE", (f"/containers/{one}?force=1&v=1" for one in made))
            self._asked("DELETE", f"/networks/{name}")
        return time.perf_counter() - began

    def _each(self, method: str, paths: Iterable[str]) -> None:
        with ThreadPoolExecutor() as pool:
            list(pool.map(partial(self._asked, method), paths))

    def _asked(self, method: str, what: str, body: object = None) -> Any:
        connection = _Connection(self._path)
        headers = {"Content-Type": "application/json"}
        connection.request(method, what, json.dumps(body) if body else None, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise SystemExit(f"{method} {what}: {answer.status} {text}")
        return json.loads(text or "null")


def _container(network: str, service: Mapping[str, Any]) -> dict[str, Any]:
    """Return a service of `infra.py` as the API has a container."""
    inside = [f"{port.rpartition(':')[2]}/tcp" for port in service["ports"]]
    seconds = {"Interval": 5.0, "StartPeriod": 30.0, "StartInterval": 0.2}
    check = {"Test": service["healthcheck"]["test"]}
    return {
        "Image": service["image"],
        "Cmd": service["command"],
        "ExposedPorts": {one: {} for one in inside},
        "Healthcheck": check | {key: int(one * 1e9) for key, one in seconds.items()},
        "HostConfig": {
            "Init": True,
            "NetworkMode": network,
            "PortBindings": {one: [{"HostIp": "127.0.0.1"}] for one in inside},
        },
    }


if __name__ == "__main__":
    main()
