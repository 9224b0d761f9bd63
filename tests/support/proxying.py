"""A proxy before a registry, which answers by itself where a test wants that, or dies there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase
from threading import Event, Thread

from tests.support.registry import Running

DIES = -1
"""Instead of a status: it neither answers nor listens any more."""
_HOPS = {"connection", "transfer-encoding", "content-length"}


@dataclass(frozen=True)
class Proxy:
    """A proxy that runs."""

    host: str


class _Server(ThreadingHTTPServer):
    def __init__(self, behind: str, answers: Callable[[str, str], int]) -> None:
        self.behind = behind
        self.answers = answers
        self.dead = Event()
        super().__init__(("127.0.0.1", 0), _Handler)

    def die(self) -> None:
        if not self.dead.is_set():
            self.dead.set()
            self.shutdown()
            self.socket.close()


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 — its name there
        """Keep quiet."""

    def do_GET(self) -> None:
        body = _body(self.rfile, self.headers.get)
        dead = self.server.dead.is_set()
        status = DIES if dead else self.server.answers(self.command, self.path)
        if status == DIES:
            self.server.die()
            self.close_connection = True
        elif status:
            self.answer(status, [("Content-Type", "text/plain")], b"not now")
        else:
            self.forward(body)

    do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815

    def forward(self, body: bytes) -> None:
        behind = HTTPConnection(self.server.behind)
        behind.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():  # some of them several times
            if name.lower() not in _HOPS:
                behind.putheader(name, value)
        behind.putheader("Content-Length", str(len(body)))
        behind.endheaders(body)
        told = behind.getresponse()
        headers = [one for one in told.getheaders() if one[0].lower() not in _HOPS]
        length = told.getheader("Content-Length") if self.command == "HEAD" else None
        self.answer(told.status, headers, told.read(), length)
        behind.close()

    def answer(
        self, status: int, headers: list[tuple[str, str]], body: bytes, length: str | None = None
    ) -> None:
        self.send_response(status)
        for name, value in (*headers, ("Content-Length", length or str(len(body)))):
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


@contextmanager
def proxied(store: Running, answers: Callable[[str, str], int]) -> Iterator[Proxy]:
    """Run such a proxy on a loopback port.

    Args:
        store: The registry behind it.
        answers: From method and path to the status that it answers with; 0 lets it through.
    """
    server = _Server(store.host, answers)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Proxy(f"127.0.0.1:{server.server_port}")
    finally:
        server.die()
        server.server_close()
        thread.join()


def _body(stream: BufferedIOBase, header: Callable[[str], str | None]) -> bytes:
    """Return what a request brings, also where it comes in chunks."""
    if header("Transfer-Encoding") != "chunked":
        return stream.read(int(header("Content-Length") or 0))
    found = b""
    while size := int(stream.readline().partition(b";")[0], 16):
        found += stream.read(size)
        stream.readline()
    stream.readline()
    return found
