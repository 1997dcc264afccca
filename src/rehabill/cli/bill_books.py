"""`rehabill bill` without files: what waits in the books becomes claims, and every claim that is ready is sent."""

import datetime as dt
import hashlib
import os
import shutil
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rehabill.almanac.edition import Almanac
from rehabill.almanac.load import load
from rehabill.base.errors import InputError
from rehabill.cli.billing_run import Atomic, Report, write_summary
from rehabill.cli.books import books, who
from rehabill.cli.records import CLEAN, FINDINGS, Record
from rehabill.cli.waiting import lay_what_waits
from rehabill.cli.x12.files import counted

if TYPE_CHECKING:
    from rehabill.office.claims.sending import Held, Sent
    from rehabill.office.exchange.models import File
    from rehabill.office.practices.models import Practice

_DRAFT = ".claims-{:09d}.837.draft"
_LISTS = ("claims.jsonl", "held.jsonl", "summary.json")


def bill_books(slug: str | None, out: Path, moment: dt.datetime, control_number: int | None, explain: bool) -> None:
    """`moment`: the practice's own clock. Leaves with the exit code."""
    with books(slug or os.environ.get("REHABILL_PRACTICE")) as practice:
        out.mkdir(parents=True, exist_ok=True)
        from rehabill.office.exchange.ours import next_control_number

        if control_number is not None and control_number < next_control_number():
            message = f"{control_number} is used up: the next number of these books is {next_control_number()}"
            raise click.BadParameter(message, param_hint="--control-number")
        run = _Run(practice, load(), moment, out)
        run.folder.recover()
        run.folder.keep_lists()
        report = run.bill(explain)
        run.prepare()
        run.send(control_number or 1)
        summary = {"created": moment, "control_number": run.last_number, "usage": practice.usage, **report.sums()}
        write_summary(out / "summary.json", summary | {"files": run.files})
        report.show()
        run.show(practice.usage)
        lay_what_waits(run.almanac, run.at, as_json=False)
    raise SystemExit(report.exit_code or (FINDINGS if run.held or run.not_next else CLEAN))


class _Run:
    def __init__(self, practice: "Practice", almanac: Almanac, moment: dt.datetime, out: Path) -> None:
        self.practice = practice
        self.almanac = almanac
        self.moment = moment
        self.out = out
        self.at = moment.astimezone(dt.UTC)
        self.folder = _Folder(out)
        self.files: list[dict[str, Any]] = []
        self.held: list[Held] = []
        self.next: Counter[str] = Counter()
        self.not_next: list[str] = []
        from rehabill.office.exchange.routes import Routes

        self.routes = Routes()

    @property
    def last_number(self) -> int | None:
        return self.files[-1]["control_number"] if self.files else None

    def bill(self, explain: bool) -> Report:
        """The visits that wait, each with a line in the folder's lists."""
        from rehabill.office.claims.billing import bill_waiting

        with Atomic(self.out / "claims.jsonl") as log, Atomic(self.out / "held.jsonl") as held:
            report = Report(self.almanac, explain, log, held)
            for one in bill_waiting(self.practice, self.almanac, self.moment.date(), who(), self.at):
                if one.billed is None:
                    report.unreadable(Record(one.number, None), one.wrong or InputError("", "cannot be billed"))
                else:
                    report.billed(one.billed, one.refused)
        return report

    def prepare(self) -> None:
        """Claims whose next insurer's turn has come."""
        from rehabill.office.claims.later import prepare

        for one in prepare(self.almanac, self.moment.date(), who(), self.at):
            self.next[one.payer] += one.fault is None
            if one.fault is not None:
                self.not_next.append(f"Claim {one.number} is held on its way to {one.payer}: {one.fault}")

    def send(self, first: int) -> None:
        from rehabill.office.claims.sending import Way, send_ready

        by_hand = Way(takes=lambda payer: self.routes.to(payer) is None)
        rounds = send_ready(self.practice, self.almanac, self.moment, who(), self.at, self.folder.keep, first, by_hand)
        for sent in rounds:
            self.held += sent.held
            if sent.control_number is not None:
                self._sent(sent, sent.control_number)

    def _sent(self, sent: "Sent", number: int) -> None:
        name = self.folder.place(number)
        self.files.append({"name": name, "control_number": number, "claims": sent.claims, "sha256": sent.sha256})

    def show(self, usage: str) -> None:
        for payer, count in sorted(self.next.items()):
            if count:
                click.echo(f"{counted(count, 'claim')} for the next insurer in turn, {payer}")
        for line in self.not_next:
            click.echo(line)
        for one in self.held:
            click.echo(f"Claim {one.number} is held: {one.faults[0]}")
        for name in self.folder.recovered:
            click.echo(f"{name} of an earlier run, which was stopped before it was written, is there now: send it too.")
        test = " (marked T: a test file)" if usage == "T" else ""
        x12 = "".join(f"{one['name']}{test}, " for one in self.files)
        click.echo(f"Written to {self.out}: {x12}claims.jsonl, held.jsonl, summary.json")
        if self.folder.kept:
            click.echo(f"Lists of the run before: {', '.join(self.folder.kept)}")
        if by_partner := self._by_partner():
            click.echo(f"{counted(by_partner, 'claim')} ready for partners: rehabill sync sends them.")
        elif not self.files:
            click.echo("No claim is ready, so there is no 837P to send.")

    def _by_partner(self) -> int:
        """How many claims wait for `sync`."""
        if not self.routes.partners:
            return 0
        from rehabill.office.claims.models import Claim

        return int(Claim.objects.filter(insurance="ready").count())


class _Folder:
    """Files of claims on their way to the disk: written as a draft before they count as sent, named once they do.

    So a full disk stops the sending, and a run that is killed between the two leaves a draft of which the books say
    what it is: the next run into the folder names it, or throws it away.
    """

    def __init__(self, out: Path) -> None:
        self._out = out
        self.recovered: list[str] = []
        self.kept: list[str] = []

    def keep(self, number: int, written: "File") -> None:
        """Put down a draft, safely on the disk."""
        with (self._out / _DRAFT.format(number)).open("wb") as file:
            file.write(written.content)
            file.flush()
            os.fsync(file.fileno())

    def place(self, number: int) -> str:
        """Name the draft: `claims.837`, unless a file of that name is there, which nobody may have sent yet."""
        name = "claims.837"
        if (self._out / name).exists():
            name = f"claims-{number:09d}.837"
        (self._out / _DRAFT.format(number)).replace(self._out / name)
        return name

    def keep_lists(self) -> None:
        """The lists of the run before, under names of their own: claims-1.jsonl and so on."""
        there = [path for name in _LISTS if (path := self._out / name).exists()]
        number = 1
        while there and any(_numbered(path, number).exists() for path in there):
            number += 1
        for path in there:
            shutil.copy2(path, _numbered(path, number))
            self.kept.append(_numbered(path, number).name)

    def recover(self) -> None:
        """Drafts of a run that was killed."""
        from rehabill.office.claims.sending import is_sent

        for draft in sorted(self._out.glob(".claims-*.837.draft")):
            if is_sent(hashlib.sha256(draft.read_bytes()).hexdigest()):
                self.recovered.append(self.place(int(draft.name.split("-")[1].split(".")[0])))
            else:
                draft.unlink()


def _numbered(path: Path, number: int) -> Path:
    return path.with_name(f"{path.stem}-{number}{path.suffix}")
