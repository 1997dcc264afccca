"""What a file holds, counted: sets, claims, money, payers, codes, days."""

from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from rehabill.x12.describe import cents_of
from rehabill.x12.outline import Head, Placed
from rehabill.x12.scan import shown
from rehabill.x12.spec.schema import LoopSpec, SegmentSpec, TransactionSpec
from rehabill.x12.units import Unit, units

_SERVICE_DAYS = {"DTP": ("472",), "DTM": ("472", "150", "151")}
_PROCEDURES = {"SV1": (1, 2, 2), "SVC": (1, 2, 2), "SV2": (2, 2, 3), "SV3": (1, 2, 2)}
"""Segment → its procedure's element and component, and its charge."""


class Money(msgspec.Struct):
    """How often, and how much."""

    count: int = 0
    cents: int = 0

    def add(self, cents: int) -> None:
        self.count += 1
        self.cents += cents


class Kind(msgspec.Struct):
    """One kind of transaction set in one version. `unit` names what is counted in it, such as a claim."""

    set: str
    version: str
    name: str
    unit: str
    sets: int = 0
    segments: int = 0
    units: int = 0
    charge_cents: int = 0
    paid_cents: int = 0


class Stats(msgspec.Struct):
    """The counts of one file, or of several added up by taking their segments one after the other."""

    kinds: dict[str, Kind] = {}
    payment_cents: int = 0
    """What the payments of the remittances come to (BPR02)."""
    provider_adjustment_cents: int = 0
    """What provider adjustments (PLB) took: positive is taken."""
    payers: dict[str, int] = {}
    """Claims by payer."""
    procedures: dict[str, Money] = {}
    reasons: dict[str, Money] = {}
    """Adjustments by group and reason (`CO-45`)."""
    statuses: Counter[str] = msgspec.field(default_factory=Counter)
    """Claims by CLP02, or by the category of STC01; sets by the verdict of an acknowledgment."""
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
                self._payer(unit.segments)
            else:
                kind.sets += 1
                for placed in unit.segments:
                    if placed.id == "N1" and placed.value(1) == "PR" and unit.head.id == "835":
                        self._count_payer(placed.value(2), of_set)
                of_set = 0

    def _counted(self, segments: Iterable[Placed]) -> Iterator[Placed]:
        for placed in segments:
            if placed.head is not None:
                self._kind(placed.head).segments += 1
            yield placed

    def _kind(self, head: Head) -> Kind:
        key = f"{head.id} {head.version}"
        if key not in self.kinds:
            spec = head.spec
            name, unit = (spec.name, _unit_name(spec)) if spec else ("", "claim")
            self.kinds[key] = Kind(shown(head.id), shown(head.version), name, unit)
        return self.kinds[key]

    def _segment(self, placed: Placed, kind: Kind) -> None:
        match placed.id:
            case "CLM":
                kind.charge_cents += self._cents(placed.value(2))
            case "CLP":
                kind.charge_cents += self._cents(placed.value(3))
                kind.paid_cents += self._cents(placed.value(4))
                self.statuses[f"CLP {shown(placed.value(2))}"] += 1
            case "BPR":
                self.payment_cents += self._cents(placed.value(2))
            case "PLB":
                amounts = placed.elements[4::2]
                self.provider_adjustment_cents += sum(self._cents(amount) for amount in amounts if amount)
            case "CAS":
                self._adjustments(placed)
            case "SV1" | "SVC" | "SV2" | "SV3":
                element, part, charge = _PROCEDURES[placed.id]
                code = shown(placed.value(element, part))
                if code:
                    self.procedures.setdefault(code, Money()).add(self._cents(placed.value(charge)))
            case "DTP" | "DTM":
                self._day(placed)
            case "STC":
                self.statuses[f"STC {shown(placed.value(1, 1))}"] += 1
            case "IK5" | "AK5":
                self.statuses[f"{placed.id} {shown(placed.value(1))}"] += 1

    def _adjustments(self, placed: Placed) -> None:
        for number in range(2, len(placed.elements), 3):
            if placed.value(number):
                key = f"{placed.value(1)}-{placed.value(number)}"
                self.reasons.setdefault(shown(key), Money()).add(self._cents(placed.value(number + 1)))

    def _day(self, placed: Placed) -> None:
        if placed.value(1) not in _SERVICE_DAYS[placed.id]:
            return
        for day in (placed.value(3) if placed.id == "DTP" else placed.value(2)).split("-"):
            if len(day) == 8 and day.isdecimal() and day.isascii():
                self.first_day = min(self.first_day or day, day)
                self.last_day = max(self.last_day, day)

    def _payer(self, segments: Iterable[Placed]) -> None:
        for placed in segments:
            if placed.id == "NM1" and placed.value(1) == "PR" and placed.loop in ("2010BB", "2100A"):
                self._count_payer(placed.value(3), 1)

    def _count_payer(self, name: str, claims: int) -> None:
        name = shown(name)
        if name:
            self.payers[name] = self.payers.get(name, 0) + claims

    def _cents(self, amount: str) -> int:
        cents = cents_of(amount)
        if cents is None:
            self.unreadable_amounts += bool(amount)
            return 0
        return cents


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
