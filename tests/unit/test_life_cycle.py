"""What can happen to a claim, as a biller knows it, and that the table and its page say the same."""

import importlib
import itertools
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.edi.remit import file_of
from tests.post.books import MEDICARE, SUPPLEMENT, TWO_PAYERS, Books, claims

from rehabill.engine.life_cycle.axes import LABELS, answered, is_billed, label, leading, paid_state, said, who_owes
from rehabill.engine.life_cycle.move import (
    CONDITIONS,
    IllegalTransition,
    frequency,
    has_version,
    move,
    possible,
    start,
    version_of,
)
from rehabill.engine.life_cycle.table import ANSWERED, AT_REST, EVENTS, PREPARING, STATUSES, TABLE, TAKEN_IN, UNDER_WAY
from rehabill.ledger.balance import balances
from rehabill.model.books import Decided
from rehabill.model.claim_status import ClaimVerdict
from rehabill.model.remittance import Adjustment
from rehabill.model.standing import (
    Debtor,
    Event,
    InsuranceStatus,
    Label,
    PaidState,
    Standing,
    WhoOwes,
)

ORDERS = ("P", "S")
WORDS: tuple[Event, ...] = ("received", "accepted", "rejected", "pended", "decided", "denied", "reversed")
OPEN = (None, 0, 500)


def after(*events: Event, of: Standing | None = None) -> Standing:
    standing = of or start("P")
    for event in events:
        standing = move(standing, event, open_cents=0)
    return standing


def through(*events: Event) -> list[InsuranceStatus]:
    return [after(*events[: at + 1]).status for at in range(len(events))]


def refused(standing: Standing, event: Event, **facts: int) -> IllegalTransition:
    with pytest.raises(IllegalTransition) as caught:
        move(standing, event, **facts)
    return caught.value


ACCEPTED = after("released", "sent", "received", "accepted")
DENIED = after("denied", of=ACCEPTED)


# What a biller sees


def test_a_claim_goes_out_and_is_paid() -> None:
    assert through("held", "changed", "released", "sent", "received", "accepted", "decided", "closed") == [
        "held", "draft", "ready", "sent", "received", "accepted", "decided", "closed",
    ]  # fmt: skip


def test_a_held_claim_cannot_be_sent_and_the_message_says_what_can_be_done() -> None:
    error = refused(after("held"), "sent")
    assert error.possible == ("brought_over", "changed", "released", "voided", "closed")
    assert str(error) == (
        "The claim stands at held with its first insurer and cannot be sent."
        " What can happen now: brought over, changed, released, voided, closed."
    )


@pytest.mark.parametrize("standing", [after("released", "sent"), ACCEPTED, DENIED], ids=lambda one: one.status)
def test_a_sent_version_cannot_be_changed_only_corrected(standing: Standing) -> None:
    assert "changed" not in refused(standing, "changed").possible


def test_a_rejected_claim_is_corrected_and_goes_out_as_a_new_claim() -> None:
    rejected = after("released", "sent", "received", "rejected")
    mended = after("corrected", of=rejected)
    assert (mended.status, version_of(mended), frequency(mended)) == ("draft", 2, "1")
    assert after("released", "sent", of=mended).sent == 2


def test_a_file_rejected_for_its_envelope_goes_out_again_unchanged() -> None:
    again = after("released", "sent", "rejected", "resent")
    assert (again.status, version_of(again)) == ("sent", 1)


def test_a_denied_claim_is_corrected_by_a_replacement() -> None:
    mended = after("corrected", of=DENIED)
    assert (mended.status, version_of(mended), frequency(mended)) == ("draft", 2, "7")
    assert after("released", "sent", "received", "accepted", "decided", of=mended).status == "decided"


def test_a_rejected_replacement_is_corrected_by_a_replacement_or_dropped() -> None:
    rejected = after("corrected", "released", "sent", "rejected", of=DENIED)
    assert frequency(after("corrected", of=rejected)) == "7"
    assert after("dropped", of=rejected).status == "denied"
    assert refused(rejected, "voided").possible == ("resent", "accepted", "pended", *ANSWERED, "corrected",
                                                    "withdrawn", "dropped", "closed")  # fmt: skip


def test_a_correction_that_is_given_up_leaves_the_claim_as_it_stood() -> None:
    assert after("corrected", "held", "dropped", of=DENIED) == DENIED


