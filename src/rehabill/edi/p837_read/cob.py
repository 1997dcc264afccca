"""Other payers of a claim: loops 2320 and 2330, and on a line 2430."""

import datetime as dt
from typing import Literal

import msgspec
from msgspec.structs import replace

from rehabill.edi.p837_read.faults import Problem
from rehabill.edi.p837_read.party import Parties, person_of
from rehabill.edi.p837_read.pieces import Pieces
from rehabill.edi.p837_read.source import Source
from rehabill.edi.p837_read.values import is_number, whole
from rehabill.model.claim import Adjustment, LineAdjudication, OtherInsurance
from rehabill.model.party import Relationship, Subscriber
from rehabill.model.submitted import DatePeriod, OtherPayer, OtherSegment, Party, Reference, Sum
from rehabill.x12.values import Memory, cents

Sequence = Literal["P", "S", "T"]
SEQUENCES: dict[str, Sequence] = {"P": "P", "S": "S", **dict.fromkeys("TABCDEFGH", "T")}
"""SBR01; a fourth and later payer counts as third."""
SENT_SEQUENCES = SEQUENCES.keys() | {"U"}
RELATIONSHIPS: dict[str, Relationship] = {"18": "self", "01": "spouse", "19": "child", "20": "employee"}
NO_DAY = dt.date.min
"""Stands where a payer's decision has no date in the file; the fault is told."""
_KNOWN = frozenset({"MIA", "CRC", "QTY", "DMG", "N3", "N4", "PER", "REF"})


class Coverage(msgspec.Struct, frozen=True):
    """SBR as read; `sent` is its first element, `relationship` the second, as they stood."""

    sequence: Sequence
    sent: str
    relationship: str
    group_number: str | None
    group_name: str | None
    insurance_type: str | None
    filing: str


def coverage_of(fields: list[str]) -> Coverage:
    """SBR with its nine elements."""
    _, sent, relationship, *_ = fields
    return Coverage(
        SEQUENCES.get(sent, "P"), sent, relationship, fields[3] or None, fields[4] or None, fields[5] or None, fields[9]
    )


class Draft(msgspec.Struct, gc=False):
    """One other payer in the making."""

    coverage: Coverage
    adjustments: list[Adjustment] = []
    sums: dict[str, Sum] = {}
    more_sums: list[Sum] = []
    benefits: bool = True
    release: bool = True
    remarks: tuple[str, ...] = ()
    holder: Party | None = None
    payer: Party | None = None
    dates: list[DatePeriod] = []
    references: list[Reference] = []
    providers: list[Party] = []
    other: list[OtherSegment] = []


