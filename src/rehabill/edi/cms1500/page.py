"""What stands on one sheet of a claim."""

import msgspec

from rehabill.edi.p837.fields import Faults


class Note(msgspec.Struct, frozen=True):
    """What paper could not hold, or holds otherwise than the claim says it: nothing is cut in silence."""

    box: str
    path: str
    message: str


class Page(msgspec.Struct, frozen=True):
    """One sheet: the text of each box by the box's number, with a part's name where a box has several (`5.city`).

    A choice holds the word of the square that gets the X; a date its parts with blanks between, money its dollars and
    cents (`120 50`). Lines of service are `24.1.A.from` to `24.6.J`.
    """

    number: int
    of: int
    boxes: dict[str, str]


class Sheet:
    """The boxes of one claim while they are filled, with what is wrong and what had to give."""

    def __init__(self, faults: Faults) -> None:
        self.boxes: dict[str, str] = {}
        self.faults = faults
        self.notes: list[Note] = []

    def put(self, box: str, text: str) -> None:
        """Text that is known to fit; nothing is put for nothing."""
        if text:
            self.boxes[box] = text

    def note(self, box: str, path: str, message: str) -> None:
        self.notes.append(Note(box, path, message))
