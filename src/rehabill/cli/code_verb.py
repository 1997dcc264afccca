"""`rehabill code`: visits in, coded lines out."""

from pathlib import Path
from typing import Any

import click

from rehabill.almanac.load import load
from rehabill.cli.records import Output, files_argument, json_option
from rehabill.cli.visits import read_visits
from rehabill.coding.code import code
from rehabill.engine import present
from rehabill.engine.check import coding_findings
from rehabill.model.visit import Visit


@click.command("code")
@files_argument
@json_option
def command(files: tuple[Path, ...], as_json: bool) -> None:
    """Visits in (JSON Lines), codes, units and modifiers out, each with its reasons.

    Findings are those of coding alone (units, NCCI, MUE, modifiers, code dates); `scrub` checks a whole claim.
    """
    almanac = load()
    out = Output(as_json)

    def work(visit: Visit) -> tuple[Any, bool]:
        edition = almanac.edition(visit.payer, visit.date)
        coded = code(visit, edition)
        findings = coding_findings(visit, coded, almanac)
        result = present.coded_visit(visit, coded, findings, edition) if as_json else (coded, findings)
        return result, present.needs_action(findings)

    def show(result: Any) -> None:
        from rehabill.cli import show as tables

        tables.coded(*result)

    out.each(read_visits(files), work, show)
    out.finish()
