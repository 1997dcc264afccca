"""A claim put together from its own loop and the levels above it."""

import datetime as dt
from typing import Any

import msgspec

from rehabill.base.finding import Finding, Position
from rehabill.edi.p837_read.claim import Draft, Rare
from rehabill.edi.p837_read.levels import Patient, Subscriber
from rehabill.model import party
from rehabill.model.claim import Accident, Claim
from rehabill.model.submitted import Billing, Party, Submission, SubmittedClaim


def submitted_claim(
    draft: Draft,
    submission: Submission,
    billing: Billing,
    level: Subscriber,
    patient: Patient | None,
    at: Position,
    index: int,
    findings: tuple[Finding, ...],
) -> SubmittedClaim:
    """Everything known of one claim. What most claims do not have is added to the struct only where it is."""
    terms, coverage, holder = draft.terms, level.coverage, level.party
    whole = SubmittedClaim(
        claim=_claim(draft, submission.created, billing.provider, level, patient),
        at=at,
        index=index,
        total_cents=draft.total,
        submission=submission,
        billing=billing,
        payer=level.payer,
        filing_indicator=coverage.filing,
        sequence=coverage.sent,
        subscriber=holder,
        assignment=terms.assignment,
        signature_on_file=terms.signature,
        providers=tuple(draft.providers),
    )
    if patient or draft.rare or draft.details or findings or level.other or level.profile_is_assumed:
        facts = _of_few(draft, level, patient)
        whole = msgspec.structs.replace(whole, lines=draft.details, findings=findings, **facts)
    if terms.causes or terms.signature_source or coverage.insurance_type:
        whole = msgspec.structs.replace(
            whole, causes=terms.causes, signature_source=terms.signature_source, insurance_type=coverage.insurance_type
        )
    return whole


def _of_few(draft: Draft, level: Subscriber, patient: Patient | None) -> dict[str, Any]:
    """What `SubmittedClaim` has of few claims, by its names."""
    facts: dict[str, Any] = {"payer_is_assumed": level.profile_is_assumed}
    if patient:
        facts |= {"patient": patient.party, "relationship": patient.relationship}
    above = (*level.other, *patient.other) if patient else tuple(level.other)
    if rare := draft.rare:
        facts |= {
            "repricing": rare.repricing, "codes": tuple(rare.codes), "dates": tuple(rare.dates),
            "references": tuple(rare.references), "sums": tuple(rare.sums), "notes": tuple(rare.notes),
            "other_payers": tuple(rare.other_payers), "other": (*above, *rare.other),
        }  # fmt: skip
    elif above:
        facts["other"] = above
    return facts


def _claim(
    draft: Draft, created: dt.date | None, billing: Party | None, level: Subscriber, patient: Patient | None
) -> Claim:
    """The claim as our own rules and prices know it."""
    terms, rare, facts = draft.terms, draft.rare, draft.facts
    assignment = terms.assignment
    subscriber = _subscriber(draft, level, patient)
    if terms.facts or "accident_date" in facts:
        facts |= terms.facts
        _date_accident(facts)
    facts.pop("property_casualty_claim", None)
    claim = Claim(
        payer=level.profile,
        lines=tuple(draft.lines),
        submitted=created,
        diagnoses=draft.diagnoses or None,
        referring_npi=draft.referring,
        # Who treated is told only when it is not who bills.
        rendering_npi=draft.rendering or (billing.npi if billing else None),
        place_of_service=terms.place,
        frequency=terms.frequency,
        patient=patient.person if patient else level.person,
        subscriber=subscriber,
        sequence=level.coverage.sequence,
        claim_number=draft.number or None,
        accepts_assignment=None if assignment is None else assignment == "A",
    )
    if rare is not None:
        _add_rare(facts, rare, claim)
    return msgspec.structs.replace(claim, **facts) if facts else claim


def _add_rare(facts: dict[str, Any], rare: Rare, claim: Claim) -> None:
    if rare.diagnoses:
        facts["diagnoses"] = (*(claim.diagnoses or ()), *rare.diagnoses)
    if rare.insurances or rare.attachments:
        facts |= {"other_insurance": tuple(rare.insurances), "attachments": tuple(rare.attachments)}


def _date_accident(facts: dict[str, Any]) -> None:
    """The accident of CLM11 with its day, which stands in a DTP; a day alone is no accident."""
    on, told = facts.pop("accident_date", None), facts.get("accident")
    if told and on:
        facts["accident"] = Accident(kind=told.kind, on=on, state=told.state)


def _subscriber(draft: Draft, level: Subscriber, patient: Patient | None) -> party.Subscriber:
    """Who holds the policy; only with another patient are the holder's own particulars repeated."""
    coverage, holder = level.coverage, level.party
    return party.Subscriber(
        member_id=holder.id if holder else None,
        relationship=patient.relation if patient else "self",
        group_number=coverage.group_number,
        group_name=coverage.group_name,
        person=level.person if patient else None,
        organization=holder.name if holder and not holder.is_person else None,
        property_casualty_claim=_insurers_number(draft, level, patient),
        medicare_secondary_reason=coverage.insurance_type,
        assigns_benefits=draft.terms.benefits,
        release_signed=draft.terms.release,
    )


def _insurers_number(draft: Draft, level: Subscriber, patient: Patient | None) -> str | None:
    """REF*Y4 of the patient, the subscriber, or (where older files put it) the claim."""
    for one in (patient.party if patient else None, level.party):
        if one and one.references:
            for reference in one.references:
                if reference.kind == "Y4":
                    return reference.value
    return draft.facts.get("property_casualty_claim")
