"""Claims go out once, what comes back is applied once, and silence is noticed."""

import datetime as dt
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest
from tests.office.conftest import WEEK
from tests.office.exchange.receiver import Office, Receiver, partner, status_answer
from tests.office.office_cli import run

from rehabill.base.finding import Finding
from rehabill.office.claims.models import Claim, ClaimEvent
from rehabill.office.exchange.again import resend, retry
from rehabill.office.exchange.connectors.connector import Outgoing, Receipt, Remote
from rehabill.office.exchange.connectors.errors import Unreachable
from rehabill.office.exchange.connectors.open import open_connector
from rehabill.office.exchange.connectors.settings import PartnerSettings
from rehabill.office.exchange.models import Acknowledgment, Arrival, Egress, File, Inquiry, Submission, Transmission
from rehabill.office.exchange.partners import pause
from rehabill.office.exchange.reconcile import reconciled
from rehabill.office.exchange.sync import preview
from rehabill.office.money.models import Decision
from rehabill.office.practices.models import Practice
from rehabill.office.worklists.models import Task

ONE = "EX0304-01"


@pytest.fixture
def house(practice: Practice, tmp_path: Path) -> Receiver:
    partner(tmp_path / "house")
    return Receiver(tmp_path / "house")


@pytest.fixture
def office(practice: Practice, house: Receiver, tmp_path: Path) -> Office:
    """The example week is billed and waits for its partner."""
    run("import", "visits", WEEK / "visits.csv", WEEK / "visits.jsonl")
    run("bill", "--out", tmp_path / "out", "--created", "2026-03-09T08:00")
    return Office(practice)


def standing(number: str) -> str:
    return str(Claim.objects.get(number=number).insurance)


def open_tasks(action: str) -> list[str]:
    return list(Task.objects.filter(action=action, state="open").order_by("id").values_list("why", flat=True))


class TestSending:
    def test_every_ready_claim_goes_once(self, office: Office, house: Receiver) -> None:
        ready = Claim.objects.filter(insurance="ready").count()
        told = office.sync()
        (sent,) = house.take()
        assert ready and told.queued == ready == sent.count(b"~CLM*")
        assert hashlib.sha256(sent).hexdigest() == told.went[0].sha256 == Egress.objects.latest("id").sha256
        again = office.sync()
        assert (again.queued, again.went, house.take()) == (0, [], [])

    def test_bill_leaves_them_to_sync(self, office: Office, tmp_path: Path) -> None:
        assert not list((tmp_path / "out").glob("*.837"))

    def test_dry_run_shows_the_bytes_and_keeps_nothing(self, office: Office, house: Receiver) -> None:
        ((to, name, content),) = preview(office.exchange())
        assert (to, name) == ("house", "claims-000000001.837")
        assert house.take() == [] and not File.objects.exists() and not Transmission.objects.exists()
        office.sync()
        assert house.take() == [content]

    def test_what_leaves_is_on_record_before_it_does(self, office: Office, house: Receiver) -> None:
        office.sync()
        assert list(Egress.objects.order_by("id").values_list("what", flat=True)) == ["begun", "laid_down", "sent"]

    def test_a_paused_partner_gets_nothing(self, office: Office, house: Receiver) -> None:
        pause("house", "moving to another contract")
        office.sync()
        assert house.take() == []
        pause("house", "")
        assert office.sync().went and len(house.take()) == 1

    def test_a_file_holds_as_many_claims_as_the_partner_takes(
        self, office: Office, house: Receiver, tmp_path: Path
    ) -> None:
        partner(tmp_path / "house", claims_per_file=10, one_payer_per_file=True)
        told = office.sync()
        files = house.take()
        assert sum(one.count(b"~CLM*") for one in files) == told.queued
        assert max(one.count(b"~CLM*") for one in files) == 10
        assert {len(set(_payers(one))) for one in files} == {1}
        numbers = [one.split(b"*")[13] for one in files]
        assert len(set(numbers)) == len(files) > 6

    @pytest.mark.parametrize(("usage", "mark"), [("P", "test"), ("T", "production")])
    def test_test_and_production_never_mix(
        self, office: Office, house: Receiver, tmp_path: Path, usage: str, mark: str
    ) -> None:
        partner(tmp_path / "house", usage=usage)
        Practice.objects.update(usage="T" if usage == "P" else "P")
        office.practice.refresh_from_db()
        told = office.sync()
        assert "no claim is sent" in told.troubles[0] and "must be the same" in told.troubles[0]
        assert house.take() == [] and not Egress.objects.exists()

    def test_a_queued_test_file_does_not_go_to_production(
        self, office: Office, house: Receiver, tmp_path: Path
    ) -> None:
        office.exchange().queue(_routes())
        partner(tmp_path / "house", usage="P")
        told = office.sync()
        assert "marked T (test)" in told.troubles[0]
        assert house.take() == [] and list(Egress.objects.values_list("what", flat=True)) == ["refused"]
        assert "did not go to house" in open_tasks("not_sent")[0]
        partner(tmp_path / "house", usage="T")
        retry("claims-000000001.837", office.now)
        assert open_tasks("not_sent") == [] and office.sync().went


