"""Segments written anew with the separators of the file they come from."""

from collections.abc import Iterable

import msgspec

from rehabill.base.errors import InputError
from rehabill.x12.outline import Placed, element

_HIGHEST_CONTROL = 999_999_999


class NotSuited(InputError):
    """Nothing is wrong with a file by itself: what was asked for cannot be done with such a file, or with this pair."""


class Style(msgspec.Struct, frozen=True):
    """How a file writes its segments: its separators, and what stands between two of them (a line end, or nothing)."""

    element: str
    segment: str
    between: str

    def write(self, elements: Iterable[str]) -> str:
        return self.element.join(elements) + self.segment + self.between


def style_of(second: Placed) -> Style:
    """The style of a file, from its second segment: the line end ahead of it stands between all others too."""
    blank = second.piece[: len(second.piece) - len(second.piece.lstrip("\r\n"))]
    return Style(second.marks.element, second.marks.segment, blank)


def with_value(elements: list[str], number: int, value: str) -> list[str]:
    """The segment with one element changed; it grows where it ended before it."""
    changed = elements + [""] * (number + 1 - len(elements))
    changed[number] = value
    return changed


def control_number(elements: list[str], number: int) -> int:
    """A control number as a number; 1 when it is none."""
    text = element(elements, number)
    return int(text) if text.isdecimal() and text.isascii() and len(text) <= 9 else 1


def following(number: int, steps: int) -> int:
    """The interchange control number so many steps on; after the highest comes 1."""
    return (number - 1 + steps) % _HIGHEST_CONTROL + 1


def in_envelope(isa: list[str], gs: list[str], body: Iterable[str], number: int, style: Style) -> str:
    """One set in an interchange of its own."""
    control = f"{number:09d}"
    return "".join((
        style.write(with_value(isa, 13, control)), style.write(gs), *body,
        style.write(["GE", "1", element(gs, 6)]), style.write(["IEA", "1", control]),
    ))  # fmt: skip
