"""`rehabill patient`: who is treated, how insured, what is owed."""

import click

from rehabill.cli.books import practice_option
from rehabill.cli.lists import after_option, asked, limit_option, more, write_rows
from rehabill.cli.page import Cents, fields, heading, say, table
from rehabill.cli.patient_money import pay, refund, settle
from rehabill.cli.records import json_option
from rehabill.cli.x12.files import write_json


@click.group("patient")
def command() -> None:
    """Patients: coverage, authorisations, plans of care, what is owed, what they pay."""


for _verb in (pay, refund, settle):
    command.add_command(_verb)


@command.command("list")
@click.option("--name", default="", help="Last names that begin like this.")
@click.option("--payer", default="", help="Insured by this payer.")
@after_option
@limit_option
@practice_option
@json_option
def list_(name: str, payer: str, after: str, limit: int, slug: str | None, as_json: bool) -> None:
    """Patients by number, and what is owed for each."""
    with asked(slug):
        from rehabill.office.people.listing import patients

        page = patients(name=name, payer=payer, after=after, limit=limit)
    if as_json:
        write_rows(page.rows)
        return
    table(
        ("number", "name", "born", "insurers owe", "patient owes"),
        [
            (one.number, f"{one.last}, {one.first}".strip(", "), one.birth_date, Cents(one.insurers_owe_cents),
             Cents(one.patient_owes_cents))
            for one in page.rows
        ],
    )  # fmt: skip
    more(page.after, len(page.rows))


@command.command("show")
@click.argument("number")
@practice_option
@json_option
def show(number: str, slug: str | None, as_json: bool) -> None:
    """One patient by number."""
    with asked(slug):
        from rehabill.office.people.listing import patient

        one = patient(number)
    if as_json:
        write_json(one)
        return
    say(f"{one.number}  {one.last}, {one.first}".rstrip(", "), "bold")
    fields([
        ("born", one.birth_date), ("sex", one.sex), ("phone", one.phone), ("guarantor", one.guarantor),
        ("visits", one.visits), ("claims", f"{one.claims}, {one.open_claims} open"),
        ("insurers owe", Cents(one.insurers_owe_cents)), ("patient owes", Cents(one.patient_owes_cents)),
        ("paid ahead", Cents(one.paid_ahead_cents)),
    ])  # fmt: skip
    if one.policies:
        heading("Coverage")
        table(
            ("payer", "turn", "member", "from", "to"),
            [(each.payer, each.turn, each.member_id, each.starts, each.ends) for each in one.policies],
        )
    if one.authorizations:
        heading("Authorisations")
        table(
            ("number", "payer", "from", "to", "visits used", "of", "left", "units used", "of", "left"),
            [
                (each.number, each.payer, each.starts, each.ends, each.visits_used, each.visits, each.visits_left,
                 each.units_used, each.units, each.units_left)
                for each in one.authorizations
            ],
        )  # fmt: skip
    if one.plans:
        heading("Plans of care")
        table(
            ("discipline", "from", "to", "certified"),
            [(each.discipline, each.starts, each.ends, each.certified_on) for each in one.plans],
        )
