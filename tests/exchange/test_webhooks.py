"""Only the partner's own word is believed."""

import base64
import datetime as dt
import hashlib
import hmac

import pytest

from rehabill.office.exchange.connectors.errors import Refused
from rehabill.office.exchange.connectors.webhooks import verify

NOW = dt.datetime(2026, 3, 9, 8, 0, tzinfo=dt.UTC)
SECRET = "whsec_" + base64.b64encode(b"of the tests").decode()
BODY = b'{"type": "transaction.processed", "transactionId": "A1"}'


def headers(body: bytes = BODY, secret: bytes = b"of the tests", at: dt.datetime = NOW) -> dict[str, str]:
    moment = str(int(at.timestamp()))
    signed = base64.b64encode(hmac.new(secret, f"msg_1.{moment}.".encode() + body, hashlib.sha256).digest()).decode()
    return {"Webhook-Id": "msg_1", "Webhook-Timestamp": moment, "Webhook-Signature": f"v1,{signed}"}


def test_a_signed_word() -> None:
    event = verify(headers(), BODY, [SECRET], NOW)
    assert (event.type, event.transaction) == ("transaction.processed", "A1")


def test_an_old_and_a_new_secret() -> None:
    other = "whsec_" + base64.b64encode(b"another").decode()
    assert verify(headers(), BODY, [other, SECRET], NOW)
    both = headers() | {"Webhook-Signature": "v1,AAAA " + headers()["Webhook-Signature"]}
    assert verify(both, BODY, [SECRET], NOW)


def test_a_vector_of_the_published_standard() -> None:
    """The example of the Standard Webhooks specification's own test suites."""
    secret, number, moment = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330"
    given = {
        "webhook-id": number, "webhook-timestamp": moment,
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }  # fmt: skip
    at = dt.datetime.fromtimestamp(int(moment), dt.UTC)
    with pytest.raises(Refused, match="cannot be read"):  # it is signed; its body says nothing to us
        verify(given, b'{"test": 2432232314}', [secret], at)
    with pytest.raises(Refused, match="signature"):
        verify(given, b'{"test": 2432232315}', [secret], at)


@pytest.mark.parametrize(
    ("given", "body", "at", "why"),
    [
        (headers(secret=b"another"), BODY, NOW, "signature"),
        (headers(), BODY.replace(b"A1", b"A2"), NOW, "signature"),
        (headers() | {"Webhook-Signature": "v1," + "é" * 44}, BODY, NOW, "signature"),
        (headers(), BODY, NOW + dt.timedelta(minutes=6), "too late"),
        (headers(), BODY, NOW - dt.timedelta(minutes=6), "too early"),
        ({}, BODY, NOW, "without"),
        (headers() | {"Webhook-Timestamp": "9" * 30}, BODY, NOW, "time"),
        (headers(b"[]"), b"[]", NOW, "cannot be read"),
    ],
)
def test_anything_else_is_refused(given: dict[str, str], body: bytes, at: dt.datetime, why: str) -> None:
    with pytest.raises(Refused, match=why):
        verify(given, body, [SECRET], at)
