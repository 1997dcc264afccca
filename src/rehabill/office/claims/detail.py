"""One claim as it stands: its axes, its insurers, and of every line what was charged, paid, adjusted and is open."""

import datetime as dt

import msgspec
from django.db.models import Sum

from rehabill.base.errors import InputError
from rehabill.model.books import BookedClaim, Decided
from rehabill.model.standing import InsuranceStatus
from rehabill.office.claims.listing import Listed, listed
from rehabill.office.claims.models import Claim, ClaimVersion
from rehabill.office.money.models import Decision, Owed, Posting
from rehabill.office.money.summary import ADJUSTED, RECEIVABLE
from rehabill.office.worklists.listing import Waiting, open_tasks

TURNS = {"P": "first", "S": "second", "T": "third", "": ""}


class ShownLine(msgspec.Struct, frozen=True, kw_only=True):
    """`charge = paid + adjusted + open + suspense`; the last is what a payer's figures leave unexplained.

    `expected_cents`: what its payer should pay; None: it could not be priced.
    """

    line: str
    date: dt.date | None
    code: str
    modifiers: tuple[str, ...]
    units: int
    charge_cents: int
    expected_cents: int | None
    paid_cents: int
    adjusted_cents: int
    open_cents: int
    suspense_cents: int


class Insurer(msgspec.Struct, frozen=True, kw_only=True):
    """A payer of the claim in its turn, where the claim stands with it, what it paid and still owes."""

    turn: str
    payer: str
    status: InsuranceStatus
    sent: int
    """How many versions it was sent."""
    paid_cents: int
    owes_cents: int


class ShownVersion(msgspec.Struct, frozen=True, kw_only=True):
    number: int
    at: dt.datetime
    by: str
    why: str
    edition: str
    frequency: str
    charge_cents: int


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """The whole of a claim as it stands."""

    claim: Listed
    visit: str
    payer_claim_number: str
    therapist_npi: str
    insurers: tuple[Insurer, ...]
    patient_owes_cents: int
    lines: tuple[ShownLine, ...]
    versions: tuple[ShownVersion, ...]
    tasks: tuple[Waiting, ...]


def find(number: str) -> Claim:
    """Raises `InputError` for a number that no claim has."""
    found: Claim | None = Claim.objects.select_related("patient", "visit").filter(number=number).first()
    if found is None:
        raise InputError("claim", f"the books have no claim {number}; `rehabill claim list` shows what there is")
    return found


def show(number: str) -> Shown:
    """Raises `InputError` for a number that no claim has."""
    claim = find(number)
    versions = list(ClaimVersion.objects.filter(claim=claim).order_by("number"))
    booked = next((one.booked for one in versions if one.number == claim.version), None)
    decided = [one for some in Decision.objects.filter(claim=claim).values_list("decided", flat=True) for one in some]
    owed = {(one.party, one.order): one.cents for one in Owed.objects.filter(claim=claim)}
    return Shown(
        claim=listed(claim), visit=claim.visit.number if claim.visit else "",
        payer_claim_number=claim.payer_claim_number, therapist_npi=claim.therapist_npi,
        insurers=_insurers(claim, booked, decided, owed),
        patient_owes_cents=sum(cents for (_, order), cents in owed.items() if not order),
        lines=lines(claim.number, booked), versions=tuple(_version(one) for one in versions),
        tasks=tuple(open_tasks(claim=number)),
    )  # fmt: skip


def _insurers(
    claim: Claim, booked: BookedClaim | None, decided: list[Decided], owed: dict[tuple[str, str], int]
) -> tuple[Insurer, ...]:
    payers = {one.order: one.payer for one in booked.payers} if booked else {}
    return tuple(
        Insurer(
            turn=TURNS[one.order], payer=payers.get(one.order, ""), status=one.status, sent=one.sent,
            paid_cents=sum(each.paid_cents for each in decided if each.order == one.order),
            owes_cents=sum(cents for (_, order), cents in owed.items() if order == one.order),
        )
        for one in claim.standings
    )  # fmt: skip


def lines(number: str, booked: BookedClaim | None) -> tuple[ShownLine, ...]:
    """Every line of the claim, and whatever the journal has besides, by the journal alone."""
    sums = _sums(number)
    of = {one.line_id: one for one in booked.lines} if booked else {}
    found = []
    for line in [*of, *sorted(sums.keys() - of.keys())]:
        some = sums.get(line, _Sums())
        one = of.get(line)
        found.append(
            ShownLine(
                line=line, date=one.date if one else None, code=one.code if one else "",
                modifiers=one.modifiers if one else (), units=one.units if one else 0, charge_cents=some.charged,
                expected_cents=one.expected.payer_cents if one and one.expected else None,
                paid_cents=some.charged - some.adjusted - some.owed - some.suspense, adjusted_cents=some.adjusted,
                open_cents=some.owed, suspense_cents=some.suspense,
            )
        )  # fmt: skip
    return tuple(found)


class _Sums(msgspec.Struct):
    charged: int = 0
    adjusted: int = 0
    owed: int = 0
    suspense: int = 0


def _sums(number: str) -> dict[str, _Sums]:
    """By line. An opening balance is charged where it is owed: its other side stands on no line."""
    rows = Posting.objects.filter(claim=number).exclude(claim="").values_list("line", "account", "entry__kind")
    sums: dict[str, _Sums] = {}
    for line, account, kind, cents in rows.annotate(of=Sum("cents")):
        if not line:
            continue
        of = sums.setdefault(line, _Sums())
        if account == "charges":
            of.charged -= cents
        elif account in ADJUSTED:
            of.adjusted += cents
        elif account == "suspense":
            of.suspense += cents
        elif account in RECEIVABLE:
            of.owed += cents
            of.charged += cents if kind == "opening" else 0
    return sums


def _version(one: ClaimVersion) -> ShownVersion:
    return ShownVersion(
        number=one.number, at=one.at, by=one.by, why=one.why, edition=one.edition, frequency=one.record.frequency,
        charge_cents=sum(line.charge_cents for line in one.booked.lines),
    )  # fmt: skip
