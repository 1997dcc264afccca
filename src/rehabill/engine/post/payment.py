"""What a remittance is in the books: which payment, and whether a claim's part of it is there already."""

import msgspec

from rehabill.model.remittance import RemittanceClaim, RemittanceHeader


class ClaimPayment(msgspec.Struct, frozen=True):
    """What makes a claim's payment the same one again, whatever file it comes in.

    Clearinghouses write files anew and split them, so neither the file's hash nor the trace number alone will do.
    """

    payer: str
    trace: str
    claim_number: str
    payer_claim_number: str
    status: str
    charge_cents: int
    paid_cents: int
    adjusted: tuple[tuple[str, str, str, int], ...]
    """(code, group, CARC, cents) of every adjustment, in order; the claim's own have no code."""


def claim_payment(told: RemittanceClaim, payer: str, trace: str) -> ClaimPayment:
    """The identity of a claim's payment."""
    own = [("", one.group, one.carc, one.cents) for one in told.adjustments]
    lines = [(line.code, one.group, one.carc, one.cents) for line in told.lines for one in line.adjustments]
    return ClaimPayment(
        payer, trace, told.claim_number, told.payer_claim_number, told.status, told.charge_cents, told.paid_cents,
        tuple(sorted([*own, *lines])),
    )  # fmt: skip


def payer_of(header: RemittanceHeader) -> str:
    """By what a payer is known again: the number it gives of itself to the bank, else its own, else its name."""
    return header.payer_tax_id or header.originator or header.payer.id or header.payer.name
