"""Two practices that have a row of every kind, for tests of who sees what."""

import datetime as dt
from typing import Any

from tests.office.booked import enter
from tests.office.conftest import NOW, WEEK

from rehabill.cli.practice import read_practice
from rehabill.model.books import BookedClaim, BookedLine, BookedPayer
from rehabill.model.claim_status import StatusRequest
from rehabill.model.eligibility import EligibilityRequest
from rehabill.model.party import Address, Person, Subscriber
from rehabill.model.visit import Visit as VisitRecord
from rehabill.office.accounts.models import User
from rehabill.office.claims.models import Claim, ClaimVersion
from rehabill.office.coverage.models import (
    Authorization,
    AuthorizationUse,
    Benefits,
    PlanOfCare,
    Policy,
    ProgressReport,
)
from rehabill.office.exchange.connectors.settings import PartnerSettings
from rehabill.office.exchange.models import (
    Acknowledgment,
    Arrival,
    Egress,
    File,
    Inquiry,
    Lease,
    Partner,
    Submission,
    Transmission,
)
from rehabill.office.exchange.partner import PartnerRecord
from rehabill.office.money.models import (
    BankLine,
    Close,
    Decision,
    Deposit,
    Entry,
    PatientPayment,
    Payment,
    PaymentFile,
    ProviderMove,
)  # fmt: skip
from rehabill.office.people.models import Credential, Guarantor, Patient, Therapist
from rehabill.office.practices.models import Location, PayerIdentity, Practice
from rehabill.office.practices.owned import Owned, owned_models
from rehabill.office.practices.records import save_practice
from rehabill.office.practices.scope import working_in
from rehabill.office.visits.models import Visit
from rehabill.office.worklists.models import Task

DAY = dt.date(2026, 3, 2)


def furnished(slug: str) -> Practice:
    """A practice with a row in every table that practices own."""
    practice = save_practice(slug, read_practice(WEEK / "practice.yaml"))
    with working_in(practice.id):
        line = BookedLine(line_id="PT-1-1", date=DAY, code="97110", charge_cents=10_000)
        payers = (BookedPayer("medicare-b", "P"),)
        enter(
            [BookedClaim(claim_number="PT-1", patient="EX-1", payers=payers, lines=(line,), last_name="Example")], NOW
        )
        _care(Patient.objects.get())
        _money(Claim.objects.get(), Patient.objects.get(), Entry.objects.get(), slug)
        empty = [model for model in owned_models() if not model.objects.exists()]
        assert empty == [], "a new table: put a row of it here, so that the tests of tenants see it"
    return practice


def _care(patient: Patient) -> None:
    address = Address(line1="1 Main St", city="Springfield", state="IL", zip="627010001")
    Location.objects.get_or_create(name="Pool", defaults={"address": address})
    PayerIdentity.objects.create(identity="number 12345", payer="medicare-b")
    patient.guarantor = Guarantor.objects.create(last="Example")
    patient.save()
    Credential.objects.create(therapist=Therapist.objects.first(), kind="licence")
    record = VisitRecord(id="V-1", date=DAY, payer="medicare-b", treatments=())
    visit = Visit.objects.create(number="V-1", patient=patient, date=DAY, payer="medicare-b", record=record)
    Claim.objects.update(visit=visit)
    policy = Policy.objects.create(patient=patient, payer="medicare-b", member_id="M1", subscriber=Subscriber())
    approval = Authorization.objects.create(policy=policy, number="A-1")
    AuthorizationUse.objects.create(authorization=approval, visit=visit)
    plan = PlanOfCare.objects.create(patient=patient, starts=DAY)
    ProgressReport.objects.create(plan=plan, written_on=DAY)


def _money(claim: Claim, patient: Patient, entry: Entry, slug: str) -> None:
    told: dict[str, Any] = {"at": NOW, "by": "test", "content": b""}
    file = File.objects.create(sha256="a", name="a.835", kind="835", is_ours=False, **told)
    Submission.objects.create(version=ClaimVersion.objects.get(), file=file, interchange="000000001")
    Acknowledgment.objects.create(file=file, claim=claim, kind="277CA", accepted=True, at=NOW)
    _exchange(file, claim)
    payment = Payment.objects.create(
        key="medicare-b/1", payer="medicare-b", trace="1", method="ACH", amount_cents=5, at=NOW
    )
    PaymentFile.objects.create(payment=payment, file=file, number=1, state="posted")
    Decision.objects.create(
        payment=payment, file=file, identity="1", claim=claim, claim_number="PT-1", payer_claim_number="1", status="1",
        charge_cents=10_000, paid_cents=5, decided=(), entry=entry,
    )  # fmt: skip
    ProviderMove.objects.create(payment=payment, identity="1", reason="WO", cents=1, entry=entry)
    line = BankLine.objects.create(account="1", line_id="1", day=DAY, cents=5, description="EFT", file=file)
    PatientPayment.objects.create(patient=patient, day=DAY, cents=5, method="cash", entry=entry)
    Deposit.objects.create(line=line, payment=payment, cents=5, why="trace", entry=entry)
    user, _ = User.objects.get_or_create(username="kim")
    Task.objects.create(action="denied", claim=claim, why=f"of {slug}", opened_at=NOW, assignee=user)
    Close.objects.create(last_day=dt.date(2026, 1, 31), at=NOW, by="test", balances={})


def rows(model: type[Owned]) -> set[Any]:
    """The keys of all rows that are seen."""
    return set(model.objects.values_list("pk", flat=True))


def _exchange(file: File, claim: Claim) -> None:
    settings = PartnerSettings(connector="folder", path="box")
    partner = Partner.objects.create(name="house", record=PartnerRecord(name="House", usage="T", by=settings))
    out = Transmission.objects.create(file=file, partner=partner, next_at=NOW)
    Egress.objects.create(transmission=out, at=NOW, what="begun", where="box", sha256=file.sha256, size=1)
    Arrival.objects.create(partner=partner, place="a", name="a", state="done", at=NOW)
    person = Person(last="Example", first="Pat", birth_date=DAY)
    asked = StatusRequest(
        trace="1", payer_name="Payer", payer_id="1", first_day=DAY, patient=person, subscriber=Subscriber(member_id="1")
    )
    Inquiry.objects.create(trace="1", claim=claim, order="P", record=asked, file=file, at=NOW)
    Lease.objects.create(until=NOW)
    question = EligibilityRequest(
        trace="1", payer_name="Payer", payer_id="1", first_day=DAY, patient=person, subscriber=Subscriber(member_id="1")
    )
    Benefits.objects.create(policy=Policy.objects.get(), day=DAY, trace="1", record=question, file=file, at=NOW)
