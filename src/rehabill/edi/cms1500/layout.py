"""Where everything stands: 10 characters and 6 lines to the inch.

Lines and columns are numbered from 1 as billers' print files number them: box 1 is on line 8, box 33a on line 61.
Line 1 begins 1/3 inch below the top edge of the paper and column 1 begins 0.3 inch from its left edge, so that box 1
begins 1 1/3 inches down (NUCC printing specifications: vertical offset 1.33", horizontal offset 0.3", 10-pitch
type). How many characters a box takes is NUCC's "field specification" of each item.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

PAGE_WIDTH, PAGE_HEIGHT = 612.0, 792.0
LEFT, TOP = 21.6, 24.0
"""Of column 1 and line 1, in points from the upper left corner."""
COLUMN, LINE = 7.2, 12.0
LINES_PER_PAGE = 6


class Text(NamedTuple):
    """Text from a column on, at most `width` characters."""

    line: int
    column: int
    width: int


class Date(NamedTuple):
    """Month, day and year, each in its column."""

    line: int
    columns: tuple[int, int, int]


class Choice(NamedTuple):
    """One square of several gets an X."""

    line: int
    columns: Mapping[str, int]


class Money(NamedTuple):
    """Dollars end at a column, one blank (the form's dotted line), cents; the largest sum fills the blank."""

    line: int
    last_dollar: int
    digits: int


Field = Text | Date | Choice | Money


def _yes_no(line: int, yes: int, no: int) -> Choice:
    return Choice(line, {"YES": yes, "NO": no})


def _service_line(number: int) -> dict[str, Field]:
    """Box 24, line 1 to 6: the shaded half above, the plain half below."""
    shaded = 41 + 2 * number
    plain = shaded + 1
    fields: dict[str, Field] = {
        "supplemental": Text(shaded, 1, 61),
        "I": Text(shaded, 65, 2),
        "J.other": Text(shaded, 68, 11),
        "A.from": Date(plain, (1, 4, 7)),
        "A.to": Date(plain, (10, 13, 16)),
        "B": Text(plain, 19, 2),
        "C": Text(plain, 22, 2),
        "D": Text(plain, 25, 6),
        "D.1": Text(plain, 33, 2),
        "D.2": Text(plain, 36, 2),
        "D.3": Text(plain, 39, 2),
        "D.4": Text(plain, 42, 2),
        "E": Text(plain, 45, 4),
        "F": Money(plain, 54, 6),
        "G": Text(plain, 59, 3),
        "H": Text(plain, 63, 1),
        "J": Text(plain, 68, 10),
    }
    return {f"24.{number}.{name}": field for name, field in fields.items()}


def _fields() -> dict[str, Field]:
    fields: dict[str, Field] = {
        "page": Text(1, 69, 11),
        "carrier.1": Text(2, 41, 38),
        "carrier.2": Text(3, 41, 38),
        "carrier.3": Text(4, 41, 38),
        "carrier.4": Text(5, 41, 38),
        "1": Choice(8, {
            "MEDICARE": 1, "MEDICAID": 8, "TRICARE": 15, "CHAMPVA": 24, "GROUP": 31, "FECA": 39, "OTHER": 45,
        }),
        "1a": Text(8, 50, 29),
        "2": Text(10, 1, 28),
        "3": Date(10, (31, 34, 37)),
        "3.sex": Choice(10, {"M": 42, "F": 47}),
        "4": Text(10, 50, 29),
        "5.street": Text(12, 1, 28),
        "6": Choice(12, {"SELF": 33, "SPOUSE": 38, "CHILD": 42, "OTHER": 47}),
        "7.street": Text(12, 50, 29),
        "5.city": Text(14, 1, 24),
        "5.state": Text(14, 26, 3),
        "7.city": Text(14, 50, 23),
        "7.state": Text(14, 74, 4),
        "5.zip": Text(16, 1, 12),
        "5.area": Text(16, 15, 3),
        "5.phone": Text(16, 19, 10),
        "7.zip": Text(16, 50, 12),
        "7.area": Text(16, 65, 3),
        "7.phone": Text(16, 69, 10),
        "9": Text(18, 1, 28),
        "11": Text(18, 50, 29),
        "9a": Text(20, 1, 28),
        "10a": _yes_no(20, 35, 41),
        "11a": Date(20, (53, 56, 59)),
        "11a.sex": Choice(20, {"M": 68, "F": 75}),
        "10b": _yes_no(22, 35, 41),
        "10b.state": Text(22, 45, 2),
        "11b.qualifier": Text(22, 50, 2),
        "11b": Text(22, 53, 27),
        "10c": _yes_no(24, 35, 41),
        "11c": Text(24, 50, 29),
        "9d": Text(26, 1, 28),
        "10d": Text(26, 30, 19),
        "11d": _yes_no(26, 52, 57),
        "12": Text(30, 7, 20),
        "12.date": Text(30, 37, 10),
        "13": Text(30, 55, 22),
        "14": Date(32, (2, 5, 8)),
        "14.qualifier": Text(32, 16, 3),
        "15.qualifier": Text(32, 31, 3),
        "15": Date(32, (37, 40, 43)),
        "16.from": Date(32, (54, 57, 60)),
        "16.to": Date(32, (68, 71, 74)),
        "17a.qualifier": Text(33, 30, 2),
        "17a": Text(33, 33, 17),
        "17.qualifier": Text(34, 1, 2),
        "17": Text(34, 4, 24),
        "17b": Text(34, 33, 10),
        "18.from": Date(34, (54, 57, 60)),
        "18.to": Date(34, (68, 71, 74)),
        "19.above": Text(35, 26, 23),
        "19": Text(36, 1, 48),
        "20": _yes_no(36, 52, 57),
        "20.charges": Money(36, 69, 6),
        "21.indicator": Text(37, 42, 1),
        "22": Text(38, 50, 11),
        "22.reference": Text(38, 62, 18),
        "23": Text(40, 50, 29),
        "25": Text(56, 1, 15),
        "25.kind": Choice(56, {"SSN": 17, "EIN": 19}),
        "26": Text(56, 23, 14),
        "27": _yes_no(56, 38, 43),
        "28": Money(56, 56, 7),
        "29": Money(56, 66, 6),
        "33.area": Text(57, 66, 3),
        "33.phone": Text(57, 70, 9),
        "31": Text(60, 1, 20),
        "31.date": Text(61, 13, 8),
        "32a": Text(61, 24, 10),
        "32b": Text(61, 35, 14),
        "33a": Text(61, 51, 10),
        "33b": Text(61, 63, 17),
    }  # fmt: skip
    for index, letter in enumerate("ABCDEFGHIJKL"):
        fields[f"21{letter}"] = Text(38 + index // 4, 3 + 13 * (index % 4), 7)
    for row in (1, 2, 3):
        fields[f"32.{row}"] = Text(57 + row, 23, 26)
        fields[f"33.{row}"] = Text(57 + row, 50, 29)
    for number in range(1, LINES_PER_PAGE + 1):
        fields |= _service_line(number)
    return fields


FIELDS: Mapping[str, Field] = _fields()


def width(box: str) -> int:
    """How many characters the box takes."""
    field = FIELDS[box]
    if not isinstance(field, Text):
        raise TypeError(box)
    return field.width


class Mark(NamedTuple):
    """A piece of text from one column on."""

    line: int
    column: int
    text: str


def marks(boxes: Mapping[str, str]) -> Iterator[Mark]:
    """The text of every box, placed."""
    for box, text in boxes.items():
        field = FIELDS[box]
        match field:
            case Text():
                yield Mark(field.line, field.column, text)
            case Choice():
                yield Mark(field.line, field.columns[text], "X")
            case Date():
                for column, part in zip(field.columns, text.split(), strict=True):
                    yield Mark(field.line, column, part)
            case Money():
                yield from _money(field, text)


def _money(field: Money, text: str) -> Iterator[Mark]:
    dollars, _, cents = text.partition(" ")
    if not cents:  # CONTINUED
        yield Mark(field.line, field.last_dollar + 4 - len(text), text)
        return
    last = field.last_dollar if len(dollars) < field.digits else field.last_dollar + 1
    yield Mark(field.line, last - len(dollars) + 1, dollars)
    yield Mark(field.line, field.last_dollar + 2, cents)


def x_of(column: float) -> float:
    """Left side of a column, in points from the left edge of the paper."""
    return LEFT + (column - 1) * COLUMN


def y_of(line: float) -> float:
    """Upper side of a line, in points from the top edge of the paper."""
    return TOP + (line - 1) * LINE
