"""What a bank statement tells, and the payments to be found in it."""

import datetime as dt

import msgspec


class BankLine(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Money in (positive cents) or out of a bank account on a day.

    `id` is the same whenever the same line is read again, from this statement or one that overlaps it.
    """

    day: dt.date
    cents: int
    description: str
    reference: str
    """Number of a check or slip, or the bank's own reference; empty where it tells none."""
    account: str
    id: str


class ToldPayment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A payment as a remittance or the front desk told it. `key`: the party of its postings in cash clearing.
    One trace in several files is one payment of their sum.

    Negative cents: the payer takes money from the account, or the practice pays a refund.
    """

    key: str
    cents: int
    day: dt.date
    method: str
    """ACH, CHK check, FWT wire … as a remittance says (BPR04)."""
    trace: str = ""
    """Number of the transfer or check (TRN02)."""
    originator: str = ""
    """What the payer is called at the bank (TRN03): usually a 1 and its tax number."""
    payer_name: str = ""
