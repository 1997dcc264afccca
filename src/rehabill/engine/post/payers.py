"""Who pays: by what a payer is known again, and which of a claim's payers it is."""

import datetime as dt
import re
from collections.abc import Callable, Collection, Mapping

from rehabill.engine.post.payment import Payment
from rehabill.engine.post.tasks import REVERSAL
from rehabill.model.books import BookedClaim, BookedPayer
from rehabill.model.remittance import RemittanceClaim, RemittanceHeader

_ORDER = {"1": "P", "19": "P", "2": "S", "20": "S", "3": "T", "21": "T"}
"""CLP02 → in whose turn the payer says it decided."""
_TELLING = frozenset({"MA", "MB", "MC", "CH", "VA", "WC", "AM", "LM", "FI", "OF", "TV"})
"""Kinds of plan (CLP06) that name a programme. Others (12 to 17, HM, ZZ) stand for all that payers have no word for."""
_OWN_NUMBERS = ("2U", "NF", "HI", "EO")
"""REF under the payer: its own number, the insurance commissioners', the health industry's, the submitter's."""
_IN_MANY_NAMES = frozenset(
    ("A", "AND", "THE", "OF", "INC", "CO", "COMPANY", "CORP", "LLC", "LTD", "INSURANCE", "INS", "HEALTH", "HEALTHCARE",
     "PLAN", "PLANS", "PAYER", "GROUP")
)  # fmt: skip


def identifiers(header: RemittanceHeader) -> tuple[str, ...]:
    """By what a payer may be known again, the most telling first: its own number, its tax number, its name."""
    payer = header.payer
    own = [one.number for kind in _OWN_NUMBERS for one in payer.references if one.kind == kind]
    found = [f"number {number}" for number in (payer.id, *own) if number]
    tax = _tax_number(header)
    found += [f"tax number {tax}"] if tax else []
    found += [f"name {name}"] if (name := " ".join(payer.name.upper().split())) else []
    return tuple(dict.fromkeys(found))


def payer_of(header: RemittanceHeader) -> str:
    """The one by which its payments are told from other payers': tax number, else its own number, else its name."""
    return _tax_number(header) or header.payer.id or header.payer.name


def payment_of(header: RemittanceHeader, learned: Mapping[str, Collection[str]], day: dt.date) -> Payment:
    """The payment of a remittance posted on `day`. `learned`: identifier (as of `identifiers`) → our payers' names.

    One company pays for several of our payers (its commercial and its Medicare plans), with one tax number.
    """
    number = payer_of(header)
    key = f"{number}/{header.trace_number}"
    for one in identifiers(header):
        if ours := learned.get(one):
            return Payment(key, min(ours), day, frozenset(ours), header.payer.name)
    return Payment(key, number, day, frozenset(), header.payer.name)


def payer_in_turn(told: RemittanceClaim, payment: Payment, claim: BookedClaim) -> BookedPayer | None:
    """Which of the claim's payers decided; None when it is none of them, or nothing tells which.

    By who it is where that is plain, else by kind of plan (CLP06), by the turn it says it decided in (CLP02), by name.
    """
    known_as = payment.known_as
    same = [one for one in claim.payers if one.payer == payment.payer or one.payer in known_as]
    if len(same) == 1:
        return same[0]
    if known_as and not same:
        return None
    among = same or list(claim.payers)

    def is_of_the_kind(one: BookedPayer) -> bool:
        """A supplement that repeats the first payer's kind of plan, but says it came second, is not the first payer."""
        return (
            told.filing_indicator in _TELLING
            and one.filing_indicator == told.filing_indicator
            and (bool(same) or _ORDER.get(told.status, one.order) == one.order or _are_alike(payment.name, one.name))
        )

    return (
        _only(among, is_of_the_kind)
        or _by_turn(told, claim, among)
        or _only(among, lambda one: _are_alike(payment.name, one.name))
    )


def joining(
    told: RemittanceClaim, payment: Payment, claim: BookedClaim, others: Collection[BookedPayer]
) -> BookedPayer | None:
    """Which of `others`, insurers of the patient that the claim does not name, has decided it after those it names: the
    supplement to which the first payer sent it on. None when none fits, or nothing tells which.
    """
    taken = {one.order for one in claim.payers}
    turn = _ORDER.get(told.status)
    among = [one for one in others if one.order not in taken and turn in (None, one.order)]
    return (
        _only(among, lambda one: one.payer in payment.known_as)
        or _only(among, lambda one: _are_alike(payment.name, one.payer) or _are_alike(payment.name, one.name))
        or (among[0] if turn and len(among) == 1 and not payment.known_as else None)
    )


def _by_turn(told: RemittanceClaim, claim: BookedClaim, among: list[BookedPayer]) -> BookedPayer | None:
    order = _ORDER.get(told.status)
    if order:
        return next((one for one in among if one.order == order), None)
    if told.status == REVERSAL:
        decided = {one.order for one in claim.decided}
        among = [one for one in among if one.order in decided] or among
    return among[0] if len(among) == 1 else None


def _only(payers: Collection[BookedPayer], fits: Callable[[BookedPayer], bool]) -> BookedPayer | None:
    found = [one for one in payers if fits(one)]
    return found[0] if len(found) == 1 else None


def _are_alike(one: str, other: str) -> bool:
    """Names of which one has all the words of the other, but for words that every insurer's name has."""
    first, second = _words(one), _words(other)
    return bool(first and second) and (first <= second or second <= first)


def _words(name: str) -> frozenset[str]:
    return frozenset(re.findall(r"[A-Z0-9]+", name.upper())) - _IN_MANY_NAMES


def _tax_number(header: RemittanceHeader) -> str:
    """TRN03, by which its bank knows it too: usually a 1 and the tax number."""
    return header.payer_tax_id or header.originator
