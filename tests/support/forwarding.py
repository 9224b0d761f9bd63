"""The engine of this machine at an address of TCP, as that of another machine would be."""

from __future__ import annotations

import socket
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread

from taskslib.stacks.engine_api import FAMILY, socket_path


@contextmanager
def by_tcp(address: str) -> Iterator[str]:
    """Forward connections to an engine's socket; yield what DOCKER_HOST is for them."""
    path = socket_path(address)

    class Forward(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.socket(FAMILY or 0) as engine:
                engine.connect(path)
                there = Thread(target=_pump, args=(self.request, engine))
                there.start()
                _pump(engine, self.request)
                there.join()

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    with Server(("127.0.0.1", 0), Forward) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"tcp://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
    for one, how in ((target, socket.SHUT_WR), (source, socket.SHUT_RD)):
        with suppress(OSError):
            one.shutdown(how)
