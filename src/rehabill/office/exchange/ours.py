"""Files we write: as whom they address the partner, under which number, and the row that keeps them."""

import datetime as dt
import hashlib

import msgspec

from rehabill.model.practice import Practice as PracticeRecord
from rehabill.office.exchange.models import File, Partner
from rehabill.office.practices.models import Practice
from rehabill.office.practices.records import practice_record


def next_control_number() -> int:
    """No number is ever used twice in a practice, whatever kind of file it stands on."""
    last = File.objects.filter(is_ours=True).order_by("-interchange").values_list("interchange", flat=True).first()
    return int(last or 0) + 1


def addressed(practice: Practice, partner: Partner, day: dt.date) -> PracticeRecord:
    """The practice as it writes to that partner."""
    record = practice_record(practice, day)
    receiver = partner.record.receiver
    return msgspec.structs.replace(record, receiver=receiver) if receiver else record


def write_down(kind: str, name: str, number: int, content: bytes, by: str, at: dt.datetime) -> File:
    """Keep a file of ours under its control number."""
    made: File = File.objects.create(
        sha256=hashlib.sha256(content).hexdigest(), name=name, kind=kind, is_ours=True, content=content, at=at, by=by,
        interchange=f"{number:09d}",
    )  # fmt: skip
    return made
