"""A clearinghouse's HTTP API: X12 inside JSON, a bearer token, an idempotency key for everything that is sent."""

import email.utils
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import httpx

from rehabill.office.exchange.connectors.connector import Outgoing, Receipt, Remote
from rehabill.office.exchange.connectors.errors import NotLetIn, Refused, Unreachable
from rehabill.office.exchange.connectors.http_words import SEND, status
from rehabill.office.exchange.connectors.secrets import secret
from rehabill.office.exchange.connectors.settings import PartnerSettings

_MOST_PAGES = 1_000


class HttpConnector:
    """Redirects are not followed: a token goes only where the settings say."""

    def __init__(self, partner: str, settings: PartnerSettings) -> None:
        self._partner = partner
        self._settings = settings
        self._client: httpx.Client | None = None

    def __enter__(self) -> Self:
        token = secret(self._settings.token or "", "by.token")
        self._client = httpx.Client(
            base_url=self._settings.url.rstrip("/") + "/",
            headers={"Authorization": f"Bearer {token}"},
            timeout=self._settings.timeout_seconds,
            follow_redirects=False,
            trust_env=False,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            self._client.close()

    def send(self, file: Outgoing, laid_down: Callable[[], None]) -> Receipt:
        """The key makes a repeat harmless, so there is nothing to lay down first."""
        body = {"x12": file.content.decode("latin-1")}
        told = self._json(self._ask("POST", SEND[file.kind], json=body, headers={"Idempotency-Key": file.key}))
        answer = told.get("x12")
        return Receipt(
            reference=_text(told, "transactionId"), answer=answer.encode("latin-1") if isinstance(answer, str) else None
        )

    def list(self) -> list[Remote]:
        found: list[Remote] = []
        page: str | None = None
        for _ in range(_MOST_PAGES):
            query = {"pageToken": page} if page else {}
            told = self._json(self._ask("GET", "polling/transactions", params=query))
            items = told.get("items")
            for one in items if isinstance(items, list) else []:
                if isinstance(one, dict) and status(one.get("status")) == "ready":
                    number = _text(one, "transactionId")
                    found.append(Remote(id=number, name=str(one.get("name") or number), size=one.get("size")))
            page = told.get("nextPageToken")
            if not page:
                return found
        return found

    def fetch(self, remote: Remote) -> bytes:
        return self._ask("GET", f"transactions/{_safe(remote.id)}/output").content

    def confirm(self, remote: Remote) -> None:
        self._ask("POST", f"transactions/{_safe(remote.id)}/confirm", gone_is_fine=True)

    def _ask(self, method: str, path: str, gone_is_fine: bool = False, **fields: Any) -> httpx.Response:
        assert self._client is not None
        try:
            response = self._client.request(method, path, **fields)
        except httpx.TimeoutException:
            raise Unreachable(f"{self._partner}: no answer within {self._settings.timeout_seconds} s") from None
        except httpx.HTTPError as error:
            raise Unreachable(
                f"{self._partner}: the line was cut, or nobody answers ({type(error).__name__})"
            ) from None
        if not response.is_success and not (gone_is_fine and response.status_code in (404, 409, 410)):
            raise self._trouble(response)
        return response

    def _trouble(self, response: httpx.Response) -> Unreachable | Refused:
        code = response.status_code
        if code in (401, 403):
            return NotLetIn(f"{self._partner}: it does not take our token (HTTP {code}): renew it, and look at `token`")
        if code in (408, 425, 429) or code >= 500:
            return Unreachable(f"{self._partner}: it is busy or has trouble (HTTP {code})", _pause(response))
        if code in (301, 302, 303, 307, 308):
            return Refused(f"{self._partner}: it sends us elsewhere (HTTP {code}): look at `url`")
        return Refused(f"{self._partner}: it does not take this (HTTP {code}{_code_of(response)})")

    def _json(self, response: httpx.Response) -> dict[str, Any]:
        try:
            told = response.json()
        except ValueError:
            told = None
        if not isinstance(told, dict):
            raise Unreachable(f"{self._partner}: its answer is no JSON object (HTTP {response.status_code})")
        return told


def _text(told: dict[str, Any], name: str) -> str:
    found = told.get(name)
    if not isinstance(found, str | int) or not str(found):
        raise Unreachable(f"its answer has no {name}")
    return str(found)


def _safe(number: str) -> str:
    """A number of theirs inside a path: nothing that leads elsewhere."""
    if not all(letter.isalnum() or letter in "-_." for letter in number) or set(number) <= {"."}:
        raise Refused("a transaction there has a number that is none")
    return number


def _code_of(response: httpx.Response) -> str:
    """Its word for the error: one word only, since sentences may repeat what we sent."""
    try:
        word = str(response.json().get("error", ""))
    except (ValueError, AttributeError):
        return ""
    return f", {word}" if word and len(word) <= 40 and word.replace("_", "").replace("-", "").isalnum() else ""


def _pause(response: httpx.Response) -> float | None:
    """Retry-After, in seconds or as a date."""
    said = response.headers.get("Retry-After", "")
    if said.isdigit():
        return float(said)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(said).timestamp() - time.time()) if said else None
    except ValueError:
        return None
