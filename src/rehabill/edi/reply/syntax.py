"""TA1, 999 and 997: what a receiver says of our envelope and syntax, put into words by the spec of what was sent."""

from collections.abc import Iterator

import msgspec

from rehabill.base.finding import Finding, Position
from rehabill.edi.reply.faults import finding
from rehabill.edi.reply.places import place_name
from rehabill.model.acknowledgment import Acceptance, GroupAnswer, InterchangeAnswer, SetAnswer, SyntaxFault
from rehabill.x12.document import Interchange, Segment, TransactionSet
from rehabill.x12.scan import shown
from rehabill.x12.spec.load import meanings

_VERDICTS: dict[str, Acceptance] = {
    "A": "accepted", "E": "accepted_with_errors", "P": "partly_accepted", "R": "rejected", "M": "rejected",
    "W": "rejected", "X": "rejected",
}  # fmt: skip
_INTERCHANGE, _GROUP, _GROUP_CODE, _SET, _SET_CODE = "I17", "715", "716", "717", "618"
_SEGMENT_CODE, _ELEMENT_CODE, _TA1_NOTE = "620", "621", "I18"
_ALIKE = {"AK3": "IK3", "AK4": "IK4", "AK5": "IK5"}
"""A 997's segments say the same as a 999's in their first elements."""
_TRIGGER = "SITUATIONAL TRIGGER"
_ELEMENT_ERRORS = "8"


def meaning(number: str, code: str) -> str:
    """A code in our words, or the code."""
    return meanings().get(number, {}).get(code, "") or f"code {code}"


def interchange_answers(interchange: Interchange, findings: list[Finding]) -> Iterator[InterchangeAnswer]:
    """Every TA1 of an interchange."""
    isa = [*interchange.header.elements, *[""] * 16]
    for segment in interchange.segments:
        if segment.id != "TA1":
            continue
        control, day, time, answer, note = ([*map(shown, segment.elements)] + [""] * 5)[:5]
        at = Position(segment.byte, "TA1")
        if not control or answer not in _VERDICTS:
            element = "TA104" if control else "TA101"
            why = "what is said of the interchange, or of which, cannot be told"
            findings.append(finding("A113", msgspec.structs.replace(at, element=element), why=why))
        verdict = _VERDICTS.get(answer, "unknown")
        yield InterchangeAnswer(
            control=control, sent_on=f"{day} {time}".strip(), verdict=verdict, note=note,
            sentence=_interchange_sentence(control, verdict, note), answer_control=isa[12], sender=isa[5].strip(),
            at=at,
        )  # fmt: skip


def _interchange_sentence(control: str, verdict: Acceptance, note: str) -> str:
    why = "" if note in ("", "000") else f": {meaning(_TA1_NOTE, note)}"
    told = {
        "accepted": "was accepted; what is in it is answered apart",
        "accepted_with_errors": "was accepted although something in its envelope is wrong: do not send it again",
        "rejected": "was rejected as a whole, and nothing in it was read: correct the envelope and send it again",
    }.get(verdict, "was answered in a way that cannot be understood")
    return f"Interchange {control} {told}{why}."


def group_answers(
    interchange: Interchange, sets: list[TransactionSet], findings: list[Finding]
) -> Iterator[GroupAnswer]:
    """One for each 999 or 997."""
    isa = [*interchange.header.elements, *[""] * 16]
    for one in sets:
        yield _GroupReader(one, findings).read(isa[12])


class _Draft(msgspec.Struct):
    """One AK2 in the making."""

    elements: list[str]
    at: Position
    faults: list[SyntaxFault] = []
    segment: list[str] = []
    """The last IK3."""
    segment_at: Position = Position(0)
    claim: str = ""
    trigger: str = ""
    pending: list[tuple[str, str, str, Position]] = []
    """Faults of that segment: element, code, value, place. Told when its contexts are known too."""
    verdict: Acceptance = "unknown"
    codes: tuple[str, ...] = ()


