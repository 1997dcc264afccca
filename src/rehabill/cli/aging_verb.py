"""`rehabill aging`: what is owed, by whom, for how long."""

import datetime as dt
from typing import TYPE_CHECKING, Any

import click

from rehabill.base.money import dollars
from rehabill.cli.books import now, practice_option
from rehabill.cli.lists import DAY, asked, limit_option, write_rows
from rehabill.cli.page import Cents, heading, say, table
from rehabill.cli.records import json_option
from rehabill.cli.x12.files import write_json

if TYPE_CHECKING:
    from rehabill.office.money.aging import Aged, Aging, Basis, By, OpenClaim

_BUCKETS = ("0-30", "31-60", "61-90", "91-120", "120+")
_WORDS = {"service": "day of service", "submitted": "first submission", "action": "last action"}


@click.command("aging")
@click.option("--by", type=click.Choice(["payer", "patient", "provider"]), default="payer", show_default=True)
@click.option("--basis", type=click.Choice(list(_WORDS)), default="service", show_default=True,
              help="Count the days from service, submission, or the last thing that happened.")  # fmt: skip
@click.option("--as-of", "as_of", type=DAY, metavar="DAY",
              help="As it stood on that day (today). A day in the past is added up from the journal: slower, and by "
                   "service only.")  # fmt: skip
@click.option("--claims", "bucket", type=click.Choice([*_BUCKETS, "unsent", "credit"]), default=None,
              help="The claims of one column.")  # fmt: skip
@click.option("--payer", default="", help="Only what this payer owes.")
@click.option("--patient", default="", metavar="NUMBER", help="Only of this patient.")
@click.option("--provider", default="", metavar="NPI", help="Only of this therapist.")
@limit_option
@practice_option
@json_option
def command(
    by: "By", basis: "Basis", as_of: dt.date | None, bucket: str | None, payer: str, patient: str, provider: str,
    limit: int, slug: str | None, as_json: bool,
) -> None:  # fmt: skip
    """What insurers and patients owe, by age. Credits are what was paid too much; they have no age."""
    today = now().date()
    with asked(slug):
        from rehabill.office.money.aging import Query, aging, claims_in, paid_ahead

        query = Query(
            as_of=as_of or today, today=today, basis=basis, payer=payer, patient=patient, provider=provider
        )  # fmt: skip
        claims = claims_in(bucket, query, limit) if bucket else None
        found = None if bucket else aging(by, query, limit)
        ahead = 0 if as_json or payer or provider else paid_ahead(query)
    if claims is not None:
        _claims(claims, as_json)
    elif found is not None:
        _write(found) if as_json else _show(found)
    if ahead:
        say(f"Paid ahead by patients: {dollars(ahead)} (rehabill ledger --account patient_credit)", "dim")


def _claims(claims: "list[OpenClaim]", as_json: bool) -> None:
    if as_json:
        write_rows(claims)
        return
    if not claims:
        say("None.")
        return
    table(
        ("claim", "treated", "counted from", "days", "patient", "name", "owed by", "open"),
        [
            (one.claim, one.service_day, one.day if one.day != one.service_day else None, one.age_days, one.patient,
             one.patient_name, one.owed_by, Cents(one.cents))
            for one in claims
        ],
        [("", "", "", "", "", "", "these", Cents(sum(one.cents for one in claims)))],
    )  # fmt: skip


def _show(found: "Aging") -> None:
    say(f"As of {found.as_of}, by {_WORDS[found.basis]}", "bold")
    for part in found.parts:
        heading(f"Owed by {part.owed_by}")
        if not part.rows:
            say("  nothing")
            continue
        is_whole = len(part.rows) == part.count
        table(
            (found.by, "name", *_BUCKETS, "unsent", "credit", "total"),
            [_row(one) for one in part.rows],
            [] if part.count == 1 else [_row(part.total, "all" if is_whole else f"all {part.count:,}")],
        )
    say("")
    table(("", "", *_BUCKETS, "unsent", "credit", "total"), [_row(found.total, "together")])


def _row(one: "Aged", name: str = "") -> tuple[Any, ...]:
    cents = (*one.buckets, one.unsent_cents, one.credit_cents, one.total_cents)
    return (name or one.key, one.name, *(Cents(each) for each in cents))


def _write(found: "Aging") -> None:
    """A row for each debtor shown, then the sums over all, shown or not."""
    for part in found.parts:
        for one in part.rows:
            write_json({**_plain(one), "owed_by": part.owed_by, "sum": False})
        write_json({**_plain(part.total), "owed_by": part.owed_by, "sum": True, "count": part.count})
    write_json({**_plain(found.total), "owed_by": "all", "sum": True})


def _plain(one: "Aged") -> dict[str, Any]:
    return {
        "key": one.key, "name": one.name, "buckets_cents": dict(zip(_BUCKETS, one.buckets, strict=True)),
        "unsent_cents": one.unsent_cents, "credit_cents": one.credit_cents, "total_cents": one.total_cents,
    }  # fmt: skip
