"""`rehabill claim heard`: what an insurer or clearinghouse says of a claim by telephone, portal or letter."""

import click

from rehabill.base.errors import InputError
from rehabill.cli.books import now, practice_option, who
from rehabill.cli.lists import asked
from rehabill.cli.page import say
from rehabill.cli.records import json_option
from rehabill.cli.x12.files import write_json

_TURNS = {"first": "P", "second": "S", "third": "T"}


@click.command("heard")
@click.argument("number")
@click.argument("what", type=click.Choice(["received", "accepted", "rejected", "pended", "resent"]))
@click.option("--insurer", type=click.Choice(list(_TURNS)), default="first", show_default=True)
@click.option("--why", required=True, help="From whom, and what they said: it stays on record.")
@click.option("--payer-claim", default="", metavar="NUMBER", help="The insurer's own number for it, where it told one.")
@practice_option
@json_option
def heard(
    number: str, what: str, insurer: str, why: str, payer_claim: str, slug: str | None, as_json: bool
) -> None:  # fmt: skip
    """Put on record what was heard of the claim NUMBER.

    \b
    received   somebody on the way has it
    accepted   the insurer has it: from now on it can be corrected or voided there
    rejected   it was turned back undecided: it can be corrected and sent anew
    pended     the insurer works on it
    resent     the same went out again, unchanged
    """
    with asked(slug):
        from rehabill.office.claims.detail import find
        from rehabill.office.claims.happened import Happened, record

        claim = find(number)
        if all(one.order != _TURNS[insurer] for one in claim.standings):
            raise InputError("insurer", f"claim {number} has no {insurer} insurer")
        record([Happened(claim.id, _TURNS[insurer], what, why, payer_claim_number=payer_claim)], who(), now())  # type: ignore[arg-type]
        claim.refresh_from_db()
        status = next(one.status for one in claim.standings if one.order == _TURNS[insurer])
    if as_json:
        write_json({"claim": number, "insurer": insurer, "heard": what, "status": status})
    else:
        say(f"Claim {number} stands at {status} with its {insurer} insurer.")
