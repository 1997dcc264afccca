"""Entries of the journal as the ledger knows them, read back."""

from collections import defaultdict
from collections.abc import Collection

from rehabill.ledger.entry import Entry as Made
from rehabill.ledger.entry import Place
from rehabill.ledger.entry import Posting as MadePosting
from rehabill.office.money.models import Entry, Posting


def read_entries(numbers: Collection[int]) -> dict[int, Made]:
    """By their numbers, in the order of these."""
    postings: dict[int, list[MadePosting]] = defaultdict(list)
    rows = Posting.objects.filter(entry__in=numbers).order_by("entry_id", "number")
    for entry, cents, *place in rows.values_list(
        "entry_id", "cents", "account", "party", "order", "claim", "line", "reason"
    ):
        postings[entry].append(MadePosting(Place(*place), cents))
    heads = Entry.objects.filter(id__in=numbers).order_by("id").values_list("id", "day", "kind", "source", "text")
    return {
        id_: Made(day=day, kind=kind, source=source, text=text, postings=tuple(postings[id_]))
        for id_, day, kind, source, text in heads
    }
