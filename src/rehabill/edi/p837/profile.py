"""What the writer must be told besides claims and practice: each payer's habits, the envelope's numbers."""

from datetime import datetime
from typing import Self

import msgspec

from rehabill.almanac.edition import Edition

VERSION = "005010X222A1"
MAX_CLAIMS_PER_SET = 5_000
MAX_CLAIMS_PER_LEVEL = 100
MAX_LINES = 50
MAX_DIAGNOSES = 12
MAX_POINTERS = 4
MAX_MODIFIERS = 4
MAX_CLAIM_NUMBER = 20
"""The element holds 38 characters, but a payer need return only 20 in its remittance."""


class PayerX12(msgspec.Struct, frozen=True, kw_only=True):
    """A payer's habits in an 837P, from its dated profile."""

    filing_indicator: str
    """SBR09; the practice's own account of the payer may say another one."""
    accepts_frequency_7_8: bool = True
    """Original Medicare does not: a reopening or an appeal takes the place of a replacement."""
    send_initial_treatment_date: bool = False
    send_taxonomy: bool = True
    subscriber_is_patient: bool = False
    """The payer gives each person an identifier, so that every patient is a subscriber (Medicare)."""
    unlisted_codes: frozenset[str] = frozenset()
    """Codes that name no particular service, so that a description must go with them."""

    @classmethod
    def of(cls, edition: Edition) -> Self:
        """The habits of an edition's payer."""
        profile = edition.profile
        return cls(
            filing_indicator=profile.filing_indicator,
            accepts_frequency_7_8=profile.replaces_claims,
            send_initial_treatment_date=profile.send_initial_treatment_date,
            subscriber_is_patient=profile.patient_is_subscriber,
            unlisted_codes=frozenset(str(edition.value("cpt.unlisted_codes")).split()),
        )


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """Control numbers and the moment of writing, kept by the caller so that the same input gives the same bytes."""

    control_number: int
    """ISA13, never used twice with the same receiver."""
    created: datetime
    group_number: int | None = None
    """GS06; absent means the interchange's number."""
    transaction_number: int = 1
    """ST02 of the first transaction set; the next ones count on."""


FILING_INDICATORS = frozenset({
    "11", "12", "13", "14", "15", "16", "17", "AM", "BL", "CH", "CI", "DS", "FI", "HM", "LM", "MA", "MB", "MC",
    "OF", "TV", "VA", "WC", "ZZ",
})  # fmt: skip
MEDICARE_FILING = frozenset({"MA", "MB"})
MEDICARE_SECONDARY_REASONS = frozenset({
    "12", "13", "14", "15", "16", "41", "42", "43", "47",
})  # fmt: skip
RELATIONSHIP_CODES = {"self": "18", "spouse": "01", "child": "19", "employee": "20", "other": "G8"}
ACCIDENT_CODES = {"auto": "AA", "employment": "EM", "other": "OA"}
FREQUENCIES = frozenset({"1", "7", "8"})

STATES = frozenset({
    "AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "DC", "FL", "GA", "HI", "ID", "IL", "IN", "IA", "KS", "KY",
    "LA", "ME", "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE", "NV", "NH", "NJ", "NM", "NY", "NC", "ND", "OH",
    "OK", "OR", "PA", "RI", "SC", "SD", "TN", "TX", "UT", "VT", "VA", "WA", "WV", "WI", "WY", "AS", "GU", "MP",
    "PR", "VI", "FM", "MH", "PW", "AA", "AE", "AP",
})  # fmt: skip

PROVINCES = frozenset({"AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"})
"""Canada's; other countries' parts have codes of their own (ISO 3166-2)."""

ATTACHMENT_KINDS = frozenset({
    "03", "04", "05", "06", "07", "08", "09", "10", "11", "13", "15", "21", "A3", "A4", "AM", "AS", "B2", "B3", "B4",
    "BR", "BS", "BT", "CB", "CK", "CT", "D2", "DA", "DB", "DG", "DJ", "DS", "EB", "HC", "HR", "I5", "IR", "LA", "M1",
    "MT", "NN", "OB", "OC", "OD", "OE", "OX", "OZ", "P4", "P5", "PE", "PN", "PO", "PQ", "PY", "PZ", "RB", "RR", "RT",
    "RX", "SG", "V5", "XP",
})  # fmt: skip
ATTACHMENT_ON_REQUEST = "AA"
ATTACHMENT_WAYS = frozenset({ATTACHMENT_ON_REQUEST, "BM", "EL", "EM", "FT", "FX"})
MAX_ATTACHMENTS = 10
DELAY_REASONS = frozenset({"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "15"})
SPECIAL_PROGRAMS = frozenset({"02", "03", "05", "09"})
