"""Random remittances of one claim, in any order: the books balance at every step and end the same."""

from hypothesis import given
from hypothesis import strategies as st
from tests.post.books import DAY, LINES, MEDICARE, SUPPLEMENT, TWO_PAYERS, Books

from rehabill.demo.x12_files import remittance_835
from rehabill.edi.remittance_835 import remittances
from rehabill.engine.post.effects import Effect, effect_of
from rehabill.engine.post.payment import Payment
from rehabill.engine.post.provider import post_provider_adjustment
from rehabill.engine.post.spread import fill, spread
from rehabill.ledger.balance import balances
from rehabill.model.books import BookedClaim, BookedLine, BookedPayer
from rehabill.model.remittance import Adjustment, RemittanceClaim, RemittanceLine, Source

Told = tuple[RemittanceClaim, Payment]
_REASONS = [("CO", "45"), ("CO", "253"), ("CO", "97"), ("PR", "1"), ("PR", "2"), ("OA", "23"), ("CO", "59")]


@st.composite
def parts(draw: st.DrawFn, whole: int) -> tuple[int, tuple[Adjustment, ...]]:
    """Paid cents and adjustments that explain a charge to the cent."""
    left, found = whole, []
    for group, carc in draw(st.lists(st.sampled_from(_REASONS), max_size=4, unique=True)):
        cents = draw(st.integers(0, left))
        left -= cents
        found.append(Adjustment(group, carc, cents))
    return left, tuple(found)


@st.composite
def lines(draw: st.DrawFn, ours: BookedLine) -> RemittanceLine:
    paid, adjustments = draw(parts(ours.charge_cents))
    return remittance_line(ours, paid, adjustments)


def remittance_line(ours: BookedLine, paid: int, adjustments: tuple[Adjustment, ...], sign: int = 1) -> RemittanceLine:
    return RemittanceLine(
        "HC", ours.code, ours.modifiers, sign * ours.charge_cents, sign * paid, 1, None, None, "", ours.date, None,
        tuple(Adjustment(one.group, one.carc, sign * one.cents) for one in adjustments), ours.line_id,
    )  # fmt: skip


@st.composite
def told(draw: st.DrawFn) -> list[Told]:
    """What two payers say of a claim: some of it said and paid again with another check, some of it taken back."""
    found: list[Told] = []
    for payment, status in ((MEDICARE, "1"), (SUPPLEMENT, "2")):
        for _ in range(draw(st.integers(0, 2))):
            chosen = draw(st.lists(st.sampled_from(LINES), min_size=1, unique=True))
            said = [draw(lines(line)) for line in chosen]
            found.append((claim(said, status), payment))
            if draw(st.booleans()):
                found.append((claim(said, status), Payment(f"{payment.key}B", payment.payer, payment.day)))
            if draw(st.booleans()):
                back = [
                    remittance_line(ours, line.paid_cents, line.adjustments, -1)
                    for ours, line in zip(chosen, said, strict=True)
                ]
                found.append((claim(back, "22"), payment))
    return found


def claim(said: list[RemittanceLine], status: str) -> RemittanceClaim:
    charge, paid = sum(line.charge_cents for line in said), sum(line.paid_cents for line in said)
    return RemittanceClaim(
        "PT-1", status, charge, paid, None, "MB", "ICN1", "11", "1", None, (), tuple(said), Source(0, 0, 0, 0)
    )  # fmt: skip


@given(told(), st.randoms(use_true_random=False))
def test_books_end_the_same_in_any_order(said: list[Told], chance: st.DataObject) -> None:
    mixed = list(said)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    first, second = Books(TWO_PAYERS), Books(TWO_PAYERS)
    for one, payment in said:
        first.post([one], payment)
    for one, payment in mixed:
        second.post([one], payment)
    whole = balances(first.entries, lambda place: place)
    assert sum(whole.values()) == 0
    assert whole == balances(second.entries, lambda place: place)
    assert first.by_account().get("cash_clearing", 0) == sum(one.paid_cents for one, _ in said)