class _GroupReader:
    """Reads one 999 or 997, segment by segment: what follows belongs to what came last."""

    def __init__(self, one: TransactionSet, findings: list[Finding]) -> None:
        self.one, self.findings = one, findings
        self.sets: list[SetAnswer] = []
        self.draft: _Draft | None = None
        self.group = self.outcome = [""] * 12
        self.other: list[str] = []
        self.number = 0

    def read(self, answer_control: str) -> GroupAnswer:
        first = self.one.segments[0]
        for segment in self.one.segments:
            self.number += 1
            self._take(segment)
        self._close()
        at = Position(first.byte, "ST", set_control=self.one.control, number=1)
        if self.one.segments[-1].id != "SE":
            self.findings.append(finding("A103", at))
        verdict = _VERDICTS.get(self.outcome[1], "unknown")
        if verdict == "unknown":
            why = "what became of the group cannot be told"
            self.findings.append(finding("A113", msgspec.structs.replace(at, segment="AK9", element="AK901"), why=why))
        declared, received, accepted = (_count(text) for text in self.outcome[2:5])
        if self.sets and received is not None and received != len(self.sets):
            self.findings.append(finding("A123", at, said=received, found=len(self.sets)))
        codes = tuple(code for code in self.outcome[5:10] if code)
        return GroupAnswer(
            kind="997" if self.one.id == "997" else "999", functional_id=self.group[1], control=self.group[2],
            version=self.group[3], verdict=verdict, codes=codes, declared=declared, received=received,
            accepted=accepted, sets=tuple(self.sets), sentence=_group_sentence(self.group[2], verdict, codes),
            answer_control=answer_control, at=at, other=tuple(self.other),
        )  # fmt: skip

    def _take(self, segment: Segment) -> None:
        elements = [shown(one) for one in segment.text.split(segment.delimiters.element)]
        name = _ALIKE.get(elements[0], elements[0])
        elements += [""] * (12 - len(elements))
        draft = self.draft
        if name == "AK1":
            self.group = elements
        elif name == "AK9":
            self._close()
            self.outcome = elements
        elif name == "AK2":
            self._close()
            self.draft = _Draft(elements, self._at(segment, "AK2"))
        elif draft is not None and name == "IK3":
            self._tell(draft)
            draft.segment, draft.segment_at = elements, self._at(segment, elements[0])
            draft.claim = draft.trigger = ""
        elif draft is not None and draft.segment and name in ("IK4", "CTX"):
            self._detail(draft, name, elements, segment)
        elif draft is not None and name == "IK5":
            self._tell(draft)
            draft.verdict = _VERDICTS.get(elements[1], "unknown")
            draft.codes = tuple(code for code in elements[2:7] if code)
        elif name not in ("ST", "SE", ""):
            self.other.append(shown(segment.text))
            at = self._at(segment, name[:3])
            self.findings.append(finding("A102", at, segment=name[:3]))

    def _at(self, segment: Segment, name: str) -> Position:
        return Position(segment.byte, name, set_control=self.one.control, number=self.number)

    def _detail(self, draft: _Draft, name: str, elements: list[str], segment: Segment) -> None:
        """IK4 (an element) or CTX (which claim; what made it required)."""
        component = segment.delimiters.component
        if name == "IK4":
            place = elements[1].split(component)
            draft.pending.append(
                (_element(draft.segment[1], place), elements[3], elements[4], self._at(segment, "IK4"))
            )
            return
        kind, _, rest = elements[1].partition(component)
        if kind == _TRIGGER:
            position = elements[5].split(component)
            where = _element(elements[2], position) if elements[5] else elements[2]
            draft.trigger = f"{where} at segment {elements[3]}" if elements[3] else where
        elif rest and not draft.claim:
            draft.claim = rest

    def _tell(self, draft: _Draft) -> None:
        """The faults of the last segment, now that its contexts are known."""
        if not draft.segment:
            return
        code = draft.segment[4]
        faults = list(draft.pending)
        if not faults or code not in (_ELEMENT_ERRORS, ""):
            faults.insert(0, ("", code, "", draft.segment_at))
        draft.faults += [self._fault(draft, *fault) for fault in faults]
        for element, code, _, at in faults:
            if not code:
                at = msgspec.structs.replace(at, element="IK403" if element else "IK304")
                self.findings.append(finding("A113", at, why="what is wrong there is not said"))
        draft.segment, draft.pending = [], []

    def _fault(self, draft: _Draft, element: str, code: str, value: str, at: Position) -> SyntaxFault:
        segment, number, loop = draft.segment[1], _count(draft.segment[2]), draft.segment[3]
        name = place_name(draft.elements[1], draft.elements[3] or self.group[3], loop, segment, element)
        words = meaning(_ELEMENT_CODE if element else _SEGMENT_CODE, code) if code else "something is wrong"
        where = " ".join(filter(None, (f"loop {loop}" if loop else "", f"segment {number}" if number else "")))
        told = f"{element or segment}" + (f" ({name})" if name else "") + (f", {where}" if where else "")
        told = f"{told}: {words}" + (f", because of {draft.trigger}" if draft.trigger else "")
        return SyntaxFault(
            segment=segment, number=number, loop=loop, code=code, element=element, name=name, value=value,
            claim=draft.claim, trigger=draft.trigger, words=words,
            sentence=f"Claim {draft.claim}: {told}." if draft.claim else f"{told}.", at=at,
        )  # fmt: skip

    def _close(self) -> None:
        draft, self.draft = self.draft, None
        if draft is None:
            return
        self._tell(draft)
        if draft.verdict == "unknown":
            why = "what became of the set cannot be told"
            at = msgspec.structs.replace(draft.at, segment="IK5", element="IK501")
            self.findings.append(finding("A113", at, why=why))
        kind, control, version = draft.elements[1:4]
        sentence = _set_sentence(kind, control, draft.verdict, draft.codes, len(draft.faults))
        self.sets.append(
            SetAnswer(
                set=kind, control=control, version=version, verdict=draft.verdict, codes=draft.codes,
                faults=tuple(draft.faults), sentence=sentence, at=draft.at,
            )
        )  # fmt: skip


