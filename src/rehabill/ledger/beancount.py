"""The journal as beancount reads it: plain text that another program checks (`bean-check`), and anybody can keep.

Claim, line and reason stand beside a posting as metadata; payer and patient are part of the account's name.
"""

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Iterator

from rehabill.base.money import two_decimals
from rehabill.ledger.chart import CHART, Kind
from rehabill.ledger.entry import Entry, Place, Posting

_ROOTS: dict[Kind, str] = {
    "asset": "Assets",
    "liability": "Liabilities",
    "equity": "Equity",
    "income": "Income",
    "reduction": "Income:Reductions",
    "expense": "Expenses",
}


def export(entries: Iterable[Entry]) -> Iterator[str]:
    """Lines of a beancount file, in blocks that each end in a newline. An account is opened on the day it is first
    used, so entries may come in any order. They are gone through twice: only of an iterator all are kept in memory.
    """
    every = list(entries) if isinstance(entries, Iterator) else entries
    yield 'option "title" "rehabill"\noption "operating_currency" "USD"\n\n'
    for name, day in sorted(_opened(every).items()):
        yield f"{day} open {name} USD\n"
    for one in every:
        yield _transaction(one)


def account_name(place: Place) -> str:
    """`Assets:InsuranceReceivable:P-medicare-b`: root, account, and who it is owed by or to."""
    account = CHART[place.account]
    parts = [_ROOTS[account.kind], place.account.title().replace("_", "")]
    party = "-".join(part for part in (place.order, place.party) if part)
    if party:
        parts.append(_component(party))
    return ":".join(parts)


def _component(text: str) -> str:
    """As beancount allows: letters, digits and hyphens, beginning with a capital or digit.

    Where that changes the text, a part of its hash keeps two parties from sharing a name.
    """
    plain = re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")
    plain = plain[:1].upper() + plain[1:]
    return plain if plain == text else f"{plain or 'X'}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def _opened(entries: Iterable[Entry]) -> dict[str, dt.date]:
    days: dict[str, dt.date] = {}
    for one in entries:
        for posting in one.postings:
            name = account_name(posting.place)
            days[name] = min(one.day, days.get(name, one.day))
    return days


def _transaction(one: Entry) -> str:
    words = _quoted(one.text or one.kind)
    head = f"\n{one.day} * {_quoted(one.kind)} {words}\n  source: {_quoted(one.source)}\n"
    return head + "".join(_posting(posting) for posting in one.postings)


def _posting(posting: Posting) -> str:
    place = posting.place
    text = f"  {account_name(place)}  {two_decimals(posting.cents)} USD\n"
    for key, value in (("claim", place.claim), ("line", place.line), ("reason", place.reason)):
        if value:
            text += f"    {key}: {_quoted(value)}\n"
    return text


def _quoted(text: str) -> str:
    plain = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{plain}"'
