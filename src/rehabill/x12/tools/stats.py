"""What files hold, counted for each kind of transaction: sets, claims, money, payers, codes, days.

Kinds are never added up: an 837 and its 835 tell of the same work, once billed and once decided.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from rehabill.x12.masking import envelope_value, personal_kind, sight_of, told
from rehabill.x12.outline import Head, Placed
from rehabill.x12.scan import shown
from rehabill.x12.spec.schema import LoopSpec, SegmentSpec, TransactionSpec
from rehabill.x12.units import Unit, units
from rehabill.x12.values import cents

_SERVICE_DAYS = {"DTP": ("472",), "DTM": ("472", "150", "151")}
_PROCEDURES = {"SV1": (1, 2, 2, 0), "SVC": (1, 2, 2, 3), "SV2": (2, 2, 3, 0), "SV3": (1, 2, 2, 0)}
"""Segment → its procedure's element and component, its charge, and what was paid of it (0: it does not say)."""
_CLAIMS = "837"
_OTHER_PAYER_PAID = "D"
_PAYER_LOOPS = ("2010BB", "2100A")


class Money(msgspec.Struct):
    """How often, and how much."""

    count: int = 0
    cents: int = 0

    def add(self, cents: int) -> None:
        self.count += 1
        self.cents += cents


class Procedure(msgspec.Struct):
    """How often a code stands on a line, what is charged, and (where the kind tells it) what is paid."""

    count: int = 0
    charge_cents: int = 0
    paid_cents: int = 0


class Kind(msgspec.Struct):
    """One kind of transaction set in one version. `unit` names what is counted in it, such as a claim.

    `adjustments` (`CO-45`) are the sender's own decisions, in an 835. What an 837 repeats of payers that were asked
    before stands in `other_payers`, and what those paid on its claims (AMT*D) in `other_payers_paid_cents`.
    """

    set: str
    version: str
    name: str
    unit: str
    sets: int = 0
    segments: int = 0
    units: int = 0
    charge_cents: int = 0
    paid_cents: int = 0
    payers: dict[str, int] = {}
    """Claims by payer."""
    procedures: dict[str, Procedure] = {}
    adjustments: dict[str, Money] = {}
    other_payers: dict[str, Money] = {}
    other_payers_paid_cents: int = 0
    statuses: Counter[str] = msgspec.field(default_factory=Counter)
    """Claims by CLP02, or by the category of STC01; sets by the verdict of an acknowledgment."""


