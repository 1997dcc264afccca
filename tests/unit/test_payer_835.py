"""Payers who answer claims: their files are valid, balance, say what was asked for, and can be posted in any order."""

import datetime as dt
import importlib.util
import io
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random

import msgspec
import pytest
from pyx12.params import ParamsBase
from pyx12.x12n_document import x12n_document
from tests.post.books import Books

from rehabill.almanac import code_lists
from rehabill.almanac.code_lists import CodeStatus
from rehabill.almanac.load import load
from rehabill.cli.practice import read_practice
from rehabill.demo.payer_835 import (
    PayingPayer,
    PaymentDetails,
    Refusal,
    Sent,
    as_assistants,
    decide,
    decide_as_next,
    every_unit_reduced,
    in_the_year_before,
    paying_payers,
    payment,
    provider_adjustment,
)
from rehabill.demo.random_835 import REFUSALS, WHOLE_REFUSALS, random_answers, random_payments
from rehabill.demo.retold_835 import (
    at_claim_level,
    correction,
    forwarded,
    in_parts,
    reversal,
    without_line_ids,
    without_lines,
    without_modifiers,
)
from rehabill.demo.write_835 import write_835
from rehabill.edi.check.file import check_file
from rehabill.edi.remittance_835 import remittances
from rehabill.engine.post.claim import Payment, post_unknown
from rehabill.engine.post.provider import post_provider_adjustment
from rehabill.engine.post.suppose import cause_of
from rehabill.ledger.balance import balances
from rehabill.ledger.entry import Entry, Place
from rehabill.model.books import BookedClaim, BookedLine, BookedPayer
from rehabill.model.remittance import Adjustment, Remittance, RemittanceClaim
from rehabill.pricing.price import price
from rehabill.x12.check.report import FileReport

TOOL = Path(__file__).parents[2] / "tools" / "gen_week_remittance.py"
_spec = importlib.util.spec_from_file_location("gen_week_remittance", TOOL)
assert _spec is not None
assert _spec.loader is not None
week = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(week)

WEEK = Path(__file__).parents[2] / "examples" / "week"
PRACTICE = read_practice(WEEK / "practice.yaml")
FIRST_DAY = dt.date(2026, 3, 25)
SUPPLEMENT = PayingPayer(name="EXAMPLE SUPPLEMENT", id="EXSUP", tax_id="990000077", filing_indicator="12")
PAYERS = {**paying_payers(PRACTICE, load(), dt.date(2026, 3, 9)), "supplement": SUPPLEMENT}
SEEDS = range(24)


@cache
def sent() -> dict[str, Sent]:
    """The example week's claims; Medicare's have a supplement behind them."""
    found = {}
    for number, one in week.claims_sent(PRACTICE, load()).items():
        after = "supplement" if one.claim.payer == "medicare-b" else None
        found[number] = Sent(msgspec.structs.replace(one.claim, secondary_payer=after), one.priced)
    return found


def details(profile: str = "medicare-b", day: dt.date = FIRST_DAY) -> PaymentDetails:
    return PaymentDetails(payer=PAYERS[profile], practice=PRACTICE, trace=f"T{day:%m%d}", paid_on=day)


def payments(seed: int) -> list[list[Remittance]]:
    return random_payments(list(sent().values()), PAYERS, PRACTICE, load(), FIRST_DAY, Random(seed))


def files(seed: int) -> list[bytes]:
    return random_answers(list(sent().values()), PAYERS, PRACTICE, load(), FIRST_DAY, Random(seed))


def a_file(*claims: RemittanceClaim, profile: str = "medicare-b") -> bytes:
    return write_835([payment(details(profile), claims)], PRACTICE, dt.datetime(2026, 3, 25, 6, 0))


def placeless(one: Remittance) -> Remittance:
    """Without where it stands in the file, and the number of its set there."""
    return msgspec.structs.replace(
        one, set_control="", source=None, claims=tuple(msgspec.structs.replace(of, source=None) for of in one.claims)
    )


# ---- every file is valid


def told(report: FileReport) -> list[str]:
    sets = [one for interchange in report.interchanges for group in interchange.groups for one in group.sets]
    findings = [*report.findings, *(finding for one in (*report.interchanges, *sets) for finding in one.findings)]
    return [f"{finding.rule} {finding.message}" for finding in findings]


