"""The envelope of an interchange: ISA, GS, ST and their trailers, with control numbers the caller gives."""

from datetime import datetime
from typing import Literal

import msgspec

from rehabill.base.errors import InputError
from rehabill.x12.segment import segment

ISA_LENGTH = 106


class Interchange(msgspec.Struct, frozen=True, kw_only=True):
    """Who sends to whom, when, under which number. Identifiers as agreed with the receiver, at most 15 characters."""

    sender_qualifier: str
    sender_id: str
    receiver_qualifier: str
    receiver_id: str
    group_sender: str
    group_receiver: str
    control_number: int
    group_number: int
    created: datetime
    usage: Literal["T", "P"]
    functional_id: str
    version: str
    """GS08 and ST03."""
    set_id: str


def isa(interchange: Interchange) -> str:
    """The ISA, exactly 106 characters with its terminator. Raises `InputError` when something does not fit."""
    text = (
        f"ISA*00*{'':10}*00*{'':10}*{interchange.sender_qualifier}*{interchange.sender_id:15}"
        f"*{interchange.receiver_qualifier}*{interchange.receiver_id:15}*{interchange.created:%y%m%d*%H%M}"
        f"*^*00501*{interchange.control_number:09d}*0*{interchange.usage}*:~"
    )
    if len(text) != ISA_LENGTH:
        raise InputError("envelope", f"the interchange header has {len(text)} characters instead of {ISA_LENGTH}")
    return text


def gs(interchange: Interchange) -> str:
    return segment(
        "GS", interchange.functional_id, interchange.group_sender, interchange.group_receiver,
        f"{interchange.created:%Y%m%d}", f"{interchange.created:%H%M}", str(interchange.group_number), "X",
        interchange.version,
    )  # fmt: skip


def st(interchange: Interchange, control: str) -> str:
    return segment("ST", interchange.set_id, control, interchange.version)


def se(segments: int, control: str) -> str:
    """`segments` counts ST and SE too."""
    return segment("SE", str(segments), control)


def ge(interchange: Interchange, sets: int) -> str:
    return segment("GE", str(sets), str(interchange.group_number))


def iea(interchange: Interchange, groups: int) -> str:
    return segment("IEA", str(groups), f"{interchange.control_number:09d}")


def set_control(number: int) -> str:
    """ST02: four to nine digits."""
    return f"{number:04d}"
