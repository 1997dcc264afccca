"""Journal entries: what happened, as postings that sum to zero. An entry never changes; a wrong one is reversed."""

import datetime as dt
from collections.abc import Iterable, Mapping

import msgspec

from rehabill.base.errors import RehabillError
from rehabill.ledger.chart import CHART


class UnbalancedEntry(RehabillError):
    """Postings that do not sum to zero, or stand on no account: an error of the program, never of a remittance."""


class Place(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Where cents stand: the account and what they concern. Equal places are one balance."""

    account: str
    party: str = ""
    order: str = ""
    """Of an insurer: P first, S second, T third payer of the claim."""
    claim: str = ""
    line: str = ""
    reason: str = ""


class Posting(msgspec.Struct, frozen=True, gc=False):
    """Cents moved at a place: positive debits, negative credits."""

    place: Place
    cents: int


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One event in the books. `source` ties it to what caused it (a claim's version, a payment's claim, a person)."""

    day: dt.date
    kind: str
    source: str
    text: str = ""
    postings: tuple[Posting, ...]


def entry(day: dt.date, kind: str, source: str, moved: Mapping[Place, int], text: str = "") -> Entry:
    """An entry of what moved, zeros left out. Raises `UnbalancedEntry`."""
    postings = tuple(Posting(place, cents) for place, cents in moved.items() if cents)
    check(postings, source)
    return Entry(day=day, kind=kind, source=source, text=text, postings=postings)


def check(postings: Iterable[Posting], source: str = "") -> None:
    """Raises `UnbalancedEntry` unless the postings sum to zero and every account is in the chart."""
    total = 0
    for posting in postings:
        if posting.place.account not in CHART:
            raise UnbalancedEntry(f"{source}: there is no account {posting.place.account!r} in the chart")
        total += posting.cents
    if total:
        raise UnbalancedEntry(f"{source}: the postings come to {total} cents, not to zero")


def reversal(of: Entry, day: dt.date, why: str) -> Entry:
    """The entry that takes another back: the same postings with the opposite sign."""
    postings = tuple(Posting(posting.place, -posting.cents) for posting in of.postings)
    return Entry(day=day, kind="reversal", source=of.source, text=why, postings=postings)
