"""The same decision told another way, as payers do: at the claim, without numbers, in parts, forwarded, taken back.

Every function gives a claim that balances where the one it was given does.
"""

from collections.abc import Sequence

import msgspec

from rehabill.demo.payer_835 import MEDICARE, PayingPayer, with_lines
from rehabill.model.remittance import Adjustment, AmountFact, Reference, RemittanceClaim, RemittanceParty

REVERSED = "22"
_FORWARDED = {"1": "19", "2": "20", "3": "21"}


def at_claim_level(told: RemittanceClaim, group: str, carc: str) -> RemittanceClaim:
    """What the lines adjust for this reason, told once for the claim; the lines say they pay as much more."""
    moved = 0
    lines = []
    for line in told.lines:
        kept = tuple(one for one in line.adjustments if (one.group, one.carc) != (group, carc))
        cents = sum(one.cents for one in line.adjustments) - sum(one.cents for one in kept)
        moved += cents
        lines.append(msgspec.structs.replace(line, adjustments=kept, paid_cents=line.paid_cents + cents))
    own = (*told.adjustments, Adjustment(group, carc, moved)) if moved else told.adjustments
    return with_lines(msgspec.structs.replace(told, adjustments=own), lines)


def without_lines(told: RemittanceClaim) -> RemittanceClaim:
    """Decided as a whole: every reason once, with the sum over all lines."""
    sums: dict[tuple[str, str], int] = {}
    for one in (*told.adjustments, *(one for line in told.lines for one in line.adjustments)):
        sums[one.group, one.carc] = sums.get((one.group, one.carc), 0) + one.cents
    groups = dict.fromkeys(group for group, _ in sums)
    own = tuple(
        Adjustment(group, carc, cents)
        for wanted in groups
        for (group, carc), cents in sums.items()
        if group == wanted and cents
    )
    return msgspec.structs.replace(told, adjustments=own, lines=())


def without_line_ids(told: RemittanceClaim) -> RemittanceClaim:
    """Our line numbers are not returned."""
    return _each_line(told, line_id="")


def without_modifiers(told: RemittanceClaim) -> RemittanceClaim:
    """The payer's system drops modifiers."""
    return _each_line(told, modifiers=())


def without_line_days(told: RemittanceClaim) -> RemittanceClaim:
    """The days stand at the claim alone."""
    return _each_line(told, first_day=None, last_day=None)


def forwarded(told: RemittanceClaim, carrier: PayingPayer) -> RemittanceClaim:
    """Decided, and passed on to the next payer (crossover). A denied claim is not passed on."""
    remarks = (*told.remarks, "MA18") if told.filing_indicator == MEDICARE else told.remarks
    party = RemittanceParty(carrier.name, id=carrier.id, id_kind="PI", is_person=False)
    return msgspec.structs.replace(told, status=_FORWARDED[told.status], crossover_carrier=party, remarks=remarks)


def reversal(told: RemittanceClaim) -> RemittanceClaim:
    """The decision taken back: every amount of the balances negated; what stands beside them is left out."""
    owed = told.patient_responsibility_cents
    return msgspec.structs.replace(
        told, status=REVERSED, charge_cents=-told.charge_cents, paid_cents=-told.paid_cents,
        patient_responsibility_cents=None if owed is None else -owed, adjustments=_negated(told.adjustments),
        amounts=(), crossover_carrier=None,
        lines=tuple(
            msgspec.structs.replace(
                line, charge_cents=-line.charge_cents, paid_cents=-line.paid_cents,
                adjustments=_negated(line.adjustments), allowed_cents=None,
            )
            for line in told.lines
        ),
    )  # fmt: skip


def correction(told: RemittanceClaim, before: RemittanceClaim) -> RemittanceClaim:
    """A decision in the place of `before`, whose number at the payer it names."""
    return msgspec.structs.replace(told, references=(*told.references, Reference("F8", before.payer_claim_number)))


def with_interest(told: RemittanceClaim, cents: int) -> RemittanceClaim:
    """Interest for paying late, as the claim tells it; the money itself is moved apart from claims (PLB L6)."""
    return msgspec.structs.replace(told, amounts=(*told.amounts, AmountFact("I", cents)))


def in_parts(told: RemittanceClaim, first: int) -> tuple[RemittanceClaim, RemittanceClaim]:
    """The claim split in two, for two payments: so many lines, and the rest under another number of the payer's."""
    rest = msgspec.structs.replace(told, payer_claim_number=f"{told.payer_claim_number}S", adjustments=())
    return with_lines(told, told.lines[:first]), with_lines(rest, told.lines[first:])


def _each_line(told: RemittanceClaim, **fields: object) -> RemittanceClaim:
    return msgspec.structs.replace(told, lines=tuple(msgspec.structs.replace(line, **fields) for line in told.lines))


def _negated(adjustments: Sequence[Adjustment]) -> tuple[Adjustment, ...]:
    return tuple(Adjustment(one.group, one.carc, -one.cents) for one in adjustments)
