"""A claim put together from its own loop and the levels above it."""

import datetime as dt

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
    """Everything known of one claim."""
    terms, coverage, rare = draft.terms, level.coverage, draft.rare
    claim = _claim(draft, submission.created, billing.provider, level, patient)
    whole = SubmittedClaim(
        claim=claim if rare is None else _with_rare(claim, rare),
        at=at,
        index=index,
        total_cents=draft.total,
        submission=submission,
        billing=billing,
        payer=level.payer,
        filing_indicator=coverage.filing,
        payer_is_assumed=level.profile_is_assumed,
        sequence=coverage.sent,
        insurance_type=coverage.insurance_type,
        subscriber=level.party,
        patient=patient.party if patient else None,
        relationship=patient.relationship if patient else "18",
        assignment=terms.assignment,
        signature_on_file=terms.signature,
        signature_source=terms.signature_source,
        causes=terms.causes,
        providers=tuple(draft.providers),
        lines=draft.details,
        findings=findings,
    )
    above = (*level.other, *patient.other) if patient else level.other
    if rare is None and not above:
        return whole
    rare = rare or Rare()
    return msgspec.structs.replace(
        whole, repricing=rare.repricing, codes=tuple(rare.codes), dates=tuple(rare.dates),
        references=tuple(rare.references), sums=tuple(rare.sums), notes=tuple(rare.notes),
        other_payers=tuple(rare.other_payers), other=(*above, *rare.other),
    )  # fmt: skip


def _with_rare(claim: Claim, rare: Rare) -> Claim:
    if rare.diagnoses:
        claim = msgspec.structs.replace(claim, diagnoses=(*(claim.diagnoses or ()), *rare.diagnoses))
    if not rare.insurances and not rare.attachments:
        return claim
    return msgspec.structs.replace(
        claim, other_insurance=tuple(rare.insurances), attachments=tuple(rare.attachments)
    )  # fmt: skip


def _claim(
    draft: Draft, created: dt.date | None, billing: Party | None, level: Subscriber, patient: Patient | None
) -> Claim:
    """The claim as our own rules and prices know it."""
    place, frequency, _, assignment, _, _, _, _, _, program, delay, _ = draft.terms
    return Claim(
        payer=level.profile,
        lines=tuple(draft.lines),
        submitted=created,
        diagnoses=draft.diagnoses or None,
        referring_npi=draft.referring,
        # Who treated is told only when it is not who bills.
        rendering_npi=draft.rendering or (billing.npi if billing else None),
        supervising_npi=draft.supervising,
        place_of_service=place,
        frequency=frequency,
        patient=patient.person if patient else level.person,
        subscriber=_subscriber(draft, level, patient),
        sequence=level.coverage.sequence,
        claim_number=draft.number or None,
        payer_claim_number=draft.payer_claim_number,
        prior_authorization=draft.prior_authorization,
        referral_number=draft.referral_number,
        accident=_accident(draft),
        onset_date=draft.onset_date,
        initial_treatment_date=draft.initial_treatment_date,
        location=draft.location,
        note=draft.note,
        patient_paid_cents=draft.patient_paid,
        accepts_assignment=None if assignment is None else assignment == "A",
        delay_reason=delay,
        special_program=program,
    )


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
    return draft.property_casualty_claim


def _accident(draft: Draft) -> Accident | None:
    told = draft.terms.accident
    if told is None or draft.accident_date is None:
        return told
    return Accident(kind=told.kind, on=draft.accident_date, state=told.state)
