"""What can make a rule matter to a claim: codes and modifiers on its lines, who treated, and circumstances.

A rule without triggers runs on every claim; one with triggers runs where the claim has any of them. A circumstance is
never narrower than the rules that name it: it may wake a rule that then finds nothing, never let one sleep.
"""

from rehabill.model.claim import Authorization, Claim
from rehabill.model.party import Person

AUTHORIZATION = "an authorization is given"
OTHER_CARE = "the patient is under other care"
TELEHEALTH = "the claim speaks of telehealth"
REPLACEMENT = "the frequency is not 1"
BIRTH_DATE = "the birth date is given"
EARLIER_CLAIMS = "earlier claims are given"
SEVERAL_LINES = "the claim has several lines"
SEVERAL_MODIFIERS = "a line has several modifiers"
ASSISTANT_MINUTES = "an assistant's minutes are given"

_TELEHEALTH_PLACES = ("02", "10")


def tokens_of(claim: Claim, known: frozenset[str]) -> set[str]:
    """The codes, modifiers and roles on the lines that are in `known`, and every circumstance of the claim."""
    found = _circumstances(claim)
    for line in claim.lines:
        if line.code in known:
            found.add(line.code)
        modifiers = line.modifiers
        for modifier in modifiers:
            if modifier in known:
                found.add(modifier)
        if len(modifiers) > 1:
            found.add(SEVERAL_MODIFIERS)
        if line.by is not None:
            found.add(line.by)
        if line.assistant_minutes:  # an absent field (UNSET) is false, as are None and 0
            found.add(ASSISTANT_MINUTES)
        if line.place_of_service in _TELEHEALTH_PLACES or "95" in modifiers or "93" in modifiers:
            found.add(TELEHEALTH)
    return found


def _circumstances(claim: Claim) -> set[str]:
    found = set()
    context = claim.context
    if len(claim.lines) > 1:
        found.add(SEVERAL_LINES)
    if claim.frequency != "1":
        found.add(REPLACEMENT)
    if isinstance(context.authorization, Authorization):
        found.add(AUTHORIZATION)
    if context.other_care:
        found.add(OTHER_CARE)
    if context.prior_claims:
        found.add(EARLIER_CLAIMS)
    if isinstance(claim.patient, Person) and claim.patient.birth_date is not None:
        found.add(BIRTH_DATE)
    if claim.telehealth or context.telehealth or claim.place_of_service in _TELEHEALTH_PLACES:
        found.add(TELEHEALTH)
    return found