class OtherPayers:
    """Reads one other payer, from its SBR to the next or to the first line."""

    def __init__(self, source: Source, parties: Parties, pieces: Pieces) -> None:
        self._source, self._parties, self._pieces = source, parties, pieces
        self._ends = source.heads | source.tags("SBR", "LX")
        self._insured = f"NM1{source.element}IL{source.element}"
        self._readers = {
            "CAS": self._adjusted, "AMT": self._sum, "NM1": self._party, "DTP": self._date, "REF": self._reference,
            "MOA": self._remarks, f"OI{source.element}": self._information,
        }  # fmt: skip

    def read(self, index: int, end: int, path: str) -> tuple[int, OtherInsurance, OtherPayer]:
        """(where it ends, what the claim has fields for, the rest)."""
        source = self._source
        begun = index
        draft = Draft(coverage_of(source.fields(index, 9)))
        index += 1
        while index < end and source.segments[index][:3] not in self._ends:
            reader = self._readers.get(source.segments[index][:3])
            if reader is None:
                draft.other.append(source.unread(index, "2320", _KNOWN))
                index += 1
            else:
                index = reader(index, end, draft, path)
        return index, self._insurance(begun, draft, path), _detail(draft)

    def _adjusted(self, index: int, end: int, draft: Draft, path: str) -> int:
        draft.adjustments.extend(self._pieces.adjustments(index, "2320", path))
        return index + 1

    def _sum(self, index: int, end: int, draft: Draft, path: str) -> int:
        found = self._pieces.sum(index, "2320", f"{path}.sums")
        if found and found.kind in ("D", "EAF") and found.kind not in draft.sums:
            draft.sums[found.kind] = found
        elif found:
            draft.more_sums.append(found)
        return index + 1

    def _information(self, index: int, end: int, draft: Draft, path: str) -> int:
        fields = self._source.fields(index, 6)
        draft.benefits, draft.release = fields[3] not in ("N", "W"), fields[6] in ("Y", "")
        return index + 1

    def _remarks(self, index: int, end: int, draft: Draft, path: str) -> int:
        fields = self._source.fields(index, 9)
        draft.remarks = tuple(code for code in fields[3:8] if code)
        for number in (1, 2, 8, 9):  # rate and amounts of the payer
            if fields[number]:
                value = cents(fields[number])
                if value is None:
                    self._source.tell("R120", index, f"MOA{number:02d}", "2320", path)
                elif number > 1:
                    draft.more_sums.append(Sum(f"MOA{number:02d}", value))
                else:
                    draft.other.append(self._source.unread(index, "2320", frozenset({"MOA"})))
        return index + 1

    def _party(self, index: int, end: int, draft: Draft, path: str) -> int:
        is_holder = self._source.segments[index].startswith(self._insured)
        party, after = (self._parties.once if is_holder else self._parties.read)(index, end, "2330", path)
        if party.role == "IL" and draft.holder is None:
            draft.holder = party
        elif party.role == "PR" and draft.payer is None:
            draft.payer = party
        else:
            draft.providers.append(party)
        return after

    def _date(self, index: int, end: int, draft: Draft, path: str) -> int:
        found = self._pieces.date(index, "2330B", f"{path}.dates")
        if found:
            draft.dates.append(found)
        return index + 1

    def _reference(self, index: int, end: int, draft: Draft, path: str) -> int:
        draft.references.append(self._parties.reference(self._source.fields(index, 4)))
        return index + 1

    def _insurance(self, begun: int, draft: Draft, path: str) -> OtherInsurance:
        coverage, payer, holder = draft.coverage, draft.payer, draft.holder
        if coverage.sent not in SENT_SEQUENCES:
            self._source.tell("R123", begun, "SBR01", "2320", f"{path}.sequence")
        if payer is None or not payer.id:
            message = "the other payer and its number"
            self._source.tell("R124", begun, "NM109", "2330B", f"{path}.payer_id", what=message)
        if payer is not None:
            draft.references.extend(payer.references)
        paid, owed = draft.sums.get("D"), draft.sums.get("EAF")
        numbers = [one.value for one in draft.references if one.kind == "F8"]
        decided = [one.first for one in draft.dates if one.kind == "573"]
        return OtherInsurance(
            payer_name=payer.name if payer else "",
            payer_id=payer.id or "" if payer else "",
            sequence=coverage.sequence,
            filing_indicator=coverage.filing,
            subscriber=subscriber_of(coverage, holder, draft.benefits, draft.release),
            payer_claim_number=numbers[0] if numbers else None,
            paid_cents=paid.cents if paid else None,
            remaining_liability_cents=owed.cents if owed else None,
            remarks=draft.remarks,
            adjudicated_on=decided[0] if decided else None,
            adjustments=tuple(draft.adjustments),
        )


def subscriber_of(coverage: Coverage, holder: Party | None, benefits: bool, release: bool) -> Subscriber:
    """Another policy's holder; with relationship self it is the patient, whose particulars stand on the claim."""
    relationship = RELATIONSHIPS.get(coverage.relationship, "other")
    return Subscriber(
        member_id=holder.id if holder else None,
        relationship=relationship,
        group_number=coverage.group_number,
        group_name=coverage.group_name,
        person=person_of(holder) if holder and holder.is_person and relationship != "self" else None,
        organization=holder.name if holder and not holder.is_person else None,
        medicare_secondary_reason=coverage.insurance_type,
        assigns_benefits=benefits,
        release_signed=release,
    )


