"""Claims of an old system into the books: what is still owed of them, so that payers' answers to them can be posted."""

import datetime as dt
from collections.abc import Iterable

import msgspec

from rehabill.engine.post.owed import Moved, charged, receivable
from rehabill.ledger.entry import Entry, Place, entry
from rehabill.model.books import Beside, BookedClaim, BookedLine, BookedPayer
from rehabill.model.opening import OpenBalance

_TURNS = ("P", "S", "T")


class OpenedClaim(msgspec.Struct, frozen=True):
    """A claim as remittances will find it, and the entry that brings what is open of it. Nothing open: no entry."""

    claim: BookedClaim
    entry: Entry | None


def open_claims(balances: Iterable[OpenBalance], on: dt.date) -> list[OpenedClaim]:
    """One for each claim, in the order first met. `on`: the day on which the books begin."""
    of: dict[str, list[OpenBalance]] = {}
    for one in balances:
        of.setdefault(one.claim, []).append(one)
    return [_open(rows, on) for rows in of.values()]


def _open(rows: list[OpenBalance], on: dt.date) -> OpenedClaim:
    number = rows[0].claim
    payers = {one.order: BookedPayer(one.payer, one.order) for one in rows if one.payer}
    by_line: dict[object, list[OpenBalance]] = {}
    for one in rows:
        by_line.setdefault(one.line or (one.date, one.code, one.modifiers), []).append(one)
    lines = {
        key: BookedLine(
            line_id=same[0].line or f"{number}-{at}", date=same[0].date, code=same[0].code,
            modifiers=same[0].modifiers, units=same[0].units, charge_cents=_charge(same),
        )
        for at, (key, same) in enumerate(by_line.items(), start=1)
    }  # fmt: skip
    claim = BookedClaim(
        claim_number=number,
        patient=rows[0].patient_id,
        payers=tuple(payers[turn] for turn in _TURNS if turn in payers),
        lines=tuple(lines.values()),
        is_opened=True,
    )
    moved: Moved = {}
    turns = {payer.order: turn for turn, payer in enumerate(claim.payers)}
    for key, same in by_line.items():
        for one in same:
            owes_patient = one.is_patient or not one.payer
            turn = len(claim.payers) if owes_patient else turns[one.order]
            place = receivable(claim, turn, lines[key].line_id)
            moved[place] = moved.get(place, 0) + one.cents
    opened = msgspec.structs.replace(claim, beside=_beside(claim, moved))
    moved[Place("opening", claim=number)] = -sum(moved.values())
    made = entry(on, "opening", number, moved) if any(moved.values()) else None
    return OpenedClaim(opened, made)


def _beside(claim: BookedClaim, owed: Moved) -> tuple[Beside, ...]:
    """What payments the old system has seen did to what the charges alone would be owed."""
    new = charged(claim)
    found = []
    for place in dict.fromkeys((*owed, *new)):
        cents = owed.get(place, 0) - new.get(place, 0)
        if cents and place.account != "charges":
            found.append(Beside(place.order, place.line, cents, not place.order and cents < 0))  # type: ignore[arg-type]
    return tuple(found)


def _charge(same: list[OpenBalance]) -> int:
    """As billed, where a row tells it; else all that is open: less than that it cannot have been."""
    told = [one.charge_cents for one in same if one.charge_cents is not None]
    return told[0] if told else max(sum(one.cents for one in same), 0)
