"""What a practice writes down of a clearinghouse or payer with whom it exchanges files (`partners.yaml`)."""

from typing import Literal

import msgspec

from rehabill.model.practice import Receiver
from rehabill.office.exchange.connectors.settings import PartnerSettings

Taken = Literal["837P", "276", "270", "278"]


class Patience(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long nothing may be heard before it is noticed. Business days are Monday to Friday but for federal
    holidays.
    """

    receipt_business_days: int = 1
    """TA1 or 999."""
    acceptance_business_days: int = 3
    """277CA."""
    decision_days: int = 30
    """835."""
    answer_business_days: int = 2
    """277 to a question of ours."""
    ask_again_days: int = 15
    """After an answer that the claim is in process."""


class PartnerRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One partner. `payers`: profiles that are reached through it; empty: all that no other partner names."""

    name: str
    usage: Literal["T", "P"]
    """Test or production: never sent a file that is marked otherwise."""
    receiver: Receiver | None = None
    """As whom the files address it; the practice's receiver by default."""
    payers: tuple[str, ...] = ()
    takes: tuple[Taken, ...] = ("837P",)
    claims_per_file: int = 5_000
    one_payer_per_file: bool = False
    patience: Patience = Patience()
    by: PartnerSettings
    """How files travel."""
