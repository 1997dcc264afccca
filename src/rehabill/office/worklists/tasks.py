"""Tasks opened by what happened, and closed when it was answered."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import Q

from rehabill.model.books import PostingTask
from rehabill.office.bulk import insert
from rehabill.office.practices.scope import practice_id
from rehabill.office.worklists.credits import close_paid_back
from rehabill.office.worklists.models import Task

_ANSWERED = ("denied", "underpaid", "reversed", "bill_secondary", "line_unbalanced")
"""What a later decision of the same payer about the same line makes void."""


class Answer(NamedTuple):
    """A payer's new decision about some lines of a claim."""

    claim: int
    payer: str
    lines: frozenset[str]


def answers(said: Answer, claim: int | None, action: str, payer: str, line: str) -> bool:
    """Whether a task of an earlier decision is made void by a new one."""
    return (claim, payer) == (said.claim, said.payer) and action in _ANSWERED and (not line or line in said.lines)


def open_tasks(tasks: Sequence[tuple[PostingTask, int | None]], source: str, at: dt.datetime) -> None:
    """Put tasks on the list, each with its claim where there is one. A credit that the same payment took back further
    on is done at once. After the journal was written.
    """
    practice = practice_id()
    insert(
        Task,
        ("practice", "action", "state", "claim", "line", "payer", "cents", "why", "carcs", "remarks", "source",
         "opened_at"),
        [
            (
                practice, task.action, "open", claim, task.line, task.payer, task.cents, task.why,
                " ".join(task.carcs), " ".join(task.remarks), source, at,
            )
            for task, claim in tasks
        ],
    )  # fmt: skip
    if credits := [claim for task, claim in tasks if task.action == "credit"]:
        close_paid_back(Q(claim__in=credits), at)


def close_answered(said: Sequence[Answer], at: dt.datetime) -> None:
    """The tasks of earlier decisions that these make void are done, and those of credits they took back. After the
    journal was written, before the new ones are opened.
    """
    by_claim: dict[int, list[Answer]] = {}
    for one in said:
        by_claim.setdefault(one.claim, []).append(one)
    waiting = Task.objects.filter(claim__in=list(by_claim), state="open", action__in=_ANSWERED)
    done = [
        id_
        for id_, claim, action, payer, line in waiting.values_list("id", "claim_id", "action", "payer", "line")
        if any(answers(one, claim, action, payer, line) for one in by_claim.get(claim or 0, ()))
    ]
    if done:
        Task.objects.filter(id__in=done).update(state="done", closed_at=at)
    close_paid_back(Q(claim__in=list(by_claim)), at)


def hold_file(name: str, file: int, reasons: Sequence[str], cents: int, at: dt.datetime) -> None:
    """One task for a file that was not posted; posting it again opens no second one."""
    Task.objects.get_or_create(
        action="file_held",
        source=f"file {file}",
        state="open",
        defaults={"why": f"{name} was not posted: {' '.join(reasons)}", "cents": cents, "opened_at": at},
    )
