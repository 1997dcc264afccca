"""The claim itself: loop 2300 from CLM to its last line."""

from typing import Any, Literal, NamedTuple

import msgspec

from rehabill.edi.p837_read.cob import Decisions, OtherPayers
from rehabill.edi.p837_read.faults import Problem
from rehabill.edi.p837_read.line import Lines
from rehabill.edi.p837_read.party import Parties
from rehabill.edi.p837_read.pieces import Pieces
from rehabill.edi.p837_read.source import Source
from rehabill.model.claim import Accident, Attachment, ClaimLine, OtherInsurance
from rehabill.model.submitted import (
    DatePeriod,
    LineDetail,
    Note,
    OtherPayer,
    OtherSegment,
    Party,
    Reference,
    Repricing,
    Sum,
)
from rehabill.x12.scan import shown
from rehabill.x12.values import Memory, cents

_LOOP = "2300"
_KNOWN = frozenset({"CN1", "K3", "CR1", "CR2", "CR3", "CR5", "CR6", "CRC", "QTY", "DN1", "DN2", "CL1", "HSD"})
_CAUSES: dict[str, Literal["auto", "employment", "other"]] = {"AA": "auto", "EM": "employment", "OA": "other"}
_PLACES = frozenset({"77", "FA", "LI", "TL"})
_TENTH = frozenset({"ABK", "ABF"})
_DIAGNOSES = frozenset({"ABK", "ABF", "BK", "BF"})
_DATES = {"431": "onset_date", "439": "accident_date", "454": "initial_treatment_date"}
_NUMBERS = {
    "9F": "referral_number", "G1": "prior_authorization", "F8": "payer_claim_number", "Y4": "property_casualty_claim",
}  # fmt: skip


class Terms(NamedTuple):
    """What CLM says from its fifth element on: few claims of a file differ in it."""

    place: str | None
    frequency: str
    signature: bool | None
    assignment: str | None
    benefits: bool
    release: bool
    signature_source: str | None
    causes: tuple[str, ...]
    facts: dict[str, Any]
    """Of `Claim`, which few claims have."""
    problems: tuple[Problem, ...]


class Codes(NamedTuple):
    """HI as read: diagnoses, and the other codes with their kinds."""

    diagnoses: tuple[str, ...]
    others: tuple[tuple[str, str], ...]
    problems: tuple[Problem, ...]


class Rare(msgspec.Struct, gc=False):
    """What few claims have, as it comes; by the names of `SubmittedClaim` or `Claim`."""

    repricing: Repricing | None = None
    diagnoses: list[str] = []
    """Of a second HI."""
    codes: list[tuple[str, str]] = []
    dates: list[DatePeriod] = []
    references: list[Reference] = []
    sums: list[Sum] = []
    notes: list[Note] = []
    attachments: list[Attachment] = []
    insurances: list[OtherInsurance] = []
    other_payers: list[OtherPayer] = []
    other: list[OtherSegment] = []


class Draft(msgspec.Struct, gc=False):
    """A claim in the making. `rare` is there only when something was put into it: see `more`."""

    number: str
    total: int | None
    terms: Terms
    lines: list[ClaimLine]
    providers: list[Party]
    details: dict[int, LineDetail]
    facts: dict[str, Any]
    """What many claims do not have, by the names of `Claim`, besides `accident_date` and `property_casualty_claim`."""
    diagnoses: tuple[str, ...] = ()
    referring: str | None = None
    rendering: str | None = None
    rare: Rare | None = None

    @property
    def more(self) -> Rare:
        if self.rare is None:
            self.rare = Rare()
        return self.rare

    def strays(self) -> list[OtherSegment]:
        return self.more.other


