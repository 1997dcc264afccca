"""`rehabill bill`: visits in; coded, scrubbed, priced claims and an 837P out. Without files: those in the books."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import click

from rehabill.almanac.edition import Almanac
from rehabill.almanac.load import load
from rehabill.base.errors import InputError
from rehabill.cli.billing_run import Atomic, Report, write_summary
from rehabill.cli.practice import read_practice
from rehabill.cli.records import Record, failed
from rehabill.cli.visits import read_visits
from rehabill.edi.claim_837p import Envelope, PayerX12, iter_837p, split_claim
from rehabill.engine.bill import Billed, bill
from rehabill.model.claim import Claim
from rehabill.model.practice import Practice

_EPOCH = dt.datetime(2020, 1, 1)  # control numbers count seconds from here: nine digits until 2051


@click.command("bill")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder for the results.")
@click.option("--practice", help="With FILES the practice's own file, practice.yaml; without them which practice of "
              "the books, where they have more than one.")  # fmt: skip
@click.option("--created", type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"]),
              help="Moment of writing (now); the claims are checked as submitted that day.")  # fmt: skip
@click.option("--control-number", type=click.IntRange(1, 999_999_999),
              help="Interchange control number; by default counted from --created, or the books' next.")  # fmt: skip
@click.option("--explain", is_flag=True, help="Write every step in words for every visit, not only for those held.")
@click.pass_context
def command(
    ctx: click.Context,
    files: tuple[Path, ...],
    out: Path,
    practice: str | None,
    created: dt.datetime | None,
    control_number: int | None,
    explain: bool,
) -> None:
    """Visits (JSON Lines, or CSV with one row per treatment) in; claims ready to send out.

    Writes to the folder: claims.837 (X12 837P of every claim that is ready), claims.jsonl (every visit with codes,
    price and findings), held.jsonl (what a person must look at, with the reason), summary.json.

    Without FILES it bills the visits that wait in the books (`rehabill import visits`), enters their claims and
    charges, and sends every claim that is ready, corrections too.
    """
    moment = created or dt.datetime.now().replace(microsecond=0)  # noqa: DTZ005 (the practice's own clock)
    if not files:
        from rehabill.cli.bill_books import bill_books

        bill_books(practice, out, moment, control_number, explain)
        return
    number = control_number or int((moment - _EPOCH).total_seconds()) % 1_000_000_000
    record = read_practice(_practice_file(ctx, practice))
    out.mkdir(parents=True, exist_ok=True)
    with Atomic(out / "claims.837") as x12, Atomic(out / "claims.jsonl") as log, Atomic(out / "held.jsonl") as held:
        run = _Run(record, moment, Report(load(), explain, log, held))
        run.write(read_visits(files), x12, number)
        summary = {"created": moment, "control_number": number, "usage": record.usage, **run.report.sums()}
        write_summary(out / "summary.json", summary)
    if not run.report.states["ready"]:
        (out / "claims.837").unlink()
    run.show(out)
    raise SystemExit(run.report.exit_code)


def _practice_file(ctx: click.Context, given: str | None) -> Path:
    parameter = next(one for one in ctx.command.params if one.name == "practice")
    if given is None:
        raise click.MissingParameter(ctx=ctx, param=parameter)
    kind = click.Path(path_type=Path, exists=True, dir_okay=False)
    found: Path = kind.convert(given, parameter, ctx)
    return found


class _Run:
    """One billing run without books."""

    def __init__(self, practice: Practice, moment: dt.datetime, report: Report) -> None:
        self.practice = practice
        self.moment = moment
        self.report = report
        self._almanac: Almanac = report.almanac
        self._refused: list[InputError] = []

    def write(self, records: Iterator[Record], x12: BinaryIO, control_number: int) -> None:
        envelope = Envelope(control_number=control_number, created=self.moment)
        claims = self._ready(records)
        for piece in iter_837p(claims, self.practice, self._profiles(), envelope, self._refuse):
            x12.write(piece.encode("ascii"))
        x12.write(b"\n")

    def _profiles(self) -> dict[str, PayerX12]:
        today = self.moment.date()
        return {name: PayerX12.of(self._almanac.edition(name, today)) for name in self._almanac.data.payers}

    def _refuse(self, index: int, claim: Claim, faults: tuple[InputError, ...]) -> None:
        self._refused.extend(faults)

    def _ready(self, records: Iterator[Record]) -> Iterator[Claim]:
        """Yield each claim that is ready; after the writer has taken or refused it, put it on record."""
        for record in records:
            try:
                if record.wrong is not None:
                    raise record.wrong
                billed = bill(record.value, self.practice, self._almanac, self.moment.date())
            except InputError as wrong:
                self.report.unreadable(record, wrong)
                continue
            except Exception as error:
                self.report.unreadable(record, failed(error))
                continue
            self._refused = []
            if billed.state == "ready":
                yield from self._parts(billed)
            self.report.billed(billed, self._refused)

    def _parts(self, billed: Billed) -> Iterator[Claim]:
        try:
            yield from split_claim(billed.claim)
        except InputError as fault:
            self._refused.append(fault)

    def show(self, out: Path) -> None:
        self.report.show()
        is_any_ready = bool(self.report.states["ready"])
        test = " (marked T: a test file)" if self.practice.usage == "T" else ""
        x12 = f"claims.837{test}, " if is_any_ready else ""
        click.echo(f"Written to {out}: {x12}claims.jsonl, held.jsonl, summary.json")
        if not is_any_ready:
            click.echo("No claim is ready, so there is no 837P to send.")
