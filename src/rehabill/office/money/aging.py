"""Aging: what is owed, by whom, and for how long.

As of today and later it is read off `Owed`. As of a day in the past it is added up from the journal, over every entry
dated up to that day: seconds instead of milliseconds on a large practice.
"""

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Literal

import msgspec
from django.db import connection
from django.db.models import Sum

from rehabill.base.errors import InputError
from rehabill.office.money.models import Posting
from rehabill.office.people.models import Patient, Therapist
from rehabill.office.practices.models import PayerEnrolment
from rehabill.office.practices.scope import practice_id

By = Literal["payer", "patient", "provider"]
Basis = Literal["service", "submitted", "action"]
"""Counted from the day of service, of the first submission, or of the last event of the claim."""
OwedBy = Literal["insurers", "patients"]

BUCKETS = ("0-30", "31-60", "61-90", "91-120", "120+")
_LAST_DAYS = (30, 60, 90, 120)
UNDATED = "unsent"
"""By submission: what was never submitted has no age."""
CREDIT = "credit"
"""Paid beyond what was owed: it has no age either, and is never set off against what others owe."""

_DAYS: dict[Basis, str] = {"service": "service_day", "submitted": "sent_on", "action": "acted_on"}
_KEYS: dict[By, str] = {"payer": "party", "patient": "patient_id", "provider": "therapist_npi"}
_ACCOUNTS: dict[OwedBy, str] = {"insurers": "insurance_receivable", "patients": "patient_receivable"}
_AT_THAT_DAY = """(
    SELECT min(c.practice_id) AS practice_id, c.id AS claim_id, p.account, p.party, p."order", sum(p.cents) AS cents,
           min(c.patient_id) AS patient_id, min(c.therapist_npi) AS therapist_npi, min(c.service_day) AS service_day,
           min(c.sent_on) AS sent_on
    FROM money_posting p
    JOIN money_entry e ON e.id = p.entry_id
    JOIN claims_claim c ON c.practice_id = p.practice_id AND c.number = p.claim
    WHERE p.practice_id = %s AND p.account IN ('insurance_receivable', 'patient_receivable') AND p.claim <> ''
      AND e.day <= %s
    GROUP BY c.id, p.account, p.party, p."order" HAVING sum(p.cents) <> 0
) AS at_that_day"""


class Aged(msgspec.Struct, frozen=True, kw_only=True):
    """What one owes, in cents, by age. `total = sum(buckets) + unsent + credit`."""

    key: str
    name: str
    buckets: tuple[int, int, int, int, int]
    unsent_cents: int
    credit_cents: int
    total_cents: int


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What insurers owe, or patients: the largest first, and the sum over all, shown or not."""

    owed_by: OwedBy
    rows: tuple[Aged, ...]
    count: int
    """Of all rows, shown or not."""
    total: Aged


class Aging(msgspec.Struct, frozen=True, kw_only=True):
    as_of: dt.date
    by: By
    basis: Basis
    parts: tuple[Part, ...]

    @property
    def total(self) -> Aged:
        """Insurers and patients together."""
        return _added([part.total for part in self.parts])


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """`today` tells which days are past. `payer`, `patient` (number) and `provider` (NPI) narrow what is looked at."""

    as_of: dt.date
    today: dt.date
    basis: Basis = "service"
    payer: str = ""
    patient: str = ""
    provider: str = ""


def aging(by: By, query: Query, limit: int = 50) -> Aging:
    """Who owes how much. Raises `InputError` for a past day by a basis of which only the present is known."""
    _check_payer(query.payer)
    narrowed = _Narrowed(query)
    parts = []
    for owed_by in ("insurers", "patients"):
        key = "''" if by == "payer" and owed_by == "patients" else _KEYS[by]
        parts.append(_part(owed_by, key, narrowed, limit))
    named = _names(by, parts)
    return Aging(as_of=query.as_of, by=by, basis=query.basis, parts=tuple(_with_names(part, named) for part in parts))


def _check_payer(name: str) -> None:
    if not name:
        return
    known = set(PayerEnrolment.objects.values_list("payer", flat=True))
    if name not in known and not Posting.objects.filter(account="insurance_receivable", party=name).exists():
        raise InputError("payer", f"nobody here is called {name!r}; there are {', '.join(sorted(known))}")


def paid_ahead(query: Query) -> int:
    """What patients have paid ahead by that day, in cents: it stands on no claim, and has no age."""
    rows = Posting.objects.filter(account="patient_credit", entry__day__lte=query.as_of)
    if query.patient:
        rows = rows.filter(party=query.patient)
    return -(rows.aggregate(of=Sum("cents"))["of"] or 0)


class OpenClaim(msgspec.Struct, frozen=True, kw_only=True):
    """One claim in a bucket, and what one debtor owes of it."""

    claim: str
    patient: str
    patient_name: str
    owed_by: str
    """The payer's profile, or `patient`."""
    order: str
    service_day: dt.date
    day: dt.date | None
    """That the age is counted from."""
    age_days: int | None
    cents: int


