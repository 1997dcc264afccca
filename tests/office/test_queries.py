"""No question is asked once for every row: a book ten times larger takes as many statements."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from tests.office.conftest import WEEK
from tests.office.office_cli import run
from tests.office.test_posting import enter_answered, post

from rehabill.demo.x12_files import remittance_835
from rehabill.office.claims.models import Claim
from rehabill.office.practices.models import Practice
from rehabill.office.visits.models import Visit

FEW, MANY = 4, 40


@contextmanager
def counted() -> Iterator[list[str]]:
    """Every statement, a batch of rows of one statement as one."""
    asked: list[str] = []

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield asked


def remittance(claims: int, of: int) -> bytes:
    """One of several, each with claims and payments of its own. The money moved apart from claims (PLB) is left out:
    each such is looked up by itself, and they are few.
    """
    data = (
        b"".join(remittance_835(claims, seed=of + 1)).replace(b"*RB0", b"*R%d0" % of).replace(b"*EFT0", b"*EFT%d" % of)
    )
    segments = data.split(b"~")
    kept = [one for one in segments if not one.startswith(b"PLB*")]
    moved = sum(Decimal(one.split(b"*")[4].decode()) for one in segments if one.startswith(b"PLB*"))
    for at, one in enumerate(kept):
        elements = one.split(b"*")
        if elements[0] == b"BPR":
            elements[2] = str(Decimal(elements[2].decode()) + moved).encode()
        if elements[0] == b"SE":
            elements[1] = b"%d" % (int(elements[1]) - (len(segments) - len(kept)))
        kept[at] = b"*".join(elements)
    return b"~".join(kept)


def same(few: list[str], many: list[str]) -> None:
    """No statement comes more often. (Some come only where there is something to do.)"""
    assert few
    assert not [sql[:300] for sql in dict.fromkeys(many) if many.count(sql) > max(few.count(sql), 1)]


VERBS: tuple[tuple[object, ...], ...] = (
    ("patient", "list"), ("visit", "list"), ("claim", "list"), ("payer", "list"), ("work",),
    *(("aging", "--by", by, "--basis", since) for by in ("payer", "patient", "provider")
      for since in ("service", "submitted", "action")),
    ("ledger",), ("ledger", "--account", "cash_clearing"), ("close", "2026-03", "--dry-run"),
)  # fmt: skip


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: " ".join(str(word) for word in verb))
def test_a_list_of_many(practice: Practice, verb: tuple[object, ...]) -> None:
    asked = []
    for number, claims in enumerate((FEW, MANY)):
        data = remittance(claims, number)
        enter_answered(data)
        post(data, f"{number}.835")
        with counted() as statements:
            answer = run(*verb)
        assert answer.code in (0, 1), answer.err
        asked.append(statements)
    same(*asked)


def test_posting_many_claims(practice: Practice) -> None:
    asked = []
    for number, claims in enumerate((FEW, MANY)):
        data = remittance(claims, number)
        enter_answered(data)
        with counted() as statements:
            assert post(data, f"{number}.835").state == "posted"
        asked.append(statements)
    same(*asked)


def week(folder: Path, patients: int) -> Path:
    """The visits of the example's second file, for so many patients each."""
    records = [json.loads(line) for line in (WEEK / "visits.jsonl").read_text().splitlines()]
    path = folder / f"visits{patients}.jsonl"
    with path.open("w") as out:
        for number in range(patients):
            for record in records:
                record = {**record, "id": f"{record['id']}-{patients}-{number}"}
                record["patient"] = {**record["patient"], "id": f"{record['patient']['id']}-{patients}-{number}"}
                out.write(json.dumps(record) + "\n")
    return path


@pytest.mark.parametrize("what", ["import", "bill"])
def test_many_visits(practice: Practice, tmp_path: Path, what: str) -> None:
    work: dict[str, Callable[[int], tuple[object, ...]]] = {
        "import": lambda patients: ("import", "visits", week(tmp_path, patients)),
        "bill": lambda patients: ("bill", "--out", tmp_path / f"{patients}", "--created", "2026-03-09T08:00"),
    }
    asked = []
    for patients in (1, 10):
        if what == "bill":
            run("import", "visits", week(tmp_path, patients))
        before = Visit.objects.count(), Claim.objects.count()
        with counted() as statements:
            answer = run(*work[what](patients))
        assert answer.code in (0, 1), answer.err
        assert (Visit.objects.count(), Claim.objects.count()) != before
        asked.append(statements)
    same(*asked)


@pytest.mark.parametrize("verb", ["show", "timeline"])
def test_a_claim_of_many_payments(practice: Practice, verb: str) -> None:
    """As many lines of money as you like; the claim with ten payments takes as many statements as that with two."""
    data = remittance(1, 0)
    enter_answered(data)
    number = Claim.objects.get().number
    asked = []
    for payments in (range(2), range(2, 12)):
        for at in payments:
            post(data.replace(b"*EFT0", b"*EFT%d" % at), f"{at}.835")
        with counted() as statements:
            assert run("claim", verb, number).code in (0, 1)
        asked.append(statements)
    same(*asked)


def test_an_export_of_many(practice: Practice, tmp_path: Path) -> None:
    asked = []
    for number, claims in enumerate((FEW, MANY)):
        data = remittance(claims, number)
        enter_answered(data)
        if number == 0:  # a file is written out by itself
            post(data, "0.835")
        with counted() as statements:
            answer = run("export", tmp_path / str(number))
        assert answer.code in (0, 1), answer.err
        asked.append(statements)
    same(*asked)


def test_a_question_for_every_row_is_seen(practice: Practice) -> None:
    asked = []
    for number, claims in enumerate((FEW, MANY)):
        enter_answered(remittance(claims, number))
        with counted() as statements:
            for one in Claim.objects.all():
                assert one.patient.number
        asked.append(statements)
    with pytest.raises(AssertionError):
        same(*asked)
