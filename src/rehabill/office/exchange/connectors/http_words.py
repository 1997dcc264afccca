"""The words of a clearinghouse's JSON API, and ours for them. A status that is not known counts as pending."""

from typing import Literal

SEND = {
    "837P": "claims/raw-x12",
    "276": "claim-status/raw-x12",
    "270": "eligibility/raw-x12",
    "278": "authorizations/raw-x12",
}
"""Where a file of each kind is posted."""
Status = Literal["ready", "pending", "failed"]
_STATUSES: dict[str, Status] = {
    "processed": "ready", "completed": "ready", "succeeded": "ready", "delivered": "ready", "received": "ready",
    "failed": "failed", "error": "failed", "rejected": "failed",
}  # fmt: skip


def status(word: str | None) -> Status:
    """Of one of its transactions."""
    return _STATUSES.get((word or "").lower(), "pending")