def _element(segment: str, place: list[str]) -> str:
    """`SV1` and `1:2` → `SV101-2`."""
    number, component = (*place, "", "")[:2]
    if not number.isdecimal():
        return segment
    return f"{segment}{int(number):02d}" + (f"-{int(component)}" if component.isdecimal() else "")


def _count(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 10 else None


def _group_sentence(control: str, verdict: Acceptance, codes: tuple[str, ...]) -> str:
    told = {
        "accepted": "was accepted",
        "accepted_with_errors": "was accepted although errors were noted: do not send it again",
        "partly_accepted": "was accepted in part: correct and send again only the sets that were rejected",
        "rejected": "was rejected: nothing of it was taken",
    }.get(verdict, "was answered in a way that cannot be understood")
    why = "; ".join(meaning(_GROUP_CODE, code) for code in codes)
    return f"Group {control} {told}" + (f" ({why})." if why else ".")


def _set_sentence(kind: str, control: str, verdict: Acceptance, codes: tuple[str, ...], faults: int) -> str:
    told = {
        "accepted": "was accepted",
        "accepted_with_errors": "was accepted although errors were noted: do not send it again",
        "rejected": "was rejected with everything in it: correct it and send it again",
    }.get(verdict, "was answered in a way that cannot be understood")
    why = "; ".join(meaning(_SET_CODE, code) for code in codes)
    noted = f", {faults} fault{'s' if faults != 1 else ''} noted" if faults else ""
    return f"Transaction set {control} ({kind}) {told}{noted}" + (f" ({why})." if why else ".")
