"""A bank statement as OFX 1 (SGML, where values need no end tag) or OFX 2 (XML), also named QFX or QBO.

Read are the transactions of bank and card accounts; all else in the file is no concern of ours. Names of elements: Open
Financial Exchange specification 2.3, 11.4.4; days 3.2.8. Banks are laxer than it, so nothing is asked for but a
transaction's own day and amount. The one library that is kept up, ofxtools, is under the GPL and cannot be shipped with
a program under the MIT licence: it checks this reader in tests.
"""

import datetime as dt
import html
import re
from collections import Counter
from typing import NamedTuple

from rehabill.base.errors import InputError
from rehabill.intake.bank_line import Seen, without_number
from rehabill.intake.cells import amount
from rehabill.intake.table import Row, Sheet
from rehabill.model.bank import BankLine

_TAG = re.compile(
    r"<(?P<end>/?)(?P<name>[A-Za-z0-9._]+)>(?:\s*<!\[CDATA\[(?P<cdata>.{0,2000}?)\]\]>|(?P<text>[^<]*))", re.DOTALL
)
_WINDOWS = re.compile(rb"CHARSET:\s*1252\b")
_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_STATEMENTS = frozenset({"STMTRS", "CCSTMTRS"})


class _Transaction(NamedTuple):
    """A STMTTRN: the account it is of, its elements with their values."""

    account: str
    told: dict[str, str]


def read(data: bytes, account: str = "") -> Sheet[BankLine]:
    """Lines in the order of the file; a row's number is that of its transaction, from 1.

    Raises `InputError` when there is no statement in the file, or one in another currency.
    """
    text = data.decode("cp1252" if _WINDOWS.search(data) else "utf-8-sig", "replace").replace("\0", "\ufffd")
    seen: Seen = Counter()
    found: list[Row[BankLine]] = []
    known: set[str] = set()
    for number, one in enumerate(_transactions(text), start=1):
        try:
            line = _line(one.told, one.account or account, seen, f"transaction {number}")
        except InputError as wrong:
            found.append(Row(number, wrong))
            continue
        if line.id not in known:
            known.add(line.id)
            found.append(Row(number, line))
    return Sheet(tuple(found))


def _transactions(text: str) -> list[_Transaction]:
    found: list[_Transaction] = []
    inside: dict[str, str] | None = None
    account = ""
    is_statement = False
    for match in _TAG.finditer(text):
        name = match["name"].upper()
        value = html.unescape(match["cdata"] or match["text"] or "").strip()
        if name in _STATEMENTS:
            is_statement, inside, account = True, None, ""
        elif name == "STMTTRN":
            inside = None
            if not match["end"]:
                inside = {}
                found.append(_Transaction(account, inside))
        elif match["end"]:
            continue
        elif inside is not None:
            inside.setdefault(name, value)
        elif name == "ACCTID":
            account = value
        elif name == "CURDEF" and value.upper() != "USD":
            raise InputError("", "this statement is not in US dollars")
    if not is_statement:
        raise InputError("", "there is no bank statement in this OFX file; ask the bank for one with transactions")
    return found


def _line(told: dict[str, str], account: str, seen: Seen, where: str) -> BankLine:
    if "CORRECTFITID" in told:
        raise InputError(where, "the bank corrects an earlier line by this one; compare both with its statement")
    day = _day(told.get("DTPOSTED", ""), f"{where}: DTPOSTED")
    if not told.get("TRNAMT"):
        raise InputError(f"{where}: TRNAMT", "the amount is missing")
    cents = amount(told["TRNAMT"], f"{where}: TRNAMT")
    words = " ".join(filter(None, (told.get("NAME", ""), told.get("MEMO", ""))))
    content = (day, cents, words, told.get("CHECKNUM") or told.get("REFNUM", ""), account)
    if told.get("FITID"):
        # some banks give a number twice, so day and amount belong to it
        return BankLine(*content, id=f"{account}/{told['FITID']}/{day}/{cents}")
    return without_number(*content, seen)


def _day(text: str, where: str) -> dt.date:
    """The bank's own day: whatever the time of day and its zone behind it say."""
    match = _DAY.match(text)
    try:
        if match:
            return dt.date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        pass
    raise InputError(where, "is no date as YYYYMMDD")
