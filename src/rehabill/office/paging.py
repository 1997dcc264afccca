"""Long lists in pages that cost the same wherever they are: a page begins after the last row of the one before, by the
sorted field and the row's number, and never counts what came before it.
"""

from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet

from rehabill.base.errors import InputError

M = TypeVar("M", bound=Model)


def page(rows: QuerySet[M], by: str, after: str, limit: int) -> tuple[list[M], str]:
    """The next rows by a field (a leading minus: the largest first) that is never empty, and the mark of the page that
    follows; an empty one: there is none. Raises `InputError` for a mark that is none.
    """
    field = by.removeprefix("-")
    down = "-" if by.startswith("-") else ""
    if after:
        rows = rows.filter(_behind(rows.model, field, "lt" if down else "gt", after))
    found = list(rows.order_by(by, f"{down}id")[: limit + 1])
    if len(found) <= limit:
        return found, ""
    last = found[limit - 1]
    return found[:limit], f"{getattr(last, field)}/{last.pk}"


def _behind(model: type[Model], field: str, side: str, after: str) -> Q:
    value, _, number = after.rpartition("/")
    of: Any = model._meta.get_field(field)
    try:
        begun, row = of.to_python(value), int(number)
    except (ValidationError, ValueError):
        raise InputError("after", f"'{after}' is no mark of a page: take it from the end of the page before") from None
    return Q(**{f"{field}__{side}e": begun}) & (Q(**{f"{field}__{side}": begun}) | Q(**{f"id__{side}": row}))
