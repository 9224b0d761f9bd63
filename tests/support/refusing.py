"""A registry that refuses: what it answers is given, and what it was asked is kept.

It wants a token first, as those of GitHub, Docker and Gitea do: `WWW-Authenticate: Bearer` says
where that is to be had.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

CODES = {
    401: "UNAUTHORIZED",
    403: "DENIED",
    404: "MANIFEST_UNKNOWN",
    405: "UNSUPPORTED",
    429: "TOOMANYREQUESTS",
    500: "UNKNOWN",
    503: "UNAVAILABLE",
}


@dataclass
class Refusing:
    """A registry that runs."""

    host: str
    asked: list[str] = field(default_factory=list)
    """Method and path of each request, and the kind of its authorization."""


@contextmanager
def refusing(manifests: int, *, token: int = 200, rest: int = 403) -> Iterator[Refusing]:
    """Run such a registry on a loopback port.

    Args:
        manifests: What it answers who asks for a manifest, with a token.
        token: What it answers who asks for a token.
        rest: What it answers to all else: blobs, uploads.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 — its name there
            """Keep quiet."""

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            kind = (self.headers.get("Authorization") or "nobody").partition(" ")[0]
            running.asked.append(f"{self.command} {self.path.partition('?')[0]} {kind}")
            if self.path.startswith("/token"):
                self.answer(token, {"token": "t", "access_token": "t"})
            elif kind != "Bearer":
                realm = f'Bearer realm="http://{running.host}/token",service="registry"'
                self.answer(401, {}, ("WWW-Authenticate", realm))
            else:
                self.answer(manifests if "/manifests/" in self.path else rest, {})

        do_HEAD = do_POST = do_PUT = do_PATCH = do_GET  # noqa: N815

        def answer(self, status: int, told: dict[str, Any], *headers: tuple[str, str]) -> None:
            if status >= 400:
                told = {"errors": [{"code": CODES[status], "message": "not for you"}]}
            body = json.dumps(told).encode()
            self.send_response(status)
            lengths = (("Content-Type", "application/json"), ("Content-Length", str(len(body))))
            for name, value in (*headers, *lengths):
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running = Refusing(f"127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
