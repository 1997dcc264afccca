"""A bank's line without a number of its own."""

import datetime as dt
import hashlib
from collections import Counter

from rehabill.model.bank import BankLine

Seen = Counter[tuple[object, ...]]
"""How often each content was met in the statement being read."""


def without_number(day: dt.date, cents: int, words: str, reference: str, account: str, seen: Seen) -> BankLine:
    """Its id is the hash of all it says, and of how often the same was said before it in the statement.

    So two visits' copays of one day are two lines, and the statement read again gives the same two.
    """
    content = (day, cents, words, reference, account)
    seen[content] += 1
    text = "\x1f".join(map(str, (*content, seen[content])))
    return BankLine(*content, id=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:20])
