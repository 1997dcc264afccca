"""Days of a claim that cannot be in this order."""

import datetime as dt

from rehabill.edi.check.claim import Claim, Tell

BEFORE_FIRST_SERVICE = {
    "431": "The onset",
    "439": "The accident",
    "453": "The acute phase",
    "454": "The first treatment",
}
"""What the service comes after, by DTP01: whatever is billed here, it was given for them or since them."""

BEFORE_LAST_SERVICE = {"304": "The doctor's last visit", "455": "The last x-ray"}
"""What may lie between two services of a claim."""

WATCHED = BEFORE_FIRST_SERVICE.keys() | BEFORE_LAST_SERVICE.keys()


def tell_order(claim: Claim, tell: Tell) -> None:
    """Birth, onset, accident, first treatment and the doctor's last visit come before the service."""
    if claim.first is None:
        return
    first, place = claim.first
    if claim.birth and first < claim.birth:
        tell("X371", place, "DTP03", "2400", claim.path, what="The service", day=str(first))
    for kind, day, place, line in claim.days:
        loop, path = ("2400", f"{claim.path}.lines[{line}]") if line >= 0 else ("2300", claim.path)
        service = _compared(claim, kind, line)
        if service is not None and day > service:
            what = BEFORE_FIRST_SERVICE.get(kind) or BEFORE_LAST_SERVICE[kind]
            tell("X372", place, "DTP03", loop, path, what=what, day=str(day), service=str(service))


def _compared(claim: Claim, kind: str, line: int) -> dt.date | None:
    """The service that the day is held against."""
    days = [day for day in (claim.services if line < 0 else claim.services[line : line + 1]) if day is not None]
    if not days:
        return None
    return min(days) if kind in BEFORE_FIRST_SERVICE else max(days)
