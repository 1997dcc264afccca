"""Money a payer moves apart from claims (PLB): interest, take-backs, balances carried forward, refunds, penalties.

A positive amount is taken from the practice and lowers the payment; a negative one is given and raises it.
"""

from rehabill.base.money import dollars
from rehabill.engine.post.claim import Payment
from rehabill.engine.post.owed import Moved
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


_ASKS: dict[str, Action] = {"suspense": "provider_adjustment", "recoupment": "recoupment"}
"""Accounts whose money a person must trace."""


def post_provider_adjustment(
    told: ProviderAdjustment, number: int, payment: Payment
) -> tuple[Entry | None, PostingTask | None]:
    """The entry of the payment's adjustment `number` (from 1), and what a person must look at. Nothing for no cents."""
    if not told.cents:
        return None, None
    account = ACCOUNTS.get(told.reason, "suspense")
    moved: Moved = {
        Place(account, payment.payer, reason=f"{told.reason} {told.reference}".strip()): told.cents,
        Place("cash_clearing", payment.key): -told.cents,
    }
    made = entry(payment.day, "provider_adjustment", f"{payment.key}/PLB/{number}", moved)
    if account not in _ASKS:
        return made, None
    taken = "took" if told.cents > 0 else "gave"
    why = f"The payer {taken} {dollars(abs(told.cents))} apart from claims (PLB {told.reason} {told.reference})."
    return made, PostingTask(action=_ASKS[account], cents=told.cents, why=why, payer=payment.payer)
