"""The story of a claim, from the therapist's minutes to the bank, each journal entry that touches it told once.

Nothing is kept for it: the visit is coded anew under the law it was billed by, and everything else is read where it
stands. The number of queries does not depend on how much has happened.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec
from django.db.models import Q

from rehabill.almanac.edition import Almanac
from rehabill.base.money import dollars
from rehabill.coding.code import code
from rehabill.ledger.chart import CHART
from rehabill.model.coded import CodedVisit
from rehabill.model.visit import Visit as VisitRecord
from rehabill.office.claims.detail import TURNS, ShownLine, find, lines
from rehabill.office.claims.listing import Listed, listed
from rehabill.office.claims.models import Claim, ClaimEvent, ClaimVersion
from rehabill.office.claims.words import owes, paid
from rehabill.office.exchange.models import Acknowledgment, Submission
from rehabill.office.money.models import Decision, Deposit, Owed, Posting
from rehabill.office.money.summary import ADJUSTED, CHARGED, RECEIVABLE
from rehabill.office.worklists.models import Task

Kind = Literal["version", "sent", "answer", "event", "entry", "deposit", "task"]
_ORDER: tuple[Kind, ...] = ("version", "entry", "answer", "event", "sent", "deposit", "task")
"""At the same moment: causes before what follows from them."""
_BY_PATIENT = ("patient_payment", "refund")
"""Kinds of entries by which a patient's money came or went."""


class Minutes(msgspec.Struct, frozen=True, kw_only=True):
    """One treatment of the visit, from 1, and the lines its minutes are billed on; none, with the reason why not."""

    number: int
    code: str
    text: str
    minutes: int | None
    by: str
    lines: tuple[int, ...]
    not_billed: str = ""


class Coded(msgspec.Struct, frozen=True, kw_only=True):
    """A line as the visit's coding made it."""

    line: int
    code: str
    modifiers: tuple[str, ...]
    units: int
    minutes: int | None
    treatments: tuple[int, ...]


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """How the visit became lines. `edition` is the law it was coded by just now; where the claim was billed by
    another, the lines may differ.
    """

    visit: str
    date: dt.date
    therapist_npi: str
    edition: str
    treatments: tuple[Minutes, ...]
    lines: tuple[Coded, ...]


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """Cents at one place of the claim: positive debits."""

    account: str
    title: str
    party: str
    turn: str
    line: str
    reason: str
    cents: int


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened. Of an entry: its number, day in the books, what it moved, and what is open after it."""

    kind: Kind
    at: dt.datetime
    by: str = ""
    what: str
    why: str = ""
    edition: str = ""
    entry: int | None = None
    day: dt.date | None = None
    moves: tuple[Move, ...] = ()
    open_cents: int | None = None


class Sums(msgspec.Struct, frozen=True, kw_only=True):
    """`charge = paid by insurers + paid by the patient + taken back + adjusted + open + unexplained`. Taken back: the
    money of entries that the practice reversed.
    """

    charge_cents: int
    insurers_paid_cents: int
    patient_paid_cents: int
    taken_back_cents: int
    adjusted_cents: int
    open_cents: int
    unexplained_cents: int


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    claim: Listed
    story: Story | None
    lines: tuple[ShownLine, ...]
    happenings: tuple[Happening, ...]
    sums: Sums
    open_by: dict[str, int]
    """Who owes what is open now: `patient` or a payer's profile → cents."""


def timeline(number: str, almanac: Almanac) -> Timeline:
    """Raises `InputError` for a number that no claim has."""
    claim = find(number)
    versions = list(ClaimVersion.objects.filter(claim=claim).order_by("number"))
    booked = next((one.booked for one in versions if one.number == claim.version), None)
    decisions = list(Decision.objects.filter(claim=claim).select_related("payment").order_by("id"))
    postings = list(
        Posting.objects.filter(claim=number).exclude(claim="").select_related("entry").order_by("entry_id", "number")
    )
    happened = [
        *_versions(versions), *_sent(claim), *_answers(claim), *_events(claim), *_entries(postings, decisions),
        *_deposits(decisions, postings), *_tasks(claim),
    ]  # fmt: skip
    owed = Owed.objects.filter(claim=claim).order_by("account", "order")
    return Timeline(
        claim=listed(claim), story=_story(claim, almanac), lines=lines(number, booked),
        happenings=tuple(sorted(happened, key=lambda one: (one.at, _ORDER.index(one.kind), one.entry or 0))),
        sums=_sums(postings, decisions),
        open_by={one.party if one.account == "insurance_receivable" else "patient": one.cents for one in owed},
    )  # fmt: skip


