"""The sets of a piece: where each begins and ends, whose numbers it bears, and whether its trailer agrees."""

from typing import NamedTuple

import numpy as np

from rehabill.audit.segments import Bools, Ints, Text

NAMES = ("ISA", "GS", "ST", "SE", "GE", "IEA")


class SetOpened(NamedTuple):
    """A set of the kind wanted. `byte` is where its ST stands, None when that was in an earlier piece."""

    row: int
    byte: int | None
    interchange_control: str
    group_control: str
    control: str
    sender: str
    receiver: str


class Envelopes(NamedTuple):
    sets: list[SetOpened]
    first_is_carried: bool
    closed_at: list[tuple[int, str]]
    """(byte, count said) of the trailer of the carried set, when it is in this piece: at most one."""
    segments: list[int]
    """Segments of each set in this piece, ST and SE among them."""
    is_open: bool
    """The last set goes on after this piece."""
    other_sets: int


def envelopes(text: Text, code: str) -> Envelopes:
    """Walks the few header and trailer segments in order; everything else is arrays."""
    rows = np.sort(np.concatenate([text.rows(name) for name in NAMES]))
    sets: list[SetOpened] = []
    lengths: list[int] = []
    closed: list[tuple[int, str]] = []
    interchange = group = control = sender = receiver = ""
    opened = -1
    others = 0
    carried = wanted = False
    context = int(np.searchsorted(text.begun, text.body))

    def end(row: int) -> None:
        """A set that has no trailer ends before `row`."""
        nonlocal opened
        if opened >= 0:
            text.fault(row, "set-not-closed")
            if wanted:
                lengths[-1] = row - max(opened, context)
            opened = -1

    for row in rows.tolist():
        name = text.name(row)
        if name == "ISA":
            end(row)
            interchange, group = text.value(row, 13), ""
            sender, receiver = text.value(row, 6).strip(), text.value(row, 8).strip()
        elif name == "GS":
            end(row)
            group = text.value(row, 6)
        elif name == "ST":
            end(row)
            control, opened = text.value(row, 2), row
            wanted = text.value(row, 1) == code
            if wanted:
                here = row >= context
                carried = carried or not here
                byte = int(text.byte(text.begun[row : row + 1])[0]) if here else None
                sets.append(SetOpened(row, byte, interchange, group, control, sender, receiver))
                lengths.append(0)
            else:
                others += 1
                text.fault(row, "other-set", 1, value=text.value(row, 1))
        elif name == "SE":
            if opened >= 0:
                if text.value(row, 2) != control:
                    text.fault(row, "control-number", 2, value=text.value(row, 2))
                if wanted:
                    lengths[-1] = row - max(opened, context) + 1
                    said = text.value(row, 1).lstrip("0")
                    if opened < context:
                        closed.append((int(text.byte(text.begun[row : row + 1])[0]), said))
                    elif said != str(lengths[-1]):
                        text.fault(row, "set-count", 1, said=said, found=lengths[-1])
            opened = -1
        elif name == "GE":
            end(row)
            if text.value(row, 2) != group:
                text.fault(row, "control-number", 2, value=text.value(row, 2))
        else:
            end(row)
            if text.value(row, 2) != interchange:
                text.fault(row, "control-number", 2, value=text.value(row, 2))
    is_open = opened >= 0 and wanted
    if is_open:
        lengths[-1] = len(text.begun) - max(opened, context)
    return Envelopes(sets, carried, closed, lengths, is_open, others)


class Owners(NamedTuple):
    """What each segment belongs to, through the last segment before it that opens or closes something."""

    opener: Ints
    """Of each segment: the number of that segment among the openers; -1 before the first."""
    kind: "np.ndarray[tuple[int], np.dtype[np.uint8]]"
    rows: Ints
    set: Ints
    """Of each opener: the number of its set; -1 outside."""


def owners(text: Text, openers: tuple[str, ...], found: Envelopes) -> Owners:
    """`openers` are the names that open or close a loop; those of the envelope are among them by themselves."""
    opens = np.zeros(len(text.names) + 1, bool)
    for name in (*NAMES, *openers):
        opens[1 + text.names.index(name)] = True
    is_opener = opens[text.kind]
    rows = np.flatnonzero(is_opener)
    kind = text.kind[rows]
    number = np.full(len(rows), -1, np.int64)
    if found.sets:
        begins = np.searchsorted(rows, np.array([one.row for one in found.sets]))
        number[begins] = np.arange(len(begins))
        is_envelope = kind <= len(NAMES)
        last = np.maximum.accumulate(np.where(is_envelope, np.arange(len(rows)), 0))
        number = number[last]
        # A set's number stands at its ST alone: what follows takes it from there, other envelope segments end it.
    return Owners(np.cumsum(is_opener, dtype=np.int64) - 1, kind, rows, number)


def last_of(is_one: Bools) -> Ints:
    """At each place, the last place up to it where `is_one`; -1 when there is none."""
    return np.maximum.accumulate(np.where(is_one, np.arange(len(is_one)), -1)) if len(is_one) else np.zeros(0, np.int64)