def is_accepted_by_pyx12(data: bytes) -> bool:
    return bool(x12n_document(ParamsBase(), io.StringIO(data.decode("ascii")), None, None))


@pytest.mark.parametrize("seed", SEEDS)
def test_our_check_finds_nothing_wrong(seed: int) -> None:
    for data in files(seed):
        assert told(check_file([data])) == []


@pytest.mark.parametrize("seed", [0, 1])
def test_pyx12_finds_nothing_wrong(seed: int) -> None:
    assert all(is_accepted_by_pyx12(data) for data in files(seed))


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_read_back_is_what_was_asked_for(seed: int) -> None:
    for asked, data in zip(payments(seed), files(seed), strict=True):
        found, findings = remittances(data)
        assert findings == []
        assert [placeless(one) for one in found] == [placeless(one) for one in asked]


def amounts(data: bytes) -> list[tuple[str, Decimal]]:
    """(what, cents left over) of every line, claim and payment, by splitting the file as plainly as can be."""
    found: list[tuple[str, Decimal]] = []
    line = claim = amount = Decimal(0)
    of_line = of_claim = ""
    for segment in [*data.decode().replace("\n", "").split("~"), "SE"]:
        e = segment.split("*")
        if e[0] in ("SVC", "CLP", "PLB", "SE") and of_line:
            found, of_line = [*found, (of_line, line)], ""
        if e[0] in ("CLP", "PLB", "SE") and of_claim:
            found, of_claim = [*found, (of_claim, claim)], ""
        if e[0] == "BPR":
            amount = Decimal(e[2])
        elif e[0] == "CLP":
            of_claim, claim = f"claim {e[1]}", Decimal(e[3]) - Decimal(e[4])
            amount -= Decimal(e[4])
        elif e[0] == "SVC":
            of_line, line = f"line {e[1]}", Decimal(e[2]) - Decimal(e[3])
        elif e[0] == "CAS":
            adjusted = sum(map(Decimal, e[3::3]))
            claim -= adjusted
            line -= adjusted
        elif e[0] == "PLB":
            amount += sum(map(Decimal, e[4::2]))
        elif e[0] == "SE" and len(e) > 1:
            found.append(("payment", amount))
    return found


@pytest.mark.parametrize("seed", range(40))
def test_everything_balances_to_the_cent(seed: int) -> None:
    for data in files(seed):
        found = amounts(data)
        assert [what for what, rest in found if rest] == []
        assert {what.split()[0] for what, _ in found} >= {"claim", "payment"}


def test_the_same_seed_gives_the_same_files_and_another_others() -> None:
    assert files(3) == files(3) != files(4)


def test_nobody_is_answered_nothing() -> None:
    assert random_answers([], {}, PRACTICE, load(), FIRST_DAY, Random(1)) == []


def test_in_many_files_everything_happens_that_payers_do() -> None:
    made = [one for seed in range(40) for round_ in payments(seed) for one in round_]
    claims = [claim for one in made for claim in one.claims]
    assert {claim.status for claim in claims} == {"1", "2", "4", "19", "22"}
    assert {one.reason for of in made for one in of.provider_adjustments} >= {"L6", "WO", "FB", "72", "CS"}
    assert {one.method for one in made} == {"ACH", "CHK", "NON"}
    assert any(claim.adjustments and claim.lines for claim in claims)
    assert any(not claim.lines for claim in claims)
    assert any(claim.lines and not any(line.line_id for line in claim.lines) for claim in claims)
    assert any(claim.claim_number not in sent() for claim in claims)
    reasons = {(one.group, one.carc) for claim in claims for line in claim.lines for one in line.adjustments}
    assert reasons >= {("CO", "45"), ("CO", "59"), ("CO", "253"), ("PR", "1"), ("PR", "2"), ("PR", "3"), ("OA", "23")}
    parts = Counter((claim.claim_number, claim.payer_claim_number[:13]) for claim in claims if claim.status != "22")
    assert max(parts.values()) > 1


def test_every_code_is_in_force() -> None:
    lists = code_lists.load()
    used = [*REFUSALS, *WHOLE_REFUSALS, Refusal("PR", "96", ("N425",)), Refusal("CO", "45", ("N851", "MA01", "MA18"))]
    for one in used:
        assert lists.status("carc", one.carc, FIRST_DAY) == CodeStatus.VALID, one
        assert {lists.status("rarc", remark, FIRST_DAY) for remark in one.remarks} <= {CodeStatus.VALID}, one
        assert one.carc not in ("16", "96") or one.remarks, "these two need a remark"