def _payers(file: bytes) -> list[bytes]:
    return [one.split(b"*")[9] for one in file.split(b"~") if one.startswith(b"NM1*PR*")]


def _routes() -> Any:
    from rehabill.office.exchange.routes import Routes

    return Routes()


class _Breaks:
    """The line is cut at a step: before it, or after the partner has done it and before we know."""

    def __init__(self, partner: str, settings: PartnerSettings, step: str, times: list[int]) -> None:
        self._inner = open_connector(partner, settings)
        self._step = step
        self._times = times

    def __enter__(self) -> Self:
        self._inner.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._inner.__exit__(kind, error, trace)

    def _break(self, step: str) -> None:
        if step == self._step and self._times[0]:
            self._times[0] -= 1
            raise Unreachable("house: the line is cut")

    def send(self, file: Outgoing, laid_down: Callable[[], None]) -> Receipt:
        self._break("before send")

        def laid() -> None:
            self._break("before laid down")
            laid_down()
            self._break("after laid down")

        receipt = self._inner.send(file, laid)
        self._break("after send")
        return receipt

    def list(self) -> list[Remote]:
        self._break("list")
        return self._inner.list()

    def fetch(self, remote: Remote) -> bytes:
        self._break("before fetch")
        content = self._inner.fetch(remote)
        self._break("after fetch")
        return content

    def confirm(self, remote: Remote) -> None:
        self._break("before confirm")
        self._inner.confirm(remote)
        self._break("after confirm")


class TestCut:
    @pytest.mark.parametrize("taken_at_once", [False, True])
    @pytest.mark.parametrize("step", ["before send", "before laid down", "after laid down", "after send"])
    def test_sent_once_all_the_same(self, office: Office, house: Receiver, step: str, taken_at_once: bool) -> None:
        office.connect = lambda partner, settings: _Breaks(partner, settings, step, times)
        times = [2]
        got = []
        for _ in range(4):
            office.sync(days=0.5)
            got += house.take() if taken_at_once else []
        got += house.take()
        assert len(got) == 1
        assert Transmission.objects.get().state == "sent"
        assert not list((house.root / "in").iterdir())

    @pytest.mark.parametrize("step", ["list", "before fetch", "after fetch", "before confirm", "after confirm"])
    def test_fetched_once_all_the_same(self, office: Office, house: Receiver, step: str) -> None:
        office.sync()
        (sent,) = house.take()
        house.give("a.999", house.receipt(sent))
        times = [2]
        office.connect = lambda partner, settings: _Breaks(partner, settings, step, times)
        for _ in range(4):
            office.sync(days=0.1)
        (arrival,) = Arrival.objects.all()
        assert (arrival.state, arrival.confirmed_at is not None) == ("done", True)
        claims = Submission.objects.count()
        assert Acknowledgment.objects.count() == claims == ClaimEvent.objects.filter(kind="received").count()
        assert not list((house.root / "out").glob("*.999"))


