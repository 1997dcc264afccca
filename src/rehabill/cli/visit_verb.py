"""`rehabill visit`: what was recorded, and what was made of it."""

import datetime as dt
from collections.abc import Iterable

import click

from rehabill.cli.books import now, practice_option, who
from rehabill.cli.lists import after_option, asked, from_to_options, limit_option, more, write_rows
from rehabill.cli.page import fields, say, table
from rehabill.cli.records import json_option
from rehabill.cli.x12.files import write_json

_STATES = ("recorded", "billed", "held", "self_pay", "nothing_to_bill", "dropped")


@click.group("visit")
def command() -> None:
    """Visits: recorded, billed, held."""


@command.command("list")
@click.option("--state", type=click.Choice(_STATES), default=None, help="Only those that stand there.")
@click.option("--patient", default="", metavar="NUMBER", help="Of one patient.")
@click.option("--payer", default="", help="For one payer.")
@click.option("--provider", default="", metavar="NPI", help="By one therapist.")
@from_to_options("Treated")
@after_option
@limit_option
@practice_option
@json_option
def list_(
    state: str | None, patient: str, payer: str, provider: str, first: dt.date | None, last: dt.date | None, after: str,
    limit: int, slug: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Visits, the newest first."""
    with asked(slug):
        from rehabill.office.visits.listing import visits

        page = visits(
            state=state or "", patient=patient, payer=payer, provider=provider, first=first, last=last, after=after,
            limit=limit,
        )  # fmt: skip
    if as_json:
        write_rows(page.rows)
        return
    table(
        ("visit", "day", "patient", "payer", "state", "claim", "why"),
        [
            (one.number, one.date, one.patient, one.payer, one.state.replace("_", " "),
             one.claim if one.claim != one.number else "same number", one.why)
            for one in page.rows
        ],
    )  # fmt: skip
    more(page.after, len(page.rows))


@command.command("show")
@click.argument("number")
@practice_option
@json_option
def show(number: str, slug: str | None, as_json: bool) -> None:
    """One visit: its treatments as they were recorded."""
    with asked(slug):
        from rehabill.office.visits.listing import visit

        found = visit(number)
    if as_json:
        write_json(found)
        return
    one, record = found.visit, found.record
    say(f"{one.number}  {one.date}  {one.patient} {one.patient_name}", "bold")
    fields([
        ("payer", one.payer), ("then", record.secondary_payer), ("therapist", one.therapist_npi),
        ("state", one.state.replace("_", " ")), ("why", one.why), ("claim", one.claim),
        ("diagnoses", ", ".join(_told(record.diagnoses))),
    ])  # fmt: skip
    table(
        ("", "code", "minutes", "by", "with", "what was written"),
        [
            (at, each.code, each.minutes, each.by, ", ".join(each.with_ or ()), each.text)
            for at, each in enumerate(record.treatments, 1)
        ],
    )


def _told(diagnoses: object) -> Iterable[str]:
    return diagnoses if isinstance(diagnoses, tuple) else ()


@command.command("drop")
@click.argument("number")
@click.option("--why", default="", help="Why it should not be there: it stays on record.")
@click.option("--undo", is_flag=True, help="Bring it back.")
@practice_option
@json_option
def drop(number: str, why: str, undo: bool, slug: str | None, as_json: bool) -> None:
    """Take a visit out that has no claim: it is billed no more, and counts for nothing."""
    if bool(why.strip()) == undo:
        raise click.UsageError("say --why, or --undo")
    with asked(slug):
        from rehabill.office.visits.dropping import bring_back
        from rehabill.office.visits.dropping import drop as taken_out

        if undo:
            bring_back(number)
        else:
            taken_out(number, why.strip(), who(), now().date())
    if as_json:
        write_json({"visit": number, "state": "recorded" if undo else "dropped"})
    else:
        say(f"Visit {number} {'waits to be billed again' if undo else 'is taken out'}.")
