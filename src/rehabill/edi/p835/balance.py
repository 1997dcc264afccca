"""What a remittance's figures must add up to, and the words for it when they do not."""

from rehabill.base.money import dollars
from rehabill.model.remittance import Adjustment, RemittanceClaim, RemittanceHeader, RemittanceLine

REVERSAL = "22"


def line_difference(line: RemittanceLine) -> int:
    """Cents that the line's adjustments leave unexplained: charge - adjustments - paid."""
    return line.charge_cents - _sum(line.adjustments) - line.paid_cents


def claim_difference(claim: RemittanceClaim) -> int:
    """Cents that the adjustments of the claim and of its lines leave unexplained."""
    adjusted = _sum(claim.adjustments) + sum(_sum(line.adjustments) for line in claim.lines)
    return claim.charge_cents - adjusted - claim.paid_cents


def _sum(adjustments: tuple[Adjustment, ...]) -> int:
    return sum(adjustment.cents for adjustment in adjustments)


def line_words(line: RemittanceLine, number: int, claim_number: str) -> str:
    """Why a line does not balance."""
    return (
        f"Line {number} ({line.code}) of claim {claim_number} is {dollars(line_difference(line))} out of balance: "
        f"charge {dollars(line.charge_cents)} less adjustments {dollars(_sum(line.adjustments))} is "
        f"{dollars(line.charge_cents - _sum(line.adjustments))}, paid says {dollars(line.paid_cents)}."
    )


def claim_words(claim: RemittanceClaim) -> str:
    """Why a claim does not balance."""
    difference = claim_difference(claim)
    left = claim.paid_cents + difference
    return (
        f"Claim {claim.claim_number} is {dollars(difference)} out of balance: charge {dollars(claim.charge_cents)} "
        f"less all adjustments {dollars(claim.charge_cents - left)} is {dollars(left)}, paid says "
        f"{dollars(claim.paid_cents)}."
    )


def lines_words(claim: RemittanceClaim, billed: int) -> str:
    """Why a claim's charge is not its lines'."""
    return (
        f"The lines of claim {claim.claim_number} charge {dollars(billed)} together; the claim says "
        f"{dollars(claim.charge_cents)}."
    )


def reversal_words(claim: RemittanceClaim) -> str:
    """Why a reversal, or what looks like one, has the wrong sign."""
    if claim.status == REVERSAL:
        return (
            f"Claim {claim.claim_number} is a reversal (status 22), whose amounts must be the negatives of the first "
            f"time's; its charge is {dollars(claim.charge_cents)}."
        )
    return (
        f"Claim {claim.claim_number} has a charge of {dollars(claim.charge_cents)} and is no reversal (its status is "
        f"{claim.status or 'missing'}, not 22)."
    )


def payment_words(amount: int, paid: int, taken: int, trace: str) -> str:
    """Why a payment is not what its claims and provider adjustments come to."""
    due = paid - taken
    moved = f" less provider adjustments {dollars(taken)}" if taken else ""
    return (
        f"Payment {trace or 'without a trace number'} is {dollars(amount - due)} out of balance: claims paid "
        f"{dollars(paid)}{moved} is {dollars(due)}, the payment (BPR02) says {dollars(amount)}."
    )


def handling_words(header: RemittanceHeader) -> str:
    """Why a remittance that says it moves no money cannot have an amount."""
    return f"The remittance is for information only (BPR01 is H), but pays {dollars(header.amount_cents)}."