# ---- single answers


def test_paid_as_priced() -> None:
    """EX0302-01: 97110 twice, 48.41 allowed of 120; 80% less 2% is paid."""
    found = decide(sent()["EX0302-01"], details())
    assert found.lines[0].adjustments == (
        Adjustment("CO", "45", 7_159), Adjustment("CO", "253", 77), Adjustment("PR", "2", 968),
    )  # fmt: skip
    assert (found.lines[0].paid_cents, found.lines[0].allowed_cents) == (3_796, 4_841)
    assert (found.status, found.charge_cents, found.paid_cents, found.patient_responsibility_cents) == (
        "1", 17_600, 5_384, 1_373,
    )  # fmt: skip


def test_a_reduction_for_several_procedures_may_have_its_own_code() -> None:
    found = decide(sent()["EX0302-01"], details(), names_mppr=True)
    assert found.lines[0].adjustments[:2] == (Adjustment("CO", "45", 6_560), Adjustment("CO", "59", 599))


def test_a_deductible_pays_nothing_and_denies_nothing() -> None:
    found = decide(sent()["EX0303-02"], details())
    assert (found.status, found.paid_cents, found.patient_responsibility_cents) == ("1", 0, 2_121 + 9_196)
    made = payment(details(), [found])
    assert (made.handling, made.method, made.amount_cents) == ("H", "NON", 0)


def test_a_copay_is_taken_from_the_first_lines() -> None:
    found = decide(sent()["EX0302-11"], details("commercial"), copay_cents=2_000)
    assert [line.paid_cents for line in found.lines] == [0, 2_720 - 666, 2_595]
    assert found.patient_responsibility_cents == 2_000


def test_a_service_without_a_fee_is_paid_all_the_same() -> None:
    found = decide(sent()["EX0303-04"], details())
    assert (found.charge_cents, found.paid_cents, found.patient_responsibility_cents) == (8_000, 3_840, 960)


def test_all_lines_refused_deny_the_claim() -> None:
    refusal = Refusal("CO", "29", ("N211",))
    found = decide(sent()["EX0302-01"], details(), {1: refusal, 2: refusal})
    assert (found.status, found.paid_cents) == ("4", 0)
    assert [(line.units_paid, line.units_submitted) for line in found.lines] == [(0, 2), (0, 1)]
    assert without_lines(found).adjustments == (Adjustment("CO", "29", 17_600),)


@pytest.mark.parametrize(
    ("supposition", "words"),
    [(every_unit_reduced, "MPPR"), (as_assistants, "assistant"), (in_the_year_before, "fees of 2025")],
)
def test_a_line_paid_short_is_known_for_what_it_is(supposition: object, words: str) -> None:
    one = sent()["EX0305-04"]
    wrong = decide(Sent(one.claim, price(supposition(one.claim), load())), details())  # type: ignore[operator]
    line = wrong.lines[1]
    given = line.paid_cents + sum(part.cents for part in line.adjustments if part.group == "PR")
    assert words in cause_of(one.claim, 2, given, load())


def test_the_next_payer_pays_what_the_first_left() -> None:
    one = sent()["EX0302-01"]
    first = decide(one, details())
    found = decide_as_next(one, details("supplement"), first, left_cents=500)
    assert (found.status, found.paid_cents, found.patient_responsibility_cents) == ("2", 1_373 - 500, 500)
    assert found.lines[0].adjustments == (Adjustment("PR", "3", 500), Adjustment("OA", "23", 12_000 - 968))
    again = decide_as_next(one, details("supplement"), first, tells_contract_again=True)
    assert again.lines[1].adjustments == (Adjustment("CO", "45", 5_600 - 405 - 1_588), Adjustment("OA", "23", 1_588))


def test_a_reversal_and_its_decision_come_to_nothing() -> None:
    found = at_claim_level(decide(sent()["EX0302-01"], details()), "PR", "2")
    assert (found.adjustments, found.paid_cents) == ((Adjustment("PR", "2", 1_373),), 5_384)
    back = reversal(found)
    assert (back.status, back.charge_cents, back.paid_cents) == ("22", -17_600, -5_384)
    made = payment(details(), [found, back])
    assert made.amount_cents == 0


