"""How a service can be asked whether it answers: by what its image has, and where it listens.

What comes of it is a suggestion: whether a port that answers is all that others wait for, only
who wrote the service knows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from taskslib.lint.environments import Environment
from taskslib.lint.known import PUBLIC, Image
from taskslib.lint.ports import ports
from taskslib.lint.stack import Service
from taskslib.lint.texts import default

_QUICK = (
    "interval: 5s",
    "timeout: 5s",
    "retries: 10",
    "start_period: 30s",
    "start_interval: 200ms",
)
_CALM = ("interval: 30s", "timeout: 10s", "retries: 3", "start_period: 60s", "start_interval: 1s")

_BASH = ("bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/PORT")
_CURL = ("curl", "--noproxy", "*", "-sS", "-o", "/dev/null", "http://127.0.0.1:PORT/")
_NC = ("nc", "-z", "127.0.0.1", "PORT")
_ASKS: dict[str, tuple[str, ...]] = {
    "python": ("python", "-c", "import socket; socket.create_connection(('127.0.0.1', PORT), 2)"),
    "node": (
        "node",
        "-e",
        (
            "require('net').connect(PORT, '127.0.0.1').on('connect', () => process.exit(0))"
            ".on('error', () => process.exit(1))"
        ),
    ),
    "php": ("php", "-r", "exit(@fsockopen('127.0.0.1', PORT) ? 0 : 1);"),
    "ruby": ("ruby", "-rsocket", "-e", "TCPSocket.new('127.0.0.1', PORT).close"),
    "nginx": _CURL,
    "alpine": _NC,
    "busybox": _NC,
}
"""Commands that official images have, by the image; `PORT` is its port."""
_OF_DEBIAN = (
    "debian", "eclipse-temurin", "golang", "httpd", "memcached", "rust", "tomcat", "ubuntu",
)  # fmt: skip
"""Official images that have bash, but for their variants on Alpine Linux."""
_PORTS = {"httpd": "80", "nginx": "80", "tomcat": "8080"}
"""What images listen on that are no datastores, as long as nobody tells them otherwise."""
_PORT = re.compile(r"\d+")


def healthcheck(test: str, environment: Environment | None) -> str:
    """Return a healthcheck in one line, with the times that its environment has."""
    return f"healthcheck: {{test: {test}, {', '.join(times(environment))}}}"


def times(environment: Environment | None) -> tuple[str, ...]:
    """Return how often health is asked for, and for how long a start may take."""
    return _QUICK if environment is Environment.TEST else _CALM


def suggestion(service: Service, environment: Environment | None) -> str:
    """Return a healthcheck that can be pasted as it stands; else what is to be written."""
    asks, port = _asks(service.image), next(_listens(service), "")
    if asks and port:
        words = ["CMD", *(one.replace("PORT", port) for one in asks)]
        return healthcheck(json.dumps(words), environment)
    if port:
        why = "what its image has to ask with is not known here"
    else:
        why = "no `ports`, `expose` or EXPOSE says where it listens"
    return f"write what ends with 0 once it is ready ({why}): " + healthcheck(
        "[CMD, COMMAND]", environment
    )


def _asks(image: Image | None) -> tuple[str, ...]:
    """Return a command of the image's that ends well where something listens on PORT."""
    if image is None or image.folder not in PUBLIC:
        return ()
    if image.name == "nginx" and "slim" in image.tag:  # Alpine Linux without curl
        return _NC
    if image.name in _OF_DEBIAN:
        return _NC if "alpine" in image.tag else _BASH
    return _ASKS.get(image.name, ())


def _listens(service: Service) -> Iterator[str]:
    """Yield the ports that a service says it listens on by TCP, the likeliest first."""
    for port in ports(service.node):
        if port.protocol.lower() in {"", "tcp"}:
            yield from ([told] if (told := default(port.target) or "").isdecimal() else ())
    for one in (service.node.get("expose") or service.node).each():
        yield from _written(one.value.text)
    build = service.build
    exposed = build.file.last("EXPOSE", build.target) if build and build.file else None
    for word in exposed.value.split() if exposed else ():
        yield from _written(word)
    image = service.image
    if image is not None:
        known = image.datastore.ports if image.datastore else ()
        yield from (*known, *([_PORTS[image.name]] if image.name in _PORTS else ()))


def _written(text: str) -> Iterator[str]:
    told = default(text) or ""
    port, _, protocol = told.partition("/")
    if _PORT.fullmatch(port) and protocol.lower() in {"", "tcp"}:
        yield port
