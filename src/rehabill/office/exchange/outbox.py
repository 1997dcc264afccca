"""Files on their way to a partner: queued with the claims they hold, sent once, each attempt on record beforehand."""

import datetime as dt
import hashlib
from collections.abc import Callable

from django.db import transaction

from rehabill.office.exchange.connectors.connector import Connector, Outgoing, Receipt
from rehabill.office.exchange.connectors.errors import NotLetIn, Refused, Unreachable
from rehabill.office.exchange.models import Egress, File, Partner, Transmission
from rehabill.office.practices.models import Practice
from rehabill.office.practices.scope import practice_id
from rehabill.office.worklists.models import Task

_FIRST_PAUSE = dt.timedelta(minutes=1)
_LONGEST_PAUSE = dt.timedelta(hours=4)
_NO_PAUSE = dt.timedelta()
_USAGE = slice(102, 103)
"""ISA15 of a file of ours, whose ISA has its full length."""
_MARKS = {"T": "test", "P": "production"}


def queue(file: File, partner: Partner, at: dt.datetime, why: str = "") -> None:
    """In the transaction that made the file: it is to go to that partner."""
    Transmission.objects.create(file=file, partner=partner, next_at=at, why=why)


def due(partner: Partner, at: dt.datetime) -> list[int]:
    """What is to be sent now, in the order it was queued."""
    rows = Transmission.objects.filter(partner=partner, state="waiting", next_at__lte=at)
    return list(rows.order_by("id").values_list("id", flat=True))


def misdirected(content: bytes, partner: Partner) -> str:
    """Why a file must not go there although it is addressed so: test files and production never mix. Empty: it may."""
    marked, wanted = content[_USAGE].decode("latin-1"), partner.record.usage
    if marked != wanted:
        return (
            f"the file is marked {marked} ({_MARKS.get(marked, 'unknown')}) and {partner.name} takes "
            f"{_MARKS[wanted]} files: the practice's `usage` and the partner's must be the same"
        )
    practice = Practice.objects.get(id=practice_id())
    if practice.usage != wanted:
        return f"the practice sends {_MARKS[practice.usage]} files, and {partner.name} takes {_MARKS[wanted]} files"
    return ""


def send_one(number: int, connector: Connector, clock: Callable[[], dt.datetime]) -> Receipt | None:
    """Send a transmission. What comes of it is on record; raises `Unreachable` and `Refused` after that was done."""
    transmission = Transmission.objects.select_related("file", "partner").get(id=number)
    content = bytes(transmission.file.content)
    if wrong := misdirected(content, transmission.partner):
        _refuse(transmission, wrong, clock())
        raise Refused(f"{transmission.file.name}: {wrong}")
    _begin(transmission, clock())
    outgoing = Outgoing(
        name=transmission.file.name,
        content=content,
        kind=transmission.file.kind,
        key=transmission.file.sha256,
        laid_down=transmission.laid_down,
    )
    try:
        receipt = connector.send(outgoing, lambda: _lay_down(transmission, clock()))
    except Unreachable as error:
        _fail(transmission, str(error), clock(), _pause(transmission, error))
        raise
    except NotLetIn as error:
        _fail(transmission, str(error), clock(), _NO_PAUSE)
        raise
    except Refused as error:
        _refuse(transmission, str(error), clock())
        raise
    _finish(transmission, receipt, clock())
    return receipt


def _begin(transmission: Transmission, at: dt.datetime) -> None:
    with transaction.atomic():
        _log(transmission, "begun", at)
        _set(transmission, attempts=transmission.attempts + 1)


def _lay_down(transmission: Transmission, at: dt.datetime) -> None:
    with transaction.atomic():
        _log(transmission, "laid_down", at)
        _set(transmission, laid_down=True)


def _finish(transmission: Transmission, receipt: Receipt, at: dt.datetime) -> None:
    with transaction.atomic():
        _log(transmission, "sent", at, receipt.reference)
        _set(transmission, state="sent", sent_at=at, receipt=receipt.reference, trouble="")


def _pause(transmission: Transmission, error: Unreachable) -> dt.timedelta:
    """Longer after each attempt, and as long as the partner says."""
    pause: dt.timedelta = min(_FIRST_PAUSE * 2 ** min(transmission.attempts, 10), _LONGEST_PAUSE)
    return max(pause, dt.timedelta(seconds=error.after_seconds or 0))


def _fail(transmission: Transmission, words: str, at: dt.datetime, pause: dt.timedelta) -> None:
    """It is tried again after the pause; at once in the next round where a person mends what is wrong."""
    with transaction.atomic():
        _log(transmission, "failed", at, words)
        _set(transmission, next_at=at + pause, trouble=words)


def _refuse(transmission: Transmission, words: str, at: dt.datetime) -> None:
    with transaction.atomic():
        _log(transmission, "refused", at, words)
        _set(transmission, state="refused", trouble=words)
        why = f"{transmission.file.name} did not go to {transmission.partner.name}: {words}"
        Task.objects.get_or_create(
            action="not_sent", state="open", source=transmission.file.name, defaults={"why": why, "opened_at": at}
        )


def try_again(transmission: Transmission, at: dt.datetime) -> None:
    """What was refused is to be sent after all: what was in the way is mended."""
    with transaction.atomic():
        _set(transmission, state="waiting", next_at=at)
        Task.objects.filter(action="not_sent", state="open", source=transmission.file.name).update(
            state="done", closed_at=at
        )


def _set(transmission: Transmission, **values: object) -> None:
    Transmission.objects.filter(id=transmission.id).update(**values)
    for name, value in values.items():
        setattr(transmission, name, value)


def _log(transmission: Transmission, what: str, at: dt.datetime, words: str = "") -> None:
    content = bytes(transmission.file.content)
    by = transmission.partner.record.by
    Egress.objects.create(
        transmission=transmission,
        at=at,
        what=what,
        where=by.url or (f"{by.host}:{by.port}" if by.host else by.path),
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        words=words,
    )
