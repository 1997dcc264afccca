"""Sums over entries: the trial balance, and the balance of any places."""

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

from rehabill.ledger.entry import Entry, Place

Key = TypeVar("Key", bound=Hashable)


def balances(entries: Iterable[Entry], by: Callable[[Place], Key]) -> dict[Key, int]:
    """Cents by whatever `by` says of a place, in the order first met; places that came to zero are left out."""
    sums: dict[Key, int] = {}
    for one in entries:
        for posting in one.postings:
            key = by(posting.place)
            sums[key] = sums.get(key, 0) + posting.cents
    return {key: cents for key, cents in sums.items() if cents}


def trial_balance(entries: Iterable[Entry]) -> dict[str, int]:
    """Cents by account; all of them together are zero."""
    return balances(entries, lambda place: place.account)
