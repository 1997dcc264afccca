"""Which claim of ours a remittance speaks of, when its number alone does not tell.

Payers cut our number, drop its zeros, put something behind it, or leave it out. `keys` says by what to look a claim
up, from sure to weak, for whoever keeps the claims; `choose` takes one of those found, and only where no other can be
meant.
"""

import datetime as dt
import re
from collections.abc import Callable, Collection, Sequence
from typing import Literal, NamedTuple

from rehabill.engine.post.match import same_code, same_day, same_modifiers
from rehabill.model.books import BookedClaim
from rehabill.model.remittance import RemittanceClaim

By = Literal[
    "claim_number", "line_id", "payer_claim_number", "plain_number", "number_begins", "member_day", "patient_day",
    "name_day",
]  # fmt: skip
ORDER: tuple[By, ...] = (
    "claim_number", "line_id", "payer_claim_number", "plain_number", "number_begins", "member_day", "patient_day",
    "name_day",
)  # fmt: skip
"""From sure to weak: those not found by one are looked up by the next."""
_LEAST = 5
"""Characters of a number by which the rest of it may be guessed."""
_LEAST_OF_LINE = 4
"""Characters of a line's number worth a look: shorter ones number the lines of every claim."""
_LONGEST_SUFFIX = 6
_OTHER = re.compile(r"[\W_]+")


class Key(NamedTuple):
    """Something to look a claim up by.

    claim_number        our number (CLP01) as we wrote it
    line_id             our number of a line (REF*6R)
    payer_claim_number  the payer's number (CLP07), or that of the claim it decided before (REF*F8)
    plain_number        `plain` of our number
    number_begins       how `plain` of our number begins
    member_day          member number as `plain`, and a day of service
    patient_day         our number for the patient (REF*EA), and a day of service
    name_day            the patient's last name as `plain`, and a day of service
    """

    by: By
    value: str
    day: dt.date | None = None


def plain(text: str) -> str:
    """Letters in capitals and digits alone, without zeros in front: what is left of a number on its way there and back.

    >>> plain(" 00pt-12/a")
    'PT12A'
    """
    return _OTHER.sub("", text.upper()).lstrip("0")


def keys(told: RemittanceClaim, by: Collection[By] = ORDER) -> tuple[Key, ...]:
    """What a remittance's claim may be looked up by, in the order of `ORDER`; only those kinds asked for."""
    found: list[Key] = []
    for kind in ORDER:
        if kind in by:
            found += _KEYS[kind](told)
    return tuple(dict.fromkeys(one for one in found if one.value))


def _plain_numbers(told: RemittanceClaim) -> list[Key]:
    """The number itself, and what it may have been before something was put behind it."""
    number = plain(told.claim_number)
    shortest = max(_LEAST, len(number) - _LONGEST_SUFFIX)
    return [Key("plain_number", number[:length]) for length in (len(number), *range(len(number) - 1, shortest - 1, -1))]


def _beginnings(told: RemittanceClaim) -> list[Key]:
    number = plain(told.claim_number)
    return [Key("number_begins", number)] if len(number) >= _LEAST else []


def _members_on_days(told: RemittanceClaim) -> list[Key]:
    days = sorted(_days(told))
    return [Key("member_day", member, day) for member in sorted(_members(told)) for day in days]


def _patients_on_days(told: RemittanceClaim) -> list[Key]:
    return [Key("patient_day", number, day) for number in _patient_numbers(told) for day in sorted(_days(told))]


def _names_on_days(told: RemittanceClaim) -> list[Key]:
    return [Key("name_day", plain(told.patient.name), day) for day in sorted(_days(told))] if told.patient else []


_KEYS: dict[By, Callable[[RemittanceClaim], list[Key]]] = {
    "claim_number": lambda told: [Key("claim_number", told.claim_number.strip())],
    "line_id": lambda told: [
        Key("line_id", line.line_id) for line in told.lines if len(line.line_id) >= _LEAST_OF_LINE
    ],
    "payer_claim_number": lambda told: [Key("payer_claim_number", number) for number in _payer_numbers(told)],
    "plain_number": _plain_numbers,
    "number_begins": _beginnings,
    "member_day": _members_on_days,
    "patient_day": _patients_on_days,
    "name_day": _names_on_days,
}


def choose(told: RemittanceClaim, candidates: Sequence[BookedClaim]) -> BookedClaim | None:
    """The claim that is meant, by the surest sign that any of them shows; None when none does.

    Where several show it, weaker signs tell them apart, last the charge; None when all of them are alike. A number
    alone is not believed against patient and lines: claims of the system used before may have had it.
    """
    left: Sequence[BookedClaim] = ()
    for sign in _SIGNS:
        found = [one for one in left or candidates if sign(told, one)]
        if len(found) == 1:
            return found[0]
        left = found or left
    left = [one for one in left if sum(line.charge_cents for line in one.lines) == abs(told.charge_cents)]
    return left[0] if len(left) == 1 else None


def _has_number(told: RemittanceClaim, ours: BookedClaim) -> bool:
    return told.claim_number.strip() == ours.claim_number and not _is_another(told, ours)


