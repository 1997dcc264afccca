"""Which tables are guarded how."""

from enum import StrEnum

from django.db import models

from rehabill.office.claims.models import ClaimEvent, ClaimLine, ClaimVersion
from rehabill.office.exchange.models import Acknowledgment, Egress, File, Submission
from rehabill.office.money.models import Close, Entry, Posting, Seal
from rehabill.office.practices.owned import Owned

APPEND_ONLY: tuple[type[models.Model], ...] = (
    Entry, Posting, Seal, Close, ClaimVersion, ClaimLine, ClaimEvent, File, Submission,
    Acknowledgment, Egress,
)  # fmt: skip
"""Written once. No row is changed, deleted or written over."""


class Why(StrEnum):
    """What the database says when it refuses."""

    NEVER_CHANGED = "what is written is never changed"
    FOREIGN = "it belongs to something of another practice, or of none"
    STAYS = "a row keeps its number and its practice"
    UNBALANCED = "the entry does not sum to zero"
    SEALED = "the entry is sealed"
    WRONG_SEAL = "a seal carries the number of its entry"
    CLOSED = "the month is closed"
    CLOSED_ALREADY = "that month is closed already"


def keys(model: type[models.Model]) -> list[tuple[str, ...]]:
    """The columns of every key of a table: an insert that meets one would write over a row (SQLite's REPLACE)."""
    meta = model._meta
    columns = {field.name: str(field.column) for field in meta.local_fields}
    found = [tuple(columns[field.name] for field in meta.pk_fields)]
    found += [(columns[field.name],) for field in meta.local_fields if field.unique and not field.primary_key]
    for constraint in meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            found.append(tuple(columns[name] for name in constraint.fields))
    return found


def belongs_to(model: type[models.Model]) -> list[tuple[str, str]]:
    """(column, table) of everything a row belongs to that has a practice too: it must be the same one. An entry names
    its seal before there is one; the seal looks back.
    """
    return [
        (str(field.column), field.related_model._meta.db_table)
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey) and issubclass(field.related_model, Owned) and model is not Entry
    ]