def _story(claim: Claim, almanac: Almanac) -> Story | None:
    """A claim brought from another system has no visit."""
    if claim.visit is None:
        return None
    record: VisitRecord = claim.visit.record
    coded = code(record, almanac.edition(record.payer, record.date))
    return Story(
        visit=claim.visit.number, date=record.date, therapist_npi=claim.visit.therapist_npi, edition=coded.edition,
        treatments=tuple(_minutes(record, coded)),
        lines=tuple(
            Coded(
                line=one.line, code=one.code, modifiers=one.modifiers, units=one.units, minutes=one.minutes,
                treatments=tuple(at + 1 for at in one.treatments),
            )
            for one in coded.lines
        ),
    )  # fmt: skip


def _minutes(record: VisitRecord, coded: CodedVisit) -> Iterator[Minutes]:
    for at, one in enumerate(record.treatments):
        on = tuple(line.line for line in coded.lines if at in line.treatments)
        left = [each.reason.what() for each in coded.not_billed if at in each.treatments]
        yield Minutes(
            number=at + 1, code=one.code or "", text=one.text or "", minutes=one.minutes,
            by=one.by or record.discipline or "", lines=on, not_billed="; ".join(left),
        )  # fmt: skip


def _versions(versions: Iterable[ClaimVersion]) -> Iterator[Happening]:
    for one in versions:
        charge = sum(line.charge_cents for line in one.booked.lines)
        lines = len(one.record.lines)  # without those that earlier versions had
        what = f"version {one.number} made: {lines} line{'s' * (lines != 1)}, {dollars(charge)} charged"
        yield Happening(kind="version", at=one.at, by=one.by, what=what, why=one.why, edition=one.edition)


def _sent(claim: Claim) -> Iterator[Happening]:
    rows = (
        Submission.objects.filter(version__claim=claim)
        .select_related("version", "file__transmission__partner")
        .order_by("id")
    )
    for one in rows.defer("file__content", "version__record", "version__booked", "version__priced"):
        what = f"version {one.version.number} written to {one.file.name}, interchange {one.interchange}"
        yield Happening(kind="sent", at=one.file.at, by=one.file.by, what=what)
        way = getattr(one.file, "transmission", None)
        if way is not None and way.sent_at is not None:
            what = f"{one.file.name} went to {way.partner.name}: {way.receipt}"
            yield Happening(kind="sent", at=way.sent_at, by=one.file.by, what=what, why=way.why)


def _answers(claim: Claim) -> Iterator[Happening]:
    rows = Acknowledgment.objects.filter(claim=claim).select_related("file").defer("file__content").order_by("id")
    for one in rows:
        codes = f" ({', '.join(str(each) for each in one.codes)})" if one.codes else ""
        what = f"{one.kind}{codes}: {_words(one.verdict)}, in {one.file.name}"
        yield Happening(kind="answer", at=one.at, by=one.file.by, what=what, why=one.text)


def _events(claim: Claim) -> Iterator[Happening]:
    for one in ClaimEvent.objects.filter(claim=claim).order_by("id"):
        what = f"{_words(one.kind)}: {one.insurance}, {owes(one.owes)}, {paid(one.paid)}"
        source = f"by {one.source}" if one.source else ""
        why = "; ".join(part for part in (one.why, source) if part)
        yield Happening(kind="event", at=one.at, by=one.by, what=what, why=why, edition=one.edition)


