"""Money between patient and practice: payments, credit, refunds; write-offs, and balances that another is to pay.

Each is one entry, beside what payers decide. A patient's money is laid on what the patient owes: on the claims it is
meant for, else on the oldest day of service first. What is left is the patient's credit. Given for a claim that no
payer has answered yet (a copay at the visit), it is credit of that claim and waits for it. A payment that comes back (a
check without funds) is a reversal of its entry.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

import msgspec

from rehabill.base.errors import InputError
from rehabill.base.money import dollars
from rehabill.engine.post.owed import Moved
from rehabill.ledger.entry import Entry, Place, entry

Method = Literal["cash", "check", "card"]
WriteOff = Literal[
    "small_balance", "charity", "courtesy", "timely_filing", "no_authorization", "not_covered", "bad_debt",
    "bankruptcy", "deceased", "mistake",
]  # fmt: skip
"""Why the practice gives up what is owed. A Medicare patient's share may not be waived as a habit, but for need found
in the single case, or after an honest attempt to collect (42 USC 1320a-7a(i)(6)(A))."""


class Owed(NamedTuple):
    """What stands at a receivable: the place, the day of service, cents; negative where too much was paid."""

    place: Place
    day: dt.date
    cents: int


class Handed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Money handed over by a patient, or back to one; `cents` is positive either way.

    `key` is ours and unique: the party of the money in cash clearing until the bank has it.
    """

    key: str
    patient: str
    cents: int
    day: dt.date
    method: Method
    number: str = ""
    """Of the check, or of the card's receipt."""
    claims: tuple[str, ...] = ()
    """What it is given for, in this order; none: for whatever is oldest."""


Credit = Mapping[str, int]
"""A patient's credit in positive cents, by the claim it waits for; "" is free."""


def pay(given: Handed, owed: Iterable[Owed]) -> Entry:
    """A payment. `owed`: what the patient owes. Raises `InputError` for one of nothing or less."""
    _check_positive(given.cents)
    moved: Moved = {Place("cash_clearing", given.key): given.cents}
    left = given.cents
    oldest = _oldest_first(owed)
    for claim in dict.fromkeys(given.claims):
        left = _lay(moved, left, [one for one in oldest if one.place.claim == claim])
    if not given.claims:
        left = _lay(moved, left, oldest)
    # the rest of what was given for one claim waits for it; of several, nobody knows for which
    waits_for = given.claims[0] if len(given.claims) == 1 else ""
    _add(moved, Place("patient_credit", given.patient, claim=waits_for), -left)
    return entry(given.day, "patient_payment", given.key, moved, _words(given))


def refund(given: Handed, credit: Credit, *, beyond: bool = False) -> Entry:
    """Credit given back: that of the claims it is given for first, then free credit, then that of other claims.

    Raises `InputError` when it is more than there is, unless it is to go `beyond`.
    """
    _check_positive(given.cents)
    _check_most(given.cents, sum(credit.values()), "the patient's credit", beyond)
    moved: Moved = {Place("cash_clearing", given.key): -given.cents}
    left = given.cents
    for claim in dict.fromkeys((*given.claims, "", *sorted(credit))):
        part = min(left, credit.get(claim, 0))
        _add(moved, Place("patient_credit", given.patient, claim=claim), part)
        left -= part
    _add(moved, Place("patient_credit", given.patient), left)
    return entry(given.day, "refund", given.key, moved, _words(given))


def settle(
    patient: str, owed: Iterable[Owed], credit: Credit, day: dt.date, source: str, done: Collection[str] = ()
) -> Entry | None:
    """A patient's credit laid on what the patient owes, after a remittance or whenever; None when nothing moves.

    What was paid too much of a claim becomes its credit; a claim's credit is for that claim alone, until it is `done`:
    no payer has anything to say about it any more. Doing it twice moves nothing.
    """
    balances = list(owed)
    moved: Moved = {}
    pool = {claim: cents for claim, cents in credit.items() if cents > 0}
    for one in balances:
        if one.cents < 0:
            _add(moved, one.place, -one.cents)
            pool[one.place.claim] = pool.get(one.place.claim, 0) - one.cents
    oldest = _oldest_first(balances)
    for claim in sorted(pool.keys() - {""}):
        pool[claim] = _lay(moved, pool[claim], [one for one in oldest if one.place.claim == claim])
        if claim in done:
            pool[""] = pool.get("", 0) + pool.pop(claim)
    pool[""] = _lay(moved, pool.get("", 0), [one._replace(cents=one.cents + moved.get(one.place, 0)) for one in oldest])
    for claim in sorted(credit.keys() | pool.keys()):
        _add(moved, Place("patient_credit", patient, claim=claim), max(credit.get(claim, 0), 0) - pool.get(claim, 0))
    if not any(moved.values()):
        return None
    return entry(day, "patient_credit", source, moved)