def test_an_appeal_makes_no_new_version() -> None:
    appealed = after("appealed", of=DENIED)
    assert (appealed.status, version_of(appealed)) == ("pended", 1)
    assert after("decided", of=appealed).status == "decided"
    assert after("rejected", "dropped", of=appealed) == DENIED, "the appeal was turned back"


def test_a_reversal_waits_for_its_correction() -> None:
    assert after("decided", "reversed", of=ACCEPTED).status == "reversed"
    assert after("decided", "reversed", "decided", of=ACCEPTED).status == "decided"
    assert after("decided", "closed", "reversed", of=ACCEPTED).status == "reversed"


def test_a_remittance_comes_before_its_acknowledgments() -> None:
    sent = after("released", "sent")
    assert after("decided", of=sent).status == "decided"
    assert after("decided", "received", "accepted", "pended", "rejected", of=sent).status == "decided"


def test_acknowledgments_come_in_any_order() -> None:
    """The 999 after the 277CA; a rejected copy before the accepted one."""
    assert after("released", "sent", "accepted", "received").status == "accepted"
    assert after("released", "sent", "rejected", "received").status == "rejected"
    assert after("released", "sent", "resent", "rejected", "accepted").status == "accepted"


def test_an_acknowledgment_of_an_earlier_version_does_not_touch_the_later_one() -> None:
    second = after("released", "sent", "rejected", "corrected", "released", "sent")
    assert move(second, "rejected", version=1) == second
    assert move(second, "rejected", version=2).status == "rejected"
    assert "version 3 never went" in str(refused(second, "accepted", version=3))


def test_an_earlier_version_taken_in_after_all_is_replaced_not_doubled() -> None:
    draft = after("released", "sent", "rejected", "corrected")
    assert frequency(draft) == "1"
    assert frequency(move(draft, "accepted", version=1)) == "7"
    out = after("released", "sent", of=draft)
    rejected = move(move(out, "accepted", version=1), "rejected", version=2)
    assert frequency(after("corrected", of=rejected)) == "7"


def test_an_answer_stops_the_correction_that_is_being_prepared() -> None:
    ready = after("corrected", "released", of=DENIED)
    decided = after("decided", of=ready)
    assert (decided.status, decided.sent) == ("decided", 1)
    assert "sent" not in possible(decided)


def test_a_void_is_prepared_sent_and_confirmed_by_a_reversal() -> None:
    asked = after("decided", "withdrawn", of=ACCEPTED)
    assert (asked.status, frequency(asked), version_of(asked)) == ("draft", "8", 2)
    out = after("released", "sent", of=asked)
    assert after("received", "accepted", "reversed", of=out).status == "voided"
    assert after("voided", of=out).status == "voided"
    assert after("voided", "decided", of=out).status == "decided", "the insurer paid what was withdrawn"


def test_a_void_that_was_dropped_is_none() -> None:
    back = after("decided", "withdrawn", "dropped", "reversed", of=ACCEPTED)
    assert (back.status, back.void) == ("reversed", False)


def test_a_rejected_void_may_become_a_correction() -> None:
    corrected = after("decided", "withdrawn", "released", "sent", "rejected", "corrected", of=ACCEPTED)
    assert (frequency(corrected), version_of(corrected)) == ("7", 3)


def test_what_the_insurer_has_is_not_voided_without_telling_it() -> None:
    assert after("voided").status == "voided"
    assert "that needs that the insurer has no version" in str(refused(after("corrected", of=DENIED), "voided"))


def test_a_claim_that_never_went_out_is_not_decided_unless_it_was_brought_over() -> None:
    for event in ("decided", "denied", "reversed", "received", "accepted", "rejected", "pended"):
        refused(start("P"), event)
        refused(after("closed"), event)
        refused(after("voided"), event)
    assert after("brought_over", "decided").status == "decided"
    refused(DENIED, "brought_over")


def test_a_claim_is_not_closed_while_the_insurer_owes_or_is_owed() -> None:
    for open_cents in (1, -1):
        assert "closed" not in refused(DENIED, "closed", open_cents=open_cents).possible
    assert "that needs that this insurer owes nothing" in str(refused(DENIED, "closed"))
    assert after("closed", "reopened", of=DENIED) == DENIED
    assert after("corrected", "closed", "reopened", of=DENIED) == DENIED


def test_a_correction_under_way_when_the_claim_was_closed_is_not_forgotten() -> None:
    out = after("corrected", "released", "sent", of=ACCEPTED)
    again = after("closed", "reopened", "rejected", "corrected", of=out)
    assert (frequency(again), version_of(again)) == ("7", 3)


