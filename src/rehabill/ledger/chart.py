"""The chart of accounts of a therapy practice.

Assets and what lowers income grow by positive cents (debits), liabilities and income by negative ones (credits):
so every entry, and therefore the whole of the books, sums to zero.
"""

from typing import Literal

import msgspec

Kind = Literal["asset", "liability", "equity", "income", "reduction", "expense"]
"""`reduction`: charged and never to be had; it stands against income."""


class Account(msgspec.Struct, frozen=True):
    """One account. `party` says what the party of its postings is; empty: they have none."""

    name: str
    kind: Kind
    title: str
    party: str = ""


_ALL = (
    # what is owed to the practice
    Account("insurance_receivable", "asset", "Owed by insurers", "payer"),
    Account("patient_receivable", "asset", "Owed by patients", "patient"),
    # where money is
    Account("cash_clearing", "asset", "Told as paid, not yet seen at the bank", "payment"),
    Account("bank", "asset", "At the bank"),
    # what was charged, and what of it is never to be had
    Account("charges", "income", "Charges"),
    Account("contractual", "reduction", "Contract and fee schedule", "payer"),
    Account("sequestration", "reduction", "Sequestration", "payer"),
    Account("write_off", "reduction", "Written off by the practice", "reason"),
    # money that came apart from claims
    Account("interest", "income", "Interest from insurers", "payer"),
    Account("incentives", "income", "Bonuses of insurers", "payer"),
    Account("penalties", "expense", "Penalties of insurers", "payer"),
    # money of others in our hands, or ours in theirs
    Account("patient_credit", "liability", "Paid ahead by patients", "patient"),
    Account("recoupment", "liability", "Overpayments insurers take back", "payer"),
    Account("forward_balance", "liability", "Carried by insurers to their next payment", "payer"),
    Account("refunds", "liability", "Refunds on their way", "party"),
    Account("advances", "liability", "Advances of insurers", "payer"),
    Account("withheld", "asset", "Withheld by insurers for others (tax, levy)", "payer"),
    Account("suspense", "liability", "Not yet explained", "payer"),
    # where books begin
    Account("opening", "equity", "Brought from another system"),
)

CHART: dict[str, Account] = {account.name: account for account in _ALL}
