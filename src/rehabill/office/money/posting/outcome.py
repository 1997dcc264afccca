"""What came of a file, for the screen and for programs."""

import msgspec

from rehabill.engine.post.hold import Held
from rehabill.model.books import PostingTask


class PaymentOutcome(msgspec.Struct, kw_only=True):
    """One payment of a file. Cents as the payer tells them."""

    key: str
    """Under which the books know it: `payer/trace`."""
    trace: str
    payer: str
    name: str
    method: str
    paid_on: str
    amount_cents: int
    posted: int = 0
    """Claims posted now."""
    posted_cents: int = 0
    unknown: int = 0
    """Of those: claims that the books do not know, or that no payer of theirs decided."""
    known: int = 0
    """Claims whose part of this payment was posted before."""
    moves: int = 0
    """Provider adjustments (PLB) posted now."""
    moved_cents: int = 0
    tasks: list[PostingTask] = msgspec.field(default_factory=list)


class FileOutcome(msgspec.Struct, kw_only=True):
    """A file: posted, seen before (nothing of it was new), held, or unreadable."""

    name: str
    state: str
    sha256: str
    held: tuple[Held, ...] = ()
    payments: list[PaymentOutcome] = msgspec.field(default_factory=list)
