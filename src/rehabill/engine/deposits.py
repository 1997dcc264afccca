"""Payments that were told (835, paper EOB, front desk) and the lines of the bank where their money came or went.

From the surest sign to the weakest, and only where one answer is left:

    trace   the trace number; a payer sends it with the transfer too (45 CFR 162.1603(a)(5), CORE 370)
    payer   the amount, with the payer's name or number at the bank, within days of the payment
    batch   checks and cash that together come to a deposit, or the cards of one day

Whatever has two answers is left to a person, with what it could be.
"""

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations
from typing import Literal

import msgspec

from rehabill.base.money import dollars
from rehabill.ledger.entry import Entry, Place, entry
from rehabill.model.bank import BankLine, ToldPayment

Reason = Literal["trace", "payer", "batch"]


class Match(msgspec.Struct, frozen=True):
    """A line of the bank explained by payments (their keys), whose amounts come to its own to the cent."""

    line: str
    payments: tuple[str, ...]
    reason: Reason


class Unmatched(msgspec.Struct, frozen=True):
    """A payment not found at the bank: the lines that could be it, and why none was taken."""

    payment: str
    candidates: tuple[str, ...]
    why: str


class Reconciled(msgspec.Struct, frozen=True):
    """All that was given, once: in matches, or left over. Payments of no cents are left out: no bank tells them."""

    matches: tuple[Match, ...]
    payments: tuple[Unmatched, ...]
    lines: tuple[str, ...]


CHECK = "CHK"
CARD = "CCC"
_BEFORE = 7
"""Days. A remittance and its transfer are sent within three workdays of each other (CORE 370, 4.2)."""
_AFTER = 10
_CHECK_LIES = 45
"""Ours: so many days a check may wait for its deposit."""
_CARDS_SETTLE = 5
"""Ours: so many days after the sale, a long weekend among them, cards are paid out."""
_WHOLE = 8
"""From so many characters on a number is found inside others too: banks break and join the text of an addenda."""
_BY_CHANCE = 100
"""Checks are not added up when more sums are possible than one in so many cents of the deposit: one of them would fit
by chance."""
_COMMON = frozenset({
    "BENEFIT", "BENEFITS", "CARE", "CLAIM", "CLAIMS", "COMPANY", "CORP", "CORPORATION", "GROUP", "HEALTH",
    "INSURANCE", "LIFE", "MEDICAL", "PAYMENT", "PLAN", "PLANS", "SERVICES",
})  # fmt: skip
"""Words that name no payer."""
_TRACED = "TRN*"
_SENT_BY_PAYER = (_TRACED, "HCCLAIMPMT")
"""What stands only in an insurer's transfer: the segment in its addenda, and its description (NACHA)."""

_Proposal = tuple[int, tuple[int, ...]]
"""A line, and the payments that could explain it, by their places in what was given."""
_Find = Callable[["_Given", Sequence[int], Sequence[int]], Iterator[_Proposal]]


def match_deposits(payments: Sequence[ToldPayment], lines: Sequence[BankLine]) -> Reconciled:
    """Which payments stand in which line of the bank. The order of what is given makes no difference to what is found.

    Give what is not matched yet: what stands in cash clearing, each key once, and lines without a match.
    """
    given = _Given(payments, lines)
    open_payments = [index for index, one in enumerate(payments) if one.cents]
    open_lines = [index for index, one in enumerate(lines) if one.cents]
    matches: list[Match] = []
    for reason, find in _SIGNS:
        while sure := _sure(set(find(given, open_payments, open_lines))):
            for line, found in sure:
                matches.append(Match(lines[line].id, tuple(payments[index].key for index in found), reason))
                open_lines.remove(line)
                open_payments = [index for index in open_payments if index not in found]
    return Reconciled(
        matches=tuple(matches),
        payments=tuple(given.unmatched(index, open_lines) for index in open_payments),
        lines=tuple(lines[index].id for index in open_lines),
    )


def deposit_entry(match: Match, payments: Iterable[ToldPayment], line: BankLine) -> Entry:
    """Matched money is at the bank, and no longer only told. Raises `UnbalancedEntry` if the amounts differ."""
    moved = {Place("bank"): line.cents}
    for one in payments:
        if one.key in match.payments:
            place = Place("cash_clearing", one.key)
            moved[place] = moved.get(place, 0) - one.cents
    return entry(line.day, "deposit", line.id, moved, match.reason)


def _sure(proposals: set[_Proposal]) -> list[_Proposal]:
    """Proposals that contradict no other: no other explains their line, or uses one of their payments."""
    lines = Counter(line for line, _ in proposals)
    used = Counter(index for _, found in proposals for index in found)
    return sorted(
        (line, found) for line, found in proposals if lines[line] == 1 and all(used[index] == 1 for index in found)
    )


