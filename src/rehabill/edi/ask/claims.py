"""What a question takes from a claim: who is insured, who was treated, when, for how much."""

import datetime as dt
import re
from typing import NamedTuple

import msgspec

from rehabill.base.errors import InputError
from rehabill.edi.p837.profile import PayerX12
from rehabill.model.claim import Claim
from rehabill.model.party import Person, Relationship, Subscriber
from rehabill.model.practice import PayerAccount, Practice

_LETTER, _EITHER = "[AC-HJKMNP-RT-Y]", "[0-9AC-HJKMNP-RT-Y]"
_MEDICARE_NUMBER = re.compile(f"[1-9]{_LETTER}{_EITHER}[0-9]{_LETTER}{_EITHER}[0-9]{_LETTER}{{2}}[0-9]{{2}}").fullmatch


class Asked(NamedTuple):
    """The parts every question about a patient needs."""

    account: PayerAccount
    subscriber: Subscriber
    patient: Person
    relationship: Relationship


def asked_about(claim: Claim, practice: Practice, profile: PayerX12 | None) -> Asked:
    """Raises `InputError` naming the claim's field.

    A payer that gives each person a number sees every patient as a subscriber.
    """
    account = practice.payers.get(claim.payer)
    if account is None:
        message = f"the practice has no account with the payer '{claim.payer}' (practice.payers)"
        raise InputError("payer", message)
    if claim.subscriber is None:
        raise InputError("subscriber", "who is insured is missing (member id, relation to the patient)")
    if not isinstance(claim.patient, Person):
        raise InputError("patient", "the patient's name, birth date, sex and address are missing")
    is_subscriber = profile is not None and profile.subscriber_is_patient
    subscriber = msgspec.structs.replace(claim.subscriber, member_id=_as_sent(claim.subscriber.member_id))
    return Asked(account, subscriber, claim.patient, "self" if is_subscriber else claim.subscriber.relationship)


def _as_sent(member_id: str | None) -> str | None:
    """Medicare's number goes without the dashes its card shows; any other is left as it is."""
    bare = (member_id or "").replace("-", "").replace(" ", "").upper()
    return bare if _MEDICARE_NUMBER(bare) else member_id


def days_of(claim: Claim) -> tuple[dt.date, dt.date]:
    """The first and the last day of service of what was billed."""
    days = [
        day
        for line in claim.lines
        if line.units
        for day in (line.date or claim.date, line.end_date)
        if day is not None
    ]  # fmt: skip
    if not days:
        raise InputError("date", "the claim has no date of service")
    return min(days), max(days)


def charge_of(claim: Claim) -> int:
    """What was billed: lines without units never were."""
    return sum(line.charge_cents for line in claim.lines if line.units and isinstance(line.charge_cents, int))
