"""Answers brought to the file they answer: every claim that was sent, and what became of it so far."""

import msgspec

from rehabill.base.finding import Finding, Position
from rehabill.edi.reply.faults import finding
from rehabill.edi.reply.loops import Found
from rehabill.edi.reply.places import element_name
from rehabill.edi.reply.sent import SentFile, SentSegment, SentSet, business_path
from rehabill.model.acknowledgment import (
    Acceptance,
    Acknowledgments,
    GroupAnswer,
    SentClaim,
    SetAnswer,
    SyntaxFault,
    Tied,
    TiedFault,
)
from rehabill.model.claim_status import ClaimBatch, ClaimStatus, ClaimVerdict

_MISSING_HERE = frozenset({"3", "I6", "I7", "I8"})
"""IK304: something is missing, so that the segment at that place is another one."""
_TAKEN: frozenset[Acceptance] = frozenset({"accepted", "accepted_with_errors"})


class _State(msgspec.Struct):
    """One claim of the file while answers are brought to it."""

    number: str
    index: int
    set: SentSet
    verdict: ClaimVerdict | str = "waiting"
    sentence: str = "Nothing was said of this claim yet."
    proves_receipt: bool = False
    faults: list[TiedFault] = []
    status: ClaimStatus | None = None
    from_payer: bool = False


class Tying:
    """Takes TA1, 999 and 277CA answers in that order: a later layer knows more than an earlier one.

    Within a layer the answers come in the order they were received in.
    """

    def __init__(self, sent: SentFile) -> None:
        self.sent = sent
        self.findings: list[Finding] = []
        self.above: list[TiedFault] = []
        self.unknown: list[str] = []
        self.states = [
            _State(number, index, one) for index, (one, number) in enumerate(sent.claims)
        ]  # fmt: skip
        self.by_number: dict[str, _State] = {}
        for state in self.states:
            if state.number in self.by_number:
                self.findings.append(finding("A134", Position(0, claim=state.number), f"claims[{state.index}]"))
            self.by_number.setdefault(state.number, state)

    def tied(self, answers: Acknowledgments) -> Tied:
        for interchange in answers.interchanges:
            concerned = [state for state in self.states if state.set.interchange == interchange.control]
            if not concerned:
                self._not_ours(f"interchange {interchange.control}", interchange.at)
            word: ClaimVerdict = "rejected" if interchange.verdict == "rejected" else "received"
            if interchange.verdict == "unknown":
                continue
            for state in concerned:
                state.verdict, state.sentence = word, interchange.sentence
        for group in answers.groups:
            self._group(group)
        for batch in answers.batches:
            self._batch(batch)
        claims = tuple(self._claim(state) for state in self.states)
        return Tied(
            claims=claims, faults=tuple(self.above), unknown=tuple(dict.fromkeys(self.unknown)),
            findings=tuple(self.findings),
        )  # fmt: skip

    def _not_ours(self, what: str, at: Position) -> None:
        self.findings.append(finding("A130", at, what=what))

    # 999

    def _group(self, group: GroupAnswer) -> None:
        sets = {one.control: one for one in self.sent.sets if one.group == group.control}
        if not sets:
            self._not_ours(f"group {group.control}", group.at)
            return
        told = {answer.control for answer in group.sets}
        for answer in group.sets:
            one = sets.get(answer.control)
            if one is None:
                self._not_ours(f"transaction set {answer.control}", answer.at)
            else:
                self._set(one, answer)
        if group.verdict == "unknown":
            return
        for control, one in sets.items():
            if control not in told:
                self._unlisted(one, group)

    def _unlisted(self, one: SentSet, group: GroupAnswer) -> None:
        """A set the answer does not list shares its group's fate; of a partly accepted one nothing is said."""
        if group.verdict == "partly_accepted":
            return
        word: ClaimVerdict = "received" if group.verdict in _TAKEN else "rejected"
        for state in self._states_of(one):
            state.verdict, state.sentence = word, group.sentence

    def _states_of(self, one: SentSet) -> list[_State]:
        return self.states[one.first_claim : one.first_claim + len(one.claims)]

    def _set(self, one: SentSet, answer: SetAnswer) -> None:
        faults = [self._fault(one, fault) for fault in answer.faults]
        for tied, concerned in faults:
            for index in concerned:
                self.states[index].faults.append(tied)
            if tied.claim is None:
                self.above.append(tied)
        if answer.verdict == "unknown":
            return
        is_taken = answer.verdict in _TAKEN
        guilty = [state for state in self._states_of(one) if state.faults]
        for state in self._states_of(one):
            state.verdict = "received" if is_taken else "rejected"
            state.sentence = _set_word(state, answer, is_taken, guilty)

    def _fault(self, one: SentSet, fault: SyntaxFault) -> tuple[TiedFault, range]:
        """A fault with its claim, line and field; and the claims it concerns."""
        segment = one.segments.get(fault.number) if fault.number else None
        if segment is None and fault.number:
            self.findings.append(finding("A131", fault.at, number=fault.number, count=one.count))
        named = self.by_number.get(fault.claim) if fault.claim else None
        index = named.index if named else segment.claim if segment else None
        concerned = range(index, index + 1) if index is not None else segment.claims if segment else range(0)
        number = self.states[index].number if index is not None else ""
        line, path, name = self._field(segment, fault) if segment else (None, "", fault.name)
        path = path if one.kind == "837" else ""
        tied = TiedFault(
            fault=fault,
            set_control=one.control,
            claim_number=number,
            claim=index,
            line=line,
            path=path,
            sent=one.at(segment.found.number) if segment else None,
            sentence=_sentence(fault, self._whose(number, concerned), line, path, name),
        )
        return tied, concerned

    def _whose(self, number: str, concerned: range) -> str:
        """The claim, or those below the place."""
        if number or not concerned:
            return f"Claim {number}" if number else "The file"
        numbers = [self.states[index].number for index in concerned[:3]]
        more = f" and {len(concerned) - 3} more" if len(concerned) > 3 else ""
        return f"Claim{'s' if len(concerned) > 1 else ''} {', '.join(numbers)}{more}"

    def _field(self, segment: SentSegment, fault: SyntaxFault) -> tuple[int | None, str, str]:
        """(line, business field, its name). Something missing stands nowhere: its loop says whose it is."""
        found = segment.found
        loop = found.loop if found.loop.startswith(fault.loop) else fault.loop  # IK303 has room for `2010` alone
        line = segment.line if loop.startswith("24") else None
        if found.id == fault.segment and fault.code not in _MISSING_HERE:
            return line, business_path(found.loop, found.id, found.get(1), fault.element, line), _name(found, fault)
        if fault.code not in _MISSING_HERE:
            said, there = fault.segment[:3], found.id[:3]
            self.findings.append(finding("A132", fault.at, said=said, number=found.number, found=there))
            return line, "", fault.name
        return line, business_path(loop, fault.segment, "", fault.element, line), fault.name

    # 277CA

    def _batch(self, batch: ClaimBatch) -> None:
        seen: set[str] = set()
        for claim in batch.claims:
            state = self.by_number.get(claim.claim_number or "")
            if state is None:
                self.unknown.append(claim.claim_number or "")
                self.findings.append(finding("A133", claim.at))
                continue
            # A later answer goes before an earlier one, but nobody's before the payer's own.
            if state.number not in seen and batch.from_payer >= state.from_payer:
                seen.add(state.number)
                state.status, state.from_payer = claim, batch.from_payer
                state.verdict, state.sentence = claim.verdict, claim.sentence
                state.proves_receipt = claim.proves_receipt
        if batch.verdict == "rejected" and not batch.claims:
            self._refuse(batch, "", batch.sentence)
        for provider in batch.providers:
            if provider.verdict == "rejected" and provider.provider is not None:
                self._refuse(batch, provider.provider.id or "", provider.sentence)

    def _refuse(self, batch: ClaimBatch, npi: str, sentence: str) -> None:
        """A file, or all claims of one billing provider in it, was rejected as a whole."""
        sets = [one for one in self.sent.sets if one.reference and one.reference == batch.batch_reference]
        if not sets:
            self._not_ours(f"batch {batch.batch_reference or '(no number)'}", batch.at)
        for one in sets:
            for state in self._states_of(one):
                if state.status is None and (not npi or one.npis.get(state.index) == npi):
                    state.verdict, state.sentence = "rejected", sentence

    def _claim(self, state: _State) -> SentClaim:
        lines: dict[int, int] = {}
        if state.status is not None:
            ours = state.set.lines.get(state.index, [])
            lines = {
                place: ours.index(line.line_id)
                for place, line in enumerate(state.status.lines)
                if line.line_id and line.line_id in ours
            }
        return SentClaim(
            claim_number=state.number, index=state.index, set_control=state.set.control,
            verdict=state.verdict, sentence=state.sentence,  # type: ignore[arg-type]
            proves_receipt=state.proves_receipt, faults=tuple(state.faults), status=state.status, lines=lines,
        )  # fmt: skip