def test_the_second_insurer_is_billed_or_gets_the_claim_from_the_first() -> None:
    second = start("S")
    assert second.status == "waiting"
    assert after("due", "released", "sent", "accepted", "decided", of=second).status == "decided"
    crossed = after("forwarded", "decided", of=second)
    assert (crossed.status, version_of(crossed)) == ("decided", 0)
    assert after("decided", "forwarded", "due", of=second).status == "decided", "it answered first"
    refused(start("P"), "forwarded")


def test_a_forwarded_claim_that_never_arrived_is_billed_by_us() -> None:
    lost = after("forwarded", "rejected", of=start("S"))
    assert "resent" not in possible(lost), "nothing of ours went out"
    assert frequency(after("corrected", of=lost)) == "1"


# The three axes together, with real remittances


def owed(books: Books) -> dict[Debtor, int]:
    places = balances(books.entries, lambda place: (place.account, place.order))
    found: dict[Debtor, int] = {"P": 0, "S": 0, "patient": 0}
    for (account, order), cents in places.items():
        if account == "insurance_receivable":
            found[order] = cents  # type: ignore[index]
        elif account == "patient_receivable":
            found["patient"] = cents
    return found


def money(books: Books, standings: list[Standing]) -> tuple[WhoOwes, PaidState]:
    open_cents = owed(books)
    paid = books.by_account().get("cash_clearing", 0)
    return who_owes(open_cents, is_billed(standings)), paid_state(paid, sum(open_cents.values()))


FIRST = (
    "CLP*PT-1*1*230*160*40*MB*ICN1*11*1",
    "SVC*HC:97110:GP*100*70**2", "CAS*CO*45*10", "CAS*PR*2*20", "REF*6R*LINE-1",
    "SVC*HC:97140:GP*50*36**1", "CAS*CO*45*4", "CAS*PR*2*10", "REF*6R*LINE-2",
    "SVC*HC:97530:GP*80*54**1", "CAS*CO*45*16", "CAS*PR*2*10", "REF*6R*LINE-3",
)  # fmt: skip
SECOND = (
    "CLP*PT-1*2*230*30*10*CI*S1*11*1",
    "SVC*HC:97110:GP*100*20**2", "CAS*OA*23*80", "REF*6R*LINE-1",
    "SVC*HC:97140:GP*50*10**1", "CAS*OA*23*40", "REF*6R*LINE-2",
    "SVC*HC:97530:GP*80*0**1", "CAS*OA*23*70", "CAS*PR*3*10", "REF*6R*LINE-3",
)  # fmt: skip


def test_two_insurers_and_the_patient_in_turn() -> None:
    books, first, second = Books(TWO_PAYERS), start("P"), start("S")
    assert money(books, [first, second]) == ("nobody_yet", "unpaid")
    first = after("released", "sent", "received", "accepted", of=first)
    assert money(books, [first, second]) == ("first", "unpaid")

    books.post(claims(file_of(*FIRST, amount="160")), MEDICARE)
    event = answered(books.claim.decided, "P")
    assert event == "decided"
    first = move(move(first, event), "closed", open_cents=owed(books)["P"])
    second = move(second, "due")
    assert money(books, [first, second]) == ("second", "partly_paid")
    assert label(leading([first, second]), "partly_paid") == "Coded"

    second = after("released", "sent", of=second)
    books.post(claims(file_of(*SECOND, amount="30")), SUPPLEMENT)
    event = answered(books.claim.decided, "S")
    assert event == "decided"
    second = move(move(second, event), "closed", open_cents=owed(books)["S"])
    assert money(books, [first, second]) == ("patient", "partly_paid")
    assert label(leading([first, second]), "partly_paid") == "Finalised, paid"


REFUSED = Decided(order="P", line_id="1", charge_cents=10_000, paid_cents=0,
                  adjustments=(Adjustment("CO", "97", 10_000),))  # fmt: skip
TAKEN_BACK = Decided(order="P", line_id="1", charge_cents=-10_000, paid_cents=0,
                     adjustments=(Adjustment("CO", "97", -10_000),))  # fmt: skip
PAID = Decided(order="P", line_id="1", charge_cents=10_000, paid_cents=8_000,
               adjustments=(Adjustment("CO", "45", 2_000),))  # fmt: skip


