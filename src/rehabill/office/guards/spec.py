"""Which tables are guarded how."""

from django.db import models

from rehabill.office.claims.models import ClaimEvent, ClaimLine, ClaimVersion
from rehabill.office.exchange.models import File, Submission
from rehabill.office.money.models import Close, Entry, Posting, Seal

APPEND_ONLY: tuple[type[models.Model], ...] = (
    Entry, Posting, Seal, Close, ClaimVersion, ClaimLine, ClaimEvent, File, Submission,
)  # fmt: skip
"""Written once. No row is changed, deleted or written over."""


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
