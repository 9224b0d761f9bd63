"""The external rates API as a handler for httpx2's mocked transport."""

from collections.abc import Callable

import httpx2

Handler = Callable[[httpx2.Request], httpx2.Response]


class RatesApi:
    """The external API: set `answer` to what it shall answer, look at `asked`."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answer: Handler = lambda _: httpx2.Response(200, json={"rate": "1.0825"})

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request.url.path)
        return self.answer(request)
