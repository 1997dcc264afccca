"""A paper EOB, typed and posted at the command line: the checks and the books of an 835, nothing twice."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from django.db.models import Sum
from tests.intake.test_eob import THE_835, TYPED
from tests.office.booked import enter
from tests.office.conftest import NOW
from tests.office.office_cli import Answer, run
from tests.post.books import LINES, ONE_PAYER, TWO_PAYERS

from rehabill.intake import eob
from rehabill.model.books import BookedClaim
from rehabill.office.claims.models import Claim
from rehabill.office.exchange.models import File
from rehabill.office.money.models import Decision, Entry, Payment, PaymentFile, Posting
from rehabill.office.money.rebuild import differences
from rehabill.office.people.models import Patient
from rehabill.office.practices.models import Practice
from rehabill.office.worklists.models import Task

ON = ("--on", "2026-04-02")
EXAMPLE = Path(__file__).parents[2] / "examples" / "eob.yaml"


@pytest.fixture(autouse=True)
def books_balance(practice: Practice) -> Iterator[None]:
    """The claim of three lines was billed; whatever a test does, the books balance."""
    enter([ONE_PAYER], NOW - dt.timedelta(days=30))
    yield
    assert list(differences()) == []


def typed(folder: Path, text: str = TYPED, name: str = "eob.yaml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def the_835(folder: Path) -> Path:
    path = folder / "payer.835"
    path.write_bytes(THE_835)
    return path


def post(*arguments: object) -> Answer:
    return run("post", *arguments, *ON)


def state() -> dict[str, Any]:
    """All that posting leaves behind, but for what it is called."""
    places = Posting.objects.values_list("account", "order", "claim", "line").annotate(Sum("cents"))
    return {
        "places": sorted(row for row in places if row[-1]),
        "claims": list(Claim.objects.order_by("id").values_list("number", "insurance", "owes", "paid", "open_cents")),
        "tasks": sorted(Task.objects.values_list("action", "line", "cents")),
    }


def nothing() -> bool:
    return not (Payment.objects.exists() or Decision.objects.exists() or Task.objects.exists() or File.objects.exists())


def test_a_claim_is_found_by_our_number_for_the_patient_and_the_day(tmp_path: Path) -> None:
    claim = {
        "patient_id": "EX-001", "date": "2026-03-02", "charge": "230", "paid": "70",
        "adjustments": {"CO-45": "142.60", "PR-2": "17.40"},
    }  # fmt: skip
    told = {"payer": "Plain Health", "check": "1001", "date": "2026-03-20", "amount": "70", "claims": [claim]}
    assert post(typed(tmp_path, yaml.safe_dump(told))).code == 0
    assert Decision.objects.get().claim == Claim.objects.get()
    assert (Claim.objects.get().paid_cents, Claim.objects.get().open_cents) == (7_000, 1_740)


def another(number: str, like: BookedClaim = ONE_PAYER) -> BookedClaim:
    """A claim of the same lines, billed."""
    lines = tuple(msgspec.structs.replace(one, line_id=f"{number}-{one.line_id}") for one in LINES)
    made = msgspec.structs.replace(like, claim_number=number, lines=lines)
    enter([made], NOW - dt.timedelta(days=30))
    return made


def places(number: str) -> list[tuple[Any, ...]]:
    """What stands where of a claim, its number left out."""
    rows = Posting.objects.filter(claim=number).values_list("account", "order", "line", "reason")
    return sorted((*row[:2], row[2].removeprefix(f"{number}-"), *row[3:]) for row in rows.annotate(Sum("cents")))


def test_it_leaves_the_books_that_the_835_leaves(tmp_path: Path) -> None:
    another("PT-2")
    assert post(the_835(tmp_path)).code == 1
    text = TYPED.replace("PT-1", "PT-2").replace("CHK1001", "CHK1002").replace("LINE-3", "PT-2-LINE-3")
    assert post(typed(tmp_path, text)).code == 1
    assert places("PT-2") == places("PT-1")
    theirs, ours = Claim.objects.order_by("number")
    for field in ("insurance", "owes", "paid", "paid_cents", "open_cents", "adjusted_cents", "payer_claim_number"):
        assert getattr(ours, field) == getattr(theirs, field), field
    asked = [sorted(one.tasks.values_list("action", "cents", "carcs")) for one in (theirs, ours)]
    assert asked[0] == asked[1] != []
    assert {one.kind: one.name for one in File.objects.all()} == {"835": "payer.835", "EOB": "eob.yaml"}


def test_the_same_check_by_835_and_on_paper_is_posted_once(tmp_path: Path) -> None:
    post(the_835(tmp_path))
    before, entries = state(), Entry.objects.count()
    # without the tax number: the payer is known by its name since the 835
    answer = post(typed(tmp_path, TYPED.replace('payer_tax_id: "512345678"\n', "")))
    assert "everything in it was posted before; nothing happened" in answer.out
    assert (state(), Entry.objects.count(), Payment.objects.count()) == (before, entries, 1)


def test_it_is_not_posted_twice_however_it_is_typed_again(tmp_path: Path) -> None:
    assert "posted" in post(typed(tmp_path)).out
    before = state()
    again = post(typed(tmp_path))
    assert (again.code, "seen before" in post(typed(tmp_path), "--json").out) == (0, True)
    assert "nothing happened" in post(typed(tmp_path, TYPED + "# typed again\n")).out
    # told otherwise, it is the same money all the same
    otherwise = post(typed(tmp_path, TYPED.replace("payer_claim: ICN1", "payer_claim: ICN-1"), "other.yaml"))
    assert otherwise.code == 1
    said = " ".join(otherwise.out.split())
    assert "CHK1001 is $65.00, and with this $135.00 of it would be posted" in said and "eob.yaml" in said
    assert state() == before
    assert not File.objects.filter(name="other.yaml").exists()


def test_a_dry_run_says_the_same_and_keeps_nothing(tmp_path: Path) -> None:
    (dry,) = post(typed(tmp_path), "--dry-run", "--json").rows
    assert nothing()
    (done,) = post(typed(tmp_path), "--json").rows
    assert dry == done | {"dry_run": True}


@pytest.mark.parametrize(
    ("was", "typed_as", "said"),
    [
        ("amount: 65.00", "amount: 60.00", "EOB amount: the payment is $60.00"),
        ("CO-253: .60, PR-2: 7.40", "CO-253: .60, PR-2: 7.04", "EOB claims[0].lines[1]: charged $50.00"),
    ],
)
def test_what_does_not_add_up_is_held_with_its_place_and_nothing_is_kept(
    tmp_path: Path, was: str, typed_as: str, said: str
) -> None:
    answer = post(typed(tmp_path, TYPED.replace(was, typed_as)))
    assert answer.code == 1
    assert "held, nothing of it is posted" in answer.out and said in " ".join(answer.out.split())
    assert nothing()


def test_a_line_wrong_on_paper_too_is_posted_when_it_is_said_and_the_rest_waits_in_suspense(tmp_path: Path) -> None:
    wrong = TYPED.replace("PR-2: 7.40", "PR-2: 7.04")
    assert post(typed(tmp_path, wrong), "--anyway").code == 1
    assert Posting.objects.filter(account="suspense").aggregate(of=Sum("cents"))["of"] == 36
    assert Task.objects.filter(action="line_unbalanced", line="LINE-2", cents=36).count() == 1
    # the payment itself must always add up
    assert (
        "EOB amount: the payment is" in post(typed(tmp_path, wrong.replace("amount: 65", "amount: 66")), "--anyway").out
    )


def test_a_secondary_on_paper_after_the_primary(tmp_path: Path) -> None:
    another("PT-3", TWO_PAYERS)
    first = """
