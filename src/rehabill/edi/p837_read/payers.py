"""Which of our payer profiles a claim of somebody else's file falls under."""

from collections.abc import Mapping

GENERAL = "commercial"
PROFILES: dict[str, str] = {
    "MB": "medicare-b", "MA": "medicare-b", "16": "medicare-advantage",
    "12": "commercial", "13": "commercial", "14": "commercial", "15": "commercial", "17": "commercial",
    "BL": "commercial", "CI": "commercial", "HM": "commercial", "09": "self-pay",
}  # fmt: skip
"""By filing indicator (SBR09), where it is clear; 09 is of version 004010."""


def profile_of(payer_id: str, filing: str, chosen: Mapping[str, str]) -> tuple[str, bool]:
    """(profile, whether it is only assumed). `chosen` is the caller's own word, by payer id or filing indicator."""
    told = chosen.get(payer_id) or chosen.get(filing) or PROFILES.get(filing)
    return (told, False) if told else (GENERAL, True)