@pytest.mark.parametrize(
    ("decided", "event"),
    [
        ((), None),
        ((REFUSED,), "denied"),
        ((REFUSED, TAKEN_BACK), "reversed"),
        ((TAKEN_BACK,), "reversed"),
        ((REFUSED, TAKEN_BACK, PAID), "decided"),
        ((PAID, Decided(order="P", line_id="2", charge_cents=5_000, paid_cents=0,
                        adjustments=(Adjustment("CO", "50", 5_000),))), "decided"),
    ],
)  # fmt: skip
def test_decisions_come_to_the_same_status_in_any_order(decided: tuple[Decided, ...], event: Event | None) -> None:
    for order in itertools.permutations(decided):
        standing = ACCEPTED
        for at in range(len(order)):
            word = answered(order[: at + 1], "P")
            assert word is not None
            standing = move(standing, word)
        assert answered(order, "P") == event
        assert standing.status == (event or "accepted")
        assert answered(order, "S") is None


@pytest.mark.parametrize(("group", "carc", "event"), [("PR", "1", "decided"), ("CO", "45", "denied"),
                                                      ("OA", "23", "denied"), ("CO", "29", "denied"),
                                                      ("PR", "96", "decided"), ("PI", "16", "denied")])  # fmt: skip
def test_nothing_paid_is_a_denial_only_when_it_was_refused(group: str, carc: str, event: Event) -> None:
    one = Decided(order="P", line_id="1", charge_cents=5_000, paid_cents=0,
                  adjustments=(Adjustment(group, carc, 5_000),))  # fmt: skip
    assert answered([one], "P") == event


def test_a_claim_without_insurers_is_the_patients_at_once() -> None:
    assert who_owes({"patient": 100}, is_billed([])) == "patient"


def test_a_copay_taken_at_the_visit_is_no_overpayment_while_the_insurer_owes() -> None:
    assert who_owes({"P": 10_000, "patient": -2_000}, True) == "first"
    assert paid_state(2_000, 8_000) == "partly_paid"
    assert who_owes({"P": 0, "patient": -500}, True) == "practice"
    assert paid_state(10_500, -500) == "overpaid"


def test_a_written_off_claim_is_unpaid_and_nobody_owes() -> None:
    assert (who_owes({"P": 0, "patient": 0}, True), paid_state(0, 0)) == ("nobody", "unpaid")
    assert label(after("closed", of=DENIED), "unpaid") == "Finalised, denied"


cents = st.integers(-20, 20)


@given(st.dictionaries(st.sampled_from(get_args(Debtor)), cents), st.booleans())
def test_who_owes_is_somebody_with_an_open_balance(open_cents: dict[Debtor, int], billed: bool) -> None:
    who = who_owes(open_cents, billed)
    turns = {"first": "P", "second": "S", "third": "T", "patient": "patient"}
    if who in turns:
        assert open_cents[turns[who]] > 0  # type: ignore[index]
    elif who == "nobody_yet":
        assert not billed
    else:
        assert max(open_cents.values(), default=0) <= 0
        assert (who == "practice") == (min(open_cents.values(), default=0) < 0)


def test_every_word_on_a_claim_is_an_event_or_a_task() -> None:
    events = {verdict: said(verdict) for verdict in get_args(ClaimVerdict)}
    assert {verdict for verdict, event in events.items() if event is None} == {"not_found", "error", "unknown"}
    assert events["paid"] == events["denied"] == "accepted", "what was decided comes with the remittance"


# The table as a whole: every standing that can be reached, with up to three versions sent


def reachable() -> list[Standing]:
    found = dict.fromkeys(start(order) for order in ORDERS)  # type: ignore[arg-type]
    todo = list(found)
    while todo:
        standing = todo.pop()
        for event, version in itertools.product(get_args(Event), (None, *range(1, standing.sent + 1))):
            try:
                moved = move(standing, event, version=version, open_cents=0)
            except IllegalTransition:
                continue
            if moved not in found and moved.sent <= 3:
                found[moved] = None
                todo.append(moved)
    return list(found)


REACHABLE = reachable()


def test_every_status_can_be_reached_and_has_its_words() -> None:
    assert {one.status for one in REACHABLE} == set(get_args(InsuranceStatus)) == set(STATUSES)
    assert {one.status for one in REACHABLE if one.order == "P"} == set(STATUSES) - {"waiting"}
    assert set(EVENTS) == set(get_args(Event)) == {row.event for row in TABLE}
    assert {row.only for row in TABLE} == set(CONDITIONS)


