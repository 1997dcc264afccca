"""Entries into the books, many at a time, with the summaries that follow from them in the same transaction."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from rehabill.ledger.entry import Entry as Made
from rehabill.ledger.entry import check
from rehabill.office.bulk import insert, take_ids
from rehabill.office.money import summary
from rehabill.office.money.models import Entry, Posting, Seal
from rehabill.office.practices.scope import practice_id


def write(entries: Sequence[Made], by: str, at: dt.datetime) -> list[int]:
    """Enter them, in their order; returns their numbers. Raises `UnbalancedEntry`; the database refuses closed months.

    What is owed and each claim's sums (`money.summary`) move with them.
    """
    if not entries:
        return []
    for one in entries:
        check(one.postings, one.source)
    practice = practice_id()
    with transaction.atomic(savepoint=False):
        ids = list(take_ids(Entry, len(entries)))
        insert(
            Entry,
            ("id", "practice", "day", "kind", "source", "text", "at", "by", "seal"),
            [
                (n, practice, one.day, one.kind, one.source, one.text, at, by, n)
                for n, one in zip(ids, entries, strict=True)
            ],
        )
        insert(
            Posting,
            ("practice", "entry", "number", "account", "party", "order", "claim", "line", "reason", "cents"),
            [
                (practice, n, number, to.account, to.party, to.order, to.claim, to.line, to.reason, posting.cents)
                for n, one in zip(ids, entries, strict=True)
                for number, posting in enumerate(one.postings, 1)
                for to in (posting.place,)
            ],
        )
        insert(Seal, ("id", "practice"), [(n, practice) for n in ids])
        summary.apply(entries, at.date())
    return ids
