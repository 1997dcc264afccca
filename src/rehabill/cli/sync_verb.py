"""`rehabill sync`: one round with all partners."""

from typing import TYPE_CHECKING

import click

from rehabill.almanac.load import load
from rehabill.cli.books import books, now, practice_option, who
from rehabill.cli.page import say, table
from rehabill.cli.records import CLEAN, FINDINGS, json_option
from rehabill.cli.x12.files import counted, write_json

if TYPE_CHECKING:
    from rehabill.office.exchange.sync import Exchange, Round


@click.command("sync")
@click.option("--dry-run", is_flag=True, help="Show the bytes that would be sent; send and fetch nothing.")
@practice_option
@json_option
def command(dry_run: bool, slug: str | None, as_json: bool) -> None:
    """Fetch what partners have for us and apply it, ask about claims of which nothing is heard, send what is ready.

    It may be run at any time and as often as one likes: nothing is sent or applied twice. Exit code 1: a partner could
    not be reached, or something waits for a person.
    """
    with books(slug) as practice:
        from rehabill.office.exchange.connectors.open import open_connector
        from rehabill.office.exchange.lease import Busy
        from rehabill.office.exchange.models import Partner
        from rehabill.office.exchange.sync import Exchange

        if not Partner.objects.exists():
            raise click.UsageError("there is no partner to exchange files with: `rehabill partner add FILE`")
        exchange = Exchange(practice, load(), now, who(), open_connector)
        if dry_run:
            _preview(exchange)
            return
        try:
            told = exchange.round()
        except Busy as busy:
            say(f"Nothing was done: {busy}.")
            raise SystemExit(CLEAN) from None
    if as_json:
        write_json(told)
    else:
        show(told)
    aside = any(one.state == "quarantined" for one in told.came)
    raise SystemExit(FINDINGS if told.troubles or told.held or told.silent or aside else CLEAN)


def _preview(exchange: "Exchange") -> None:
    from rehabill.office.exchange.sync import preview

    found = preview(exchange)
    for partner, name, content in found:
        click.echo(f"{name} would go to {partner}, {len(content)} bytes:", err=True)
        click.echo(content.decode("latin-1"))
    if not found:
        click.echo("Nothing would be sent.", err=True)


def show(told: "Round") -> None:
    """For a person: what came and what it did, what went, what is wrong."""
    if told.came:
        table(("came", "from", "kind", "state", "what it did"),
              [(one.name, one.partner, one.kind, one.state, one.what) for one in told.came])  # fmt: skip
    if told.went:
        table(("went", "to", "kind", "bytes", "sha256"),
              [(one.name, one.partner, one.kind, one.size, one.sha256[:12]) for one in told.went])  # fmt: skip
    if told.queued:
        say(f"{counted(told.queued, 'claim')} written to files.")
    if told.asked:
        say(f"Of {counted(told.asked, 'claim')} nothing was heard in time: their payers were asked (276).")
    if told.silent:
        say(f"Of {counted(told.silent, 'claim')} nothing is heard: rehabill work --action silent")
    for line in (*told.held, *told.troubles):
        say(line, "red")
    if not (told.came or told.went or told.asked or told.silent or told.held or told.troubles):
        say("Nothing to send, nothing new.")
