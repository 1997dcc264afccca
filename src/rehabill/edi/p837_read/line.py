"""Service lines: loop 2400 and what stands under it."""

import datetime as dt
import math
from typing import NamedTuple, Protocol

import msgspec
from msgspec.structs import replace

from rehabill.edi.p837_read.cob import Decisions
from rehabill.edi.p837_read.faults import Problem
from rehabill.edi.p837_read.party import Parties
from rehabill.edi.p837_read.pieces import Pieces
from rehabill.edi.p837_read.source import Source
from rehabill.edi.p837_read.values import is_number, whole
from rehabill.model.claim import ClaimLine
from rehabill.model.submitted import (
    DatePeriod,
    Drug,
    LineDetail,
    OtherSegment,
)
from rehabill.x12.values import Memory, cents

_LOOP = "2400"
_USUAL_LINE = 4
"""LX, SV1, DTP*472, REF*6R."""
_KNOWN = frozenset({
    "SV1", "SV2", "SV3", "SV4", "SV5", "CR1", "CR2", "CR3", "CR5", "CRC", "QTY", "MEA", "CN1", "K3", "PS1", "HSD", "LQ",
    "FRM", "IMM", "LIN", "CTP",
})  # fmt: skip
_SERVICES = {"SV2": "SV2, institutional", "SV3": "SV3, dental", "SV4": "SV4, drugs"}
_NPIS = {
    "82": "rendering_npi", "DN": "referring_npi", "DQ": "supervising_npi", "DK": "ordering_npi",
}  # fmt: skip
_NUMBERS = {"G1": "prior_authorization", "9F": "referral_number"}
_PRESCRIPTIONS = frozenset({"XZ", "VY"})


class Service(NamedTuple):
    """SV1 as read."""

    line: ClaimLine
    """As far as SV1 tells it: without its day and number."""
    detail: dict[str, object]
    """Rarer fields, of `LineDetail`."""
    problems: tuple[Problem, ...]


class Draft(msgspec.Struct, gc=False):
    """A line with rarer parts, as they come."""

    service: Service | None = None
    date: DatePeriod | None = None
    number: str | None = None
    fields: dict[str, object] = {}
    """Of `ClaimLine`."""
    extras: dict[str, object] = {}
    """Of `LineDetail`."""
    lists: dict[str, list[object]] = {}
    """Of both."""

    def add(self, name: str, value: object) -> None:
        self.lists.setdefault(name, []).append(value)

    def of_line(self) -> dict[str, object]:
        """What `ClaimLine` has fields for, besides those of SV1."""
        fields = self.fields
        if self.date is not None:
            fields["date"] = self.date.first
            if self.date.last is not None:
                fields["end_date"] = self.date.last
        for name in _LINE_LISTS:
            if name in self.lists:
                fields[name] = tuple(self.lists.pop(name))
        return fields

    def detail(self) -> LineDetail | None:
        """The rest; None when there is none. To be asked after `of_line`."""
        facts = self.service.detail | self.extras if self.service else self.extras
        for name, values in self.lists.items():
            facts[name] = tuple(values)
        return LineDetail(**facts) if facts else None  # type: ignore[arg-type]


_LINE_LISTS = ("attachments", "adjudications")


class ClaimParts(Protocol):
    """What a line adds to its claim."""

    lines: list[ClaimLine]
    details: dict[int, LineDetail]

    def strays(self) -> list[OtherSegment]: ...