def test_less_than_nothing_is_carried_forward() -> None:
    made = payment(details(), [reversal(decide(sent()["EX0302-01"], details()))])
    assert (made.amount_cents, made.method) == (0, "NON")
    assert [(one.reason, one.cents) for one in made.provider_adjustments] == [("FB", -5_384)]


def test_a_claim_in_parts_is_the_whole() -> None:
    whole = decide(sent()["EX0305-11"], details())
    first, rest = in_parts(whole, 1)
    assert (*first.lines, *rest.lines) == whole.lines
    assert first.charge_cents + rest.charge_cents == whole.charge_cents
    assert first.paid_cents + rest.paid_cents == whole.paid_cents


def test_telling_it_another_way_changes_no_amount() -> None:
    found = decide(sent()["EX0304-02"], details())
    for other in (
        without_line_ids(found),
        without_modifiers(found),
        without_lines(found),
        forwarded(found, SUPPLEMENT),
    ):
        assert (other.charge_cents, other.paid_cents) == (found.charge_cents, found.paid_cents)
        assert told(check_file([a_file(other)])) == []
    assert {line.modifiers for line in without_modifiers(found).lines} == {()}


def test_the_payer_is_known_by_its_names_and_numbers() -> None:
    found, _ = remittances(a_file(decide(sent()["EX0302-01"], details())))
    account = PRACTICE.payers["medicare-b"]
    assert found[0].payer.name == account.name.upper()
    assert found[0].payer.references[0].number == account.payer_id
    assert found[0].payer_tax_id == PAYERS["medicare-b"].tax_id
    assert (found[0].payee.npi, found[0].trace_number) == (PRACTICE.npi, "T0325")
    assert len({payer.tax_id for payer in PAYERS.values()}) == len(PAYERS)


def test_more_than_six_adjustments_take_more_than_one_segment() -> None:
    moved = [provider_adjustment(details(), "CS", f"N{number}", number) for number in range(1, 9)]
    one = payment(details(), [decide(sent()["EX0302-01"], details())], moved)
    data = write_835([one], PRACTICE, dt.datetime(2026, 3, 25, 6, 0))
    assert data.count(b"PLB*") == 2
    assert placeless(remittances(data)[0][0]) == placeless(one)


# ---- the books


def booked(one: Sent) -> BookedClaim:
    claim = one.claim
    payers = [BookedPayer(claim.payer, "P")]
    if claim.secondary_payer:
        payers.append(BookedPayer(claim.secondary_payer, "S"))
    lines = tuple(
        BookedLine(
            line_id=str(line.line_id), date=dt.date(2026, 3, 2) if line.date is None else line.date, code=line.code,
            modifiers=line.modifiers, units=line.units, charge_cents=int(line.charge_cents or 0), expected=priced,
        )
        for line, priced in zip(claim.lines, one.priced.lines, strict=True)
    )  # fmt: skip
    return BookedClaim(claim_number=str(claim.claim_number), patient="EX", payers=tuple(payers), lines=lines)


class Office:
    """The books of all claims, and what was posted that belongs to none of them."""

    def __init__(self, claims: dict[str, Sent]) -> None:
        self.books = {number: Books(booked(one)) for number, one in claims.items()}
        self.apart: list[Entry] = []

    def post(self, one: Remittance) -> "Office":
        profile = next(name for name, payer in PAYERS.items() if payer.tax_id == one.payer_tax_id)
        paid = Payment(f"{profile}/{one.trace_number}", profile, dt.date(2026, 5, 1))
        made = []
        for claim in one.claims:
            if claim.claim_number in self.books:
                self.books[claim.claim_number].post([claim], paid)
            else:
                made.append(post_unknown(claim, paid).entry)
        for number, moved in enumerate(one.provider_adjustments, 1):
            made.append(post_provider_adjustment(moved, number, paid)[0])
        self.apart += [entry for entry in made if entry]
        return self

    def entries(self) -> list[Entry]:
        return [*self.apart, *(entry for books in self.books.values() for entry in books.entries)]

    def end(self) -> dict[Place, int]:
        return balances(self.entries(), lambda place: place)

    def tasks(self) -> list[tuple[str, str, str, int]]:
        return [
            (task.claim, task.action, task.line, task.cents) for books in self.books.values() for task in books.tasks
        ]