class Claims:
    """Reads claims, each from its CLM to where the next level, claim or trailer begins."""

    def __init__(self, source: Source, parties: Parties) -> None:
        self._source, self._parties = source, parties
        self._pieces = pieces = Pieces(source)
        self._decisions = Decisions(source, pieces)
        self._lines = Lines(source, parties, pieces, self._decisions)
        self._other_payers = OtherPayers(source, parties, pieces)
        self._terms: Memory[str, Terms] = Memory(self._terms_of)
        self._codes: Memory[str, Codes] = Memory(self._codes_of)
        self._lx = f"LX{source.element}"
        self._ends = source.heads | {self._lx}
        self._readers = {
            "DTP": self._date, "REF": self._reference, "AMT": self._sum, "NTE": self._note, "PWK": self._attachment,
            "HCP": self._repricing, "NM1": self._provider, "SBR": self._other_payer, f"HI{source.element}": self._code,
        }  # fmt: skip

    def read(self, begun: int, end: int) -> tuple[Draft, int]:
        """The claim whose CLM stands at `begun`, and where it ends."""
        source = self._source
        segments, readers = source.segments, self._readers
        draft = self._opened(begun)
        index = begun + 1
        while index < end:
            tag = segments[index][:3]
            reader = readers.get(tag)
            if reader is not None:
                index = reader(index, end, draft)
            elif tag in self._ends:
                break
            else:
                draft.more.other.append(source.unread(index, _LOOP, _KNOWN))
                index += 1
        return draft, self._read_lines(begun, index, end, draft)

    def _read_lines(self, begun: int, index: int, end: int, draft: Draft) -> int:
        if draft.rare and draft.rare.insurances:
            insurances = draft.rare.insurances
            self._decisions.days = {one.payer_id: one.adjudicated_on for one in insurances if one.adjudicated_on}
        elif self._decisions.days:
            self._decisions.days = {}
        index = self._lines.read(index, end, draft)
        if not draft.lines:
            self._source.tell("R117", begun, "", _LOOP, "lines")
        return index

    def _opened(self, index: int) -> Draft:
        """CLM; its end is remembered, because claims differ in number and charge and in little else."""
        source = self._source
        fields = source.segments[index].split(source.element, 3)
        name, number, charge, rest = fields if len(fields) == 4 else (*fields, "", "", "")[:4]
        if name != "CLM":
            source.tell("R126", index, "", _LOOP, what=shown(name))
        terms = self._terms[rest]
        if terms.problems:
            source.tell_all(terms.problems, index, _LOOP)
        total = cents(charge)
        if not number:
            source.tell("R124", index, "CLM01", _LOOP, "claim_number", what="the claim's own number")
        if total is None:
            source.tell("R120", index, "CLM02", _LOOP, "total_cents")
        return Draft(shown(number), total, terms, [], [], {}, {})

    def _terms_of(self, rest: str) -> Terms:
        """CLM03 and what follows it."""
        fields = ["", "", "", *self._source.cut(rest, 17)]
        component = self._source.component
        problems: list[Problem] = []
        place, _, frequency = (*fields[5].split(component), "", "")[:3]
        if not frequency:
            problems.append(Problem("R124", "CLM05-3", "frequency", "original (1), replacement (7) or void (8)"))
        causes = fields[11].split(component) if fields[11] else []
        accident = None
        for cause in causes[:3]:
            if cause in _CAUSES:
                state = causes[3] if len(causes) > 3 else ""
                accident = Accident(kind=_CAUSES[cause], state=state or None)
                break
        if causes and accident is None and any(causes[:3]) and "AP" not in causes[:3]:
            problems.append(Problem("R123", "CLM11-1", "accident.kind"))
        told = {"accident": accident, "special_program": fields[12] or None, "delay_reason": fields[20] or None}
        return Terms(
            place or None, frequency or "1", {"Y": True, "N": False}.get(fields[6]), fields[7] or None,
            fields[8] not in ("N", "W"), fields[9] in ("Y", ""), fields[10] or None, tuple(filter(None, causes)),
            {name: value for name, value in told.items() if value is not None}, tuple(problems),
        )  # fmt: skip

    # each reads the segment at `index`, or its loop, and answers where the next one stands

    def _code(self, index: int, end: int, draft: Draft) -> int:
        codes = self._codes[self._source.segments[index]]
        if codes.problems:
            self._source.tell_all(codes.problems, index, _LOOP)
        if not draft.diagnoses:
            draft.diagnoses = codes.diagnoses
        else:
            draft.more.diagnoses.extend(codes.diagnoses)
        if codes.others:
            draft.more.codes.extend(codes.others)
        return index + 1

    def _codes_of(self, segment: str) -> Codes:
        diagnoses: list[str] = []
        others: list[tuple[str, str]] = []
        problems: list[Problem] = []
        for number, field in enumerate(self._source.cut(segment, 1)[1:], start=1):
            kind, code = (*field.split(self._source.component, 2), "")[:2]
            if not code:
                if field:
                    problems.append(Problem("R124", f"HI{number:02d}-2", "diagnoses", "the code itself"))
            elif kind in _DIAGNOSES:
                diagnoses.append(_pointed(code) if kind in _TENTH else code)
            else:
                others.append((kind, code))
        return Codes(tuple(diagnoses), tuple(others), tuple(problems))

    def _date(self, index: int, end: int, draft: Draft) -> int:
        found = self._pieces.date(index, _LOOP, "dates")
        if found is None:
            draft.more.other.append(self._source.unread(index, _LOOP, frozenset({"DTP"})))
            return index + 1
        name = _DATES.get(found.kind)
        if name and name not in draft.facts:
            draft.facts[name] = found.first
        else:
            draft.more.dates.append(found)
        return index + 1

    def _reference(self, index: int, end: int, draft: Draft) -> int:
        found = self._parties.reference(self._source.fields(index, 4))
        name = _NUMBERS.get(found.kind)
        if name and name not in draft.facts:
            draft.facts[name] = found.value
        else:
            draft.more.references.append(found)
        return index + 1

    def _sum(self, index: int, end: int, draft: Draft) -> int:
        found = self._pieces.sum(index, _LOOP, "sums")
        if found and found.kind == "F5" and "patient_paid_cents" not in draft.facts:
            draft.facts["patient_paid_cents"] = found.cents
        elif found:
            draft.more.sums.append(found)
        return index + 1

    def _note(self, index: int, end: int, draft: Draft) -> int:
        found = self._pieces.note(index)
        if found.kind == "ADD" and "note" not in draft.facts:
            draft.facts["note"] = found.text
        else:
            draft.more.notes.append(found)
        return index + 1

    def _attachment(self, index: int, end: int, draft: Draft) -> int:
        draft.more.attachments.append(self._pieces.attachment(index))
        return index + 1

    def _repricing(self, index: int, end: int, draft: Draft) -> int:
        draft.more.repricing = self._pieces.repricing(index, _LOOP, "repricing")
        return index + 1

    def _provider(self, index: int, end: int, draft: Draft) -> int:
        party, after = self._parties.read(index, end, "2310", "providers")
        draft.providers.append(party)
        role = party.role
        if role == "DN":
            draft.referring = draft.referring or party.npi
        elif role == "82":
            draft.rendering = draft.rendering or party.npi
        elif role == "DQ":
            draft.facts["supervising_npi"] = draft.facts.get("supervising_npi") or party.npi
        elif role in _PLACES and party.name:
            draft.facts.setdefault("location", party.name)
        return after

    def _other_payer(self, index: int, end: int, draft: Draft) -> int:
        path = f"other_insurance[{len(draft.more.insurances)}]"
        after, insurance, detail = self._other_payers.read(index, end, path)
        draft.more.insurances.append(insurance)
        draft.more.other_payers.append(detail)
        return after


def _pointed(code: str) -> str:
    """An ICD-10-CM code with its point, as people write it."""
    return f"{code[:3]}.{code[3:]}" if len(code) > 3 and "." not in code else code
