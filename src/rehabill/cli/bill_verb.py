"""`rehabill bill`: visits in; coded, scrubbed, priced claims and an 837P out."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import click
import msgspec

from rehabill.almanac.edition import Almanac
from rehabill.almanac.load import load
from rehabill.base.errors import InputError
from rehabill.base.money import dollars
from rehabill.cli.attention import Attention
from rehabill.cli.practice import read_practice
from rehabill.cli.records import CLEAN, FINDINGS, UNREADABLE, Record, failed
from rehabill.cli.visits import read_visits
from rehabill.edi.claim_837p import Envelope, PayerX12, iter_837p, split_claim
from rehabill.engine import present
from rehabill.engine.bill import Billed, bill
from rehabill.model.claim import Claim
from rehabill.model.party import Person
from rehabill.model.practice import Practice

_EPOCH = dt.datetime(2020, 1, 1)  # control numbers count seconds from here: nine digits until 2051
_WORDS = {
    "ready": "ready to send", "held": "held", "unreadable": "unreadable", "nothing_to_bill": "nothing to bill",
    "self_pay": "self-pay",
}  # fmt: skip


@click.command("bill")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder for the results.")
@click.option("--practice", "practice_file", required=True,
              type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="The practice: practice.yaml.")  # fmt: skip
@click.option("--created", type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"]),
              help="Moment of writing (now); the claims are checked as submitted that day.")  # fmt: skip
@click.option("--control-number", type=click.IntRange(1, 999_999_999),
              help="Interchange control number; by default counted from --created.")  # fmt: skip
@click.option("--explain", is_flag=True, help="Write every step in words for every visit, not only for those held.")
def command(
    files: tuple[Path, ...],
    out: Path,
    practice_file: Path,
    created: dt.datetime | None,
    control_number: int | None,
    explain: bool,
) -> None:
    """Visits (JSON Lines, or CSV with one row per treatment) in; claims ready to send out.

    Writes to the folder: claims.837 (X12 837P of every claim that is ready), claims.jsonl (every visit with codes,
    price and findings), held.jsonl (what a person must look at, with the reason), summary.json.
    """
    moment = created or dt.datetime.now().replace(microsecond=0)  # noqa: DTZ005 (the practice's own clock)
    number = control_number or int((moment - _EPOCH).total_seconds()) % 1_000_000_000
    practice = read_practice(practice_file)
    out.mkdir(parents=True, exist_ok=True)
    run = _Run(practice, load(), moment, number, explain)
    with _Atomic(out / "claims.837") as x12, _Atomic(out / "claims.jsonl") as log, _Atomic(out / "held.jsonl") as held:
        run.write(read_visits(files), x12, log, held)
        with _Atomic(out / "summary.json") as summary:
            summary.write(msgspec.json.format(msgspec.json.encode(run.summary()), indent=2) + b"\n")
    if not run.states["ready"]:
        (out / "claims.837").unlink()
    run.show(out)
    raise SystemExit(run.exit_code)


class _Atomic:
    """A file that appears whole or not at all."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._draft = path.with_name(f".{path.name}.draft")

    def __enter__(self) -> BinaryIO:
        self._file = self._draft.open("wb")
        return self._file

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._file.close()
        if kind is None:
            self._draft.replace(self._path)
        else:
            self._draft.unlink(missing_ok=True)


