"""A clearinghouse's HTTP API on loopback, that can fail at any step and counts what it was sent."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

TOKEN = "token of the tests"


class Api:
    """A context manager: `sent` by idempotency key, `waiting` for us by number, `fail`: (path part, HTTP status or
    None for a cut line, times), before or after it did what it was asked.
    """

    def __init__(self) -> None:
        self.sent: dict[str, dict[str, Any]] = {}
        self.bodies: list[dict[str, Any]] = []
        self.waiting: dict[str, bytes] = {}
        self.statuses: dict[str, str] = {}
        self.answers: dict[str, str] = {}
        self.fail: tuple[str, int | None, int] = ("", None, 0)
        self.after = False
        self.headers: dict[str, str] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"api": self}))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    api: Api

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def _fails(self, after: bool) -> bool:
        part, status, times = self.api.fail
        if self.api.after != after or not times or part not in self.path:
            return False
        self.api.fail = (part, status, times - 1)
        if status is not None:
            self._answer({"error": "busy", "message": "patient DOE"}, status)
        else:
            self.close_connection = True
        return True

    def _answer(self, told: Any, status: int = 200) -> None:
        body = told if isinstance(told, bytes) else json.dumps(told).encode()
        self.send_response(status)
        for name, value in self.api.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _is_let_in(self) -> bool:
        if self.headers.get("Authorization") == f"Bearer {TOKEN}":
            return True
        self._answer({"error": "unauthorized"}, 401)
        return False

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if not self._is_let_in() or self._fails(after=False):
            return
        if self.path.endswith("/confirm"):
            number = self.path.split("/")[2]
            found = self.api.waiting.pop(number, None)
            if not self._fails(after=True):
                self._answer({} if found is not None else {"error": "not_found"}, 200 if found is not None else 404)
            return
        told = json.loads(body)
        key = self.headers["Idempotency-Key"]
        known = self.api.sent.get(key)
        if known is not None and known != told:
            self._answer({"error": "idempotency_conflict"}, 422)
            return
        self.api.sent[key] = told
        self.api.bodies.append(told)
        if not self._fails(after=True):
            answer = {"transactionId": f"T{list(self.api.sent).index(key)}", "status": "pending"}
            kind = self.path.split("/")[1]
            self._answer(answer | ({"x12": self.api.answers[kind]} if kind in self.api.answers else {}))

    def do_GET(self) -> None:
        if not self._is_let_in() or self._fails(after=False):
            return
        where = urlsplit(self.path)
        if where.path == "/polling/transactions":
            start = int(parse_qs(where.query).get("pageToken", ["0"])[0])
            numbers = list(self.api.waiting)
            items = [
                {"transactionId": one, "name": f"{one}.x12", "status": self.api.statuses.get(one, "processed")}
                for one in numbers[start : start + 2]
            ]
            more = {"nextPageToken": str(start + 2)} if len(numbers) > start + 2 else {}
            self._answer({"items": items, **more})
        else:
            self._answer(self.api.waiting[where.path.split("/")[2]])