payer: medicare-b
check: "7"
date: 2026-03-20
amount: 120
claims: [{claim: PT-3, charge: 230, paid: 120, adjustments: {CO-45: 80, PR-2: 30}}]
"""
    second = """
payer: supplement
notice: letter of 3/25
date: 2026-03-25
amount: 0
claims: [{claim: PT-3, as: secondary, charge: 230, paid: 0, adjustments: {OA-23: 200, PR-2: 30}}]
"""
    post(typed(tmp_path, first))
    claim = Claim.objects.get(number="PT-3")
    assert (claim.owes, claim.paid_cents, claim.open_cents) == ("second", 12_000, 3_000)
    run("patient", "pay", "EX-001", "10", "--method", "cash", "--claim", "PT-3", "--on", "2026-04-01")
    answer = post(typed(tmp_path, second))
    claim.refresh_from_db()
    assert (claim.owes, claim.paid, claim.open_cents) == ("patient", "partly_paid", 2_000)
    # the copay waited for this
    assert "Paid ahead by patients, and now laid on what they owe" in answer.out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("payer: [", "expected the node content"),
        ("hello", "eob.yaml: this is neither a remittance"),
        ("payer: P\ncheck: 1\n", "date"),
        (TYPED.replace("charge: 100", "charge: ten"), "claims[0].lines[0].charge: 'ten' is no amount of dollars"),
        (TYPED.replace("adjustments: {CO-97", "adjustment: {CO-97"), "claims[0].lines[0]"),
        ("x" * 1_000_001, "this is neither"),
        ("[" * 2_000, "this is neither"),
    ],
)
def test_what_cannot_be_read_is_located_and_the_next_file_posted(tmp_path: Path, text: str, said: str) -> None:
    answer = post(typed(tmp_path, text), the_835(tmp_path))
    assert answer.code == 3 and said in answer.err
    assert PaymentFile.objects.count() == 1


def test_bytes_that_are_no_text_are_neither(tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(b"%PDF-1.7\xff\xfe")
    (row,) = post(path, "--json").rows
    assert row["error"]["file"] == str(path) and "this is neither a remittance" in row["error"]["message"]


def test_what_is_typed_may_begin_with_a_word_that_holds_isa(tmp_path: Path) -> None:
    assert post(typed(tmp_path, TYPED.replace("Plain Health", "VISA Isabel"))).code == 1
    assert File.objects.get().kind == "EOB"


def test_the_example_adds_up(tmp_path: Path) -> None:
    answer = eob.read(yaml.load(EXAMPLE.read_text(), Loader=yaml.BaseLoader))
    assert answer.unbalanced == ()
    assert len(answer.remittance.claims) == 2
    help_ = run("post", "--help").out
    text = help_[help_.index("    payer:") : help_.index("  An 835 whose")]
    told = eob.read(yaml.load(text, Loader=yaml.BaseLoader))
    assert told.unbalanced == () and told.remittance.amount_cents == 8_360


def test_a_payer_with_a_slip_in_its_name_is_held_and_makes_no_second_payment(tmp_path: Path) -> None:
    slip = TYPED.replace("payer: Plain Health", "payer: Exmaple Medicare Contractor")
    assert slip != TYPED
    answer = post(typed(tmp_path, slip))
    assert answer.code == 1 and "is 'Exmaple Medicare Contractor' EXAMPLE MEDICARE CONTRACTOR?" in answer.out
    assert not Payment.objects.exists() and not Decision.objects.exists()
    assert "posted" in post(typed(tmp_path, TYPED)).out
    other = TYPED.replace("payer: Plain Health", "payer: Something Quite Different")
    again = post(typed(tmp_path, other.replace('payer_tax_id: "512345678"\n', "")))
    assert again.code == 1 and "was posted from" in again.out
    assert Payment.objects.count() == 1


def test_nothing_is_posted_into_a_closed_month(tmp_path: Path) -> None:
    assert run("close", "2026-04", "--anyway").code == 0
    for file in (typed(tmp_path), the_835(tmp_path)):
        answer = post(file)
        assert answer.code == 3 and "2026-04 is closed: the first day that can be entered is 2026-05-01" in answer.err
    assert not Entry.objects.exclude(kind="charge").exists() and not File.objects.exists()


def test_a_claim_of_another_patient_is_held_until_it_is_said(tmp_path: Path) -> None:
    Patient.objects.filter(number="EX-001").update(first="Eli", last="Elm")
    for name, is_held in (("Birch, Ben", True), ("Elm, Zoe", True), ("ELM, E", False), ("Elm, Eli", False)):
        text = TYPED.replace("  - claim: ", f"  - patient: {name}\n    claim: ", 1)
        assert text != TYPED
        assert ("is of Elm, Eli" in post(typed(tmp_path, text), "--dry-run").out) is is_held, name
        assert "is of Elm, Eli" not in post(typed(tmp_path, text), "--dry-run", "--anyway").out
