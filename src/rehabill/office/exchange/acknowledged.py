"""TA1, 999 and 277CA: brought to the claims they answer, which move by them; what a person must mend becomes a task."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from rehabill.edi.acknowledgments import read_acknowledgments, tie
from rehabill.engine.life_cycle.axes import said
from rehabill.model.acknowledgment import Acknowledgments, SentClaim
from rehabill.model.books import PostingTask
from rehabill.model.claim_status import ClaimStatus
from rehabill.office.bulk import among, insert
from rehabill.office.claims.happened import Happened, record
from rehabill.office.claims.models import Claim
from rehabill.office.exchange.models import Acknowledgment, File
from rehabill.office.exchange.sent import WentOut, claims_of, files_of, last_files_of
from rehabill.office.practices.scope import practice_id
from rehabill.office.worklists.models import Task
from rehabill.office.worklists.tasks import open_tasks

_NOTHING_SAID = ("waiting", "unknown", "error")
_FOR_A_PERSON = {"rejected": "rejected", "information_wanted": "information_wanted", "not_found": "lost"}
"""The task that a verdict asks for."""


class Word(NamedTuple):
    """What an answer says of a claim that went out."""

    claim: WentOut
    verdict: str
    sentence: str
    faults: tuple[str, ...] = ()
    status: ClaimStatus | None = None


def apply_acknowledgments(file: File, by: str, at: dt.datetime) -> str:
    """Inside a transaction. Returns what it did, in a sentence. What answers no file of ours becomes a task."""
    answers, findings = read_acknowledgments(bytes(file.content))
    told: Counter[str] = Counter()
    unknown = _unknown(answers)
    for ours in _answered(answers):
        concerned = _about(answers, ours)
        unknown -= _names(concerned)
        words = list(_words(concerned, ours))
        put_down(words, file, _kind(concerned), by, at)
        told.update(word.verdict for word in words)
        if ours.kind != "837P":
            told.update(_of_question(concerned, ours, file, at))
    wrong = [one.message for one in findings if one.severity == "error"]
    if unknown or wrong:
        _unclear(file, sorted(unknown), wrong, at)
    return _told(told, unknown, wrong)


def _answered(answers: Acknowledgments) -> list[File]:
    """The files of ours that are answered: by their control numbers, or by the claims that are named."""
    numbers = {one.control for one in answers.interchanges} | {one.control.zfill(9) for one in answers.groups}
    numbers |= {(one.batch_reference or "")[:9] for one in answers.batches}
    found = {one.id: one for one in files_of(numbers)}
    held = {name for one in found.values() for name in claims_of(one)} if answers.batches else set()
    named = [one.claim_number or "" for batch in answers.batches for one in batch.claims]
    if missing := [name for name in named if name and name not in held]:
        found |= {one.id: one for one in last_files_of(missing)}
    return [found[id_] for id_ in sorted(found)]


def _about(answers: Acknowledgments, ours: File) -> Acknowledgments:
    """What of the answers concerns that file."""
    names = set(claims_of(ours))
    batches = []
    for batch in answers.batches:
        is_ours = (batch.batch_reference or "")[:9] == ours.interchange
        claims = tuple(one for one in batch.claims if one.claim_number in names)
        if claims or (is_ours and not batch.claims):
            batches.append(msgspec.structs.replace(batch, claims=claims))
    return Acknowledgments(
        interchanges=tuple(one for one in answers.interchanges if one.control == ours.interchange),
        groups=tuple(one for one in answers.groups if one.control.zfill(9) == ours.interchange),
        batches=tuple(batches),
    )


def _kind(answers: Acknowledgments) -> str:
    """The layer that says most."""
    return "277CA" if answers.batches else "999" if answers.groups else "TA1"


def _words(answers: Acknowledgments, ours: File) -> Iterable[Word]:
    """What is said of each claim of the file; nothing of those that are not named."""
    went = claims_of(ours)
    if not went:
        return
    for one in tie(answers, bytes(ours.content)).claims:
        if one.verdict not in _NOTHING_SAID and one.claim_number in went:
            faults = tuple(each.sentence for each in one.faults)
            yield Word(went[one.claim_number], one.verdict, one.sentence, faults + _of_lines(one), one.status)


def _of_lines(one: SentClaim) -> tuple[str, ...]:
    """What is said of single lines, by their number on our claim."""
    if one.status is None:
        return ()
    found = []
    for place, line in enumerate(one.status.lines):
        if line.verdict == "rejected":
            number = one.lines.get(place)
            found.append(line.sentence if number is None else f"Line {number + 1}: {line.sentence}")
    return tuple(found)


def put_down(words: list[Word], file: File, kind: str, by: str, at: dt.datetime) -> None:
    """The answers on record, the claims moved by them, a task for each that needs a person."""
    practice = practice_id()
    insert(
        Acknowledgment,
        ("practice", "file", "claim", "submission", "kind", "verdict", "accepted", "codes", "text", "at"),
        [
            (practice, file.id, one.claim.claim, one.claim.submission or None, kind, one.verdict,
             one.verdict not in _FOR_A_PERSON, msgspec.json.encode(_codes(one.status)).decode(), one.sentence, at)
            for one in words
        ],
    )  # fmt: skip
    record([event for one in words if (event := _event(one, file))], by, at)
    waiting = _for_a_person_still(words)
    _close_answered(words, waiting, at)
    tasks = [
        (
            PostingTask(
                action=_FOR_A_PERSON[one.verdict],  # type: ignore[arg-type]
                why=" ".join((one.sentence, *one.faults)),
                claim=one.claim.number,
            ),
            one.claim.claim,
        )
        for one in words
        if one.claim.claim in waiting and one.verdict in _FOR_A_PERSON
    ]
    open_tasks(tasks, file.name, at)


def _event(one: Word, file: File) -> Happened | None:
    event = "rejected" if one.verdict == "not_found" else said(one.verdict)  # type: ignore[arg-type]
    if event is None:
        return None
    claim, status = one.claim, one.status
    number = (status.payer_claim_number or "") if status else ""
    return Happened(claim.claim, claim.order, event, one.sentence, file.name, "", number, claim.version)


def _for_a_person_still(words: list[Word]) -> set[int]:
    """The claims of them that wait for us at that insurer: an answer about an earlier version, or one that a remittance
    has overtaken, asks for nothing.
    """
    orders = {one.claim.claim: one.claim.order for one in words}
    rows = Claim.objects.filter(id__in=among("bigint", list(orders))).values_list("id", "standings")
    return {
        id_
        for id_, standings in rows
        if any(one.order == orders[id_] and one.status in ("rejected", "pended") for one in standings)
    }


def _close_answered(words: list[Word], waiting: set[int], at: dt.datetime) -> None:
    """Silence is over; what waited for us is told anew, or waits no more. A receipt that comes after the rejection
    changes nothing.
    """
    said = {one.claim.claim for one in words}
    over = (said - waiting) | {one.claim.claim for one in words if one.verdict in _FOR_A_PERSON}
    for claims, actions in ((said, ("silent",)), (over, tuple(_FOR_A_PERSON.values()))):
        rows = Task.objects.filter(claim__in=among("bigint", list(claims)), state="open", action__in=actions)
        rows.update(state="done", closed_at=at)


def _codes(status: ClaimStatus | None) -> list[str]:
    """As in `A7:562:82`."""
    if status is None:
        return []
    reasons = [reason for state in status.states for reason in state.reasons]
    return list(dict.fromkeys(":".join(filter(None, (one.category, one.code, one.entity))) for one in reasons))


def _of_question(answers: Acknowledgments, ours: File, file: File, at: dt.datetime) -> list[str]:
    """A question of ours that could not be read gets no answer: a task."""
    rejected = [one.sentence for one in answers.interchanges if one.verdict == "rejected"]
    rejected += [one.sentence for one in answers.groups if one.verdict == "rejected"]
    if rejected:
        why = f"{ours.name} was turned back, so it gets no answer: {' '.join(rejected)}"
        open_tasks([(PostingTask(action="answer_unclear", why=why), None)], file.name, at)
    return [f"{ours.kind} {'rejected' if rejected else 'received'}"]


def _unknown(answers: Acknowledgments) -> set[str]:
    """Everything that is answered, by its name; what is found among ours is taken off."""
    return _names(answers)


def _names(answers: Acknowledgments) -> set[str]:
    found = {f"interchange {one.control}" for one in answers.interchanges}
    found |= {f"group {one.control}" for one in answers.groups}
    return found | {f"claim {one.claim_number}" for batch in answers.batches for one in batch.claims}


def _unclear(file: File, unknown: list[str], wrong: list[str], at: dt.datetime) -> None:
    parts = [f"it answers {', '.join(unknown[:5])}, which was not sent from these books"] if unknown else []
    why = f"{file.name}: {'; '.join([*parts, *wrong[:3]])}"
    open_tasks([(PostingTask(action="answer_unclear", why=why), None)], file.name, at)


def _told(told: Counter[str], unknown: set[str], wrong: list[str]) -> str:
    parts = [f"{count} {verdict.replace('_', ' ')}" for verdict, count in sorted(told.items())]
    parts += [f"{len(unknown)} not known"] if unknown else []
    parts += [f"{len(wrong)} faults"] if wrong else []
    return ", ".join(parts) or "nothing is said in it"