def test_no_event_leads_to_two_places() -> None:
    for standing, event, open_cents in itertools.product(REACHABLE, get_args(Event), OPEN):
        rows = [
            row
            for row in TABLE
            if row.event == event and standing.status in row.at and CONDITIONS[row.only](standing, open_cents)
        ]
        assert len(rows) <= 1, (standing, rows)


def test_every_row_of_the_table_can_happen() -> None:
    seen = {
        (row.event, at, row.only)
        for row in TABLE
        for at in row.at
        for one in REACHABLE
        if one.status == at and CONDITIONS[row.only](one, 0)
    }
    assert seen == {(row.event, at, row.only) for row in TABLE for at in row.at}


def test_there_is_a_way_on_from_every_standing_that_is_not_at_rest() -> None:
    for standing in REACHABLE:
        if standing.status not in AT_REST:
            assert "closed" in possible(standing), standing
            assert len(possible(standing)) > 1, standing


def settled(standing: Standing) -> bool:
    return standing.status == "closed" and has_version(standing)


OURS: dict[Event, tuple[Callable[[Standing], bool], InsuranceStatus]] = {
    "changed": (lambda one: one.status in PREPARING, "draft"),
    "held": (lambda one: one.status in PREPARING, "held"),
    "released": (lambda one: one.status in ("draft", "held"), "ready"),
    "sent": (lambda one: one.status == "ready", "sent"),
    "resent": (lambda one: one.status in ("sent", "received", "rejected") and one.sent > 0, "sent"),
    "brought_over": (
        lambda one: one.status in ("waiting", *PREPARING, *AT_REST) and one.sent == 0,
        "sent",
    ),
    "appealed": (lambda one: one.status in ANSWERED or settled(one), "pended"),
    "corrected": (lambda one: one.status in ("rejected", *TAKEN_IN) or settled(one), "draft"),
    "withdrawn": (
        lambda one: (one.status in ("rejected", *TAKEN_IN) and has_version(one)) or settled(one),
        "draft",
    ),
    "voided": (
        lambda one: (
            one.status == "reversed"
            or (one.status in (*UNDER_WAY, *ANSWERED) and one.void)
            or (one.status in (*PREPARING, "rejected") and not has_version(one))
        ),
        "voided",
    ),
    "closed": (lambda one: one.status not in AT_REST, "closed"),
}


@pytest.mark.parametrize("event", OURS)
def test_what_we_may_do_and_where_it_leads(event: Event) -> None:
    may, to = OURS[event]
    for standing in REACHABLE:
        if may(standing):
            assert move(standing, event, open_cents=0).status == to
        else:
            refused(standing, event, open_cents=0)


def test_only_sending_makes_a_version_final() -> None:
    for standing in REACHABLE:
        for event in possible(standing):
            gone = move(standing, event, open_cents=0).sent - standing.sent
            assert gone == (event in ("sent", "brought_over"))


def test_a_word_of_the_insurer_is_never_refused_once_something_went_out() -> None:
    for standing, event in itertools.product(REACHABLE, WORDS):
        if standing.sent:
            move(standing, event)
        elif standing.order == "P":
            refused(standing, event)


ACKNOWLEDGMENTS: dict[Event, tuple[InsuranceStatus, ...]] = {
    "received": ("sent",),
    "accepted": ("sent", "received", "rejected"),
    "rejected": UNDER_WAY,
    "pended": ("sent", "received", "accepted", "rejected"),
}


@pytest.mark.parametrize("event", ACKNOWLEDGMENTS)
def test_an_acknowledgment_moves_only_what_it_is_news_for(event: Event) -> None:
    for standing in REACHABLE:
        if standing.sent:
            news = standing.status in ACKNOWLEDGMENTS[event]
            assert move(standing, event).status == (event if news else standing.status)


@pytest.mark.parametrize("event", ["decided", "denied", "reversed"])
def test_a_decision_is_the_last_word_but_a_void_ends_in_its_reversal(event: Event) -> None:
    for standing in REACHABLE:
        if standing.sent or standing.order != "P":
            withdrawn = standing.status == "voided" and event != "decided"
            confirmed = event == "reversed" and standing.void and standing.status in (*UNDER_WAY, "decided", "denied")
            assert move(standing, event).status == ("voided" if withdrawn or confirmed else event)