class Lines:
    """Reads the lines of a claim, each from its LX to the next."""

    def __init__(self, source: Source, parties: Parties, pieces: Pieces, decisions: Decisions) -> None:
        self._source, self._parties, self._pieces, self._decisions = source, parties, pieces, decisions
        self._services: Memory[str, Service] = Memory(self._service)
        self._usual_services: Memory[str, ClaimLine | None] = Memory(self._usual_service)
        self._usual_days: Memory[str, dt.date | None] = Memory(self._usual_day)
        element = source.element
        self._lx = f"LX{element}"
        self._ends = source.heads | {self._lx}
        self._day_of_service = f"DTP{element}472{element}"
        self._own_number = f"REF{element}6R{element}"
        self._rare = {
            "DTP": self._date, "REF": self._reference, "AMT": self._sum, "NTE": self._note, "PWK": self._attachment,
            "HCP": self._repricing, "NM1": self._provider, "SVD": self._decision, "LIN": self._drug,
            "CTP": self._drug_quantity, "SV1": self._service_of,
        }  # fmt: skip

    def read(self, index: int, end: int, claim: ClaimParts) -> int:
        """All lines of a claim, the first LX at `index`; answers where something else begins.

        Nearly every line is LX, SV1, its day and its number, and no more: that shape is read here, what differs from
        it in `_unusual`. A line's end shows in the segment after it, so the last line of a file is left to that too.
        """
        segments, services, days, ends = self._source.segments, self._usual_services, self._usual_days, self._ends
        lx, own_number, element, lines = self._lx, self._own_number, self._source.element, claim.lines
        usual_end = min(end, len(segments) - 1) - _USUAL_LINE
        while index < end and segments[index][:3] == lx:
            while index <= usual_end:
                _, told, day, reference, after = segments[index : index + _USUAL_LINE + 1]
                line, date, number, tag = services[told], days[day], reference[7:], after[:3]
                if (
                    not line or not date or not number or reference[:7] != own_number or tag not in ends
                    or element in number or not number.isascii()
                ):  # fmt: skip
                    break
                lines.append(replace(line, date=date, line_id=number))
                index += _USUAL_LINE
                if tag != lx:
                    return index
            index = self._unusual(index, end, claim)
        return index

    def _begun(self, begun: int, end: int) -> tuple[Draft, int]:
        """A line as far as its beginning is the usual one, which is taken whole or not at all; and what comes next."""
        texts = self._source.segments[begun + 1 : min(begun + _USUAL_LINE, end)]
        if (
            len(texts) == 3 and texts[0][:3] == "SV1" and texts[1].startswith(self._day_of_service)
            and texts[2].startswith(self._own_number)
        ):  # fmt: skip
            service, date, number = self._services[texts[0]], self._pieces.days[texts[1]][1], texts[2][7:]
            if date and not service.problems and self._source.element not in number and number.isascii():
                return Draft(service, date, number or None), begun + _USUAL_LINE
        return Draft(), begun + 1

    def _unusual(self, begun: int, end: int, claim: ClaimParts) -> int:
        """One line, whatever it holds, in whatever order."""
        place = len(claim.lines)
        path = f"lines[{place}]"
        draft, index = self._begun(begun, end)
        index = self._parts(index, end, draft, path)
        service = draft.service
        if service is None:
            self._no_service(begun, index, claim.strays(), path)
            return index
        if draft.date is None and not any(map(self._is_day_of_service, self._source.segments[begun:index])):
            message = "the day of service (DTP*472)"
            self._source.tell("R124", begun, "DTP03", _LOOP, f"{path}.date", what=message)
        claim.lines.append(replace(service.line, line_id=draft.number, **draft.of_line()))
        if detail := draft.detail():
            claim.details[place] = detail
        return index

    # SV1

    def _service(self, segment: str) -> Service:
        fields = self._source.cut(segment, 16)
        problems: list[Problem] = []
        if fields[0] != "SV1":
            problems.append(Problem("R126", "", "", fields[0]))
        kind, code, *rest = (*fields[1].split(self._source.component), "", "")
        if not code:
            problems.append(Problem("R124", "SV101-2", "code", "the code of the service"))
        charge = cents(fields[2])
        if charge is None:
            problems.append(
                Problem("R120", "SV102", "charge_cents") if fields[2] else
                Problem("R124", "SV102", "charge_cents", "the charge")
            )  # fmt: skip
        if fields[3] not in ("UN", "MJ"):
            problems.append(Problem("R123", "SV103", "unit"))
        detail: dict[str, object] = {} if kind in ("HC", "") else {"code_kind": kind}
        units = _units(fields[4], detail, problems)
        pointers = _pointers(fields[7].split(self._source.component), problems) if fields[7] else None
        for number, name in ((11, "epsdt"), (12, "family_planning")):
            if fields[number] == "Y":
                detail[name] = True
        if fields[15] == "0":
            detail["copay_exempt"] = True
        more: dict[str, object] = {}
        if len(rest) > 4 and rest[4]:
            more["description"] = rest[4]
        if fields[3] == "MJ":
            more["unit"] = "MJ"
        if fields[9] == "Y":
            more["emergency"] = True
        line = ClaimLine(
            code=code, units=units, modifiers=tuple(mark for mark in rest[:4] if mark), diagnosis_pointers=pointers,
            charge_cents=msgspec.UNSET if charge is None else charge, place_of_service=fields[5] or None,
            **more,  # type: ignore[arg-type]
        )  # fmt: skip
        return Service(line, detail, tuple(problems))

    def _usual_service(self, segment: str) -> ClaimLine | None:
        """SV1 that says nothing but the line's own fields, and has nothing wrong with it."""
        if segment[:3] != "SV1":
            return None
        line, detail, problems = self._services[segment]
        return None if detail or problems else line

    def _usual_day(self, segment: str) -> dt.date | None:
        """The day of service, when it is one day."""
        if not segment.startswith(self._day_of_service):
            return None
        found = self._pieces.days[segment][1]
        return found.first if found and found.last is None else None

    # what stands on few lines

    def _parts(self, index: int, end: int, draft: Draft, path: str) -> int:
        """Everything between LX and what comes next."""
        segments, ends = self._source.segments, self._ends
        while index < end and (name := segments[index][:3]) not in ends:
            handler = self._rare.get(name)
            if handler is not None:
                index = handler(index, end, draft, path)
                continue
            if name in _SERVICES:
                self._source.tell("R119", index, "", _LOOP, path, what=_SERVICES[name])
            draft.add("other", self._source.unread(index, _LOOP, _KNOWN))
            index += 1
        return index

    def _service_of(self, index: int, end: int, draft: Draft, path: str) -> int:
        """SV1; a second one has no place."""
        if draft.service is not None:
            self._source.tell("R116", index, "", _LOOP, path, what="SV1")
            draft.add("other", self._source.unread(index, _LOOP, _KNOWN))
        else:
            draft.service = self._services[self._source.segments[index]]
            self._source.tell_all(draft.service.problems, index, _LOOP, path)
        return index + 1

    def _date(self, index: int, end: int, draft: Draft, path: str) -> int:
        if draft.date is None and self._source.segments[index].startswith(self._day_of_service):
            draft.date = self._pieces.date(index, _LOOP, f"{path}.date")
            return index + 1
        found = self._pieces.date(index, _LOOP, f"{path}.dates")
        if found is None:
            draft.add("other", self._source.unread(index, _LOOP, frozenset({"DTP"})))
        elif found.kind == "454" and "initial_treatment_date" not in draft.fields:
            draft.fields["initial_treatment_date"] = found.first
        else:
            draft.add("dates", found)
        return index + 1

    def _reference(self, index: int, end: int, draft: Draft, path: str) -> int:
        if draft.number is None and self._source.segments[index].startswith(self._own_number):
            draft.number = self._source.fields(index, 2)[2] or None
            return index + 1
        found = self._parties.reference(self._source.fields(index, 4))
        name = _NUMBERS.get(found.kind)
        drug = draft.extras.get("drug")
        if name and found.payer is None and name not in draft.fields:
            draft.fields[name] = found.value
        elif found.kind in _PRESCRIPTIONS and isinstance(drug, Drug) and drug.prescription is None:
            draft.extras["drug"] = replace(drug, prescription=found.value)
        else:
            draft.add("references", found)
        return index + 1

    def _sum(self, index: int, end: int, draft: Draft, path: str) -> int:
        found = self._pieces.sum(index, _LOOP, f"{path}.sums")
        if found:
            draft.add("sums", found)
        return index + 1

    def _note(self, index: int, end: int, draft: Draft, path: str) -> int:
        found = self._pieces.note(index)
        if found.kind == "ADD" and "note" not in draft.fields:
            draft.fields["note"] = found.text
        else:
            draft.add("notes", found)
        return index + 1

    def _attachment(self, index: int, end: int, draft: Draft, path: str) -> int:
        draft.add("attachments", self._pieces.attachment(index))
        return index + 1

    def _repricing(self, index: int, end: int, draft: Draft, path: str) -> int:
        draft.extras["repricing"] = self._pieces.repricing(index, _LOOP, f"{path}.repricing")
        return index + 1

    def _provider(self, index: int, end: int, draft: Draft, path: str) -> int:
        party, after = self._parties.read(index, end, "2420", f"{path}.providers")
        name = _NPIS.get(party.role)
        if name and party.npi and name not in draft.fields:
            draft.fields[name] = party.npi
        draft.add("providers", party)
        return after

    def _decision(self, index: int, end: int, draft: Draft, path: str) -> int:
        after, found = self._decisions.read(index, end, path, len(draft.lists.get("adjudications", ())))
        draft.add("adjudications", found)
        return after

    def _drug(self, index: int, end: int, draft: Draft, path: str) -> int:
        if "drug" in draft.extras:
            self._source.tell("R116", index, "", "2410", f"{path}.drug", what="LIN")
            draft.add("other", self._source.unread(index, "2410", _KNOWN))
        else:
            draft.extras["drug"] = Drug(ndc=self._source.fields(index, 3)[3])
        return index + 1

    def _drug_quantity(self, index: int, end: int, draft: Draft, path: str) -> int:
        drug = draft.extras.get("drug")
        if not isinstance(drug, Drug) or drug.quantity is not None:
            draft.add("other", self._source.unread(index, "2410", _KNOWN))
            return index + 1
        fields = self._source.fields(index, 5)
        if fields[4] and not is_number(fields[4]):
            self._source.tell("R122", index, "CTP04", "2410", f"{path}.drug.quantity")
        unit = fields[5].partition(self._source.component)[0]
        draft.extras["drug"] = replace(drug, quantity=fields[4] or None, unit=unit or None)
        return index + 1

    # what is missing

    def _no_service(self, begun: int, end: int, strays: list[OtherSegment], path: str) -> None:
        self._source.tell("R118", begun, "", _LOOP, path)
        for index in range(begun, end):
            name = self._source.segments[index].partition(self._source.element)[0]
            strays.append(self._source.unread(index, _LOOP, frozenset({name})))

    def _is_day_of_service(self, segment: str) -> bool:
        return segment.startswith(self._day_of_service)


def _units(text: str, detail: dict[str, object], problems: list[Problem]) -> int:
    found = whole(text)
    if found is not None:
        return found
    if not text:
        problems.append(Problem("R124", "SV104", "units", "how many units"))
    elif is_number(text) and 0 < float(text) < 10_000:
        problems.append(Problem("R125", "SV104", "units"))
        detail["quantity"] = text
        return math.ceil(float(text))
    else:
        problems.append(Problem("R122", "SV104", "units"))
    return 0


def _pointers(texts: list[str], problems: list[Problem]) -> tuple[int, ...]:
    found: list[int] = []
    for place, text in enumerate(texts, start=1):
        number = whole(text)
        if number is None:
            problems.append(Problem("R122", f"SV107-{place}", "diagnosis_pointers"))
        else:
            found.append(number)
    return tuple(found)
