"""What the books keep of a claim that was just made: its payers in their turn, its lines and what they should pay."""

import datetime as dt

import msgspec

from rehabill.almanac.edition import Almanac
from rehabill.base.errors import InputError
from rehabill.engine.life_cycle.move import move, start
from rehabill.model.books import BookedClaim, BookedLine, BookedPayer, Order
from rehabill.model.claim import Claim, ClaimLine
from rehabill.model.party import Person
from rehabill.model.practice import Practice
from rehabill.model.priced import PricedClaim, PricedLine
from rehabill.model.standing import Standing

_TURNS = "PST"


def booked(claim: Claim, priced: PricedClaim, practice: Practice, almanac: Almanac) -> BookedClaim:
    """Raises `InputError` for a line without a charge: the books cannot say what is owed for it."""
    priced_lines = {line.line: line for line in priced.lines}
    patient = claim.patient if isinstance(claim.patient, Person) else Person(id=claim.patient)
    holders = (claim.subscriber, *(other.subscriber for other in claim.other_insurance))
    return BookedClaim(
        claim_number=claim.claim_number or "",
        patient=patient.id or "",
        payers=payers(claim, practice, almanac),
        lines=tuple(
            _line(claim, line, number, priced_lines.get(number)) for number, line in enumerate(claim.lines, start=1)
        ),
        member_ids=tuple(dict.fromkeys(one.member_id for one in holders if one and one.member_id)),
        last_name=patient.last or "",
    )


def payers(claim: Claim, practice: Practice, almanac: Almanac) -> tuple[BookedPayer, ...]:
    """Who is to pay, in turn; nobody but the patient where the payer's profile says so."""
    if is_self_pay(claim, almanac):
        return ()
    found: dict[Order, BookedPayer] = {claim.sequence: _payer(claim.payer, claim.sequence, practice, almanac, claim)}
    by_number = {account.payer_id: name for name, account in practice.payers.items()}
    for other in claim.other_insurance:
        name = by_number.get(other.payer_id)
        if name is None:
            name = (claim.secondary_payer if other.sequence == "S" else None) or other.payer_name
        found.setdefault(other.sequence, BookedPayer(name, other.sequence, other.payer_name, other.filing_indicator))
    if claim.secondary_payer and "S" not in found:
        found["S"] = _payer(claim.secondary_payer, "S", practice, almanac, claim)
    return tuple(found[turn] for turn in sorted(found, key=_TURNS.index))


def is_self_pay(claim: Claim, almanac: Almanac) -> bool:
    """Whether no insurer is asked."""
    return claim.date is not None and almanac.edition(claim.payer, claim.date).profile.patient_share == "all"


def _payer(name: str, order: Order, practice: Practice, almanac: Almanac, claim: Claim) -> BookedPayer:
    account = practice.payers.get(name)
    indicator = filing_indicator(name, practice, almanac, claim.date)
    return BookedPayer(name, order, account.name if account else "", indicator)


def filing_indicator(name: str, practice: Practice, almanac: Almanac, day: dt.date | None) -> str:
    """The kind of insurance, by the practice's account, else by the payer's profile; empty when neither says it."""
    account = practice.payers.get(name)
    if account and account.filing_indicator:
        return account.filing_indicator
    try:
        return almanac.edition(name, day).profile.filing_indicator if day else ""
    except InputError:
        return ""


def _line(claim: Claim, line: ClaimLine, number: int, priced: PricedLine | None) -> BookedLine:
    day = line.date or claim.date
    if day is None:
        raise InputError(f"lines[{number - 1}].date", "the date of service is missing")
    if not isinstance(line.charge_cents, int):
        message = f"the practice has no charge for {line.code}: add it to its charges"
        raise InputError(f"lines[{number - 1}].charge_cents", message)
    if priced is not None and priced.allowed_cents is None:
        priced = None
    return BookedLine(
        line_id=line.line_id or f"{claim.claim_number}-{number}",
        date=day,
        code=line.code,
        modifiers=line.modifiers,
        units=line.units,
        charge_cents=line.charge_cents,
        expected=priced and msgspec.structs.replace(priced, inputs=None),
    )


def standings(claim: BookedClaim, sequence: str) -> tuple[Standing, ...]:
    """A new claim at each of its insurers. Those before the one it goes to were asked from another system, so that
    one's turn has come.
    """
    found = []
    for payer in claim.payers:
        standing = start(payer.order)
        if _TURNS.index(payer.order) < _TURNS.index(sequence):
            standing = move(standing, "brought_over")
        elif payer.order == sequence and standing.status == "waiting":
            standing = move(standing, "due")
        found.append(standing)
    return tuple(found)
