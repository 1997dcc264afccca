"""What a person must look at after a claim of a remittance was posted."""

from collections.abc import Sequence

from rehabill.base.money import dollars
from rehabill.engine.post.early import takes_back
from rehabill.engine.post.effects import Effect, effect_of, refused
from rehabill.engine.post.expect import Cause, underpayments
from rehabill.engine.post.lay import Laid
from rehabill.engine.post.repeated import is_repeated
from rehabill.model.books import Action, BookedClaim, BookedPayer, Decided, PostingTask
from rehabill.model.remittance import RemittanceClaim

FORWARDED = frozenset({"19", "20", "21"})
"""CLP02: decided, and sent on to the next payer by this one."""
REVERSAL = "22"
PREDETERMINATION = "25"
_OF_A_FIRST_PAYER = frozenset({"1", "19"})
"""CLP02: decided, not denied, and by no insurer that asks what another has paid."""


def tasks(told: RemittanceClaim, claim: BookedClaim, payer: BookedPayer, laid: Laid, cause: Cause) -> list[PostingTask]:
    """In the order in which they matter. A reversal asks for nothing but to find what it takes back, or to await its
    correction, if that has not come before it; and what was said before asks for nothing again.
    """
    found = _Tasks(claim, payer)
    _unknown(found, laid)
    _unbalanced(found, told, laid)
    if told.status == REVERSAL:
        if not claim.is_opened and not all(takes_back(one, claim.decided) for one in laid.decided if one.charge_cents):
            why = f"The payer took back a decision ({dollars(told.paid_cents)}) that no remittance told of: find it."
            found.add("reversed", told.paid_cents, why)
            return found.list
        if _stands(claim, payer, laid):
            return found.list
        why = f"The payer took back its decision ({dollars(told.paid_cents)}); a corrected one should follow."
        found.add("reversed", told.paid_cents, why)
        return found.list
    decided = laid.decided
    if claim.decided:
        decided = tuple(one for one in decided if not is_repeated(one, claim.decided))
    _denied(found, decided)
    _next_payer(found, told, decided)
    if payer.order == "P" and told.status in _OF_A_FIRST_PAYER:
        as_a_whole = bool(told.adjustments) or not told.lines
        for line_id, short, why in underpayments(claim, decided, cause, as_a_whole=as_a_whole):
            found.add("underpaid", short, why, line_id)
    return found.list


def _stands(claim: BookedClaim, payer: BookedPayer, laid: Laid) -> bool:
    """Whether the payer gives something for these lines even after a reversal: its correction came before it, or it
    had paid twice.
    """
    lines = {one.line_id for one in laid.decided}
    said = [one for one in claim.decided if one.order == payer.order and one.line_id in lines]
    said += laid.decided
    return sum(one.paid_cents for one in said) + _passed_on(said) > 0


def _passed_on(decided: Sequence[Decided]) -> int:
    return sum(own.cents for one in decided for own in one.adjustments if effect_of(own) is Effect.NEXT)


class _Tasks:
    """The tasks of one claim and payer."""

    def __init__(self, claim: BookedClaim, payer: BookedPayer) -> None:
        self.claim = claim
        self.payer = payer
        self.list: list[PostingTask] = []

    def add(
        self,
        action: Action,
        cents: int,
        why: str,
        line: str = "",
        carcs: tuple[str, ...] = (),
        remarks: tuple[str, ...] = (),
    ) -> None:
        self.list.append(
            PostingTask(
                action=action, cents=cents, why=why, claim=self.claim.claim_number, line=line,
                payer=self.payer.payer, carcs=carcs, remarks=remarks,
            )
        )  # fmt: skip


def _unknown(found: _Tasks, laid: Laid) -> None:
    for line in laid.strangers:
        why = (
            f"The remittance has a line {line.code} that the claim has not; {dollars(line.paid_cents)} is in suspense."
        )
        found.add("line_unknown", line.paid_cents, why, line.line_id)


def _unbalanced(found: _Tasks, told: RemittanceClaim, laid: Laid) -> None:
    for line in laid.decided:
        rest = line.charge_cents - line.paid_cents - sum(one.cents for one in line.adjustments)
        if rest:
            why = f"The payer's figures leave {dollars(rest)} of this line unexplained; it is in suspense."
            found.add("line_unbalanced", rest, why, line.line_id)
    of_lines = sum(line.paid_cents for line in laid.decided) + sum(line.paid_cents for line in laid.strangers)
    rest = told.paid_cents - of_lines
    if rest:
        why = f"The claim says {dollars(told.paid_cents)} paid, its lines {dollars(of_lines)}; the rest is in suspense."
        found.add("claim_unbalanced", rest, why)


def _denied(found: _Tasks, decided: Sequence[Decided]) -> None:
    """One task for each line of which the payer refused something."""
    for line in decided:
        adjustments = refused(line)
        cents = sum(one.cents for one in adjustments)
        if cents:
            carcs = tuple(dict.fromkeys(f"{one.group}-{one.carc}" for one in adjustments))
            why = f"The payer refused {dollars(cents)} ({', '.join(carcs)}); it stays owed until somebody decides."
            found.add("denied", cents, why, line.line_id, carcs, line.remarks)


def _next_payer(found: _Tasks, told: RemittanceClaim, decided: Sequence[Decided]) -> None:
    is_last = found.claim.payers[-1].order == found.payer.order
    share = _passed_on(decided)
    if share > 0 and not is_last and told.status not in FORWARDED:
        why = f"{dollars(share)} is left for the next payer, and this one did not forward the claim."
        found.add("bill_secondary", share, why)
