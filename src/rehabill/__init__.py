"""rehabill: an outpatient physical-therapy visit becomes a clean, explained, priced claim.

    import rehabill
    from rehabill.model.visit import Treatment, Visit

    coded = rehabill.code(Visit(date=day, payer="medicare-b", treatments=(Treatment(code="97110", minutes=33),)))

Each function does what the verb of the same name does, with the structs of `rehabill.model`. They are pure: the same
input gives the same answer on every day, by the almanac shipped with this version.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from rehabill.engine.bill import Billed
    from rehabill.engine.scrub import Scrubbed
    from rehabill.model.claim import Claim
    from rehabill.model.coded import CodedVisit
    from rehabill.model.practice import Practice
    from rehabill.model.priced import PricedClaim
    from rehabill.model.visit import Visit

__version__ = "0.1.0"
__all__ = ["__version__", "bill", "code", "price", "scrub"]


def code(visit: Visit) -> CodedVisit:
    """Codes, units and modifiers of a visit, with every step. Raises `InputError`."""
    from rehabill.almanac.load import load
    from rehabill.coding.code import code as code_visit

    return code_visit(visit, load().edition(visit.payer, visit.date))


def scrub(claim: Claim, today: dt.date | None = None) -> Scrubbed:
    """Findings and verdict of a claim; `today` stands for a day of submission that was not given."""
    from rehabill.almanac.load import load
    from rehabill.engine.scrub import scrub as scrub_claim

    return scrub_claim(claim, load(), today)


def price(claim: Claim) -> PricedClaim:
    """What a claim should pay, line by line. Raises `InputError`."""
    from rehabill.almanac.load import load
    from rehabill.pricing.price import price as price_claim

    return price_claim(claim, load())


def bill(visits: Iterable[Visit], practice: Practice, today: dt.date) -> Iterator[Billed]:
    """Each visit coded, priced and scrubbed as a claim of the practice; `rehabill.edi.claim_837p` writes them."""
    from rehabill.almanac.load import load
    from rehabill.engine.bill import bill as bill_visit

    almanac = load()
    for visit in visits:
        yield bill_visit(visit, practice, almanac, today)