def _set_word(state: _State, answer: SetAnswer, is_taken: bool, guilty: list[_State]) -> str:
    if is_taken:
        if state.faults:
            return "The claim was accepted although errors were noted: do not send it again."
        return "The file could be read: the receiver has the claim and has not accepted it yet."
    if state.faults:
        return "The claim's transaction set was rejected because of this claim: mend it and send it again."
    if guilty:
        others = ", ".join(one.number for one in guilty[:3]) + (" and others" if len(guilty) > 3 else "")
        return f"The claim was rejected with its transaction set because of {others}: send it again."
    return f"The claim was rejected with its transaction set. {answer.sentence}"


def _name(found: Found, fault: SyntaxFault) -> str:
    """What stands there: by its use in that loop, which the receiver need not have named."""
    if found.spec is None:
        return fault.name
    part = element_name(found.spec.elements, fault.element) if fault.element else ""
    return f"{found.spec.name}: {part}" if part else found.spec.name


def _sentence(fault: SyntaxFault, whose: str, line: int | None, path: str, name: str) -> str:
    """Whose fault it is and what, by names of ours."""
    where = whose if line is None else f"{whose}, line {line + 1}"
    field = f" (field {path})" if path else ""
    return f"{where}: {name or fault.element or fault.segment}{field}: {fault.words}."