def posted(order: Sequence[Remittance]) -> Office:
    office = Office(sent())
    for one in order:
        office.post(one)
    return office


@pytest.mark.parametrize("seed", SEEDS)
def test_the_books_end_the_same_in_whatever_order_the_files_come(seed: int) -> None:
    read = [one for data in files(seed) for one in remittances(data)[0]]
    mixed = list(read)
    Random(seed).shuffle(mixed)
    office, other = posted(read), posted(mixed)
    end = office.end()
    assert sum(end.values()) == 0
    assert end == other.end()
    cash = balances(office.entries(), lambda place: place.party if place.account == "cash_clearing" else "")
    for one in read:
        profile = next(name for name, payer in PAYERS.items() if payer.tax_id == one.payer_tax_id)
        assert cash.get(f"{profile}/{one.trace_number}", 0) == one.amount_cents


@pytest.mark.parametrize("seed", SEEDS)
def test_every_claim_is_charged_paid_adjusted_or_open_and_nothing_waits_in_suspense(seed: int) -> None:
    office = posted([one for data in files(seed) for one in remittances(data)[0]])
    for number, books in office.books.items():
        by = books.by_account()
        assert "suspense" not in by, number
        charge = sum(line.charge_cents for line in books.claim.lines)
        ours = ("cash_clearing", "contractual", "sequestration", "insurance_receivable", "patient_receivable")
        assert charge == sum(by.get(account, 0) for account in ours), number


# ---- the example week


def test_the_weeks_remittance_is_what_the_tool_says(monkeypatch: pytest.MonkeyPatch) -> None:
    assert week.main(["--check"]) == 0
    monkeypatch.setattr(week, "FILE", WEEK / "none.835")
    assert week.main(["--check"]) == 1, "there is none"


def test_the_weeks_remittance_is_valid_and_answers_the_weeks_claims() -> None:
    data = week.FILE.read_bytes()
    assert told(check_file([data])) == []
    assert is_accepted_by_pyx12(data)
    assert [what for what, rest in amounts(data) if rest] == []
    numbers = Counter(claim.claim_number for one in remittances(data)[0] for claim in one.claims)
    assert numbers.pop("EX0304-01") == 3, "paid, taken back, paid anew"
    assert numbers == dict.fromkeys(sent().keys() - {"EX0304-01"}, 1)


def test_the_week_posted_leaves_the_mistakes_as_tasks() -> None:
    office = Office(week.claims_sent(PRACTICE, load()))
    found, _ = remittances(week.FILE.read_bytes())
    for one in found:
        office.post(one)
    tasks = sorted(office.tasks())
    assert [task for task in tasks if task[1] != "underpaid"] == [
        ("EX0303-13", "denied", "EX0303-13-1", 6_000),
        ("EX0303-13", "denied", "EX0303-13-2", 6_600),
        ("EX0304-01", "reversed", "", -4_575),
        ("EX0304-03", "denied", "EX0304-03-2", 13_600),
    ]
    short = {task[2]: task[3] for task in tasks if task[1] == "underpaid"}
    assert set(short) == {"EX0302-06-1", "EX0304-01-1", "EX0304-01-2"}
    wrong = sent()["EX0302-06"]
    expected = wrong.priced.lines[0]
    given = (expected.payer_cents or 0) + (expected.patient_cents or 0) - short["EX0302-06-1"]
    assert "MPPR" in cause_of(wrong.claim, 1, given, load())
    assert [(one.reason, one.reference, one.cents) for of in found for one in of.provider_adjustments] == [
        ("WO", "EX0302-08", 1_240),
        ("L6", found[2].claims[0].payer_claim_number, -83),
    ]


def test_a_claim_paid_anew_ends_as_if_paid_right_at_once() -> None:
    one = sent()["EX0304-01"]
    wrong = decide(Sent(one.claim, price(as_assistants(one.claim), load())), details())
    later = details(day=dt.date(2026, 3, 31))
    right = correction(decide(one, later), wrong)
    books = Books(booked(one)).post([wrong, reversal(wrong), right])
    straight = Books(booked(one)).post([right])
    assert books.by_account() == straight.by_account()
    assert right.references[0].number == wrong.payer_claim_number != right.payer_claim_number
