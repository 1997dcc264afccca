"""Where is my claim? Questions (276) made, and answers (277) brought to the questions they answer."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence

from rehabill.almanac.edition import Almanac
from rehabill.base.errors import InputError
from rehabill.edi.claim_837p import Envelope
from rehabill.edi.status_276 import read_277, status_request, write_276
from rehabill.model.books import Order, PostingTask
from rehabill.model.claim_status import ClaimStatus, StatusAnswer, StatusRequest
from rehabill.office.claims.billing import profiles
from rehabill.office.exchange.acknowledged import Word, put_down
from rehabill.office.exchange.models import File, Inquiry, Partner
from rehabill.office.exchange.ours import addressed, next_control_number, write_down
from rehabill.office.exchange.outbox import queue
from rehabill.office.exchange.sent import Last, WentOut, last_of
from rehabill.office.practices.models import Practice
from rehabill.office.worklists.tasks import open_tasks

_DECIDED = ("finalised", "paid", "denied", "revised", "no_payment")
_UNCLEAR = ("unknown", "error", "split")


def ask(
    practice: Practice,
    partner: Partner,
    claims: Sequence[tuple[int, Order]],
    almanac: Almanac,
    moment: dt.datetime,
    by: str,
    at: dt.datetime,
) -> tuple[int, list[str]]:
    """Queue one file of questions about claims that went out: how many, and why some cannot be asked about. Inside a
    transaction, in one's turn.
    """
    record = addressed(practice, partner, moment.date())
    habits = profiles(almanac, moment.date())
    number = next_control_number()
    asked: list[tuple[Last, StatusRequest]] = []
    wrong: list[str] = []
    for went in last_of(claims):
        trace = f"{number:09d}-{len(asked) + 1}"
        try:
            request = status_request(
                went.record,
                record,
                trace,
                profile=habits.get(went.record.payer),
                payer_claim_number=went.payer_claim_number or None,
            )
            write_276([request], record, Envelope(control_number=number, created=moment))
        except InputError as error:
            wrong.append(f"{went.record.claim_number}: {error}")
            continue
        asked.append((went, request))
    if not asked:
        return 0, wrong
    content = write_276([one for _, one in asked], record, Envelope(control_number=number, created=moment))
    file = write_down("276", f"status-{number:09d}.276", number, content, by, at)
    Inquiry.objects.bulk_create(
        Inquiry(trace=one.trace, claim_id=went.claim, order=went.order, record=one, file=file, at=at)  # type: ignore[misc]
        for went, one in asked
    )
    queue(file, partner, at)
    return len(asked), wrong


def apply_statuses(file: File, by: str, at: dt.datetime) -> str:
    """Inside a transaction. Returns what it did, in a sentence."""
    answers, findings = read_277(bytes(file.content))
    told: Counter[str] = Counter()
    words: list[Word] = []
    tasks: list[tuple[PostingTask, int | None]] = []
    for status in (one for answer in answers for one in answer.claims):
        inquiry = Inquiry.objects.filter(trace=status.trace or "").select_related("claim").first()
        if inquiry is None:
            why = f"{file.name} answers a question {status.trace or 'without a number'} that was not asked here"
            tasks.append((PostingTask(action="answer_unclear", why=why), None))
            told["not known"] += 1
            continue
        told[status.verdict] += 1
        _answered(inquiry, status, file, at)
        words.append(_word(inquiry, status))
        if (task := _task(inquiry, status)) is not None:
            tasks.append((task, inquiry.claim_id))
    put_down([one for one in words if one.verdict not in _UNCLEAR], file, "277", by, at)
    tasks += [(one, None) for one in _of_payers(answers, file)]
    wrong = [one.message for one in findings if one.severity == "error"]
    if wrong:
        tasks.append((PostingTask(action="answer_unclear", why=f"{file.name}: {'; '.join(wrong[:3])}"), None))
    open_tasks(tasks, file.name, at)
    return ", ".join(f"{count} {verdict.replace('_', ' ')}" for verdict, count in sorted(told.items())) or "no answer"


def _answered(inquiry: Inquiry, status: ClaimStatus, file: File, at: dt.datetime) -> None:
    Inquiry.objects.filter(id=inquiry.id).update(
        answer=file, verdict=status.verdict, text=status.sentence, answered_at=at
    )


def _word(inquiry: Inquiry, status: ClaimStatus) -> Word:
    order: Order = inquiry.order  # type: ignore[assignment]
    claim = WentOut(0, inquiry.claim_id, inquiry.claim.number, order, None)
    return Word(claim, status.verdict, status.sentence, status=status)


def _task(inquiry: Inquiry, status: ClaimStatus) -> PostingTask | None:
    """A decision of which no remittance came; an answer nobody can use."""
    number = inquiry.claim.number
    standing = next((one.status for one in inquiry.claim.standings if one.order == inquiry.order), "")
    if status.verdict in _DECIDED and standing in ("sent", "received", "accepted", "pended"):
        why = f"{status.sentence} Its remittance did not come: ask for it, or look for the payment."
        return PostingTask(action="silent", why=why, claim=number)
    if status.verdict in _UNCLEAR:
        return PostingTask(action="answer_unclear", why=status.sentence, claim=number)
    return None


def _of_payers(answers: Sequence[StatusAnswer], file: File) -> list[PostingTask]:
    """Payers that answered the question as a whole, and no claim."""
    return [
        PostingTask(action="answer_unclear", why=f"{file.name}: {one.sentence}")
        for one in answers
        if not one.claims and one.sentence
    ]
