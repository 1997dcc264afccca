"""`rehabill x12 check`: what is wrong with a file, and the answer its sender is due."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, cast

import click
import msgspec

from rehabill.base.errors import InputError
from rehabill.base.finding import Finding
from rehabill.cli.records import FINDINGS, UNREADABLE, json_option
from rehabill.cli.x12.files import (
    UNREAD,
    Gaps,
    Reader,
    counted,
    files_argument,
    name_of,
    write_json,
    write_whole,
)
from rehabill.cli.x12.findings import Placed, Watched, business_field, show
from rehabill.edi.check import check_file
from rehabill.x12.acknowledge import acknowledge_999, reply, ta1
from rehabill.x12.check.report import FileReport, SetReport
from rehabill.x12.faults import KINDS
from rehabill.x12.scan import batches
from rehabill.x12.tools.personal import discreet_report

_HIGHEST = 7


@click.command()
@files_argument
@click.option("--level", type=click.IntRange(1, _HIGHEST), default=_HIGHEST, show_default=True,
              help="How far to look: 1 syntax, 2 guide, 3 balance, 4 situations, 5 codes, 7 payer.")  # fmt: skip
@click.option("--acknowledge", "answer", type=click.Choice(["999", "ta1"]), help="Write the answer to the sender.")
@click.option("--out", type=click.Path(path_type=Path, allow_dash=True, dir_okay=False), help="Where to write it.")
@click.option("--control-number", type=click.IntRange(1, 999_999_999), default=1, show_default=True,
              help="Control number of the answer.")  # fmt: skip
@click.option("--show-personal", is_flag=True, help="Show the wrong values of patients instead of masking them.")
@json_option
def check(
    files: tuple[Path, ...], level: int, answer: Literal["999", "ta1"] | None, out: Path | None, control_number: int,
    show_personal: bool, as_json: bool,
) -> None:  # fmt: skip
    """What is wrong with FILES, claim by claim: where it stands, which field it is, and why.

    Exit codes: 0 clean, 1 errors or warnings, 3 a file that cannot be read whole. --json writes one object a file.
    """
    if (answer is None) != (out is None) or (answer and len(files) != 1):
        raise click.UsageError("--acknowledge and --out go together, with one FILE")
    reader, code = Reader(as_json), 0
    for path in files:
        try:
            blocks = Watched(path)
            report = check_file(blocks, frozenset(range(1, level + 1)))
            is_whole = _is_whole(report, blocks)
        except InputError as error:
            reader.fail(path, error.message)
            continue
        told = report if show_personal else discreet_report(report)
        placed = list(_placed(told, blocks))
        if as_json:
            write_json(_record(path, told, placed))
        else:
            show(name_of(path), told, placed)
        if not is_whole:
            reader.exit_code = UNREADABLE
        elif any(one.finding.severity != "info" and one.finding.status == "fail" for one in placed):
            code = FINDINGS
        if answer and out:
            if report.interchanges:
                _answer(answer, report, control_number, out)
            else:
                reader.fail(path, "there is no interchange to answer, and nothing is written")
    reader.finish(code)


def _is_whole(report: FileReport, blocks: Watched) -> bool:
    """Was the file read, all of it, and is there something in it?"""
    found = [*report.findings, *(finding for one in report.interchanges for finding in one.findings)]
    if any(finding.rule in UNREAD for finding in found):
        return False
    return any(_sets(report)) or _holds_an_answer(blocks)


def _holds_an_answer(blocks: Watched) -> bool:
    """Is there a TA1, which stands in no set?"""
    gaps = Gaps()
    for batch in batches(blocks, []):
        gaps.before(batch)
    return gaps.has_content


def _placed(report: FileReport, blocks: Watched) -> Iterator[Placed]:
    """The findings in the order of the file, each with what it is about."""
    of: dict[int, SetReport] = {id(finding): one for one in _sets(report) for finding in one.findings}
    for finding in report.all_findings():
        transaction = of.get(id(finding))
        yield Placed(finding, transaction, _line(finding, blocks), business_field(finding, transaction))


def _line(finding: Finding, blocks: Watched) -> int | None:
    return blocks.line_of(finding.at.byte) if finding.at else None


def _sets(report: FileReport) -> Iterator[SetReport]:
    yield from report.loose_sets
    for interchange in report.interchanges:
        for group in interchange.groups:
            yield from group.sets


def _record(path: Path, report: FileReport, placed: list[Placed]) -> dict[str, Any]:
    """A file's findings as one JSON object."""
    findings = []
    for one in placed:
        kind = KINDS.get(one.finding.rule)
        told = {"set": one.transaction.id if one.transaction else None, "line": one.line, "field": one.field or None}
        findings.append({**msgspec.to_builtins(one.finding), "level": kind.level if kind else None, **told})
    return {
        "file": name_of(path),
        "verdict": "fail" if any(one.finding.severity == "error" for one in placed) else "pass",
        "sets": [
            {"id": one.id, "control": one.control, "version": one.version, "segments": one.segments}
            for one in _sets(report)
        ],
        "findings": findings,
    }


def _answer(kind: Literal["999", "ta1"], report: FileReport, number: int, out: Path) -> None:
    """One interchange back for each that was received."""
    now = datetime.now()  # noqa: DTZ005 (the office's own clock stands in an envelope)
    texts = []
    for index, received in enumerate(report.interchanges):
        usage = received.isa[14] if len(received.isa) > 14 and received.isa[14] in ("T", "P") else "T"
        envelope = reply(received, number + index, now, cast(Literal["T", "P"], usage))
        texts.append(ta1(received, envelope) if kind == "ta1" else acknowledge_999(received, envelope))
    write_whole(out, (text.encode("latin-1", "replace") for text in texts))
    if str(out) != "-":
        click.echo(f"Written to {out}: {kind.upper()} for {counted(len(texts), 'interchange')}", err=True)