def _has_line(told: RemittanceClaim, ours: BookedClaim) -> bool:
    """A line's number is ours, and so are code and day: some number the lines of every claim alike."""
    return not _is_another(told, ours) and any(
        line.line_id and line.line_id == own.line_id and same_day(line, own) and same_code(line, own)
        for line in told.lines
        for own in ours.lines
    )


def _has_payers_number(told: RemittanceClaim, ours: BookedClaim) -> bool:
    return not _is_another(told, ours) and any(one in ours.payer_claim_numbers for one in _payer_numbers(told))


def _has_plain_number(told: RemittanceClaim, ours: BookedClaim) -> bool:
    number = plain(told.claim_number)
    return number != "" and number == plain(ours.claim_number) and not _is_another(told, ours)


def _has_cut_number(told: RemittanceClaim, ours: BookedClaim) -> bool:
    """Ours begins with theirs or theirs with ours; so are the lines, or the patient and a day of service."""
    number, own = plain(told.claim_number), plain(ours.claim_number)
    if min(len(number), len(own)) < _LEAST or not (number.startswith(own) or own.startswith(number)):
        return False
    same = _same_patient(told, ours)
    if same:
        return not _days(told) or _share_a_day(told, ours)
    return same is None and _all_lines(told, ours, with_modifiers=False)


def _has_patient_and_lines(told: RemittanceClaim, ours: BookedClaim) -> bool:
    return _same_patient(told, ours) is True and _all_lines(told, ours, with_modifiers=True)


def _has_patient_and_codes(told: RemittanceClaim, ours: BookedClaim) -> bool:
    return _same_patient(told, ours) is True and _all_lines(told, ours, with_modifiers=False)


_SIGNS: tuple[Callable[[RemittanceClaim, BookedClaim], bool], ...] = (
    _has_number, _has_line, _has_payers_number, _has_plain_number, _has_cut_number, _has_patient_and_lines,
    _has_patient_and_codes,
)  # fmt: skip


def _is_another(told: RemittanceClaim, ours: BookedClaim) -> bool:
    """Whether patient and lines speak against the claim: another patient, or an unknown one and no day in common."""
    same = _same_patient(told, ours)
    if same is False:
        return not _all_lines(told, ours, with_modifiers=False)
    return same is None and bool(_days(told)) and not _share_a_day(told, ours)


def _same_patient(told: RemittanceClaim, ours: BookedClaim) -> bool | None:
    """By member number, by our number for the patient, by last name; None: nothing tells.

    Another member number beside the same last name tells nothing: it may be a new card, or a sister. Nor does another
    patient's number: claims carry none, so one that comes back was never ours, and may be equal by chance. It is
    believed where the name does not speak against it, as in what is typed from paper.
    """
    members, own = _members(told), {plain(one) for one in ours.member_ids}
    if members & own:
        return True
    name, own_name = plain(told.patient.name) if told.patient else "", plain(ours.last_name)
    if name and own_name and name != own_name:
        return False
    if ours.patient in _patient_numbers(told):
        return True
    if name and own_name:
        return None if members and own else True
    return False if members and own else None


def _all_lines(told: RemittanceClaim, ours: BookedClaim, *, with_modifiers: bool) -> bool:
    """Whether each of the remittance's lines is one of ours by day and code; without lines, day and charge count."""
    if not told.lines:
        charge = sum(line.charge_cents for line in ours.lines)
        return charge == abs(told.charge_cents) and _share_a_day(told, ours)
    return bool(_days(told)) and all(
        any(
            _on_day(told, line.first_day, own.date)
            and same_code(line, own)
            and (not with_modifiers or same_modifiers(line, own))
            for own in ours.lines
        )
        for line in told.lines
    )


def _on_day(told: RemittanceClaim, day: dt.date | None, ours: dt.date) -> bool:
    """Whether a line's day is ours; a line without one has the claim's."""
    if day is not None:
        return day == ours
    return ours in _days(told) or (
        told.statement_from is not None and told.statement_from <= ours <= (told.statement_to or told.statement_from)
    )


def _share_a_day(told: RemittanceClaim, ours: BookedClaim) -> bool:
    return not _days(told).isdisjoint(line.date for line in ours.lines)


def _days(told: RemittanceClaim) -> set[dt.date]:
    """Days of service: the lines', else the claim's first."""
    days = {line.first_day for line in told.lines if line.first_day}
    return days or ({told.statement_from} if told.statement_from else set())


def _members(told: RemittanceClaim) -> set[str]:
    """Member numbers told of the patient and the insured, corrected ones too."""
    parties = (told.patient, told.insured, told.corrected_insured)
    return {plain(one.id) for one in parties if one and one.id} - {""}


def _patient_numbers(told: RemittanceClaim) -> list[str]:
    """REF*EA."""
    return [number for one in told.references if one.kind == "EA" and (number := one.number.strip())]


def _payer_numbers(told: RemittanceClaim) -> list[str]:
    return [told.payer_claim_number, *(one.number for one in told.references if one.kind == "F8")]
