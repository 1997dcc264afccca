"""What came and went, for a person to read."""

import datetime as dt
from heapq import merge
from itertools import islice

import msgspec

from rehabill.office.exchange.models import Arrival, Egress, Transmission


class Passed(msgspec.Struct, frozen=True):
    """A file that came or went."""

    at: dt.datetime
    way: str
    name: str
    kind: str
    partner: str
    state: str
    what: str


class Left(msgspec.Struct, frozen=True):
    """Bytes that left, or may have."""

    at: dt.datetime
    what: str
    name: str
    size: int
    sha256: str
    where: str
    words: str


def files(limit: int) -> list[Passed]:
    """The newest first."""
    out = Transmission.objects.order_by("-file__at", "-id").values_list(
        "file__at", "file__name", "file__kind", "partner__name", "state", "receipt", "trouble"
    )
    came = Arrival.objects.order_by("-at", "-id").values_list(
        "at", "name", "file__kind", "partner__name", "state", "why"
    )
    went = [
        Passed(at, "out", name, kind, partner, state, receipt or trouble)
        for at, name, kind, partner, state, receipt, trouble in out[:limit]
    ]
    arrived = [
        Passed(at, "in", name, kind or "", partner or "by hand", state, why)
        for at, name, kind, partner, state, why in came[:limit]
    ]
    return list(islice(merge(went, arrived, key=lambda one: one.at, reverse=True), limit))


def left(limit: int) -> list[Left]:
    """The newest first."""
    rows = Egress.objects.order_by("-id").values_list(
        "at", "what", "transmission__file__name", "size", "sha256", "where", "words"
    )
    return [Left(*row) for row in rows[:limit]]
