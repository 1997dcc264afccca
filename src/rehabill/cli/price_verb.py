"""`rehabill price`: claims or coded visits in, money out."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click
import msgspec

from rehabill.almanac.load import load
from rehabill.base.errors import InputError
from rehabill.cli.records import Output, Record, files_argument, id_of, json_option, lines
from rehabill.engine import present
from rehabill.engine.claims import claim_to_price
from rehabill.model.claim import Claim
from rehabill.model.coded import VisitToPrice
from rehabill.model.decode import decode
from rehabill.pricing.price import price


@click.command("price")
@files_argument
@json_option
@click.option("--locality", help="Medicare locality, contractor and number (10112-00), for records that name none.")
def command(files: tuple[Path, ...], as_json: bool, locality: str | None) -> None:
    """Claims, or what `rehabill code` wrote, in; full fee, reductions, payer and patient parts out."""
    almanac = load()
    out = Output(as_json)

    def work(claim: Claim) -> tuple[Any, bool]:
        if locality and claim.locality is None:
            claim = msgspec.structs.replace(claim, locality=locality)
        priced = price(claim, almanac)
        if not as_json:
            return priced, False
        days = [day for line in claim.lines if (day := line.date or claim.date) is not None]
        edition = almanac.edition(claim.payer, min(days)) if days else None
        return present.priced_claim(priced, edition), False

    def show(result: Any) -> None:
        from rehabill.cli import show as tables

        tables.priced(result)

    out.each(_records(files), work, show)
    out.finish()


def _records(files: Iterable[Path]) -> Iterator[Record]:
    """Claims as they are; coded visits as claims; error objects of an earlier verb as what they are."""
    for name, number, data in lines(files):
        try:
            claim = _claim(data)
            yield Record(claim.id, number, name, claim)
        except InputError as error:
            yield Record(id_of(data), number, name, wrong=error)


def _claim(data: bytes) -> Claim:
    keys = decode(data, dict[str, msgspec.Raw]).keys()
    if "treatments" in keys:
        raise InputError("treatments", "this is a visit; `rehabill code` makes the lines that can be priced")
    if "error" in keys and "lines" not in keys:
        raise InputError("error", "the step before could not read this record")
    if keys & {"not_billed", "edition", "suggestions"}:
        return claim_to_price(decode(data, VisitToPrice))
    return decode(data, Claim)
