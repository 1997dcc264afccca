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
CODE_REPEATED = "a code stands on several lines"
NO_REFERRER = "no referring provider is named"
NO_RENDERING = "no rendering provider is named"
NO_DIAGNOSES = "no diagnosis is given"
MANY_DIAGNOSES = "more than four diagnoses are given"
NO_POINTERS = "a line points to no diagnosis"
NO_CHARGE = "a line has no charge above zero"
NO_UNITS = "a line has no units"
NOT_THE_OFFICE = "the place of service is not given as the office"
EXTERNAL_CAUSE_FIRST = "the first diagnosis is an external cause"
SEVERAL_MODIFIERS = "a line has several modifiers"
ASSISTANT_MINUTES = "an assistant's minutes are given"

_OFFICE = "11"
EXTERNAL_CAUSES = ("V", "W", "X", "Y")
TELEHEALTH_PLACES = ("02", "10")
TELEHEALTH_MODIFIERS = ("95", "93")


def tokens_of(claim: Claim, known: frozenset[str]) -> set[str]:
    """The codes, modifiers and roles on the lines that are in `known`, and every circumstance of the claim."""
    found = _circumstances(claim)
    codes = set()
    for line in claim.lines:
        codes.add(line.code)
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
        if line.place_of_service is not None:
            found.add(NOT_THE_OFFICE)
        if line.place_of_service in TELEHEALTH_PLACES or "95" in modifiers or "93" in modifiers:
            found.add(TELEHEALTH)
        if not line.diagnosis_pointers:
            found.add(NO_POINTERS)
        if not line.charge_cents or line.charge_cents < 0:
            found.add(NO_CHARGE)
        if not line.units:
            found.add(NO_UNITS)
    found |= codes & known
    if len(codes) < len(claim.lines):
        found.add(CODE_REPEATED)
    return found


def _circumstances(claim: Claim) -> set[str]:
    found = set()
    context = claim.context
    if not claim.referring_npi:
        found.add(NO_REFERRER)
    if not claim.rendering_npi:
        found.add(NO_RENDERING)
    if not claim.diagnoses:
        found.add(NO_DIAGNOSES)
    else:
        if len(claim.diagnoses) > 4:
            found.add(MANY_DIAGNOSES)
        if claim.diagnoses[0].lstrip()[:1].upper() in EXTERNAL_CAUSES:
            found.add(EXTERNAL_CAUSE_FIRST)
    if claim.place_of_service != _OFFICE:
        found.add(NOT_THE_OFFICE)
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
    if claim.telehealth or context.telehealth or claim.place_of_service in TELEHEALTH_PLACES:
        found.add(TELEHEALTH)
    return found
