"""The figures and words of a remittance advice, ready to be laid out."""

import datetime as dt
from collections.abc import Iterable, Mapping

import msgspec

from rehabill.almanac.code_lists import CodeLists
from rehabill.base.money import dollars
from rehabill.engine.post.effects import Effect, effect_of
from rehabill.model.remittance import Adjustment, Remittance, RemittanceClaim, RemittanceLine

Words = Mapping[str, Mapping[str, str]]
"""What codes say in our words, by the number of the data element."""
STATUS, METHOD, MOVED = "1029", "591", "426"
"""Status of a claim (CLP02), way of payment (BPR04), reason of money moved apart from claims (PLB03-1)."""


class Figures(msgspec.Struct):
    """Cents of a line or a sum of lines. charge = contractual + sequestration + patient + prior + refused + paid, and
    what is left of it is `rest`: the payer's figures do not add up.
    """

    charge: int = 0
    contractual: int = 0
    sequestration: int = 0
    patient: int = 0
    prior: int = 0
    """What earlier payers paid and adjusted, as this one tells it."""
    refused: int = 0
    paid: int = 0

    @property
    def allowed(self) -> int:
        """What the payer holds right for the service, whoever pays it."""
        return self.charge - self.contractual - self.refused - self.rest

    @property
    def rest(self) -> int:
        explained = self.contractual + self.sequestration + self.patient + self.prior + self.refused + self.paid
        return self.charge - explained

    def add(self, other: "Figures") -> None:
        for field in self.__struct_fields__:
            setattr(self, field, getattr(self, field) + getattr(other, field))


class AdviceLine(msgspec.Struct, frozen=True):
    """One service; without a day and code: what was adjusted on the claim as a whole."""

    day: dt.date | None
    service: str
    units: str
    figures: Figures
    reasons: tuple[str, ...]
    """Group and CARC with the amount, such as `CO-45 $30.00`, then remark codes."""


class AdviceClaim(msgspec.Struct, frozen=True):
    claim_number: str
    payer_claim_number: str
    patient: str
    member_id: str
    status: str
    forwarded_to: str
    lines: tuple[AdviceLine, ...]
    total: Figures


class Move(msgspec.Struct, frozen=True):
    """Money moved apart from claims; positive cents were taken and lower the payment."""

    reason: str
    words: str
    reference: str
    cents: int


class Advice(msgspec.Struct, frozen=True):
    """One payment. `amount_cents` = paid on all claims - moves, when it balances."""

    payer: str
    payee: str
    payee_npi: str
    trace: str
    day: dt.date | None
    method: str
    amount_cents: int
    claims: tuple[AdviceClaim, ...]
    moves: tuple[Move, ...]
    total: Figures
    meanings: tuple[tuple[str, str], ...]
    """Each code told, with its meaning in our words; codes without words here are left out."""

    @property
    def rest(self) -> int:
        """Cents by which the payment is not what its claims and moves come to."""
        return self.amount_cents - self.total.paid + sum(move.cents for move in self.moves)


def advice(told: Remittance, lists: CodeLists, words: Words) -> Advice:
    """A remittance laid out. `lists` gives the words for reasons and remarks, `words` for all other codes."""
    claims = tuple(_claim(claim, words[STATUS]) for claim in told.claims)
    total = Figures()
    for claim in claims:
        total.add(claim.total)
    return Advice(
        payer=told.payer.name,
        payee=told.payee.name,
        payee_npi=told.payee.npi,
        trace=told.trace_number,
        day=told.payment_date,
        method=words[METHOD].get(told.method, told.method),
        amount_cents=told.amount_cents,
        claims=claims,
        moves=tuple(
            Move(one.reason, words[MOVED].get(one.reason, ""), one.reference, one.cents)
            for one in told.provider_adjustments
        ),
        total=total,
        meanings=tuple(_meanings(told.claims, lists)),
    )


def _claim(told: RemittanceClaim, statuses: Mapping[str, str]) -> AdviceClaim:
    lines = [_line(line) for line in told.lines]
    of_lines = sum(line.paid_cents for line in told.lines)
    if told.adjustments or told.paid_cents != of_lines or not lines:
        lines.append(_whole(told, told.paid_cents - of_lines))
    total = Figures()
    for line in lines:
        total.add(line.figures)
    patient = told.patient
    return AdviceClaim(
        claim_number=told.claim_number,
        payer_claim_number=told.payer_claim_number,
        patient=", ".join(part for part in (patient.name, patient.first) if part) if patient else "",
        member_id=patient.id if patient else "",
        status=statuses.get(told.status, f"status {told.status}" if told.status else "without a status"),
        forwarded_to=told.crossover_carrier.name if told.crossover_carrier else "",
        lines=tuple(lines),
        total=total,
    )


def _line(told: RemittanceLine) -> AdviceLine:
    figures = _figures(told.adjustments)
    figures.charge, figures.paid = told.charge_cents, told.paid_cents
    service = " ".join((told.code, *told.modifiers))
    if told.submitted and told.submitted.code != told.code:
        service += f" (sent as {told.submitted.code})"
    return AdviceLine(
        told.first_day, service, str(told.units_paid), figures, (*_reasons(told.adjustments), *told.remarks)
    )


def _whole(told: RemittanceClaim, paid: int) -> AdviceLine:
    """What was told of the claim as a whole: its adjustments and what they take from the lines; all, without lines."""
    figures = _figures(told.adjustments)
    figures.paid = paid
    if not told.lines:
        figures.charge = told.charge_cents
    return AdviceLine(told.statement_from, "whole claim", "", figures, (*_reasons(told.adjustments), *told.remarks))


def _figures(adjustments: Iterable[Adjustment]) -> Figures:
    figures = Figures()
    for one in adjustments:
        field = _FIELDS[effect_of(one)]
        setattr(figures, field, getattr(figures, field) + one.cents)
    return figures


_FIELDS = {
    Effect.CONTRACTUAL: "contractual",
    Effect.SEQUESTRATION: "sequestration",
    Effect.NEXT: "patient",
    Effect.PRIOR: "prior",
    Effect.OPEN: "refused",
}


def _reasons(adjustments: Iterable[Adjustment]) -> list[str]:
    return [f"{one.group}-{one.carc} {dollars(one.cents)}" for one in adjustments]


def _meanings(claims: Iterable[RemittanceClaim], lists: CodeLists) -> list[tuple[str, str]]:
    """Reasons first, then remarks, each once, in the order of their codes."""
    carcs: set[str] = set()
    remarks: set[str] = set()
    for claim in claims:
        remarks.update(claim.remarks, *(line.remarks for line in claim.lines))
        for adjustments in (claim.adjustments, *(line.adjustments for line in claim.lines)):
            carcs.update(one.carc for one in adjustments)
    told = [(code, lists.meaning("carc", code)) for code in sorted(carcs, key=_by_number)]
    told += [(code, lists.meaning("rarc", code)) for code in sorted(remarks, key=_by_number)]
    return [(code, words) for code, words in told if words]


def _by_number(code: str) -> tuple[str, int, str]:
    letters = code.rstrip("0123456789")
    digits = code[len(letters) :]
    return letters, int(digits or 0), code
