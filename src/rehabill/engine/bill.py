"""Visits to claims that are ready to send, held, or for the patient to pay: coded, priced, scrubbed."""

import datetime as dt
from typing import Literal

import msgspec

from rehabill.almanac.edition import Almanac
from rehabill.base.finding import Finding, Verdict
from rehabill.coding.code import code
from rehabill.engine.check import to_treatments
from rehabill.engine.claims import claim_of, with_invalid_codes
from rehabill.engine.scrub import scrub, verdict_of
from rehabill.model.claim import Claim
from rehabill.model.coded import CodedVisit
from rehabill.model.practice import Practice
from rehabill.model.priced import PricedClaim
from rehabill.model.visit import Visit
from rehabill.pricing.price import price

State = Literal["ready", "held", "self_pay", "nothing_to_bill"]


class Billed(msgspec.Struct, frozen=True):
    """One visit on its way: `ready` goes into the 837P, `held` waits for a person, `self_pay` goes to the patient."""

    state: State
    visit: Visit
    coded: CodedVisit
    claim: Claim
    priced: PricedClaim
    verdict: Verdict
    findings: tuple[Finding, ...]


def bill(visit: Visit, practice: Practice, almanac: Almanac, today: dt.date) -> Billed:
    """Code, price and scrub one visit for a practice.

    A claim with an error, or with a question still open on one of its treatments, is held. Raises `InputError`.
    """
    edition = almanac.edition(visit.payer, visit.date)
    if visit.locality is None and practice.locality is not None:
        visit = msgspec.structs.replace(visit, locality=practice.locality)
    coded = code(visit, edition)
    claim = claim_of(visit, coded, practice)
    checked = with_invalid_codes(claim, coded.not_billed)
    findings: tuple[Finding, ...] = ()
    if checked.lines:
        found = scrub(checked, almanac, today).findings
        findings = found if checked is claim else tuple(to_treatments(found, coded))
    verdict = verdict_of(list(findings))
    asks = any(suggestion.ask for suggestion in coded.suggestions)
    state: State = "ready"
    if verdict == "fail" or asks:
        state = "held"
    elif not claim.lines:
        state = "nothing_to_bill"
    elif edition.profile.patient_share == "all":
        state = "self_pay"
    return Billed(state, visit, coded, claim, price(claim, almanac), verdict, findings)
