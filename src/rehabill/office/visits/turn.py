"""One after the other: work on a practice's visits, claims and money that two people must not do at the same time."""

from rehabill.office.practices.models import Practice
from rehabill.office.practices.scope import practice_id


def take_turn() -> None:
    """Wait, inside a transaction, until nobody else records, bills, sends or posts here; SQLite does so by itself."""
    Practice.objects.select_for_update(no_key=True).get(id=practice_id())