def claims_in(bucket: str, query: Query, limit: int = 50) -> list[OpenClaim]:
    """The claims of a bucket (or `unsent`, `credit`), the oldest first. Raises `InputError`."""
    _check_payer(query.payer)
    narrowed = _Narrowed(query)
    day = narrowed.day
    conditions, values = _in_bucket(bucket, day, query.as_of)
    statement = f"""
        SELECT c.number, n.number, n.first, n.last, due.account, due.party, due."order", c.service_day, due.day,
               due.cents
        FROM (SELECT claim_id, account, party, "order", patient_id, {day} AS day, cents
              FROM {narrowed.source} WHERE {narrowed.where} AND {conditions}
              ORDER BY coalesce({day}, service_day), claim_id, account, party, "order" LIMIT %s) AS due
        JOIN claims_claim c ON c.id = due.claim_id JOIN people_patient n ON n.id = due.patient_id
        ORDER BY coalesce(due.day, c.service_day), due.claim_id, due.account, due.party, due."order" """
    return [_open_claim(row, query.as_of) for row in _rows(statement, [*narrowed.values, *values, limit])]


class _Narrowed:
    """Where the rows come from, and which of them are meant."""

    def __init__(self, query: Query) -> None:
        self.query = query
        self.day = _DAYS[query.basis]
        self.source = "money_owed"
        self.values: list[Any] = []
        if query.as_of < query.today:
            if query.basis != "service":
                raise InputError(
                    "as_of", f"the day of the {_LASTING[query.basis]} is known only as it is now: for a day in the "
                    "past, age by the day of service",
                )  # fmt: skip
            self.source = _AT_THAT_DAY
            self.values += [practice_id(), query.as_of]
        self.where = "practice_id = %s"
        self.values.append(practice_id())
        if query.payer:
            self._narrow("party = %s AND account = 'insurance_receivable'", query.payer)
        if query.patient:
            found = Patient.objects.filter(number=query.patient).values_list("id", flat=True).first()
            if found is None:
                raise InputError("patient", f"the books have no patient {query.patient}")
            self._narrow(f"{_BOTH} AND patient_id = %s", found)
        if query.provider:
            self._narrow(f"{_BOTH} AND therapist_npi = %s", query.provider)

    def _narrow(self, condition: str, value: object) -> None:
        self.where += f" AND {condition}"
        self.values.append(value)


_BOTH = "account IN ('insurance_receivable', 'patient_receivable')"
"""Says nothing new; by it the indexes, which begin with the account, can be used."""
_LASTING: dict[Basis, str] = {"submitted": "submission", "action": "last action"}


def _part(owed_by: OwedBy, key: str, narrowed: _Narrowed, limit: int) -> Part:
    """One pass over the rows; sums of all groups beside the largest of them."""
    sums, values = _sums(narrowed.day, narrowed.query.as_of)
    names = [f"c{number}" for number in range(len(sums))]
    columns = ", ".join(f"coalesce({each}, 0) AS {name}" for each, name in zip(sums, names, strict=True))
    grouped = "" if key == "''" else f"GROUP BY {key}"
    statement = f"""
        WITH due AS MATERIALIZED (
            SELECT {key} AS k, {columns} FROM {narrowed.source} WHERE {narrowed.where} AND account = %s {grouped}
        )
        SELECT * FROM (SELECT 0 AS n, k, {", ".join(names)} FROM due ORDER BY c0 DESC, k LIMIT %s) AS largest
        UNION ALL
        SELECT count(*), NULL, {", ".join(f"sum({name})" for name in names)} FROM due"""
    *largest, (count, _, *whole) = _rows(statement, [*values, *narrowed.values, _ACCOUNTS[owed_by], limit])
    shown = tuple(_aged(str(row[1]), row[2:]) for row in largest if any(row[2:]))
    return Part(owed_by=owed_by, rows=shown, count=count if shown else 0, total=_aged("", whole))


