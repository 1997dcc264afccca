"""`rehabill explain`: visits in, the story of their codes and price out."""

from pathlib import Path
from typing import Any

import click
import msgspec

from rehabill.almanac.load import load
from rehabill.cli.records import Output, files_argument, json_option
from rehabill.cli.visits import read_visits
from rehabill.coding.code import code
from rehabill.engine.claims import claim_of
from rehabill.engine.explain import explain
from rehabill.model.visit import Visit
from rehabill.pricing.price import price


@click.command("explain")
@files_argument
@json_option
@click.option("--locality", help="Medicare locality, contractor and number (10112-00), for visits that name none.")
@click.option("--visit", "only", help="Only the visit with this id.")
def command(files: tuple[Path, ...], as_json: bool, locality: str | None, only: str | None) -> None:
    """Why each line has its code, units, modifiers and price: minutes, rule, value, since when, source."""
    almanac = load()
    out = Output(as_json)

    def work(visit: Visit) -> tuple[Any, bool]:
        edition = almanac.edition(visit.payer, visit.date)
        if locality and visit.locality is None:
            visit = msgspec.structs.replace(visit, locality=locality)
        coded = code(visit, edition)
        text = list(explain(coded, price(claim_of(visit, coded), almanac), edition))
        return {"id": visit.id, "text": text}, False

    def show(result: Any) -> None:
        for line in result["text"]:
            click.echo(line)
        click.echo()

    wanted = [record for record in read_visits(files) if str(record.id) == only] if only else None
    if wanted == []:
        raise click.UsageError(f"no visit has the id '{only}'")
    out.each(read_visits(files) if wanted is None else wanted, work, show)
    out.finish()