def _entries(postings: Iterable[Posting], decisions: Iterable[Decision]) -> Iterator[Happening]:
    """Each entry once, with what it moved at the claim, in the order they were entered."""
    said = {one.entry_id: one for one in decisions}
    by_entry: dict[int, list[Posting]] = {}
    for posting in postings:
        by_entry.setdefault(posting.entry_id, []).append(posting)
    is_open = 0
    for number, some in by_entry.items():
        entry = some[0].entry
        is_open += sum(one.cents for one in some if one.account in RECEIVABLE)
        decision = said.get(number)
        yield Happening(
            kind="entry", at=entry.at, by=entry.by, what=_what(decision) if decision else _words(entry.kind),
            why=_why(decision) if decision else entry.text, entry=number, day=entry.day,
            moves=tuple(_move(one) for one in some), open_cents=is_open,
        )  # fmt: skip
    for one in decisions:
        if one.entry_id is None:  # it moved nothing: a denial
            yield Happening(kind="entry", at=one.payment.at, what=_what(one), why=_why(one))


def _words(kind: str) -> str:
    return kind.replace("_", " ")


def _what(one: Decision) -> str:
    payment = f"{one.payment.payer} {one.payment.method} {one.payment.trace}".strip()
    payers = f", their claim {one.payer_claim_number}" if one.payer_claim_number else ""
    paid = f"{dollars(one.paid_cents)} of {dollars(one.charge_cents)}"
    return f"remittance of {payment}, status {one.status}: {paid}{payers}"


def _why(one: Decision) -> str:
    """What the payer gave as reasons, line by line."""
    parts = []
    for each in one.decided:
        reasons = [f"{own.group}-{own.carc} {dollars(own.cents)}" for own in each.adjustments]
        reasons += each.remarks
        if reasons:
            parts.append(f"{each.line_id}: {', '.join(reasons)}")
    return "; ".join(parts)


def _move(one: Posting) -> Move:
    return Move(
        account=one.account, title=CHART[one.account].title, party=one.party, turn=TURNS[one.order], line=one.line,
        reason=one.reason, cents=one.cents,
    )  # fmt: skip


def _deposits(decisions: Iterable[Decision], postings: Iterable[Posting]) -> Iterator[Happening]:
    """Of every payment, a payer's or the patient's, that touches the claim."""
    payments = {one.payment_id for one in decisions}
    entries = {one.entry_id for one in postings if one.entry.kind in _BY_PATIENT}
    of_these = Q(payment__in=payments) | Q(patient_payment__entry__in=entries)
    rows = Deposit.objects.filter(of_these).select_related("payment", "patient_payment", "line", "entry")
    for one in rows.order_by("id"):
        if one.payment:
            which = one.payment.trace
        else:
            assert one.patient_payment is not None
            which = f"{one.patient_payment.method} {one.patient_payment.reference}".strip()
        what = f"{which} at the bank on {one.line.day}: {dollars(one.cents)} of the whole payment"
        yield Happening(kind="deposit", at=one.entry.at, by=one.entry.by, what=what, why=f"matched by {one.why}")


def _tasks(claim: Claim) -> Iterator[Happening]:
    for one in Task.objects.filter(claim=claim).order_by("id"):
        cents = f" {dollars(one.cents)}" if one.cents else ""
        name = f"task {one.pk}, {_words(one.action)}{cents}"
        yield Happening(kind="task", at=one.opened_at, what=f"{name}: opened", why=one.why)
        if one.closed_at:
            yield Happening(kind="task", at=one.closed_at, by=one.closed_by, what=f"{name}: done", why=one.closed_why)


def _sums(postings: Iterable[Posting], decisions: Iterable[Decision]) -> Sums:
    """By the journal, but for what insurers paid: that is as they told it, so that the sums prove something."""
    charged = adjusted = is_open = 0
    money = dict.fromkeys(("patient_payment", "patient_credit", "reversal"), 0)
    """What came, by kind of entry, where it is not an insurer's."""
    for one in postings:
        if one.account in CHARGED:
            charged -= one.cents
        elif one.account in ADJUSTED:
            adjusted += one.cents
        elif one.account in RECEIVABLE:
            is_open += one.cents
        else:
            continue
        if one.entry.kind in money:
            money[one.entry.kind] -= one.cents
    by_insurers = sum(each.paid_cents for one in decisions for each in one.decided)
    return Sums(
        charge_cents=charged, insurers_paid_cents=by_insurers,
        patient_paid_cents=money["patient_payment"] + money["patient_credit"], taken_back_cents=money["reversal"],
        adjusted_cents=adjusted, open_cents=is_open,
        unexplained_cents=charged - by_insurers - sum(money.values()) - adjusted - is_open,
    )  # fmt: skip
