"""A claim's axes in words a biller uses."""

from typing import cast

from rehabill.engine.life_cycle.axes import label as label_of
from rehabill.model.standing import InsuranceStatus, PaidState, Standing, WhoOwes

OWES: dict[WhoOwes, str] = {
    "nobody_yet": "not billed yet",
    "first": "the first insurer owes",
    "second": "the second insurer owes",
    "third": "the third insurer owes",
    "patient": "the patient owes",
    "nobody": "nothing is owed",
    "practice": "the practice has money to give back",
}
PAID: dict[PaidState, str] = {
    "unpaid": "nothing came", "partly_paid": "partly paid", "paid": "paid", "overpaid": "paid too much",
}  # fmt: skip
SELF_PAY = "Patient pays"


def owes(axis: str) -> str:
    """As `Claim.owes` and `ClaimEvent.owes` keep it."""
    return OWES[cast(WhoOwes, axis)]


def paid(axis: str) -> str:
    """As `Claim.paid` and `ClaimEvent.paid` keep it."""
    return PAID[cast(PaidState, axis)]


def label(insurance: str, paid_axis: str, has_insurer: bool) -> str:
    """One word for a list. A claim without an insurer stands nowhere with one."""
    if not has_insurer:
        return SELF_PAY
    standing = Standing(order="P", status=cast(InsuranceStatus, insurance))
    return label_of(standing, cast(PaidState, paid_axis))