class Stats(msgspec.Struct):
    """The counts of one file, or of several added up by taking their segments one after the other."""

    kinds: dict[str, Kind] = {}
    payment_cents: int = 0
    """What the payments of the remittances come to (BPR02)."""
    provider_adjustment_cents: int = 0
    """What provider adjustments (PLB) took: positive is taken."""
    first_day: str = ""
    last_day: str = ""
    unreadable_amounts: int = 0

    def take(self, segments: Iterable[Placed]) -> None:
        """Count everything in a file."""
        of_set = 0
        for unit in units(self._counted(segments)):
            kind = self._kind(unit.head)
            for placed in unit.own if isinstance(unit, Unit) else unit.segments:
                self._segment(placed, kind)
            if isinstance(unit, Unit):
                kind.units += 1
                of_set += 1
                for placed in unit.segments:
                    if placed.id == "NM1" and placed.value(1) == "PR" and placed.loop in _PAYER_LOOPS:
                        _count_payer(kind, _told(placed, 3), 1)
            else:
                kind.sets += 1
                for placed in unit.segments:
                    if placed.id == "N1" and placed.value(1) == "PR" and unit.head.id == "835":
                        _count_payer(kind, _told(placed, 2), of_set)
                of_set = 0

    def _counted(self, segments: Iterable[Placed]) -> Iterator[Placed]:
        for placed in segments:
            if placed.head is not None:
                self._kind(placed.head).segments += 1
            yield placed

    def _kind(self, head: Head) -> Kind:
        kind, version = envelope_value(shown(head.id), "set"), envelope_value(shown(head.version), "version")
        key = f"{kind} {version}"
        if key not in self.kinds:
            spec = head.spec
            name, unit = (spec.name, _unit_name(spec)) if spec else ("", "claim")
            self.kinds[key] = Kind(kind, version, name, unit)
        return self.kinds[key]

    def _segment(self, placed: Placed, kind: Kind) -> None:
        match placed.id:
            case "CLM":
                kind.charge_cents += self._cents(placed.value(2))
            case "CLP":
                kind.charge_cents += self._cents(placed.value(3))
                kind.paid_cents += self._cents(placed.value(4))
                kind.statuses[f"CLP {_told(placed, 2)}"] += 1
            case "BPR":
                self.payment_cents += self._cents(placed.value(2))
            case "PLB":
                amounts = placed.elements[4::2]
                self.provider_adjustment_cents += sum(self._cents(amount) for amount in amounts if amount)
            case "CAS":
                self._adjustments(placed, kind.other_payers if kind.set == _CLAIMS else kind.adjustments)
            case "AMT" if kind.set == _CLAIMS and placed.value(1) == _OTHER_PAYER_PAID:
                kind.other_payers_paid_cents += self._cents(placed.value(2))
            case "SV1" | "SVC" | "SV2" | "SV3":
                self._procedure(placed, kind)
            case "DTP" | "DTM":
                self._day(placed)
            case "STC":
                kind.statuses[f"STC {_told(placed, 1, 1)}"] += 1
            case "IK5" | "AK5":
                kind.statuses[f"{placed.id} {_told(placed, 1)}"] += 1

    def _procedure(self, placed: Placed, kind: Kind) -> None:
        element, part, charge, paid = _PROCEDURES[placed.id]
        code = placed.value(element, part)
        if code:
            if code not in kind.procedures:
                code = _told(placed, element, part)
            held = kind.procedures.setdefault(code, Procedure())
            held.count += 1
            held.charge_cents += self._cents(placed.value(charge))
            held.paid_cents += self._cents(placed.value(paid)) if paid else 0

    def _adjustments(self, placed: Placed, held: dict[str, Money]) -> None:
        for number in range(2, len(placed.elements), 3):
            if placed.value(number):
                key = f"{placed.value(1)}-{placed.value(number)}"
                if key not in held:
                    key = f"{_told(placed, 1)}-{_told(placed, number)}"
                held.setdefault(key, Money()).add(self._cents(placed.value(number + 1)))

    def _day(self, placed: Placed) -> None:
        if placed.value(1) not in _SERVICE_DAYS[placed.id]:
            return
        for day in (placed.value(3) if placed.id == "DTP" else placed.value(2)).split("-"):
            if len(day) == 8 and day.isdecimal() and day.isascii():
                self.first_day = min(self.first_day or day, day)
                self.last_day = max(self.last_day, day)

    def _cents(self, amount: str) -> int:
        found = cents(amount)
        if found is None:
            self.unreadable_amounts += bool(amount)
        return found or 0


def _told(placed: Placed, number: int, part: int = 0) -> str:
    """A code or a payer's name as it may be shown: whatever stands there that is none may be a patient's."""
    sight = sight_of(placed)
    value = placed.value(number, part)
    return told(value, personal_kind(placed, sight, number, part), sight.place(number, part), sight)


def _count_payer(kind: Kind, name: str, claims: int) -> None:
    if name:
        kind.payers[name] = kind.payers.get(name, 0) + claims


def _unit_name(spec: TransactionSpec) -> str:
    """What the loop that people count is called; what it is called first, where it stands in several places."""
    waiting: list[LoopSpec | SegmentSpec] = list(reversed(spec.body))
    while waiting:
        entry = waiting.pop()
        if isinstance(entry, LoopSpec):
            if entry.id == spec.unit:
                return entry.name
            waiting += reversed(entry.body)
    return ""
