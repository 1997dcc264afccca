"""`rehabill payer`: whom the practice bills, and what they owe."""

import click

from rehabill.cli.books import practice_option
from rehabill.cli.lists import asked, write_rows
from rehabill.cli.page import Cents, fields, say, table
from rehabill.cli.records import json_option
from rehabill.cli.x12.files import write_json


@click.group("payer")
def command() -> None:
    """Payers: how each is reached, what it owes."""


@command.command("list")
@practice_option
@json_option
def list_(slug: str | None, as_json: bool) -> None:
    """Payers by name."""
    with asked(slug):
        from rehabill.office.practices.listing import payers

        every = payers()
    if as_json:
        write_rows(every)
        return
    table(
        ("payer", "name", "number", "owes", "claims", "oldest"),
        [
            (one.payer, one.name, one.payer_id, Cents(one.open_cents), one.open_claims, one.oldest) for one in every
        ],
    )  # fmt: skip


@command.command("show")
@click.argument("name")
@practice_option
@json_option
def show(name: str, slug: str | None, as_json: bool) -> None:
    """One payer by its profile's name."""
    with asked(slug):
        from rehabill.office.practices.listing import payer

        found = payer(name)
    if as_json:
        write_json(found)
        return
    one = found.payer
    say(f"{one.payer}  {one.name}", "bold")
    fields([
        ("number", one.payer_id), ("filing indicator", found.filing_indicator),
        ("taxonomy code", "" if found.sends_taxonomy else "not sent"), ("policies", found.policies),
        ("owes", Cents(one.open_cents)), ("on claims", one.open_claims), ("oldest", one.oldest),
        ("pays as", ", ".join(found.pays_as)),
    ])  # fmt: skip