def test_a_turn_comes_once_and_what_was_closed_is_taken_up_again() -> None:
    for standing in REACHABLE:
        to = standing.status
        if standing.status == "waiting" or (standing.status == "closed" and not standing.sent):
            to = "draft"
        elif standing.status == "closed" and standing.before:
            to = standing.before
        assert move(standing, "due").status == to


def test_a_correction_can_be_dropped_until_it_is_on_its_way() -> None:
    for standing in REACHABLE:
        if standing.status in (*PREPARING, "rejected") and standing.before:
            assert move(standing, "dropped").status == standing.before
        else:
            refused(standing, "dropped")


def test_a_later_insurers_claim_may_come_by_itself_at_any_time() -> None:
    for standing in REACHABLE:
        if standing.order == "P":
            refused(standing, "forwarded")
        else:
            on_its_way = standing.status in ("waiting", *PREPARING, "rejected")
            assert move(standing, "forwarded").status == ("sent" if on_its_way else standing.status)


def test_what_to_go_back_to_is_something_the_insurer_has() -> None:
    for standing in REACHABLE:
        if standing.before is not None and standing.status != "closed":
            assert standing.before in TAKEN_IN
            assert has_version(standing)
        if standing.status in ANSWERED:
            assert standing.before is None


def test_a_void_is_only_of_what_the_insurer_has() -> None:
    for standing in REACHABLE:
        if standing.void and standing.status not in ("closed", "voided"):
            assert has_version(standing)


def test_every_label_is_used() -> None:
    assert set(LABELS) == set(get_args(InsuranceStatus))
    used = {label(Standing(order="P", status=status), paid) for status in LABELS for paid in get_args(PaidState)}
    assert used == set(get_args(Label))


# The page

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "claims.md"


@pytest.fixture(scope="module")
def docs() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "tools"))
        return importlib.import_module("gen_life_cycle_docs")


def edges_of(drawing: str) -> set[tuple[str, str, str]]:
    arrows = re.findall(r"^ +(\w+) --> (\w+): (.+)$", drawing, re.MULTILINE)
    return {(at, to, what) for at, to, words in arrows for what in words.split(", ")}


def test_the_drawing_is_the_usual_part_of_the_table(docs: ModuleType) -> None:
    page = PAGE.read_text("utf-8")
    drawn = edges_of(page[page.index("<!-- made: diagram -->") : page.index("### Versions")])
    assert drawn == set(docs.usual_edges())
    real = {(one.status, move(one, event, open_cents=0).status, event) for one in REACHABLE for event in possible(one)}
    assert drawn <= real
    assert {at for at, _, _ in drawn} | {to for _, to, _ in drawn} == set(STATUSES)


def test_the_tables_of_the_page_are_the_table(docs: ModuleType) -> None:
    page = PAGE.read_text("utf-8")
    told = re.findall(
        r"^\| `(\w+)` \| ([\w, ]+) \| (\w+|where it stood) \| [\w ]+ \| (.*?) \| .+ \|$", page, re.MULTILINE
    )
    words = {"same": "stays", "before": "where it stood"}
    assert told == [
        (row.event, ", ".join(row.at), words.get(row.to, row.to), "" if row.only == "always" else row.only)
        for row in TABLE
    ]


def test_the_money_axes_are_drawn_whole(docs: ModuleType) -> None:
    for axis, values in ((docs.Money.owes, get_args(WhoOwes)), (docs.Money.state, get_args(PaidState))):
        edges = docs.money_edges(axis)
        assert {at for at, _, _ in edges} | {to for _, to, _ in edges} == set(values)


def test_the_page_is_fresh_and_notices_what_is_stale(docs: ModuleType, tmp_path: Path) -> None:
    made = docs.parts()
    assert docs.fill(PAGE, made, ["--check"]) == 0
    page = tmp_path / "claims.md"
    page.write_text(PAGE.read_text("utf-8").replace("| `ready` |", "| `prepared` |"), "utf-8")
    assert docs.fill(page, made, ["--check"]) == 1
    assert docs.fill(page, made, []) == 0
    assert docs.fill(page, made, ["--check"]) == 0
    page.write_text("nothing", "utf-8")
    with pytest.raises(SystemExit, match="has places for"):
        docs.fill(page, made, [])


@pytest.mark.parametrize("carc", ["45", "23"])
def test_a_later_payer_with_nothing_to_add_has_decided(carc: str) -> None:
    one = Decided(
        order="S", line_id="1", charge_cents=5_000, paid_cents=0, adjustments=(Adjustment("OA", carc, 5_000),)
    )
    assert answered([one], "S") == "decided"
