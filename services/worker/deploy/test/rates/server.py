"""A stand-in for the external rates API, with the faults that a test orders.

    GET /rates/USD                         200 {"currency": "USD", "rate": "1.0825"}, or 404
    PUT /control/USD  {"fail": 2}          the next two calls for USD are answered with 503
    PUT /control/USD  {"hold": true}       calls for USD wait, until {"hold": false}
    GET /control/USD                       200 {"calls": 3, "waiting": 1}

Control is by currency, so that tests that run at once don't meet if each has its own.
"""

import json
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition

RATES = {
    "CHF": "0.9412",
    "CZK": "25.17",
    "DKK": "7.4601",
    "GBP": "0.8421",
    "JPY": "163.55",
    "NOK": "11.712",
    "PLN": "4.2705",
    "SEK": "11.243",
    "USD": "1.0825",
}
LONGEST_HOLD = 300.0


@dataclass
class Control:
    """What a test wants of a currency, and what has happened."""

    fail: int = 0
    hold: bool = False
    calls: int = 0
    waiting: int = 0


CONTROLS = {currency: Control() for currency in RATES}
CHANGED = Condition()  # guards the controls; notified when one changes


class Handler(BaseHTTPRequestHandler):
    """One request."""

    def do_GET(self) -> None:
        """Answer with a rate, or with a currency's counts."""
        if self.path == "/health":
            self.answer(HTTPStatus.OK, {"status": "ok"})
            return
        kind, _, currency = self.path.strip("/").partition("/")
        if currency not in RATES or kind not in {"rates", "control"}:
            self.answer(HTTPStatus.NOT_FOUND, {"detail": f"nothing at {self.path}"})
        elif kind == "rates":
            self.rate(currency)
        else:
            control = CONTROLS[currency]
            self.answer(HTTPStatus.OK, {"calls": control.calls, "waiting": control.waiting})

    def do_PUT(self) -> None:
        """Take a test's orders."""
        kind, _, currency = self.path.strip("/").partition("/")
        wanted = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if kind != "control" or currency not in RATES:
            self.answer(HTTPStatus.NOT_FOUND, {"detail": f"nothing at {self.path}"})
            return
        with CHANGED:
            control = CONTROLS[currency]
            control.fail = wanted.get("fail", control.fail)
            control.hold = wanted.get("hold", control.hold)
            CHANGED.notify_all()
        self.answer(HTTPStatus.OK, wanted)

    def rate(self, currency: str) -> None:
        """Wait while the currency is held, fail if it is to fail, else tell the rate."""
        control = CONTROLS[currency]
        with CHANGED:
            control.calls += 1
            control.waiting += 1
            CHANGED.wait_for(lambda: not control.hold, LONGEST_HOLD)
            control.waiting -= 1
            fails = control.fail > 0
            control.fail -= fails
        if fails:
            self.answer(HTTPStatus.SERVICE_UNAVAILABLE, {"detail": "told to fail"})
        else:
            self.answer(HTTPStatus.OK, {"currency": currency, "rate": RATES[currency]})

    def answer(self, status: HTTPStatus, body: object) -> None:
        """Send JSON, if the one who asked is still there."""
        content = json.dumps(body).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except ConnectionError:
            self.log_message("%s", "nobody waits for this answer any more")


if __name__ == "__main__":
    ThreadingHTTPServer(("0.0.0.0", 8000), Handler).serve_forever()  # noqa: S104 - a container