def _sums(day: str, as_of: dt.date) -> tuple[list[str], list[object]]:
    """All, credits, what has no day, and what is older than each bucket's last day: fewer comparisons a row than one
    sum for each bucket, which are their differences.
    """
    unsent = f"sum(CASE WHEN {day} IS NULL AND cents > 0 THEN cents END)" if day == "sent_on" else "0"
    older = f"sum(CASE WHEN {day} < %s AND cents > 0 THEN cents END)"
    sums = ["sum(cents)", "sum(CASE WHEN cents < 0 THEN cents END)", unsent, *[older] * len(_LAST_DAYS)]
    return sums, [_days_before(as_of, days) for days in _LAST_DAYS]


def _in_bucket(bucket: str, day: str, as_of: dt.date) -> tuple[str, list[Any]]:
    """The condition of a bucket. A day after `as_of` has no age yet and counts among the youngest."""
    if bucket == CREDIT:
        return "cents < 0", []
    if bucket == UNDATED:
        return f"cents > 0 AND {day} IS NULL", []
    if bucket not in BUCKETS:
        raise InputError("claims", f"there is no bucket {bucket!r}: {', '.join((*BUCKETS, UNDATED, CREDIT))}")
    number = BUCKETS.index(bucket)
    first = [_days_before(as_of, days) for days in _LAST_DAYS]
    if number == 0:
        return f"cents > 0 AND {day} >= %s", [first[0]]
    if number == len(_LAST_DAYS):
        return f"cents > 0 AND {day} < %s", [first[-1]]
    return f"cents > 0 AND {day} < %s AND {day} >= %s", [first[number - 1], first[number]]


def _days_before(day: dt.date, days: int) -> dt.date:
    return day - dt.timedelta(days=days)


def _rows(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))
        return list(cursor.fetchall())


def _aged(key: str, sums: Sequence[Any]) -> Aged:
    """Of the sums in the order of `_sums`."""
    total, credit, unsent, *older = (int(cents or 0) for cents in sums)
    ages = [total - credit - unsent, *older, 0]
    buckets = tuple(this - next_ for this, next_ in pairwise(ages))
    return Aged(
        key=key, name="", buckets=buckets, unsent_cents=unsent, credit_cents=credit, total_cents=total  # type: ignore[arg-type]
    )  # fmt: skip


def _added(some: Sequence[Aged]) -> Aged:
    return Aged(
        key="", name="", buckets=tuple(map(sum, zip(*(one.buckets for one in some), strict=True))),  # type: ignore[arg-type]
        unsent_cents=sum(one.unsent_cents for one in some), credit_cents=sum(one.credit_cents for one in some),
        total_cents=sum(one.total_cents for one in some),
    )  # fmt: skip


def _names(by: By, parts: Sequence[Part]) -> dict[str, tuple[str, str]]:
    """Key of a group → what it is called by: its number or code, and its name."""
    keys = {row.key for part in parts for row in part.rows}
    if by == "payer":
        rows = PayerEnrolment.objects.filter(payer__in=keys).values_list("payer", "payer", "name")
        return {"": ("", "patients"), **{key: (code, name) for key, code, name in rows}}
    if by == "provider":
        people = Therapist.objects.filter(npi__in=keys).values_list("npi", "npi", "first", "last")
    else:
        people = Patient.objects.filter(id__in=keys).values_list("id", "number", "first", "last")
    return {str(key): (code, f"{last}, {first}".strip(", ")) for key, code, first, last in people}


def _with_names(part: Part, named: dict[str, tuple[str, str]]) -> Part:
    rows = []
    for row in part.rows:
        key, name = named.get(row.key, (row.key, ""))
        rows.append(msgspec.structs.replace(row, key=key, name=name))
    return msgspec.structs.replace(part, rows=tuple(rows))


def _open_claim(row: tuple[Any, ...], as_of: dt.date) -> OpenClaim:
    claim, patient, first, last, account, party, order, service_day, day, cents = row
    counted, served = _day(day), _day(service_day)
    assert served is not None
    return OpenClaim(
        claim=claim, patient=patient, patient_name=f"{last}, {first}".strip(", "),
        owed_by=party if account == _ACCOUNTS["insurers"] else "patient", order=order, service_day=served, day=counted,
        age_days=None if counted is None else max((as_of - counted).days, 0), cents=cents,
    )  # fmt: skip


def _day(value: dt.date | str | None) -> dt.date | None:
    """SQLite gives days as text in statements that are not Django's own."""
    return dt.date.fromisoformat(value) if isinstance(value, str) else value
