"""A question to the engine's socket: what comes back, and all the ways in which nothing does."""

from __future__ import annotations

import json
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from taskslib.cancellation import Cancellation
from taskslib.errors import Interrupted
from taskslib.stacks.engine_api import FAMILY, asked, socket_path

pytestmark = pytest.mark.skipif(FAMILY is None, reason="there are no Unix sockets")
OK = b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n"
Serve = Callable[[bytes], tuple[str, list[bytes]]]


@pytest.fixture
def short() -> Iterator[Path]:
    """Return a folder with a short name: that of a socket has some hundred bytes at most."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        yield Path(folder)


@pytest.fixture
def serve(short: Path) -> Iterator[Serve]:
    """Return what has one answer given on a socket: its file, and where the request will be."""
    listening: list[socket.socket] = []

    def begin(answer: bytes) -> tuple[str, list[bytes]]:
        path, requests = str(short / f"{len(listening)}.sock"), []
        server = socket.socket(FAMILY or 0)
        server.bind(path)
        server.listen()
        listening.append(server)

        def answering() -> None:
            connection, _ = server.accept()
            with connection:
                requests.append(connection.recv(4096))
                connection.sendall(answer)

        threading.Thread(target=answering, daemon=True).start()
        return path, requests

    yield begin
    for one in listening:
        one.close()


def test_what_it_answers(serve: Serve) -> None:
    told = [{"Id": "1f", "Labels": {"a": "ü" * 100_000}}]
    path, requests = serve(OK + json.dumps(told).encode())
    query = {"filters": '{"label":["a=b&c"]}', "all": "1"}
    assert asked(path, "/containers/json", query, lambda: None) == told
    assert requests == [
        b"GET /containers/json?filters=%7B%22label%22%3A%5B%22a%3Db%26c%22%5D%7D&all=1 HTTP/1.0\r\n"
        b"Host: docker\r\n\r\n"
    ]


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.0 500 Internal Server Error\r\n\r\n{}",
        b"HTTP/1.0 200 OK\r\n\r\n[{",
        b"HTTP/1.0 200 OK\r\n\r\n\xff",
        b"nonsense",
    ],
)
def test_what_is_no_answer(serve: Serve, answer: bytes) -> None:
    path, _ = serve(answer)
    assert asked(path, "/x", {}, lambda: None) is None


def test_nobody_there(tmp_path: Path) -> None:
    assert asked(str(tmp_path / "none.sock"), "/x", {}, lambda: None) is None
    assert asked("/" + "x" * 200, "/x", {}, lambda: None) is None  # too long for a socket


def test_it_ends_where_the_run_does(short: Path) -> None:
    path = str(short / "silent.sock")
    cancellation, ended = Cancellation(), threading.Event()
    with socket.socket(FAMILY or 0) as server:
        server.bind(path)
        server.listen()

        def taken() -> None:
            with server.accept()[0]:
                cancellation.request(2)
                ended.wait()

        ending = threading.Thread(target=taken, daemon=True)
        ending.start()
        try:
            with pytest.raises(Interrupted):
                asked(path, "/x", {}, cancellation.check)
        finally:
            ended.set()
        ending.join()


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("", "/var/run/docker.sock"),
        ("unix:///run/user/1000/docker.sock", "/run/user/1000/docker.sock"),
        ("tcp://127.0.0.1:2375", ""),
        ("ssh://me@box", ""),
        ("npipe:////./pipe/docker_engine", ""),
    ],
)
def test_where_the_socket_is(address: str, expected: str) -> None:
    assert socket_path(address) == expected
