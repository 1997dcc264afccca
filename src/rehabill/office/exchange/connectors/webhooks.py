"""Words that a partner sends us by itself, believed only when they are signed (Standard Webhooks)."""

import base64
import binascii
import datetime as dt
import hashlib
import hmac
from collections.abc import Mapping, Sequence

import msgspec

from rehabill.office.exchange.connectors.errors import Refused

_TOLERANCE = dt.timedelta(minutes=5)
_PREFIX = "whsec_"


class Event(msgspec.Struct, frozen=True):
    """Something happened there: what, and to which transaction. A reason to sync, and no more."""

    type: str
    transaction: str = msgspec.field(name="transactionId", default="")


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: dt.datetime) -> Event:
    """The event of a call. Several secrets: while one takes over from another. Raises `Refused`."""
    given = {name.lower(): value for name, value in headers.items()}
    number, moment, signatures = (given.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not (number and moment.isdigit() and signatures):
        raise Refused("a webhook came without number, time or signature")
    try:
        sent = dt.datetime.fromtimestamp(int(moment), dt.UTC)
    except (ValueError, OverflowError, OSError):
        raise Refused("a webhook came with a time that is none") from None
    if abs(now - sent) > _TOLERANCE:
        raise Refused("a webhook came too late or too early: look at the clocks, or somebody repeats an old one")
    signed = f"{number}.{moment}.".encode() + body
    told = [one[3:] for one in signatures.split() if one.startswith("v1,")]
    if not any(hmac.compare_digest(_signature(one, signed), each.encode()) for one in secrets for each in told):
        raise Refused("a webhook came with a signature that is not the partner's")
    try:
        return msgspec.json.decode(body, type=Event)
    except msgspec.DecodeError:
        raise Refused("a webhook came that cannot be read") from None


def _signature(secret: str, signed: bytes) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        key = secret.encode()
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
