"""`rehabill claim write-off|transfer`: what is owed of a claim given up, or handed on. Included by `claim_verb`."""

import datetime as dt
from typing import TYPE_CHECKING, get_args

import click

from rehabill.base.money import dollars
from rehabill.cli.amounts import ALL, AMOUNT_OR_ALL, on, on_option
from rehabill.cli.books import now, practice_option, who
from rehabill.cli.lists import asked
from rehabill.cli.page import say
from rehabill.cli.records import json_option
from rehabill.cli.x12.files import write_json
from rehabill.engine.post.patient import WriteOff

if TYPE_CHECKING:
    from rehabill.office.money.claim_money import Moved

_amount = click.argument("cents", metavar="AMOUNT|all", type=AMOUNT_OR_ALL)
_owed_by_option = click.option("--owed-by", default="", metavar="PAYER|patient",
                               help="Whose debt, where more than one owes.")  # fmt: skip
_why_option = click.option("--why", default="", help="More about it, for everybody who reads the claim's history.")


@click.command("write-off")
@click.argument("number")
@_amount
@click.option("--reason", type=click.Choice(get_args(WriteOff)), required=True)
@_owed_by_option
@_why_option
@on_option
@practice_option
@json_option
def give_up(
    number: str, cents: int, reason: WriteOff, owed_by: str, why: str, day: dt.date | None, slug: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Give up AMOUNT of what is owed of the claim NUMBER.

    A Medicare patient's share may be given up only for need found in the single case, or after an honest attempt to
    collect it, never as a habit (42 USC 1320a-7a(i)(6)(A)).
    """
    with asked(slug):
        from rehabill.office.money import claim_money

        wanted = claim_money.Wanted(
            claim=number, cents=None if cents == ALL else cents, day=on(day), owed_by=owed_by, why=why
        )
        moved = claim_money.give_up(wanted, reason, who(), now())
    _tell(moved, f"{dollars(moved.cents)} of {moved.owed_by} written off", as_json)


@click.command("transfer")
@click.argument("number")
@_amount
@click.option("--to", required=True, metavar="PAYER|patient", help="Who is to owe it.")
@_owed_by_option
@_why_option
@on_option
@practice_option
@json_option
def hand_on(
    number: str, cents: int, to: str, owed_by: str, why: str, day: dt.date | None, slug: str | None, as_json: bool
) -> None:
    """Make AMOUNT of what is owed of the claim NUMBER owed by another: a payer of the claim, or the patient."""
    with asked(slug):
        from rehabill.office.money import claim_money

        wanted = claim_money.Wanted(
            claim=number, cents=None if cents == ALL else cents, day=on(day), owed_by=owed_by, why=why
        )
        moved = claim_money.hand_on(wanted, to, who(), now())
    _tell(moved, f"{dollars(moved.cents)} now owed by {moved.to}, no longer by {moved.owed_by}", as_json)


def _tell(moved: "Moved", what: str, as_json: bool) -> None:
    if as_json:
        write_json(moved)
        return
    owes = ", ".join(f"{name} {dollars(cents)}" for name, cents in moved.owes.items())
    say(f"Claim {moved.claim}: {what} (entry {moved.entry})")
    say(f"  owed now: {owes or 'nothing'}", "dim")
