"""What a single segment of an 835 says, whatever stands around it.

A `Fact` is a kind, a value and cents. Real files repeat themselves: the same dates, adjustments and services come
thousands of times, so a segment's text is looked up before it is taken apart.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

from rehabill.edi.p835.mend import UNREADABLE, mended
from rehabill.model.remittance import (
    Adjustment,
    AmountFact,
    DatedFact,
    Quantity,
    QuantityFact,
    Reference,
    RemittanceContact,
    RemittanceParty,
    Service,
)
from rehabill.x12.delimiters import Delimiters
from rehabill.x12.scan import shown
from rehabill.x12.values import REMEMBERED, Memory, read_cents, read_day, read_quantity

Fact = tuple[int, Any, int]
"""Kind, value, cents. What value and cents are is said beside each kind."""

ClaimFields = tuple[str, str, int, int, int | None, str, str, str, str]
"""The first nine fields of a RemittanceClaim, which a CLP gives."""
LineFields = tuple[str, str, tuple[str, ...], int, int, Quantity, Quantity | None, Service | None, str]
"""The first nine fields of a RemittanceLine, which an SVC gives."""

ADJUSTED = 1  # CAS: its adjustments; their sum
SERVICE_DAY = 2  # DTM*472: the day
LINE_ID = 3  # REF*6R: our number
ALLOWED = 4  # AMT*B6: -; the amount
LINE = 5  # SVC: LineFields; charge less paid
LISTED = 6  # a field that holds several and one value for it
PATIENT = 7  # NM1*QC: the person
FIELD = 8  # a field of the claim and its value
REMARKED = 9  # MOA, MIA: remark codes
FIRST_DAY = 10  # DTM*150: the day
LAST_DAY = 11  # DTM*151: the day
CONTACT = 12  # PER
CLAIM = 13  # CLP: ClaimFields; charge less paid
STRUCTURE = 14  # LX, PLB and the envelope's: the elements
OTHER = 15  # anything else: the elements
NOTHING = 16  # blank
END = 17  # the file ends

_STRUCTURE = frozenset(("LX", "PLB", "ST", "SE", "GS", "GE", "ISA", "IEA"))
_UNIQUE = frozenset((CLAIM, PATIENT, LINE_ID, CONTACT))
_UNIQUE_CODES = frozenset(("IL", "74", "EA", "SY", "F8", "G1", "9F", "BB"))
"""What is different in every claim is not worth remembering: kinds, and first elements of NM1 and REF."""
_EMPTY = [""] * 10

_NAMED_PARTIES = {
    "IL": "insured", "74": "corrected_insured", "82": "rendering", "TT": "crossover_carrier", "PR": "corrected_payer",
    "GB": "other_insured",
}  # fmt: skip
_CLAIM_DAYS = {"050": "received", "036": "coverage_ended", "232": "statement_from", "233": "statement_to"}
_LINE_DAYS = {"472": SERVICE_DAY, "150": FIRST_DAY, "151": LAST_DAY}
_MOA_CODES, _MIA_CODES = range(3, 8), (5, 20, 21, 22, 23)
_CONTACT_FIELDS = {"TE": "phone", "EX": "extension", "EM": "email", "FX": "fax", "UR": "url"}

Tell = Callable[[str, str, str, str], None]
"""Takes a fault of the segment being read: the fault's id, segment, element (`CLP03`) and the text found there."""


