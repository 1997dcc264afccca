"""Which units carry CQ or CO: the de minimis standard of 42 CFR 410.60(a)(4)(iii) (facts: C2, C14, C15)."""

import msgspec

from rehabill.almanac.edition import Edition
from rehabill.base.money import round_half_up
from rehabill.coding.units import UNIT_MINUTES

SUPPLY = "medicare.therapy.supply_codes"
MODIFIER = "medicare.therapy.assistant_modifier"
SHARE = "medicare.therapy.de_minimis_percent"
LAST_UNIT = "medicare.therapy.last_unit_minutes"
TWO_UNITS = ("medicare.therapy.two_units_least", "medicare.therapy.two_units_most", "medicare.therapy.two_units_total")


class TwoUnits(msgspec.Struct, frozen=True, gc=False):
    """When two units left are one each: the least and most minutes of either, and the least of both together."""

    least: int
    most: int
    total: int

    def holds(self, therapist: int, assistant: int) -> bool:
        both = self.least <= therapist <= self.most and self.least <= assistant <= self.most
        return both and therapist + assistant >= self.total


class Policy(msgspec.Struct, frozen=True, gc=False):
    """What the day's law and the payer ask. `last_unit` and `two_units` are the exceptions, None before they began."""

    marked: bool
    percent: int = 0
    last_unit: int | None = None
    two_units: TwoUnits | None = None


UNMARKED = Policy(False)


def policy_of(edition: Edition) -> Policy:
    """The policy in force: unmarked where the payer or the day wants no modifier."""
    found: Policy | None = edition.memo.get("assistant policy")
    if found is None:
        found = edition.remember("assistant policy", _policy_of(edition))
    return found


def _policy_of(edition: Edition) -> Policy:
    if not (edition.profile.assistant_modifier and edition.flag(MODIFIER)):
        return UNMARKED
    if not edition.known(LAST_UNIT):
        return Policy(True, edition.number(SHARE))
    two_units = TwoUnits(*(edition.number(name) for name in TWO_UNITS))
    return Policy(True, edition.number(SHARE), edition.number(LAST_UNIT), two_units)


class Part(msgspec.Struct, frozen=True, gc=False):
    """Units of one code that stand on one line, with the minutes behind them. `why` is a key of `REASONS`."""

    units: int
    assistant: bool
    therapist_minutes: int
    assistant_minutes: int
    why: str


REASONS = {
    "alone": "the therapist gave all of it",
    "unmarked": "no assistant modifier is wanted",
    "blocks": "whole 15-minute units by the therapist alone",
    "assistant_blocks": "whole 15-minute units by the assistant alone",
    "therapist_last": "of the last unit the therapist gave 8 minutes or more",
    "over_share": "the assistant's minutes exceed {percent}% of the unit",
    "over_unrounded": "the assistant's minutes exceed {percent}% of the service, as the regulation says; the preamble "
    "of 84 FR 62702 rounds to whole percents and would not ask for the modifier",
    "within_share": "the assistant's minutes do not exceed {percent}% of the unit",
    "two_units": "two units are left and each gave 9 to 14 minutes: one unit each",
    "not_covered": "two units are left outside the case CMS describes (each 9 to 14 minutes, 23 to 28 in all)",
    "left_over": "minutes left over without a unit of their own",
}


def is_supply(code: str, edition: Edition) -> bool:
    """Whether a code pays for a device alone: nobody's minutes are in it, so the assistant's share does not apply."""
    return edition.known(SUPPLY) and code in edition.value(SUPPLY).split()


def exceeds(assistant: int, total: int, percent: int) -> bool:
    """Strictly more than `percent` of the service, in whole minutes and without rounding.

    >>> exceeds(3, 30, 10), exceeds(4, 30, 10)
    (False, True)
    """
    return 100 * assistant > percent * total


def split(units: int, therapist: int, assistant: int, policy: Policy) -> tuple[Part, ...]:
    """Divide a 15-minute code's units into the therapist's and the assistant's: whole blocks first, then the rest.

    Shapes: at most two parts, therapist's first; together they hold all units and all minutes.
    """
    if not policy.marked or assistant == 0 or units == 0:
        why = "alone" if assistant == 0 else "unmarked"
        return (Part(units, False, therapist, assistant, why),)
    plain, spare_therapist = divmod(therapist, UNIT_MINUTES)
    marked, spare_assistant = divmod(assistant, UNIT_MINUTES)
    left = units - plain - marked
    to_plain, to_marked, why = _last_units(left, spare_therapist, spare_assistant, policy)
    parts = _gather(plain, marked, to_plain, to_marked, spare_therapist, spare_assistant, why)
    return tuple(part for part in parts if part.units)


def _last_units(left: int, therapist: int, assistant: int, policy: Policy) -> tuple[int, int, str]:
    """How many of the units left go to each, and why. There are never more than two."""
    if left <= 0:
        return 0, 0, "left_over"
    over = exceeds(assistant, therapist + assistant, policy.percent)
    enough = policy.last_unit is not None and therapist >= policy.last_unit
    if left == 1:
        if enough:
            return 1, 0, "therapist_last"
        return (0, 1, "over_share") if over else (1, 0, "within_share")
    if policy.two_units is None:
        return (0, left, "over_share") if over else (left, 0, "within_share")
    if policy.two_units.holds(therapist, assistant):
        return 1, left - 1, "two_units"
    return (1, left - 1, "not_covered") if enough else (0, left, "not_covered")


def _gather(
    plain: int, marked: int, to_plain: int, to_marked: int, therapist: int, assistant: int, why: str
) -> tuple[Part, Part]:
    """Spare minutes stand on the line whose unit they earned; without a unit they stay with their giver's line."""
    block, assistant_block = plain * UNIT_MINUTES, marked * UNIT_MINUTES
    if to_plain and to_marked:
        spare_plain, spare_marked = (therapist, 0), (0, assistant)
    elif to_plain or (not to_marked and plain and not marked):
        spare_plain, spare_marked = (therapist, assistant), (0, 0)
    elif to_marked or not plain:
        spare_plain, spare_marked = (0, 0), (therapist, assistant)
    else:
        spare_plain, spare_marked = (therapist, 0), (0, assistant)
    return (
        Part(plain + to_plain, False, block + spare_plain[0], spare_plain[1], why if to_plain else "blocks"),
        Part(
            marked + to_marked,
            True,
            spare_marked[0],
            assistant_block + spare_marked[1],
            why if to_marked else "assistant_blocks",
        ),
    )


def whole_service(units: int, therapist: int | None, assistant: int | None, policy: Policy) -> Part:
    """A service not counted in 15-minute units stands on one line; the test is on the whole of it.

    Minutes that were not recorded are None: any part of an unmeasured assistant counts as exceeding.
    """
    if assistant == 0 or not policy.marked:
        return Part(units, False, therapist or 0, assistant or 0, "alone" if assistant == 0 else "unmarked")
    if assistant is None or therapist is None:
        return Part(units, True, therapist or 0, assistant or 0, "over_share")
    if not exceeds(assistant, therapist + assistant, policy.percent):
        return Part(units, False, therapist, assistant, "within_share")
    share = round_half_up(100 * assistant, therapist + assistant)
    return Part(units, True, therapist, assistant, "over_share" if share > policy.percent else "over_unrounded")
