"""Claims and money put into the books straight away, for tests of what is read from them."""

import datetime as dt
from collections.abc import Mapping

from tests.office.conftest import NOW

from rehabill.engine.life_cycle.move import start
from rehabill.ledger.entry import Entry as Made
from rehabill.ledger.entry import Place, entry
from rehabill.office.claims.happened import Happened, record
from rehabill.office.claims.models import Claim
from rehabill.office.money.journal import write
from rehabill.office.people.models import Patient

DAY = dt.date(2026, 3, 2)
THERAPIST = "1999999984"


def claim(
    number: str, *, patient: str = "EX-001", payer: str = "medicare-b", day: dt.date = DAY, cents: int = 10_000,
    therapist: str = THERAPIST, sent: dt.date | None = None, acted: dt.date | None = None,
) -> Claim:  # fmt: skip
    """A claim of one line, charged on its day of service and, with a day for it, sent."""
    who, _ = Patient.objects.get_or_create(number=patient, defaults={"last": f"Of {patient}", "first": "Pat"})
    made: Claim = Claim.objects.create(
        number=number, patient=who, payer=payer, service_day=day, acted_on=acted or sent or day, sent_on=sent,
        therapist_npi=therapist, standings=(start("P"),),
    )  # fmt: skip
    move(
        number, {owed(number, payer): cents, Place("charges", claim=number, line=f"{number}-1"): -cents}, day, "charge"
    )
    if sent:
        at = dt.datetime.combine(sent, NOW.timetz())
        record([Happened(made.id, "P", "released"), Happened(made.id, "P", "sent")], "test", at)
    made.refresh_from_db()
    return made


def owed(number: str, payer: str = "medicare-b", order: str = "P") -> Place:
    return Place("insurance_receivable", payer, order, number, f"{number}-1")


def owed_by_patient(number: str, patient: str = "EX-001") -> Place:
    return Place("patient_receivable", patient, "", number, f"{number}-1")


def move(source: str, moved: Mapping[Place, int], day: dt.date, kind: str = "remittance") -> int:
    """An entry of the books; returns its number."""
    made: Made = entry(day, kind, source, moved)
    (number,) = write([made], "test", NOW)
    return number


def pay(
    number: str, cents: int, day: dt.date, *, payer: str = "medicare-b", contract: int = 0, patient_part: int = 0,
    patient: str = "EX-001",
) -> int:  # fmt: skip
    """The payer pays, takes off by contract, and leaves a part to the patient."""
    moved = {
        Place("cash_clearing", f"{payer}/T1", claim=number): cents,
        Place("contractual", payer, "P", number, f"{number}-1", "45"): contract,
        owed_by_patient(number, patient): patient_part,
        owed(number, payer): -cents - contract - patient_part,
    }
    return move(f"{payer}/T1/{number}", moved, day)
