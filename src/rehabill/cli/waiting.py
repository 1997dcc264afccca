"""Money that waited in suspense for its claim, told when it is laid on it."""

import datetime as dt
from typing import TYPE_CHECKING

import click

from rehabill.almanac.edition import Almanac
from rehabill.base.money import dollars
from rehabill.cli.books import who
from rehabill.cli.x12.files import write_json

if TYPE_CHECKING:
    from rehabill.office.money.posting.waiting import Laid


def lay_what_waits(almanac: Almanac, at: dt.datetime, as_json: bool) -> "list[Laid]":
    """Payments whose claims were not known when they came are posted on those that are known now, and told."""
    from rehabill.office.money.posting.waiting import lay_waiting

    laid = lay_waiting(almanac, who(), at)
    for one in laid:
        if as_json:
            write_json({"laid": one})
        else:
            what = "was posted from suspense" if one.is_laid else f"stays in suspense: {one.why}"
            click.echo(f"claim {one.claim}: {dollars(one.paid_cents)} of payment {one.trace} {what}")
    return laid