class _Text:
    """What a bank says of a line, to look for numbers and names in."""

    def __init__(self, line: BankLine) -> None:
        self.upper = f"{line.description} {line.reference}".upper()
        parts = re.findall(r"[A-Z0-9]+", self.upper)
        self.parts = {part.lstrip("0") for part in parts}
        self.joined = "".join(parts)

    def has_number(self, number: str) -> bool:
        plain = re.sub(r"[^A-Z0-9]", "", number.upper()).lstrip("0")
        return bool(plain) and (plain in self.parts or (len(plain) >= _WHOLE and plain in self.joined))

    def has_name(self, name: str) -> bool:
        words = [word for word in re.findall(r"[A-Z]{4,}", name.upper()) if word not in _COMMON]
        return any(
            part.startswith(word) or (len(part) > 4 and word.startswith(part)) for word in words for part in self.parts
        )


class _Given:
    """Payments and lines as given, with the bank's words made ready."""

    def __init__(self, payments: Sequence[ToldPayment], lines: Sequence[BankLine]) -> None:
        self.payments = payments
        self.lines = lines
        self.texts = [_Text(line) for line in lines]

    def sum_of(self, payments: Iterable[int]) -> int:
        return sum(self.payments[index].cents for index in payments)

    def is_in_time(self, payment: int, line: int) -> bool:
        told = self.payments[payment]
        return -_BEFORE <= self.days_to(payment, line) <= (_CHECK_LIES if told.method == CHECK else _AFTER)

    def days_to(self, payment: int, line: int) -> int:
        """From the payment to the line; days are taken from each other, for what is mistyped has no day 60 before."""
        return (self.lines[line].day - self.payments[payment].day).days

    def has_payer(self, payment: int, line: int) -> bool:
        told, text = self.payments[payment], self.texts[line]
        return (
            text.has_number(told.originator)
            or text.has_number(told.originator.removeprefix("1"))
            or text.has_name(told.payer_name)
        )

    def unmatched(self, payment: int, lines: Sequence[int]) -> Unmatched:
        told = self.payments[payment]
        traced = [line for line in lines if self.texts[line].has_number(told.trace)]
        alike = [line for line in lines if self.lines[line].cents == told.cents and self.is_in_time(payment, line)]
        if alike:
            why = "More than one payment or line fits, or the payer's name is not on the line; choose."
        elif traced and (difference := sum(self.lines[line].cents for line in traced) - told.cents):
            why = f"The trace number is at the bank, but the amount differs by {dollars(difference)}."
        elif traced:
            why = "These lines have its trace number and come to it together; match each by hand."
        else:
            why = f"No line of the bank has this trace number, or {dollars(told.cents)} around that day."
        found = dict.fromkeys((*traced, *alike))
        return Unmatched(told.key, tuple(self.lines[line].id for line in found), why)


def _by_trace(given: _Given, payments: Sequence[int], lines: Sequence[int]) -> Iterator[_Proposal]:
    """One payment of the line's amount, or all that the payer sent under the number, as they come to it together."""
    for line in lines:
        told = [index for index in payments if given.texts[line].has_number(given.payments[index].trace)]
        named = tuple(index for index in told if given.has_payer(index, line)) or tuple(told)
        for found in (named, *((index,) for index in named)):
            if found and given.sum_of(found) == given.lines[line].cents:
                yield line, found


def _by_payer(given: _Given, payments: Sequence[int], lines: Sequence[int]) -> Iterator[_Proposal]:
    for line in lines:
        for index in payments:
            told = given.payments[index]
            if told.trace and _TRACED in given.texts[line].upper:
                continue  # the bank tells a number, and it is not this payment's alone
            is_same = told.cents == given.lines[line].cents
            if is_same and given.is_in_time(index, line) and given.has_payer(index, line):
                yield line, (index,)


def _by_batch(given: _Given, payments: Sequence[int], lines: Sequence[int]) -> Iterator[_Proposal]:
    """Both at once, so that a line which checks explain as well as cards is left to a person."""
    brought = [line for line in lines if not any(sign in given.texts[line].upper for sign in _SENT_BY_PAYER)]
    yield from _by_checks(given, payments, brought)
    yield from _by_cards(given, payments, brought)


def _by_checks(given: _Given, payments: Sequence[int], lines: Sequence[int]) -> Iterator[_Proposal]:
    checks = [index for index in payments if given.payments[index].method == CHECK]
    for line in lines:
        cents = given.lines[line].cents
        near = [index for index in checks if 0 < given.payments[index].cents <= cents and given.is_in_time(index, line)]
        if 2 ** len(near) > cents // _BY_CHANCE:
            continue
        for size in range(1, len(near) + 1):
            for found in combinations(near, size):
                if given.sum_of(found) == cents:
                    yield line, found


def _by_cards(given: _Given, payments: Sequence[int], lines: Sequence[int]) -> Iterator[_Proposal]:
    """Terminals are settled once a day, all of it or none; what the processor keeps of it, nobody can guess."""
    days: dict[dt.date, list[int]] = {}
    for index in payments:
        if given.payments[index].method == CARD:
            days.setdefault(given.payments[index].day, []).append(index)
    for line in lines:
        for found in days.values():
            if given.sum_of(found) == given.lines[line].cents and 0 <= given.days_to(found[0], line) <= _CARDS_SETTLE:
                yield line, tuple(found)


_SIGNS: tuple[tuple[Reason, _Find], ...] = (("trace", _by_trace), ("payer", _by_payer), ("batch", _by_batch))