def _detail(draft: Draft) -> OtherPayer:
    return OtherPayer(
        sequence=draft.coverage.sent, payer=draft.payer, holder=draft.holder,
        insurance_type=draft.coverage.insurance_type, sums=tuple(draft.more_sums), references=tuple(draft.references),
        dates=tuple(draft.dates), providers=tuple(draft.providers), other=tuple(draft.other),
    )  # fmt: skip


class Decisions:
    """Reads how another payer decided a line: SVD with its CAS, date and what the patient still owes."""

    def __init__(self, source: Source, pieces: Pieces) -> None:
        self._source, self._pieces = source, pieces
        self._owed = f"AMT{source.element}EAF{source.element}"
        self.days: dict[str, dt.date] = {}
        """When each payer of the claim at hand decided it, for lines that do not say so themselves."""
        self._paid: Memory[str, tuple[LineAdjudication, tuple[Problem, ...]]] = Memory(self._decided)

    def read(self, index: int, end: int, line: str, place: int) -> tuple[int, LineAdjudication]:
        """The decision at `index`, which is the line's one at `place`; `line` is that line's path."""
        segments = self._source.segments
        begun = index
        found, problems = self._paid[segments[index]]
        if problems:
            self._source.tell_all(problems, index, "2430", f"{line}.adjudications[{place}]")
        adjustments: tuple[Adjustment, ...] = ()
        on: dt.date | None = None
        owed: int | None = None
        index += 1
        while index < end:
            tag = segments[index][:3]
            if tag == "CAS":
                adjusted, problems = self._pieces.adjusted[segments[index]]
                adjustments += adjusted
                if problems:
                    self._source.tell_all(problems, index, "2430", f"{line}.adjudications[{place}]")
            elif tag == "DTP" and on is None:
                _, date = self._pieces.days[segments[index]]
                if date is None:
                    self._pieces.no_date(index, "2430", f"{line}.adjudications[{place}].paid_on")
                else:
                    on = date.first
            elif owed is None and segments[index].startswith(self._owed):
                path = f"{line}.adjudications[{place}].remaining_liability_cents"
                amount = self._pieces.sum(index, "2430", path)
                owed = amount.cents if amount else None
            else:
                break
            index += 1
        on = on or self.days.get(found.payer_id)
        if on is None:
            message, path = "the day that payer decided (DTP*573)", f"{line}.adjudications[{place}].paid_on"
            self._source.tell("R124", begun, "DTP03", "2430", path, what=message)
        return index, replace(found, paid_on=on or NO_DAY, adjustments=adjustments, remaining_liability_cents=owed)

    def _decided(self, segment: str) -> tuple[LineAdjudication, tuple[Problem, ...]]:
        fields = self._source.cut(segment, 6)
        problems: list[Problem] = []
        if fields[0] != "SVD":
            problems.append(Problem("R126", "", "", fields[0]))
        paid, units = cents(fields[2]), whole(fields[5])
        if paid is None:
            problems.append(Problem("R120", "SVD02", "paid_cents"))
        if units is None and fields[5]:
            problems.append(Problem("R125" if is_number(fields[5]) else "R122", "SVD05", "paid_units"))
        if not fields[1]:
            problems.append(Problem("R124", "SVD01", "payer_id", "the payer that decided"))
        _, code, *modifiers = (*fields[3].split(self._source.component), "", "")
        into = whole(fields[6])
        if into is None and fields[6]:
            problems.append(Problem("R122", "SVD06", "bundled_into"))
        answer = LineAdjudication(
            payer_id=fields[1], paid_cents=paid or 0, paid_units=units or _rounded_up(fields[5]), paid_on=NO_DAY,
            code=code or None, modifiers=tuple(mark for mark in modifiers[:4] if mark), bundled_into=into,
        )  # fmt: skip
        return answer, tuple(problems)


def _rounded_up(text: str) -> int:
    number = float(text) if is_number(text) else 0.0
    return int(-(-number // 1)) if 0 < number < 10_000 else 0
