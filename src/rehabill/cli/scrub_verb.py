"""`rehabill scrub`: claims in, findings out."""

import datetime as dt
from pathlib import Path
from typing import Any

import click

from rehabill.almanac.load import load
from rehabill.cli.records import Output, files_argument, json_option, read_lines
from rehabill.engine import present
from rehabill.engine.scrub import scrub
from rehabill.model.claim import Claim


@click.command("scrub")
@files_argument
@json_option
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="Day of submission for claims that name none.")
def command(files: tuple[Path, ...], as_json: bool, today: dt.datetime | None) -> None:
    """Claims in (JSON Lines), findings with law and fixes out."""
    almanac = load()
    day = today.date() if today else dt.date.today()  # noqa: DTZ011 (the biller's own calendar day)
    out = Output(as_json)

    def work(claim: Claim) -> tuple[Any, bool]:
        result = scrub(claim, almanac, day)
        return present.scrubbed_claim(result) if as_json else result, present.needs_action(result.findings)

    def show(result: Any) -> None:
        from rehabill.cli import show as tables

        tables.scrubbed(result)

    out.each(read_lines(files, Claim), work, show)
    out.finish()