class _Run:
    """One billing run: counts, totals, and the visits a person must look at."""

    def __init__(self, practice: Practice, almanac: Almanac, moment: dt.datetime, number: int, explain: bool) -> None:
        self.practice = practice
        self.almanac = almanac
        self.moment = moment
        self.number = number
        self.explain = explain
        self.states: Counter[str] = Counter()
        self.charged = self.expected = self.by_reference = self.patient = self.self_pay = self.without_fee = 0
        self.attention: list[Attention] = []
        self._encode = msgspec.json.Encoder().encode
        self._refused: list[InputError] = []

    @property
    def exit_code(self) -> int:
        if self.states["unreadable"]:
            return UNREADABLE
        return FINDINGS if self.states["held"] else CLEAN

    def write(self, records: Iterator[Record], x12: BinaryIO, log: BinaryIO, held: BinaryIO) -> None:
        envelope = Envelope(control_number=self.number, created=self.moment)
        claims = self._ready(records, log, held)
        for piece in iter_837p(claims, self.practice, self._profiles(), envelope, self._refuse):
            x12.write(piece.encode("ascii"))
        x12.write(b"\n")

    def _profiles(self) -> dict[str, PayerX12]:
        today = self.moment.date()
        return {name: PayerX12.of(self.almanac.edition(name, today)) for name in self.almanac.data.payers}

    def _refuse(self, index: int, claim: Claim, faults: tuple[InputError, ...]) -> None:
        self._refused.extend(faults)

    def _ready(self, records: Iterator[Record], log: BinaryIO, held: BinaryIO) -> Iterator[Claim]:
        """Yield each claim that is ready; after the writer has taken or refused it, put it on record."""
        for record in records:
            try:
                if record.wrong is not None:
                    raise record.wrong
                billed = bill(record.value, self.practice, self.almanac, self.moment.date())
            except InputError as wrong:
                self._unreadable(record, wrong, log, held)
                continue
            except Exception as error:
                self._unreadable(record, failed(error), log, held)
                continue
            self._refused = []
            if billed.state == "ready":
                yield from self._parts(billed)
            self._record(billed, log, held)

    def _parts(self, billed: Billed) -> Iterator[Claim]:
        try:
            yield from split_claim(billed.claim)
        except InputError as fault:
            self._refused.append(fault)

    def _record(self, billed: Billed, log: BinaryIO, held: BinaryIO) -> None:
        state = "held" if self._refused else billed.state
        self.states[state] += 1
        row = self._encode(self._row(billed, state)) + b"\n"
        log.write(row)
        if state == "ready":
            self.charged += sum(line.charge_cents or 0 for line in billed.claim.lines)
            self.expected += billed.priced.payer_cents
            self.patient += billed.priced.patient_cents
            self.by_reference += billed.priced.payer_cents if billed.priced.basis == "medicare_reference" else 0
            self.without_fee += not billed.priced.complete
        elif state == "self_pay":
            self.self_pay += billed.priced.patient_cents
        if state in ("held", "nothing_to_bill"):
            held.write(row)
            patient = billed.visit.patient
            self.attention.append(
                Attention(
                    name=str(billed.visit.id),
                    state=_WORDS[state],
                    day=billed.visit.date.isoformat(),
                    patient=(patient.id or "") if isinstance(patient, Person) else patient or "",
                    payer=billed.visit.payer,
                    charged=dollars(sum(line.charge_cents or 0 for line in billed.claim.lines)),
                    why=self._why(billed),
                )
            )

    def _row(self, billed: Billed, state: str) -> dict[str, Any]:
        edition = self.almanac.edition(billed.visit.payer, billed.visit.date)
        told = self.explain or state != "ready"
        row = present.coded_visit(billed.visit, billed.coded, billed.findings, edition if told else None)
        row["state"] = state
        row["verdict"] = billed.verdict
        row["claim_number"] = billed.claim.claim_number
        row["claim"] = billed.claim
        row["price"] = present.priced_claim(billed.priced, None) if told else present.amounts(billed.priced)
        row["cannot_be_sent"] = [{"path": fault.path, "message": fault.message} for fault in self._refused]
        return row

    def _why(self, billed: Billed) -> str:
        if self._refused:
            return str(self._refused[0])
        failed = [f for f in billed.findings if f.status == "fail" and f.severity == "error"]
        if failed:
            more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
            return f"{failed[0].rule} {failed[0].message}{more}"
        asked = [suggestion.ask for suggestion in billed.coded.suggestions if suggestion.ask]
        return asked[0] if asked else "no unit or code to bill"

    def _unreadable(self, record: Record, wrong: InputError, log: BinaryIO, held: BinaryIO) -> None:
        self.states["unreadable"] += 1
        place = {"line": record.line, "path": wrong.path, "message": wrong.message, "file": record.file}
        row = self._encode({"id": record.id, "error": place}) + b"\n"
        log.write(row)
        held.write(row)
        at = f"{record.file} line {record.line}" if record.file else f"line {record.line}"
        name = at if record.id is None else str(record.id)
        self.attention.append(Attention(name=name, state=_WORDS["unreadable"], why=str(wrong)))

    def summary(self) -> dict[str, Any]:
        return {
            "created": self.moment,
            "control_number": self.number,
            "usage": self.practice.usage,
            "visits": dict(sorted(self.states.items())),
            "charged_cents": self.charged,
            "expected_payer_cents": self.expected,
            "expected_patient_cents": self.patient,
            "expected_by_reference_cents": self.by_reference,
            "claims_without_fee": self.without_fee,
            "self_pay_cents": self.self_pay,
        }

    def show(self, out: Path) -> None:
        from rehabill.cli import show as tables

        counts = ", ".join(f"{self.states[state]} {words}" for state, words in _WORDS.items() if self.states[state])
        click.echo(f"{sum(self.states.values())} visits: {counts or 'none'}")
        if self.states["ready"]:
            click.echo(
                f"Ready: charged {dollars(self.charged)}; expected from payers {dollars(self.expected)}, "
                f"from patients {dollars(self.patient)}"
            )
        if self.by_reference:
            click.echo(f"  {dollars(self.by_reference)} of it is Medicare's fee standing in for plans whose rates are "
                       "not loaded")  # fmt: skip
        if self.without_fee:
            click.echo(f"  {_claims(self.without_fee)} a line without a known fee; the expected amounts leave it out")
        if self.self_pay:
            click.echo(f"Self-pay: {dollars(self.self_pay)} to collect from patients")
        if self.attention:
            tables.attention(self.attention)
        test = " (marked T: a test file)" if self.practice.usage == "T" else ""
        x12 = f"claims.837{test}, " if self.states["ready"] else ""
        click.echo(f"Written to {out}: {x12}claims.jsonl, held.jsonl, summary.json")
        if not self.states["ready"]:
            click.echo("No claim is ready, so there is no 837P to send.")


def _claims(count: int) -> str:
    return "1 claim has" if count == 1 else f"{count} claims have"
