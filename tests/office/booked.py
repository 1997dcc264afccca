"""Claims put into the books straight away, for tests of what comes after."""

import datetime as dt
from collections.abc import Sequence

from rehabill.engine.life_cycle.move import start
from rehabill.engine.post.owed import charged
from rehabill.ledger.entry import entry
from rehabill.model.books import BookedClaim
from rehabill.model.claim import Claim as ClaimRecord
from rehabill.model.claim import ClaimLine as LineRecord
from rehabill.office.claims.happened import Happened, record
from rehabill.office.claims.models import Claim, ClaimLine, ClaimVersion
from rehabill.office.money.journal import write
from rehabill.office.people.models import Patient


def enter(claims: Sequence[BookedClaim], at: dt.datetime) -> None:
    """As billed and sent on that day."""
    for one in claims:
        patient, _ = Patient.objects.get_or_create(number=one.patient, defaults={"last": one.last_name})
        made = Claim.objects.create(
            number=one.claim_number, patient=patient, payer=one.payers[0].payer if one.payers else "",
            service_day=one.lines[0].date, sent_on=at.date(), acted_on=at.date(), therapist_npi="1999999984",
            standings=tuple(start(payer.order) for payer in one.payers),
        )  # fmt: skip
        lines = tuple(
            LineRecord(
                date=line.date, code=line.code, units=line.units, modifiers=line.modifiers, line_id=line.line_id,
                charge_cents=line.charge_cents,
            )
            for line in one.lines
        )  # fmt: skip
        version = ClaimVersion.objects.create(
            claim=made, number=1, record=ClaimRecord(payer=made.payer, lines=lines, claim_number=one.claim_number),
            booked=one, edition="test", at=at, by="test",
        )  # fmt: skip
        ClaimLine.objects.bulk_create([
            ClaimLine(
                version=version, line_id=line.line_id, date=line.date, code=line.code,
                modifiers=" ".join(line.modifiers), units=line.units, charge_cents=line.charge_cents,
            )
            for line in one.lines
        ])  # fmt: skip
        write([entry(at.date(), "charge", one.claim_number, charged(one))], "test", at)
        if one.payers:
            record([Happened(made.id, "P", "released"), Happened(made.id, "P", "sent")], "test", at)
