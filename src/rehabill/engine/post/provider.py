"""Money a payer moves apart from claims (PLB): interest, take-backs, balances carried forward, refunds, penalties.

A positive amount is taken from the practice and lowers the payment; a negative one is given and raises it.

Taking back goes in two steps where the payer waits: a reversal whose money it gives back at once (negative WO), and
later the same money taken (positive WO). Both stand at one place, the claim's, and come to zero there.
"""

import re
from collections.abc import Iterator, Mapping

from rehabill.base.money import dollars
from rehabill.engine.post.owed import Moved
from rehabill.engine.post.payment import Payment
from rehabill.ledger.entry import Entry, Place, entry
from rehabill.model.books import Action, PostingTask
from rehabill.model.remittance import ProviderAdjustment

ACCOUNTS = {
    "L6": "interest",
    "WO": "recoupment", "WU": "recoupment",
    "FB": "forward_balance",
    "72": "refunds",
    "50": "penalties", "51": "penalties", "L3": "penalties",
    "BN": "incentives", "IP": "incentives",
    "AP": "advances",
    "E3": "withheld", "IR": "withheld", "LE": "withheld", "OB": "withheld", "SL": "withheld",
}  # fmt: skip
"""Reason code (PLB03-1) → account. Every other reason (CS, J1, ZZ …) waits in suspense for a person."""
_TOLD_AHEAD: dict[str, Action] = {"recoupment": "recoupment", "forward_balance": "provider_adjustment"}
"""Accounts in which a payer tells first what it takes later, and the task for what it took untold."""
_LEAST = 4
"""Characters of a part of a reference that may be a claim's number: shorter ones are counts and codes."""


def post_provider_adjustment(
    told: ProviderAdjustment, number: int, payment: Payment, claim: str = "", standing: int = 0
) -> tuple[Entry | None, PostingTask | None]:
    """The entry of the payment's adjustment `number` (from 1), and what a person must look at. Nothing for no cents.

    `claim`: ours that the reference names (`claim_named`). `standing`: what stands at the adjustment's place
    (`place_of`) before; below zero, the payer has told of the taking back and not taken the money yet.
    """
    if not told.cents:
        return None, None
    place = place_of(told, payment, claim)
    moved: Moved = {place: told.cents, Place("cash_clearing", payment.key): -told.cents}
    text = f"PLB {told.reason} {told.reference}".strip()
    made = entry(payment.day, "provider_adjustment", f"{payment.key}/PLB/{number}", moved, text)
    about = f" for claim {claim}" if claim else ""
    if place.account == "suspense":
        verb = "took" if told.cents > 0 else "gave"
        why = f"The payer {verb} {dollars(abs(told.cents))} apart from claims ({text}){about}: find out what it is."
        return made, _task("provider_adjustment", told.cents, why, payment, claim)
    untold = min(told.cents, standing + told.cents)
    if place.account in _TOLD_AHEAD and untold > 0:
        why = f"The payer took {dollars(untold)} ({text}){about} that no remittance had told of before: find out why."
        return made, _task(_TOLD_AHEAD[place.account], untold, why, payment, claim)
    return made, None


def place_of(told: ProviderAdjustment, payment: Payment, claim: str = "") -> Place:
    """Where an adjustment's cents stand.

    What is told and later taken must meet: at the claim where one is named, else by the reference. A balance carried
    forward is the payer's with the practice, whatever it refers to.
    """
    account = ACCOUNTS.get(told.reason, "suspense")
    met = account == "forward_balance" or (account == "recoupment" and claim)
    reference = " ".join(told.reference.split())
    reason = "" if met else reference if account == "recoupment" else f"{told.reason} {reference}".strip()
    return Place(account, payment.payer, claim=claim, reason=reason)


def numbers_named(told: ProviderAdjustment) -> tuple[str, ...]:
    """What in the reference may be a claim's number, ours or the payer's, the likeliest first.

    Payers give the number alone, ours and theirs with a blank between, or both packed: Medicare theirs in 1 to 19 and
    ours in 20 to 39, its equipment contractors (DME) their account in 1 to 14 and the claim's in 15 to 29 (CR 7499).
    """
    return tuple(dict.fromkeys(_numbers(told.reference)))


def claim_named(told: ProviderAdjustment, ours: Mapping[str, str]) -> str:
    """Our claim that the reference names. `ours`: number, ours or the payer's → our claim's number.

    Empty when it names none, or more than one.
    """
    found = {ours[number] for number in numbers_named(told) if number in ours}
    return found.pop() if len(found) == 1 else ""


def _numbers(reference: str) -> Iterator[str]:
    whole = reference.strip()
    if whole:
        yield whole
    parts = [*re.split(r"[\s:/;,|^>*]+", whole)]
    if len(reference) > 19:
        parts += [reference[:19], reference[19:39]]
    if len(reference) > 14:
        parts += [reference[14:29]]
    for part in parts:
        if len(part.strip()) >= _LEAST:
            yield part.strip()


def _task(action: Action, cents: int, why: str, payment: Payment, claim: str) -> PostingTask:
    return PostingTask(action=action, cents=cents, why=why, claim=claim, payer=payment.payer)
