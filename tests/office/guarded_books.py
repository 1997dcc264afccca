"""Books of two practices in a place of their own, with raw access to them: bills sent, a remittance posted, a month
closed. `python -m tests.office.guarded_books` makes them where the environment says.
"""

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LAST_CLOSED = dt.date(2026, 3, 31)
PRACTICES = ("example", "other")
_SENT, _ANSWERED = (dt.datetime(2026, month, 3, 9, tzinfo=dt.UTC) for month in (3, 4))


def make_books(home: Path, database: str) -> str:
    """Where they are: a file of SQLite, or the address of a database beside the tests' own on their server."""
    environment = dict(os.environ) | {"REHABILL_HOME": str(home)}
    address = environment.pop("REHABILL_DATABASE_URL", None)
    where = str(home / "books.sqlite3")
    if address is not None:
        import psycopg

        with psycopg.connect(address, autocommit=True) as server:
            server.execute(f"CREATE DATABASE {database}")  # type: ignore[call-overload]
        where = environment["REHABILL_DATABASE_URL"] = address.replace("/postgres?", f"/{database}?")
    command = [sys.executable, "-m", "tests.office.guarded_books"]
    made = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    return where


def _make() -> None:
    from rehabill.office.start import start

    start()
    from rehabill.cli.practice import read_practice
    from rehabill.office import books
    from rehabill.office.practices.records import save_practice

    books.make()
    record = read_practice(ROOT / "examples" / "week" / "practice.yaml")
    for seed, slug in enumerate(PRACTICES, 1):
        save_practice(slug, record)
        with books.entered(slug):
            _fill(seed)


def _fill(seed: int) -> None:
    from tests.office.booked import enter
    from tests.post.test_any_order import as_billed

    from rehabill.almanac.load import load
    from rehabill.demo.x12_files import remittance_835
    from rehabill.edi.remittance_835 import remittances
    from rehabill.office.claims.models import ClaimVersion
    from rehabill.office.exchange.connectors.settings import PartnerSettings
    from rehabill.office.exchange.models import Acknowledgment, Egress, File, Partner, Submission, Transmission
    from rehabill.office.exchange.partner import PartnerRecord
    from rehabill.office.money.close import close
    from rehabill.office.money.posting.file import post_file

    data = b"".join(remittance_835(12, seed))
    told = [one for payment in remittances(data)[0] for one in payment.claims if one.status != "22"]
    enter([as_billed(one) for one in {one.claim_number: one for one in told}.values()], _SENT)
    sent = File.objects.create(sha256="0" * 64, name="out.837", kind="837P", is_ours=True, content=b"", at=_SENT, by="")
    for version in ClaimVersion.objects.all():
        Submission.objects.create(version=version, file=sent, interchange="000000001")
        Acknowledgment.objects.create(file=sent, claim=version.claim, kind="999", verdict="received", accepted=True,
                                      at=_ANSWERED)  # fmt: skip
    by = PartnerSettings(connector="folder", path="box")
    partner = Partner.objects.create(name="house", record=PartnerRecord(name="House", usage="T", by=by))
    way = Transmission.objects.create(file=sent, partner=partner, next_at=_SENT)
    for what in ("begun", "laid_down", "sent"):
        Egress.objects.create(transmission=way, at=_SENT, what=what, where="box", sha256=sent.sha256, size=0)
    assert post_file("in.835", data, load(), "test", _ANSWERED).state == "posted"
    close(LAST_CLOSED, "test", _ANSWERED, anyway=True)


if __name__ == "__main__":
    _make()
