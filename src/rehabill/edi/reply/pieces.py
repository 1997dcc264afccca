"""Segments that mean the same in every answer: parties, numbers, days, amounts, contacts."""

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

from rehabill.edi.p837_read.values import is_number, period
from rehabill.edi.reply.loops import Found, Loop, Received
from rehabill.model.eligibility import Delivery
from rehabill.model.party import Address, Sex
from rehabill.model.submitted import DatePeriod, Party, Reachable, Reference
from rehabill.x12.values import cents, day

_WAYS = {"TE": "phone", "WP": "phone", "EX": "extension", "FX": "fax", "EM": "email"}
_SEXES: dict[str, Sex] = {"F": "F", "M": "M", "U": "U"}


class Procedure(NamedTuple):
    """A service as coded (SVC01, SV101, EB13)."""

    kind: str
    code: str
    modifiers: tuple[str, ...]


class Reader:
    """Reads the pieces of one transaction set; what cannot be read is told with its place."""

    def __init__(self, whole: Received) -> None:
        self.whole = whole

    def cents(self, segment: Found, number: int, path: str = "", claim: str = "") -> int | None:
        text = segment.get(number)
        if not text:
            return None
        value = cents(text)
        if value is None:
            self.whole.tell("A110", segment, element(segment, number), path, claim)
        return value

    def day(self, segment: Found, number: int, path: str = "", claim: str = "") -> dt.date | None:
        text = segment.get(number)
        if not text:
            return None
        found = day(text) if len(text) == 8 else None
        if found is None:
            self.whole.tell("A111", segment, element(segment, number), path, claim)
        return found

    def number(self, segment: Found, number: int, path: str = "", claim: str = "") -> str | None:
        """A quantity, as it was written."""
        text = segment.get(number)
        if not text:
            return None
        if not is_number(text):
            self.whole.tell("A112", segment, element(segment, number), path, claim)
            return None
        return text

    def count(self, segment: Found, number: int) -> int | None:
        """A whole number."""
        text = segment.get(number)
        if not text:
            return None
        if not (text.isascii() and text.isdecimal() and len(text) <= 15):
            self.whole.tell("A112", segment, element(segment, number))
            return None
        return int(text)

    def period(self, segment: Found, claim: str = "") -> DatePeriod | None:
        """DTP: what happened, on which day or days."""
        found = period(segment.get(2), segment.get(3))
        if found is None:
            self.whole.tell("A111", segment, element(segment, 3), "", claim)
            return None
        return DatePeriod(segment.get(1), *found)

    def periods(self, loop: Loop, *kinds: str, claim: str = "") -> tuple[DatePeriod, ...]:
        found = (self.period(segment, claim) for segment in loop.take_all("DTP", *kinds))
        return tuple(one for one in found if one is not None)

    def procedure(self, segment: Found, number: int) -> Procedure:
        kind, code, *more = segment.parts(number, 6)
        return Procedure(kind, code, tuple(modifier for modifier in more[:4] if modifier))

    def deliveries(self, loop: Loop) -> tuple[Delivery, ...]:
        """Every HSD: how much, and how often."""
        return tuple(self._delivery(segment) for segment in loop.take_all("HSD"))

    def _delivery(self, segment: Found) -> Delivery:
        return Delivery(
            unit=segment.get(1), quantity=self.number(segment, 2), per=segment.get(3),
            per_count=self.number(segment, 4), period=segment.get(5), periods=self.number(segment, 6),
            pattern=segment.get(7), time=segment.get(8),
        )  # fmt: skip

    def references(self, loop: Loop, *kinds: str) -> tuple[Reference, ...]:
        return tuple(
            Reference(segment.get(1), segment.get(2), segment.get(3) or None)
            for segment in loop.take_all("REF", *kinds)
        )

    def party(self, loop: Loop | None, *roles: str) -> Party | None:
        """An NM1 with the address, numbers, birth and contacts below it."""
        name = loop.take("NM1", *roles) if loop is not None else None
        if loop is None or name is None:
            return None
        birth = loop.take("DMG")
        specialty = loop.take("PRV")
        is_npi = name.get(8) == "XX"
        references = self.references(loop)
        tax = next((one.value for one in references if one.kind in ("EI", "TJ", "SY")), None)
        return Party(
            role=name.get(1), is_person=name.get(2) == "1", name=name.get(3), first=name.get(4) or None,
            middle=name.get(5) or None, prefix=name.get(6) or None, suffix=name.get(7) or None,
            id_kind=name.get(8) or None, id=name.get(9) or None, npi=name.get(9) if is_npi else None,
            tax_id=name.get(9) if name.get(8) == "FI" else tax, address=self.address(loop),
            birth_date=self.day(birth, 2) if birth else None, sex=_SEXES.get(birth.get(3)) if birth else None,
            taxonomy=(specialty.get(3) or None) if specialty else None, references=references,
            contacts=tuple(map(contact, loop.take_all("PER"))),
        )  # fmt: skip

    def address(self, loop: Loop) -> Address | None:
        street, city = loop.take("N3"), loop.take("N4")
        if street is None and city is None:
            return None
        return Address(
            line1=street.get(1) if street else "", line2=(street.get(2) or None) if street else None,
            city=city.get(1) if city else "", state=city.get(2) if city else "", zip=city.get(3) if city else "",
            country=(city.get(4) or None) if city else None,
        )  # fmt: skip


def element(segment: Found, number: int) -> str:
    return f"{segment.id[:3]}{number:02d}"


def contact(segment: Found) -> Reachable:
    """PER: a name and up to three ways to reach it."""
    ways: dict[str, str] = {}
    for kind, text in _pairs(segment):
        name = _WAYS.get(kind)
        if name and text:
            ways.setdefault(name, text)
    return Reachable(segment.get(2) or None, **ways)


def _pairs(segment: Found) -> Iterator[tuple[str, str]]:
    for number in (3, 5, 7):
        yield segment.get(number), segment.get(number + 1)


def value(segment: Found | None, number: int = 2) -> str | None:
    """An element of a segment that may not be there."""
    return (segment.get(number) or None) if segment else None
