"""Which lines of a claim are telehealth under Medicare's rules."""

from collections.abc import Iterator

from rehabill.almanac.edition import Edition
from rehabill.coding.modifiers import TELEHEALTH_MODIFIER
from rehabill.rules.case import Case, Line
from rehabill.rules.code_sets import kept
from rehabill.rules.places import place_of
from rehabill.rules.triggers import TELEHEALTH_MODIFIERS, TELEHEALTH_PLACES

_COMMUNICATION = "medicare.telehealth.communication_codes"


def telehealth_lines(case: Case) -> tuple[Line, ...]:
    """Lines said to be telehealth by the claim, by place 02 or 10 or by 95 or 93, where Medicare's rules apply.

    Telephone, portal and device services are no telehealth visits and stay out.
    """
    found: tuple[Line, ...] | None = case.memo.get("telehealth_lines")
    if found is None:
        found = case.memo["telehealth_lines"] = tuple(_telehealth_lines(case))
    return found


def _telehealth_lines(case: Case) -> Iterator[Line]:
    claim = case.claim
    said = claim.telehealth is not None or isinstance(case.context.telehealth, str)
    for line in case.lines:
        if line.edition.profile.telehealth != "medicare":
            continue
        shown = said or place_of(case, line) in TELEHEALTH_PLACES or modifier_of(line) is not None
        if shown and line.code not in kept(line.edition, _COMMUNICATION, _communication_codes):
            yield line


def modifier_of(line: Line) -> str | None:
    """95 or 93, when the line has it."""
    for modifier in line.line.modifiers:
        if modifier in TELEHEALTH_MODIFIERS:
            return modifier
    return None


def said_modifier(case: Case) -> str:
    """The modifier for what the claim says: 93 for audio alone, else 95."""
    said = case.claim.telehealth or case.context.telehealth
    return TELEHEALTH_MODIFIER["audio" if said == "audio" else "video"]


def may_be_telehealth(line: Line) -> bool:
    return line.edition.flag("medicare.telehealth.therapists")


def _communication_codes(edition: Edition) -> frozenset[str]:
    known = edition.known(_COMMUNICATION)
    return frozenset(edition.value(_COMMUNICATION).split() if known else ())
