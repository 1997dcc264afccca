"""The next insurer's turn: the claim goes to it with what the first has decided, and its answer closes the claim."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Sum
from tests.edi.remit import file_of
from tests.office.conftest import NOW, WEEK
from tests.office.office_cli import Answer, run
from tests.unit.test_837p import count, validated

from rehabill.model.books import BookedPayer
from rehabill.office.claims.models import Claim, ClaimEvent, ClaimVersion
from rehabill.office.claims.versions import join
from rehabill.office.money.models import Posting
from rehabill.office.money.rebuild import differences
from rehabill.office.practices.models import PayerEnrolment, Practice
from rehabill.office.worklists.models import Task

NUMBER = "EX0304-01"


@pytest.fixture
def billed(practice: Practice, tmp_path: Path) -> Path:
    """Two Medicare claims of one patient who has a commercial plan behind it; the first are sent."""
    run("import", "visits", WEEK / "visits.csv")
    path = tmp_path / "policies.csv"
    path.write_text("patient_id,payer,order,member_id\nEX-001,commercial,secondary,XM00001\n")
    run("import", "coverages", path)
    out = tmp_path / "out"
    run("bill", "--out", out, "--created", "2026-03-09T08:00")
    return out


def dollars(cents: int) -> str:
    return f"{cents / 100:.2f}"


COMMERCIAL = ((b"CHK1001*1512345678", b"S1*1777"), (b"PLAIN HEALTH*XV*12345", b"EXAMPLE COMMERCIAL INSURANCE"),
              (b"REF*2U*P77", b"REF*2U*EXCOM"))  # fmt: skip


def of_commercial(data: bytes) -> bytes:
    for old, new in COMMERCIAL:
        data = data.replace(old, new)
    return data


def decided(folder: Path, *, status: str = "1", sign: int = 1, trace: str = "CHK1001") -> Answer:
    return post(folder, answer_to(NUMBER, status, sign).replace(b"CHK1001", trace.encode()))


def answer_to(number: str, status: str = "1", sign: int = 1) -> bytes:
    """The first insurer's answer: 60 percent of every line paid, 15 the patient's share."""
    total, paid, share, lines = 0, 0, 0, []
    for line in ClaimVersion.objects.filter(claim__number=number).order_by("number")[0].booked.lines:
        charge = sign * line.charge_cents
        given, left = charge * 60 // 100, charge * 15 // 100
        lines += [
            f"SVC*HC:{line.code}:GP*{dollars(charge)}*{dollars(given)}**{line.units}", f"DTM*472*{line.date:%Y%m%d}",
            f"CAS*CO*45*{dollars(charge - given - left)}", f"CAS*PR*2*{dollars(left)}", f"REF*6R*{line.line_id}",
        ]  # fmt: skip
        total, paid, share = total + charge, paid + given, share + left
    head = f"CLP*{number}*{status}*{dollars(total)}*{dollars(paid)}*{dollars(share)}*MB*ICN7*11*1"
    return file_of(head, *lines, amount=dollars(paid))


def post(folder: Path, data: bytes) -> Answer:
    path = folder / "payer.835"
    path.write_bytes(data)
    return run("post", path, "--on", "2026-03-30")


def bill(out: Path, day: str = "2026-04-02") -> Answer:
    return run("bill", "--out", out, "--created", f"{day}T08:00")


def claim() -> Claim:
    found: Claim = Claim.objects.get(number=NUMBER)
    return found


def stands() -> list[str]:
    return [one.status for one in claim().standings]


def test_the_second_insurer_gets_the_claim_with_what_the_first_decided(billed: Path, tmp_path: Path) -> None:
    assert stands() == ["sent", "waiting"]
    answer = decided(tmp_path)
    assert "bill secondary" in answer.out and stands() == ["closed", "draft"]
    answer = bill(billed)
    assert "1 claim for the next insurer in turn, commercial" in answer.out
    assert stands() == ["closed", "sent"] and not Task.objects.filter(action="bill_secondary", state="open").exists()
    text = (billed / "claims-000000002.837").read_text().strip()
    count(text)
    is_valid, report = validated(text)
    assert is_valid, report
    segments = text.split("~")
    assert next(one for one in segments if one.startswith("SBR*")).startswith("SBR*S*18*")
    version = ClaimVersion.objects.filter(claim=claim()).order_by("-number")[0]
    assert (version.record.sequence, version.record.payer, version.record.frequency) == ("S", "commercial", "1")
    first = version.record.other_insurance[0]
    paid = sum(line.charge_cents * 60 // 100 for line in version.booked.lines)
    assert (first.sequence, first.paid_cents, first.payer_claim_number) == ("P", paid, "ICN7")
    assert f"AMT*D*{paid / 100:g}" in segments
    for line in version.record.lines:
        (told,) = line.adjudications
        assert told.paid_cents + sum(one.cents for one in told.adjustments) == line.charge_cents
    assert "next insurer" not in bill(billed, "2026-04-03").out
    assert ClaimVersion.objects.filter(claim=claim()).count() == 2


def test_its_answer_closes_the_claim(billed: Path, tmp_path: Path) -> None:
    decided(tmp_path)
    bill(billed)
    share = Posting.objects.filter(claim=NUMBER, order="S").aggregate(of=Sum("cents"))["of"]
    assert share > 0
    lines: list[str] = []
    booked = claim().versions.get(number=1).booked.lines
    for line in booked:
        left = line.charge_cents * 15 // 100
        lines += [
            f"SVC*HC:{line.code}:GP*{dollars(line.charge_cents)}*{dollars(left)}**{line.units}",
            f"DTM*472*{line.date:%Y%m%d}", f"CAS*OA*23*{dollars(line.charge_cents - left)}", f"REF*6R*{line.line_id}",
        ]  # fmt: skip
    head = f"CLP*{NUMBER}*2*{dollars(sum(line.charge_cents for line in booked))}*{dollars(share)}**12*X9*11*1"
    data = file_of(head, *lines, amount=dollars(share))
    assert post(tmp_path, of_commercial(data)).code == 0
    assert stands() == ["closed", "closed"] and claim().open_cents == 0
    assert list(differences()) == []


def test_a_claim_that_was_sent_on_is_not_sent_again(billed: Path, tmp_path: Path) -> None:
    decided(tmp_path, status="19")
    assert stands() == ["closed", "sent"]
    assert "next insurer" not in bill(billed).out
    assert claim().version == 1


def test_a_supplement_the_practice_has_no_account_with_is_told(practice: Practice, tmp_path: Path) -> None:
    run("import", "visits", WEEK / "visits.csv")
    path = tmp_path / "policies.csv"
    path.write_text("patient_id,payer,order,member_id\nEX-001,aarp,secondary,XM00001\n")
    run("import", "coverages", path)
    bill(tmp_path / "out", "2026-03-09")
    decided(tmp_path)
    assert stands() == ["closed", "draft"]
    assert (
        f"Claim {NUMBER} is held on its way to aarp: payer: the practice has no account" in bill(tmp_path / "out").out
    )


def test_an_account_that_is_gone_holds_it_until_there_is_one(billed: Path, tmp_path: Path) -> None:
    decided(tmp_path)
    account = PayerEnrolment.objects.get(payer="commercial")
    PayerEnrolment.objects.filter(pk=account.pk).delete()
    answer = bill(billed)
    assert answer.code == 1 and f"Claim {NUMBER} is held on its way to commercial" in answer.out
    assert "no account with 'commercial'" in answer.out and stands() == ["closed", "held"]
    account.save(force_insert=True)
    assert "1 claim for the next insurer in turn, commercial" in bill(billed, "2026-04-03").out
    assert stands() == ["closed", "sent"]


def test_what_is_taken_back_before_it_goes_out_stays_here(billed: Path, tmp_path: Path) -> None:
    decided(tmp_path)
    decided(tmp_path, status="22", sign=-1, trace="CHK1002")
    assert "next insurer" not in bill(billed).out and claim().version == 1
    decided(tmp_path, trace="CHK1003")
    assert "1 claim for the next insurer in turn, commercial" in bill(billed, "2026-04-03").out


def test_a_correction_keeps_an_insurer_that_joined(billed: Path, tmp_path: Path) -> None:
    one = Claim.objects.filter(payer="commercial", insurance="sent").order_by("id")[0]
    post(tmp_path, of_commercial(answer_to(one.number).replace(b"*MB*", b"*CI*")))
    join(one, BookedPayer("aarp", "S"), "it answered", "test", NOW, NOW.date())
    record: dict[str, Any] = json.loads(run("claim", "record", one.number).out)
    record["lines"][0]["charge_cents"] += 1_000
    path = tmp_path / "claim.json"
    path.write_text(json.dumps(record))
    answer = run("claim", "correct", one.number, path, "--why", "a wrong charge")
    assert answer.code == 0, answer.err
    assert [payer.order for payer in one.versions.get(number=3).booked.payers] == ["P", "S"]
    assert list(differences()) == []


def test_what_was_heard_of_a_sent_claim_opens_the_way_to_a_correction(billed: Path, tmp_path: Path) -> None:
    one = Claim.objects.filter(payer="commercial", insurance="sent").order_by("id")[0]
    path = tmp_path / "claim.json"
    path.write_text(run("claim", "record", one.number).out)
    wrong = ("claim", "correct", one.number, path, "--why", "a wrong charge")
    assert run(*wrong).code == 3
    said = run("claim", "heard", one.number, "accepted", "--why", "portal", "--payer-claim", "N77")
    assert said.code == 0 and "stands at accepted with its first insurer" in said.out
    assert run("claim", "heard", one.number, "accepted", "--insurer", "second", "--why", "x").code == 2
    assert run(*wrong).code == 0
    again = one.versions.get(number=2).record
    assert (again.frequency, again.payer_claim_number) == ("7", "N77")
    assert ClaimEvent.objects.get(kind="accepted").why == "portal"


def test_a_correction_answers_the_denial(billed: Path, tmp_path: Path) -> None:
    one = Claim.objects.filter(payer="commercial", insurance="sent").order_by("id")[0]
    charge = dollars(one.charge_cents)
    lines = []
    for line in one.versions.get(number=1).booked.lines:
        cents = dollars(line.charge_cents)
        lines += [f"SVC*HC:{line.code}:GP*{cents}*0**{line.units}", f"DTM*472*{line.date:%Y%m%d}",
                  f"CAS*CO*197*{cents}", f"REF*6R*{line.line_id}"]  # fmt: skip
    post(tmp_path, of_commercial(file_of(f"CLP*{one.number}*4*{charge}*0**CI*N1*11*1", *lines, amount="0")))
    denied = Task.objects.filter(claim=one, action="denied", state="open")
    assert denied.exists()
    path = tmp_path / "claim.json"
    path.write_text(run("claim", "record", one.number).out)
    answer = run("claim", "correct", one.number, path, "--why", "with the authorisation")
    assert answer.code == 0, answer.err
    assert not denied.exists()
    assert Task.objects.filter(claim=one, closed_why="Corrected by version 2.").exists()
