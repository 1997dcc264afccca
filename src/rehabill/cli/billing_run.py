"""What a billing run tells: a line for every visit, what a person must look at, sums. With books and without."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import click
import msgspec

from rehabill.almanac.edition import Almanac
from rehabill.base.errors import InputError
from rehabill.base.money import dollars
from rehabill.cli.attention import Attention
from rehabill.cli.records import CLEAN, FINDINGS, UNREADABLE, Record
from rehabill.engine import present
from rehabill.engine.bill import Billed
from rehabill.model.party import Person
from rehabill.office.claims.reasons import reason

_WORDS = {
    "ready": "ready to send", "held": "held", "unreadable": "unreadable", "nothing_to_bill": "nothing to bill",
    "self_pay": "self-pay",
}  # fmt: skip


class Atomic:
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


class Report:
    """Counts, totals, the visits a person must look at. Each visit goes to `log`, those that wait also to `held`."""

    def __init__(self, almanac: Almanac, explain: bool, log: BinaryIO, held: BinaryIO) -> None:
        self.almanac = almanac
        self.explain = explain
        self.states: Counter[str] = Counter()
        self.charged = self.expected = self.by_reference = self.patient = self.self_pay = self.without_fee = 0
        self.attention: list[Attention] = []
        self._log = log
        self._held = held
        self._encode = msgspec.json.Encoder().encode

    @property
    def exit_code(self) -> int:
        if self.states["unreadable"]:
            return UNREADABLE
        return FINDINGS if self.states["held"] else CLEAN

    def billed(self, billed: Billed, refused: Sequence[InputError]) -> None:
        """A visit that was worked on; `refused`: what keeps its claim from being sent."""
        state = "held" if refused else billed.state
        self.states[state] += 1
        row = self._encode(self._row(billed, state, refused)) + b"\n"
        self._log.write(row)
        if state == "ready":
            self.charged += sum(line.charge_cents or 0 for line in billed.claim.lines)
            self.expected += billed.priced.payer_cents
            self.patient += billed.priced.patient_cents
            self.by_reference += billed.priced.payer_cents if billed.priced.basis == "medicare_reference" else 0
            self.without_fee += not billed.priced.complete
        elif state == "self_pay":
            self.self_pay += billed.priced.patient_cents
        if state in ("held", "nothing_to_bill"):
            self._held.write(row)
            patient = billed.visit.patient
            self.attention.append(
                Attention(
                    name=str(billed.visit.id),
                    state=_WORDS[state],
                    day=billed.visit.date.isoformat(),
                    patient=(patient.id or "") if isinstance(patient, Person) else patient or "",
                    payer=billed.visit.payer,
                    charged=dollars(sum(line.charge_cents or 0 for line in billed.claim.lines)),
                    why=reason(billed, refused),
                )
            )

    def _row(self, billed: Billed, state: str, refused: Sequence[InputError]) -> dict[str, Any]:
        edition = self.almanac.edition(billed.visit.payer, billed.visit.date)
        told = self.explain or state != "ready"
        row = present.coded_visit(billed.visit, billed.coded, billed.findings, edition if told else None)
        row["state"] = state
        row["verdict"] = billed.verdict
        row["claim_number"] = billed.claim.claim_number
        row["claim"] = billed.claim
        row["price"] = present.priced_claim(billed.priced, None) if told else present.amounts(billed.priced)
        row["cannot_be_sent"] = [{"path": fault.path, "message": fault.message} for fault in refused]
        return row

    def unreadable(self, record: Record, wrong: InputError) -> None:
        """A record that could not be worked on."""
        self.states["unreadable"] += 1
        place = {"line": record.line, "path": wrong.path, "message": wrong.message, "file": record.file}
        row = self._encode({"id": record.id, "error": place}) + b"\n"
        self._log.write(row)
        self._held.write(row)
        at = f"{record.file} line {record.line}" if record.file else f"line {record.line}"
        name = at if record.id is None else str(record.id)
        self.attention.append(Attention(name=name, state=_WORDS["unreadable"], why=str(wrong)))

    def sums(self) -> dict[str, Any]:
        return {
            "visits": dict(sorted(self.states.items())),
            "charged_cents": self.charged,
            "expected_payer_cents": self.expected,
            "expected_patient_cents": self.patient,
            "expected_by_reference_cents": self.by_reference,
            "claims_without_fee": self.without_fee,
            "self_pay_cents": self.self_pay,
        }

    def show(self) -> None:
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


def _claims(count: int) -> str:
    return "1 claim has" if count == 1 else f"{count} claims have"


def write_summary(path: Path, summary: dict[str, Any]) -> None:
    """`summary.json`, to be read by people too."""
    with Atomic(path) as file:
        file.write(msgspec.json.format(msgspec.json.encode(summary), indent=2) + b"\n")