@given(told())
def test_every_line_is_charged_paid_adjusted_or_open(said: list[Told]) -> None:
    books = Books(TWO_PAYERS)
    for one, payment in said:
        books.post([one], payment)
    paid: dict[str, int] = {}
    for one, _ in said:
        for line in one.lines:
            paid[line.line_id] = paid.get(line.line_id, 0) + line.paid_cents
    adjusted = balances(
        [*books.entries], lambda place: place.line if place.account in ("contractual", "sequestration") else ""
    )
    owed: dict[str, int] = {}
    for (_, line_id), cents in books.owed().items():
        owed[line_id] = owed.get(line_id, 0) + cents
    for ours in LINES:
        of = ours.line_id
        assert ours.charge_cents == paid.get(of, 0) + adjusted.get(of, 0) + owed.get(of, 0)


@given(told())
def test_what_is_taken_back_whole_leaves_no_trace_but_the_charges(said: list[Told]) -> None:
    books = Books(TWO_PAYERS)
    for one, payment in said:
        if one.status != "22":
            back = [
                remittance_line(ours, line.paid_cents, line.adjustments, -1)
                for line in one.lines
                for ours in LINES
                if ours.line_id == line.line_id
            ]
            books.post([one, claim(back, "22")], payment)
    assert books.by_account() == {"insurance_receivable": 23_000, "charges": -23_000}


@given(st.integers(-100_000, 100_000), st.lists(st.integers(0, 10_000), min_size=1, max_size=6))
def test_shares_add_up_and_no_line_gets_more_than_a_cent_beyond_its_part(cents: int, weights: list[int]) -> None:
    shares = spread(cents, weights)
    assert sum(shares) == cents
    total = sum(weights) or len(weights)
    parts = weights if sum(weights) else [1] * len(weights)
    assert all(abs(share * total - cents * weight) < total for share, weight in zip(shares, parts, strict=True))


@given(st.lists(st.integers(0, 5_000), min_size=1, max_size=5), st.data())
def test_adjustments_of_a_claim_fill_the_rests_of_its_lines(rests: list[int], data: st.DataObject) -> None:
    left, adjustments = sum(rests), []
    while left:
        part = data.draw(st.integers(1, left))
        adjustments.append(Adjustment("PR", str(len(adjustments) + 1), part))
        left -= part
    filled = fill(adjustments, rests)
    assert filled is not None
    assert [sum(one.cents for one in line) for line in filled] == rests


def test_the_random_remittances_have_every_effect() -> None:
    assert {effect_of(Adjustment(group, carc, 1)) for group, carc in _REASONS} == set(Effect)


@given(st.integers(1, 8), st.integers(0, 10_000))
def test_whole_remittances_balance_to_the_payment(count: int, seed: int) -> None:
    """With adjustments of whole claims, reversals, denials, money apart from claims: the cash is the check."""
    for one in remittances(b"".join(remittance_835(count, seed)))[0]:
        cash = 0
        for said in one.claims:
            books = Books(as_billed(said)).post([said])
            assert sum(books.by_account().values()) == 0
            assert not [task for task in books.tasks if "un" in task.action], "everything was laid on a line"
            cash += books.by_account().get("cash_clearing", 0)
        for number, moved in enumerate(one.provider_adjustments, 1):
            entered, _ = post_provider_adjustment(moved, number, MEDICARE)
            cash += balances([entered] if entered else [], lambda place: place.account).get("cash_clearing", 0)
        assert cash == one.amount_cents


def as_billed(said: RemittanceClaim) -> BookedClaim:
    """The claim that a remittance answers."""
    return BookedClaim(
        claim_number=said.claim_number,
        patient="EX-001",
        payers=(BookedPayer(MEDICARE.payer, "P"),),
        lines=tuple(
            BookedLine(
                line_id=line.line_id or f"L{at}",
                date=line.first_day or DAY,
                code=line.submitted.code if line.submitted else line.code,
                modifiers=line.submitted.modifiers if line.submitted else line.modifiers,
                charge_cents=abs(line.charge_cents),
            )
            for at, line in enumerate(said.lines)
        ),
    )
