"""The frame of what is written: envelope and sets around bodies, hierarchical levels, and pieces every set has."""

import datetime as dt
from collections.abc import Iterable
from typing import Protocol

import msgspec

from rehabill.base.errors import InputError
from rehabill.edi.p837 import fields
from rehabill.edi.p837.fields import Faults
from rehabill.edi.p837.header import interchange
from rehabill.edi.p837.profile import Envelope
from rehabill.model.practice import Practice
from rehabill.x12 import envelope as x12
from rehabill.x12.clean import clean
from rehabill.x12.segment import count_segments, d8

Sheet = tuple[str, str, str]
"""GS01, GS08 and ST03, ST01: what kind of transaction it is."""


def header_of(practice: Practice, envelope: Envelope, kind: Sheet) -> x12.Interchange:
    """The envelope of a question of ours. Raises `InputError` naming the practice's field."""
    functional_id, version, set_id = kind
    made = interchange(practice, envelope)
    return msgspec.structs.replace(made, functional_id=functional_id, version=version, set_id=set_id)


def wrapped(header: x12.Interchange, bodies: Iterable[str], first_set: int = 1) -> bytes:
    """One interchange with one group; each body, from BHT on, becomes a transaction set."""
    return assembled(header, ((body, count_segments(body)) for body in bodies), first_set)


def assembled(header: x12.Interchange, bodies: Iterable[tuple[str, int]], first_set: int = 1) -> bytes:
    """The same for bodies that may hold any byte: each with the number of its segments."""
    parts = [x12.isa(header), x12.gs(header)]
    count = 0
    for count, (body, segments) in enumerate(bodies, 1):
        control = x12.set_control(first_set + count - 1)
        if len(control) > 9:
            raise InputError("envelope.transaction_number", "the transaction numbers have run out of nine digits")
        parts += [x12.st(header, control), body, x12.se(segments + 2, control)]
    parts += [x12.ge(header, count), x12.iea(header, 1)]
    return "".join(parts).encode("latin-1")


class Levels:
    """Numbers hierarchical levels (HL01) as they are opened."""

    def __init__(self) -> None:
        self.count = 0

    def open(self, kind: str, parent: int | None, has_below: bool | None) -> tuple[str, int]:
        """(the HL, its number). `has_below` None leaves HL04 out."""
        self.count += 1
        below = "" if has_below is None else f"*{int(has_below)}"
        return f"HL*{self.count}*{parent or ''}*{kind}{below}~", self.count


def raise_first(faults: Faults) -> None:
    """The first fault, saying how many more there are."""
    if faults:
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise InputError(faults[0].path, faults[0].message + more)


def service_days(first: dt.date, last: dt.date | None) -> str:
    """DTP02 and DTP03: a day, or the first and last of several."""
    return f"D8*{d8(first)}" if last is None or last == first else f"RD8*{d8(first)}-{d8(last)}"


class _Payer(Protocol):
    @property
    def payer_name(self) -> str: ...
    @property
    def payer_id(self) -> str: ...


def payer_name(asked: _Payer, role: str, faults: Faults, upper: bool) -> str:
    """Who is asked, by the payer's own number."""
    title = fields.name(asked.payer_name, 60, "payer_name", "the payer's name", faults, upper)
    given = fields.identifier(asked.payer_id, "payer_id", "the payer's number", faults, 2, 80)
    return f"NM1*{role}*2*{title}*****PI*{given}~"


def submitter_name(practice: Practice, faults: Faults) -> str:
    """Who sends."""
    sender = practice.submitter
    name = fields.name(
        sender.name, 60, "practice.submitter.name", "the submitter's name", faults, practice.upper_case
    )  # fmt: skip
    number = fields.identifier(
        sender.etin or sender.id, "practice.submitter.id", "the submitter's number", faults, 2, 80
    )
    return f"NM1*41*2*{name}*****46*{number}~"


def provider_name(practice: Practice, role: str, faults: Faults) -> str:
    """The practice as the provider that asks."""
    upper = practice.upper_case
    last = fields.name(practice.name, 60, "practice.name", "the practice's name", faults, upper)
    first = ""
    if practice.is_person:
        first = fields.name(practice.first, 35, "practice.first", "the practitioner's first name", faults, upper)
    number = fields.npi(practice.npi, "practice.npi", "the practice", faults)
    return f"NM1*{role}*{1 if practice.is_person else 2}*{last}*{first}****XX*{number}~"


_UNSENDABLE = str.maketrans(dict.fromkeys("*:~^`", " "))


def as_received(text: str | None, high: int, otherwise: str = "") -> str:
    """Somebody else's value given back: unchanged where it can be sent, else without what cannot."""
    value = text or ""
    if not (value.isascii() and value.isprintable()):
        value = clean(value, False)
    value = " ".join(value.translate(_UNSENDABLE).split())[:high].rstrip()
    return value or otherwise