class Vocabulary(dict[str, Fact]):
    """Segments of one interchange and the facts they state."""

    def __init__(self, delimiters: Delimiters, tell: Tell) -> None:
        self.delimiters = delimiters
        self.tell = tell
        self.element, self.component = delimiters.element, delimiters.component
        self.strict = True
        """False while a mended segment is read, in which required texts may stay empty."""
        self.money: Callable[[str], int] = Memory(read_cents).__getitem__
        self.numbers: Callable[[str], Quantity] = Memory(read_quantity).__getitem__
        self.days: Callable[[str], dt.date] = Memory(read_day).__getitem__
        self.services = Memory(self.service).__getitem__
        self.readers: dict[str, Reader] = {(name + self.element)[:4]: read for name, read in _READERS.items()}
        self.line_id = f"REF{self.element}6R{self.element}"

    def __missing__(self, segment: str) -> Fact:
        if segment[:7] == self.line_id and segment.isascii():
            number = segment[7:]
            return LINE_ID, number.partition(self.element)[0] if self.element in number else number, 0
        e = segment.split(self.element)
        if not segment.isascii():
            e = [shown(one) for one in e]
        read = self.readers.get(segment[:4]) or _READERS.get(e[0])
        if read is None:
            kind = STRUCTURE if e[0] in _STRUCTURE else OTHER if segment.strip() else NOTHING
            return kind, e, 0
        try:
            fact = read(self, e)
            if fact[0] in _UNIQUE or e[1] in _UNIQUE_CODES:
                return fact
        except (ValueError, IndexError):
            return self.read_mended(read, e)
        if len(self) >= REMEMBERED:
            self.clear()
        self[segment] = fact
        return fact

    def read_mended(self, read: "Reader", e: list[str]) -> Fact:
        """The fact of a segment that is shorter than usual, or not as it must be: then what is wrong is told."""
        mend = mended(e, self.component)
        for rule, element, text in mend.faults:
            self.tell(rule, e[0], element, text)
        self.strict = False
        fact = read(self, mend.elements)
        self.strict = True
        return fact

    def clp(self, e: list[str]) -> Fact:
        if len(e) < 10:
            e += _EMPTY[len(e) :]
        if not (e[1] and e[2]) and self.strict:
            raise ValueError
        charge, paid = self.money(e[3]), read_cents(e[4])
        theirs = read_cents(e[5]) if e[5] else None
        return CLAIM, (e[1], e[2], charge, paid, theirs, e[6], e[7], e[8], e[9]), charge - paid

    def svc(self, e: list[str]) -> Fact:
        money = self.money
        kind, code, modifiers, _ = self.services(e[1])
        charge, paid = money(e[2]), money(e[3])
        if not code and self.strict:
            raise ValueError
        if len(e) == 6 and e[5] == "1":
            return LINE, (kind, code, modifiers, charge, paid, 1, None, None, e[4]), charge - paid
        e += _EMPTY[len(e) :]
        units = self.numbers(e[5]) if e[5] else 1
        sent = self.numbers(e[7]) if e[7] else None
        submitted = Service(*self.services(e[6])) if e[6] else None
        return LINE, (kind, code, modifiers, charge, paid, units, sent, submitted, e[4]), charge - paid

    def service(self, composite: str) -> tuple[str, str, tuple[str, ...], str]:
        """SVC01 or SVC06: kind, code, modifiers, description."""
        parts = composite.split(self.component)
        parts += _EMPTY[len(parts) : 7]
        return parts[0], parts[1], tuple([one for one in parts[2:6] if one]), parts[6]

    def cas(self, e: list[str]) -> Fact:
        if len(e) == 4 and e[1] and e[2]:
            value = self.money(e[3])
            return ADJUSTED, (Adjustment(e[1], e[2], value),), value
        if len(e) == 7 and e[1] and e[2] and e[5] and not e[4]:
            value, second = self.money(e[3]), self.money(e[6])
            return ADJUSTED, (Adjustment(e[1], e[2], value), Adjustment(e[1], e[5], second)), value + second
        group, told = e[1], e[2:]
        told += _EMPTY[: -len(told) % 3]
        adjustments, total = [], 0
        for reason, amount, count in zip(told[::3], told[1::3], told[2::3], strict=True):
            if reason or amount:
                if not reason and self.strict:
                    raise ValueError
                value = self.money(amount)
                adjustments.append(Adjustment(group, reason, value, self.numbers(count) if count else None))
                total += value
        if not (group and adjustments) and self.strict:
            raise ValueError
        return ADJUSTED, tuple(adjustments), total

    def nm1(self, e: list[str]) -> Fact:
        party = RemittanceParty(e[3], e[4], e[5], e[7], e[9], e[8], e[2] != "2")
        if e[1] == "QC":
            return PATIENT, party, 0
        field = _NAMED_PARTIES.get(e[1])
        return (FIELD, (field, party), 0) if field else (OTHER, e, 0)

    def dtm(self, e: list[str]) -> Fact:
        kind, date = e[1], (None if e[2] == UNREADABLE else self.days(e[2]))
        if kind in _LINE_DAYS:
            return _LINE_DAYS[kind], date, 0
        if kind in _CLAIM_DAYS:
            return FIELD, (_CLAIM_DAYS[kind], date), 0
        return LISTED, ("dates", DatedFact(kind, date)), 0

    def ref(self, e: list[str]) -> Fact:
        if e[1] == "6R":
            return LINE_ID, e[2], 0
        return LISTED, ("references", Reference(e[1], e[2], e[3] or e[4])), 0

    def amt(self, e: list[str]) -> Fact:
        value = self.money(e[2])
        return (ALLOWED, None, value) if e[1] == "B6" else (LISTED, ("amounts", AmountFact(e[1], value)), 0)

    def qty(self, e: list[str]) -> Fact:
        return LISTED, ("quantities", QuantityFact(e[1], self.numbers(e[2]))), 0

    def lq(self, e: list[str]) -> Fact:
        return LISTED, ("remarks", e[2]), 0

    def moa(self, e: list[str]) -> Fact:
        places = _MOA_CODES if e[0] == "MOA" else _MIA_CODES
        codes = tuple(e[at] for at in places if at < len(e) and e[at])
        others = any(text for at, text in enumerate(e) if at and at not in places)
        return REMARKED, (codes, others), 0

    def per(self, e: list[str]) -> Fact:
        return CONTACT, contact(e), 0


def contact(e: list[str]) -> RemittanceContact:
    """A PER: its name and up to three ways to reach it."""
    told = zip(e[3::2], e[4::2], strict=False)
    found = {_CONTACT_FIELDS[kind]: text for kind, text in told if kind in _CONTACT_FIELDS}
    return RemittanceContact(e[1], e[2], **found)


Reader = Callable[[Vocabulary, list[str]], Fact]

_READERS: dict[str, Reader] = {
    "CLP": Vocabulary.clp, "SVC": Vocabulary.svc, "CAS": Vocabulary.cas, "NM1": Vocabulary.nm1, "DTM": Vocabulary.dtm,
    "REF": Vocabulary.ref, "AMT": Vocabulary.amt, "QTY": Vocabulary.qty, "LQ": Vocabulary.lq, "MOA": Vocabulary.moa,
    "MIA": Vocabulary.moa, "PER": Vocabulary.per,
}  # fmt: skip