def own_money(balances: Iterable[Owed], paid: Mapping[str, int]) -> list[Owed]:
    """What a patient owes, below nothing only by money of the patient's own: by no more than was `paid` of the claim.
    A write-off, or a reversal that came before what it takes back, makes nobody's credit.
    """
    left = dict(paid)
    found = []
    for one in balances:
        if one.cents < 0:
            own = min(-one.cents, max(left.get(one.place.claim, 0), 0))
            left[one.place.claim] = left.get(one.place.claim, 0) - own
            one = one._replace(cents=-own)
        found.append(one)
    return found


def write_off(
    owed: Iterable[Owed], reason: WriteOff, day: dt.date, source: str, cents: int | None = None, *, beyond: bool = False
) -> Entry:
    """What is owed, by a payer or the patient, given up; `cents` absent: all of it.

    Raises `InputError` when nothing is owed, or less than that, unless it is to go `beyond`.
    """
    moved: Moved = {}
    for place, part in _parts(owed, cents, beyond):
        _add(moved, place, -part)
        _add(moved, Place("write_off", reason, claim=place.claim, line=place.line), part)
    return entry(day, "write_off", source, moved, reason.replace("_", " "))


def transfer(
    owed: Iterable[Owed], party: str, order: str, day: dt.date, source: str, cents: int | None = None, *,
    beyond: bool = False,
) -> Entry:  # fmt: skip
    """What one owes made owed by another: by the payer `party` in its turn `order`, or by the patient (no order).

    Raises as `write_off`, and when they owe it already.
    """
    account = "insurance_receivable" if order else "patient_receivable"
    moved: Moved = {}
    for place, part in _parts(owed, cents, beyond):
        other = Place(account, party, order, place.claim, place.line)
        if other == place:
            raise InputError("party", "owes this already; name who is to owe it instead")
        _add(moved, place, -part)
        _add(moved, other, part)
    return entry(day, "transfer", source, moved)


def _parts(owed: Iterable[Owed], cents: int | None, beyond: bool) -> list[tuple[Place, int]]:
    """Where `cents` of what is owed stand, the oldest first; what goes beyond is taken where the last of it stood."""
    balances = _oldest_first(owed)
    there = sum(one.cents for one in balances)
    if not balances:
        raise InputError("cents", "nothing is owed here")
    left = there if cents is None else cents
    _check_positive(left)
    _check_most(left, there, "what is owed", beyond)
    moved: Moved = {}
    left = _lay(moved, left, balances)
    _add(moved, balances[-1].place, -left)
    return [(place, -part) for place, part in moved.items()]


def _oldest_first(owed: Iterable[Owed]) -> list[Owed]:
    """What is owed at all, in an order that does not depend on how it was given."""
    return sorted(
        (one for one in owed if one.cents > 0),
        key=lambda one: (one.day, one.place.claim, one.place.line, one.place.order, one.place.party),
    )


def _lay(moved: Moved, cents: int, owed: Sequence[Owed]) -> int:
    """Lower what is owed, in its order, by cents; returns what is left of them."""
    for one in owed:
        part = min(cents, one.cents)
        _add(moved, one.place, -part)
        cents -= part
    return cents


def _add(moved: Moved, place: Place, cents: int) -> None:
    if cents:
        moved[place] = moved.get(place, 0) + cents


def _check_positive(cents: int) -> None:
    if cents <= 0:
        raise InputError("cents", "the amount must be more than nothing; to take an entry back, reverse it")


def _check_most(cents: int, there: int, what: str, beyond: bool) -> None:
    if cents > there and not beyond:
        raise InputError("cents", f"{dollars(cents)} is more than {what}, which is {dollars(there)}")


def _words(given: Handed) -> str:
    return f"{given.method} {given.number}".strip()
