"""The sets of a piece: where each begins and ends, whose numbers it bears, and whether its trailer agrees."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rehabill.audit.arrays import Ints
from rehabill.audit.segments import Segments

NAMES = ("ISA", "GS", "ST", "SE", "GE", "IEA")


class SetOpened(NamedTuple):
    """A set of the kind wanted. `byte` is where its ST stands, -1 when that was in an earlier piece."""

    row: int
    byte: int
    interchange_control: str
    group_control: str
    control: str
    sender: str
    receiver: str


class Envelopes(NamedTuple):
    sets: list[SetOpened]
    first_is_carried: bool
    """The first set was opened in an earlier piece."""
    closed_at: list[tuple[int, str]]
    """(byte, count said) of the trailer of the carried set, when it is in this piece: at most one."""
    segments: list[int]
    """Segments of each set in this piece, ST and SE among them."""
    is_open: bool
    """The last set goes on after this piece."""

    def columns(self, *, parties: bool) -> dict[str, pa.Array]:
        """The control numbers of each set and, if wanted, who sent it to whom."""
        fields = {
            "interchange_control": "interchange_control",
            "group_control": "group_control",
            "set_control": "control",
        }
        if parties:
            fields |= {"sender": "sender", "receiver": "receiver"}
        return {
            name: pa.array([getattr(one, field) for one in self.sets], pa.string()) for name, field in fields.items()
        }

    def bytes(self) -> pa.Array:
        return pa.array([one.byte for one in self.sets], pa.int64())


def envelopes(text: Segments, code: str) -> Envelopes:
    """Walks the few header and trailer segments in order; everything else is arrays."""
    return _Walk(text, code).envelopes()


class _Walk:
    def __init__(self, text: Segments, code: str) -> None:
        self.text, self.code = text, code
        self.context = int(np.searchsorted(text.begun, text.body))
        """The number of the first segment that is not of the context."""
        self.sets: list[SetOpened] = []
        self.lengths: list[int] = []
        self.closed_at: list[tuple[int, str]] = []
        self.interchange = self.group = self.control = self.sender = self.receiver = ""
        self.opened = -1
        """The ST of the set that is open."""
        self.wanted = self.carried = False

    def envelopes(self) -> Envelopes:
        text = self.text
        for row in np.sort(np.concatenate([text.rows(name) for name in NAMES])).tolist():
            name = text.name(row)
            if name == "SE":
                self.close(row)
                continue
            self.expect_closed(row)
            if name == "ISA":
                self.interchange, self.group = text.value(row, 13), ""
                self.sender, self.receiver = text.value(row, 6).strip(), text.value(row, 8).strip()
            elif name == "GS":
                self.group = text.value(row, 6)
            elif name == "ST":
                self.open(row)
            else:
                self.compare(row, self.group if name == "GE" else self.interchange)
        is_open = self.opened >= 0 and self.wanted
        if is_open:
            self.lengths[-1] = self.length(len(text.begun))
        return Envelopes(self.sets, self.carried, self.closed_at, self.lengths, is_open)

    def length(self, end: int) -> int:
        """Segments of the open set in this piece, before `end`."""
        return end - max(self.opened, self.context)

    def byte(self, row: int) -> int:
        return int(self.text.byte(self.text.begun[row : row + 1])[0])

    def compare(self, row: int, control: str) -> None:
        said = self.text.value(row, 2)
        if said != control:
            self.text.fault(row, "control-number", 2, value=said)

    def expect_closed(self, row: int) -> None:
        """A set that has no trailer ends before `row`."""
        if self.opened >= 0:
            self.text.fault(row, "set-not-closed")
            if self.wanted:
                self.lengths[-1] = self.length(row)
            self.opened = -1

    def open(self, row: int) -> None:
        text = self.text
        self.control, self.opened = text.value(row, 2), row
        self.wanted = text.value(row, 1) == self.code
        if not self.wanted:
            text.fault(row, "other-set", 1, value=text.value(row, 1))
            return
        is_carried = row < self.context
        self.carried |= is_carried
        byte = -1 if is_carried else self.byte(row)
        self.sets.append(SetOpened(row, byte, self.interchange, self.group, self.control, self.sender, self.receiver))
        self.lengths.append(0)

    def close(self, row: int) -> None:
        if self.opened < 0:
            return
        self.compare(row, self.control)
        if self.wanted:
            found = self.lengths[-1] = self.length(row + 1)
            said = self.text.value(row, 1).lstrip("0")
            if self.opened < self.context:
                self.closed_at.append((self.byte(row), said))
            elif said != str(found):
                self.text.fault(row, "set-count", 1, said=said, found=found)
        self.opened = -1


class Owners(NamedTuple):
    """What each segment belongs to, through the last segment before it that opens or closes something."""

    opener: Ints
    """Of each segment: the number of that segment among the openers; -1 before the first."""
    kind: npt.NDArray[np.uint8]
    rows: Ints
    set: Ints
    """Of each opener: the number of its set; -1 outside."""


def owners(text: Segments, openers: tuple[str, ...], found: Envelopes) -> Owners:
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