class TestAnswers:
    def test_acceptance_moves_claims(self, office: Office, house: Receiver) -> None:
        office.sync()
        (sent,) = house.take()
        assert standing(ONE) == "sent"
        house.give("1.999", house.receipt(sent))
        office.sync(days=0.1)
        assert standing(ONE) == "received"
        house.give("2.277", house.acceptance(sent))
        office.sync(days=0.5)
        assert standing(ONE) == "accepted" and Claim.objects.get(number=ONE).payer_claim_number.startswith("ICN")
        (row,) = reconciled()
        assert (row.sent, row.accepted, row.rejected, row.waiting) == (sent.count(b"~CLM*"), row.sent, 0, 0)
        assert not Task.objects.filter(state="open").exists()

    def test_both_at_once_in_the_wrong_order(self, office: Office, house: Receiver) -> None:
        office.sync()
        (sent,) = house.take()
        house.give("1.277", house.acceptance(sent))
        house.give("2.999", house.receipt(sent))
        told = office.sync(days=1)
        assert [one.kind for one in told.came] == ["999", "277CA"]
        assert standing(ONE) == "accepted"

    def test_a_rejected_claim_names_the_field(self, office: Office, house: Receiver) -> None:
        office.sync()
        (sent,) = house.take()
        wrong = Finding(
            "PT900", "slug", "format", "error", "fail", "lines[0].charge_cents", "The charge is not the fee."
        )
        house.give("1.277", house.acceptance(sent, EX0304_01=(wrong,)))
        office.sync(days=1)
        assert standing(ONE) == "rejected"
        (why,) = open_tasks("rejected")
        assert "Line 1" in why
        (row,) = reconciled()
        assert (row.accepted, row.rejected, row.waiting) == (row.sent - 1, 1, 0)

    def test_a_receipt_after_the_rejection_takes_no_task_away(self, office: Office, house: Receiver) -> None:
        office.sync()
        (sent,) = house.take()
        wrong = Finding("PT900", "slug", "format", "error", "fail", "subscriber.member_id", "Nobody has that number.")
        house.give("1.277", house.acceptance(sent, EX0304_01=(wrong,)))
        office.sync(days=0.1)
        house.give("2.999", house.receipt(sent))
        office.sync(days=0.1)
        assert standing(ONE) == "rejected" and len(open_tasks("rejected")) == 1
        house.give("3.277", house.acceptance(sent, EX0304_01=(wrong,)) + b"\n")
        office.sync(days=0.1)
        assert len(open_tasks("rejected")) == 1
        house.give("4.277", house.acceptance(sent))
        office.sync(days=0.1)
        assert standing(ONE) == "accepted" and open_tasks("rejected") == []

    def test_the_same_answers_again_do_nothing(self, office: Office, house: Receiver) -> None:
        office.sync()
        (sent,) = house.take()
        answer = house.acceptance(sent)
        house.give("1.277", answer)
        office.sync(days=1)
        events = ClaimEvent.objects.count()
        house.give("another-name.277", answer)
        told = office.sync(days=1)
        assert [one.state for one in told.came] == [] and ClaimEvent.objects.count() == events
        assert list(Arrival.objects.order_by("id").values_list("state", flat=True)) == ["done", "seen"]

    def test_a_remittance_is_posted(self, office: Office, house: Receiver) -> None:
        office.sync()
        house.give("week.835", (WEEK / "remittance.835").read_bytes())
        told = office.sync(days=23)
        assert "posted" in told.came[0].what and Decision.objects.count() > 50
        decisions = Decision.objects.count()
        house.give("once-more.835", (WEEK / "remittance.835").read_bytes())
        office.sync(days=1)
        assert Decision.objects.count() == decisions

    def test_a_file_still_being_written_waits(self, office: Office, house: Receiver) -> None:
        office.sync()
        (sent,) = house.take()
        answer = house.acceptance(sent)
        house.give("1.277", answer[: len(answer) // 2])
        assert office.sync(days=0.1).came == []
        assert Arrival.objects.get().state == "incomplete" and (house.root / "out" / "1.277").exists()
        house.give("1.277", answer)
        office.sync(days=0.1)
        assert standing(ONE) == "accepted" and Arrival.objects.get().state == "done"

    def test_a_file_that_stays_cut_is_put_aside(self, office: Office, house: Receiver) -> None:
        office.sync()
        (sent,) = house.take()
        house.give("1.277", house.acceptance(sent)[:900])
        office.sync(days=0.1)
        told = office.sync(days=1.1)
        assert told.came[0].state == "quarantined" and "no end" in open_tasks("file_unreadable")[0]

    @pytest.mark.parametrize("content", [b"", b"Dear customer,\n", b"PK\x03\x04\x00", b"ISA", "ISÄ*".encode()])
    def test_anything_else_is_put_aside(self, office: Office, house: Receiver, content: bytes) -> None:
        house.give("letter.txt", content)
        office.sync()
        told = office.sync(days=1.5)
        assert Arrival.objects.get().state == "quarantined", told
        assert len(open_tasks("file_unreadable")) == 1
        assert not [one for one in (house.root / "out").iterdir() if one.is_file()]

    def test_another_file_under_a_name_used_before(self, office: Office, house: Receiver) -> None:
        """Also one of the same length, that came in the same moment by the partner's clock."""
        for text in (b"A letter.", b"A lettre."):
            house.give("mail.txt", text)
            os.utime(house.root / "out" / "mail.txt", (1_000_000, 1_000_000))
            office.sync(days=0.1)
        assert {bytes(one.file.content) for one in Arrival.objects.all()} == {b"A letter.", b"A lettre."}

    def test_a_file_that_takes_its_place_before_it_is_put_away(self, office: Office, house: Receiver) -> None:
        house.give("mail.txt", b"A letter.")
        with open_connector("house", partner(house.root).record.by) as connector:
            (remote,) = connector.list()
            house.give("mail.txt", b"Another letter.")
            connector.confirm(remote)
            (other,) = connector.list()
            assert connector.fetch(other) == b"Another letter."

    def test_an_answer_to_nothing_of_ours(self, office: Office, house: Receiver) -> None:
        office.sync()
        (sent,) = house.take()
        house.give("1.999", house.receipt(sent).replace(b"AK1*HC*1*", b"AK1*HC*77*"))
        told = office.sync(days=0.1)
        assert told.came[0].state == "done" and "not sent from these books" in open_tasks("answer_unclear")[0]
        assert standing(ONE) == "sent"


class TestSilence:
    def test_without_receipt_the_payer_is_asked_then_a_person(self, office: Office, house: Receiver) -> None:
        count = office.sync().queued  # Monday
        house.take()
        assert office.sync(days=1).asked == 0  # Tuesday is in time
        assert office.sync(days=1).asked == count  # Wednesday is not
        (question,) = house.take()
        assert question.count(b"~TRN*1*") == count == Inquiry.objects.count()
        assert office.sync(days=2).silent == 0  # the answer may take two business days
        assert office.sync(days=3).silent == count  # Monday
        assert office.sync(days=1).silent == 0 and len(open_tasks("silent")) == count
        assert house.take() == []

    def test_a_weekend_is_no_silence(self, office: Office, house: Receiver) -> None:
        office.now += dt.timedelta(days=4)  # Friday
        office.sync()
        assert office.sync(days=3).asked == 0  # Monday

    def test_a_lost_claim_is_sent_again_only_by_a_person(self, office: Office, house: Receiver) -> None:
        office.sync()
        (sent,) = house.take()
        house.give("1.999", house.receipt(sent))
        office.sync(days=0.1)
        told = office.sync(days=4)  # Friday: no 277CA for more than three business days
        assert told.asked
        (question,) = house.take()
        house.give("2.277", status_answer(question, "A4", "35"))
        office.sync(days=0.1)
        assert standing(ONE) == "rejected" and len(open_tasks("lost")) == told.asked
        assert house.take() == []
        resend(office.practice, office.exchange().almanac, [ONE], "never got there", office.now, "test", office.now)
        office.sync(days=0.1)
        (again,) = house.take()
        assert again.count(b"~CLM*") == 1 and again.split(b"*")[13] not in (sent.split(b"*")[13],)
        assert standing(ONE) == "sent"
        assert ClaimEvent.objects.filter(kind="resent", why="never got there").count() == 1

    def test_what_went_again_is_asked_about_anew(self, office: Office, house: Receiver) -> None:
        office.sync()
        house.take()
        office.sync(days=2)
        (question,) = house.take()
        house.give("2.277", status_answer(question, "A4", "35"))
        office.sync(days=0.1)
        resend(office.practice, office.exchange().almanac, [ONE], "never got there", office.now, "test", office.now)
        office.sync()
        house.take()
        assert office.sync(days=6).asked == 1
        (question,) = house.take()
        assert question.count(b"~TRN*1*") == 1

    def test_in_process_is_asked_again_later(self, office: Office, house: Receiver) -> None:
        office.sync()
        (sent,) = house.take()
        house.give("1.277", house.acceptance(sent))
        office.sync(days=1)
        told = office.sync(days=30)
        (question,) = house.take()
        house.give("2.277", status_answer(question, "P1", "20"))
        office.sync(days=0.1)
        assert standing(ONE) == "pended"
        assert office.sync(days=10).asked == 0
        assert office.sync(days=6).asked == told.asked
        assert not Task.objects.filter(state="open").exists()

    def test_decided_without_remittance(self, office: Office, house: Receiver) -> None:
        office.sync()
        house.take()
        office.sync(days=2)
        (question,) = house.take()
        house.give("2.277", status_answer(question, "F1", "65"))
        office.sync(days=0.1)
        assert "remittance did not come" in open_tasks("silent")[0]
