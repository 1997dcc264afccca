"""A bank statement as CSV.

Banks agree on no format. Read is every file with a row of headers (a summary may stand before it) that has a day, and
an amount with its sign or one column for money out and one for money in. The names are those of the exports of Bank of
America, Capital One, Chase, Citi and Schwab, as open importers of them have it in November 2026, and words of the same
meaning. Wells Fargo writes no headers: put `Date,Amount,*,Check Number,Description` into the first row.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rehabill.base.errors import InputError
from rehabill.intake.bank_line import Seen, without_number
from rehabill.intake.cells import amount, day, shown
from rehabill.intake.table import Row, Sheet, decoded, plain_name, rows, texts
from rehabill.model.bank import BankLine

_DAYS = ("posted_date", "posting_date", "post_date", "date_posted", "posted", "booking_date", "as_of_date", "date",
         "effective_date", "value_date", "transaction_date", "trans_date")  # fmt: skip
"""From the surest on: money is at the bank on the day it is posted."""
_AMOUNTS = ("amount", "transaction_amount", "amount_usd", "net_amount")
_OUT = ("debit", "debits", "debit_amount", "amount_debit", "withdrawal", "withdrawals", "withdrawal_amount",
        "money_out", "paid_out")  # fmt: skip
_IN = ("credit", "credits", "credit_amount", "amount_credit", "deposit", "deposits", "deposit_amount", "money_in",
       "paid_in")  # fmt: skip
_WORDS = frozenset({
    "description", "memo", "memo_description", "transaction_description", "original_description",
    "extended_description", "extended_details", "full_description", "bank_description", "detail", "transaction_detail",
    "transaction_details", "additional_information", "addenda", "addenda_information", "text", "name", "payee",
})  # fmt: skip
"""All of them together are the description: the trace of a payment may stand in any."""
_REFERENCES = frozenset({
    "reference", "reference_number", "reference_no", "ref", "ref_number", "ref_no", "bank_reference",
    "customer_reference", "customer_ref_no", "check", "check_number", "check_no", "checknumber", "check_or_slip",
    "check_slip", "chkref", "serial_number", "slip", "trace", "trace_number", "transaction_id",
})  # fmt: skip
_ACCOUNTS = ("account", "account_number", "account_no")
_KINDS = frozenset({"details", "type", "transaction_type", "debit_credit", "credit_debit", "dr_cr", "cr_dr"})
"""Columns that may say which way an amount without a sign went."""
_TAKEN = frozenset({"debit", "dr", "d", "withdrawal"})
_STATES = frozenset({"status", "transaction_status"})
_SEARCHED = 20
"""Rows among which the headers must stand."""


class _Header(NamedTuple):
    """Which column tells what; empty: none does."""

    names: tuple[str, ...]
    day: str
    amount: str
    out: str
    into: str
    account: str

    def is_read(self, name: str) -> bool:
        return name in (*self[1:],) or name in _WORDS | _REFERENCES | _KINDS | _STATES


def read(data: bytes, account: str = "") -> Sheet[BankLine]:
    """Lines in the order of the file. Raises `InputError` when no row of headers is found."""
    table = rows(decoded(data))
    header, given = _header(table)
    seen: Seen = Counter()

    def line(cells: Sequence[str], number: int) -> BankLine | InputError:
        try:
            return _line(header, cells, number, account, seen)
        except InputError as wrong:
            return wrong

    found = tuple(Row(number, line(cells, number)) for number, cells in table)
    ignored = tuple(shown(name) for name, plain in zip(given, header.names, strict=True) if not header.is_read(plain))
    return Sheet(found, tuple(name for name in ignored if name.strip()))


def _header(table: Iterator[tuple[int, list[str]]]) -> tuple[_Header, list[str]]:
    for _, (_, cells) in zip(range(_SEARCHED), table, strict=False):
        names = tuple(plain_name(cell) for cell in cells)

        def first(wanted: Sequence[str], names: tuple[str, ...] = names) -> str:
            return next((name for name in wanted if name in names), "")

        found = _Header(names, first(_DAYS), first(_AMOUNTS), first(_OUT), first(_IN), first(_ACCOUNTS))
        if found.day and (found.amount or (found.out and found.into)):
            return found, cells
    message = (
        "no row of headers with a date and an amount (or debit and credit) was found; write one into the first row"
    )
    raise InputError("header", message)


def _line(header: _Header, cells: Sequence[str], number: int, account: str, seen: Seen) -> BankLine:
    told: dict[str, str] = {}
    words: list[str] = []
    references: list[str] = []
    taken = False
    for name, text, where in texts(header.names, cells, number):
        told.setdefault(name, text)
        if name in _WORDS:
            words.append(text)
        elif name in _REFERENCES:
            references.append(text)
        elif name in _KINDS:
            taken |= text.lower() in _TAKEN
        elif name in _STATES and text.lower() == "pending":
            raise InputError(where, "this line is not at the bank yet; read it again when it is posted")
    where = f"row {number}: "
    if header.day not in told:
        raise InputError(where + header.day, "the day is missing")
    cents = _cents(header, told, where)
    return without_number(
        day(told[header.day], where + header.day),
        -abs(cents) if taken else cents,
        " ".join(words),
        " ".join(references),
        told.get(header.account, account),
        seen,
    )


def _cents(header: _Header, told: dict[str, str], where: str) -> int:
    if header.amount in told:
        return amount(told[header.amount], where + header.amount)
    out, into = (amount(told[name], where + name) if name in told else None for name in (header.out, header.into))
    if out is None and into is None:
        raise InputError(where + (header.amount or header.into), "the amount is missing")
    return (into or 0) - abs(out or 0)
