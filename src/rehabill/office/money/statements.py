"""Bank statements into the books: each line once, whatever statement it comes in again."""

import datetime as dt
import hashlib

import msgspec
from django.db import transaction

from rehabill.base.errors import InputError
from rehabill.intake import bank
from rehabill.model.bank import BankLine as Line
from rehabill.office.exchange.models import File
from rehabill.office.money.models import BankLine
from rehabill.office.visits.turn import take_turn

_AT_ONCE = 500


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """What was in a statement: its lines, how many of them were new, and what could not be read."""

    name: str
    lines: int
    new: int
    wrong: tuple[InputError, ...] = ()
    ignored: tuple[str, ...] = ()
    """Columns that nothing was read from."""


def take_statement(name: str, data: bytes, account: str, by: str, at: dt.datetime) -> Statement:
    """Keep the lines that are new. `account`: whose the statement is, where it does not say; the same file again is of
    the same account. Raises `InputError` for a file that is none.
    """
    with transaction.atomic():
        take_turn()
        sha256 = hashlib.sha256(data).hexdigest()
        known = File.objects.filter(sha256=sha256).first()
        before = known and BankLine.objects.filter(file=known).values_list("account", flat=True).first()
        sheet = bank.read(data, before or account)
        lines = [row.found for row in sheet.rows if isinstance(row.found, Line)]
        wrong = tuple(row.found for row in sheet.rows if isinstance(row.found, InputError))
        new = _new(lines)
        if new:
            file = known or File.objects.create(
                sha256=sha256, name=name, kind="BANK", is_ours=False, content=data, at=at, by=by
            )
            BankLine.objects.bulk_create(
                BankLine(
                    account=one.account, line_id=one.id, day=one.day, cents=one.cents, description=one.description,
                    reference=one.reference, file=file,
                )
                for one in new
            )  # fmt: skip
    return Statement(name=name, lines=len(lines), new=len(new), wrong=wrong, ignored=sheet.ignored)


def _new(lines: list[Line]) -> list[Line]:
    """Those the books do not have; of one number given twice in a statement, the first."""
    by_id = {(one.account, one.id): one for one in reversed(lines)}
    ids = [id_ for _, id_ in by_id]
    known: set[tuple[str, str]] = set()
    for start in range(0, len(ids), _AT_ONCE):
        rows = BankLine.objects.filter(line_id__in=ids[start : start + _AT_ONCE])
        known.update(rows.values_list("account", "line_id"))
    return [one for key, one in reversed(by_id.items()) if key not in known]
