"""The separators of an interchange, as its own header declares them."""

import re

import msgspec

ISA_LENGTH = 106
"""Characters of an ISA with its terminator: every element of it has a fixed width."""

_WIDTHS = (2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1)
_FIRST_WITH_REPETITION = "00402"


class Delimiters(msgspec.Struct, frozen=True):
    """One character each; `repetition` is empty in versions that have none."""

    element: str
    component: str
    repetition: str
    segment: str


STANDARD = Delimiters("*", ":", "^", "~")
"""What this program writes."""


class Header(msgspec.Struct, frozen=True):
    """An ISA as read: its separators, its length with the terminator, and what is odd about it."""

    delimiters: Delimiters
    length: int
    oddity: str = ""


def header_of(text: str) -> Header | str:
    """The header that begins `text`; or, in words, why the separators cannot be told.

    An ISA whose elements are not padded to their width is understood by counting them.
    """
    element = text[3:4]
    fields = text[4:].split(element, 16) if element else []
    if len(fields) < 16:
        return "the interchange header (ISA) is cut short: it must have sixteen elements"
    length = 4 + sum(len(field) + 1 for field in fields[:15])
    component, terminator = text[length : length + 1], text[length + 1 : length + 2]
    if terminator == "\r" and text[length + 2 : length + 3] == "\n":
        terminator, length = "\n", length + 1
    delimiters = Delimiters(element, component, _repetition(fields, element + component + terminator), terminator)
    problem = _confusion(delimiters)
    if problem:
        return problem
    widths = tuple(len(field) for field in fields[:15])
    oddity = "" if widths == _WIDTHS else "its elements do not have the fixed widths of an ISA"
    return Header(delimiters, length + 2, oddity)


def _repetition(fields: list[str], others: str) -> str:
    """ISA11, which in earlier versions named a standard (`U`) instead; none where it is one of the other separators."""
    mark = fields[10]
    is_separator = len(mark) == 1 and not mark.isalnum() and not mark.isspace() and mark not in others
    return mark if is_separator and fields[11] >= _FIRST_WITH_REPETITION else ""


def _confusion(delimiters: Delimiters) -> str:
    """Why the separators cannot be what the header declares; empty when they can."""
    named = {"element separator": delimiters.element, "component separator": delimiters.component,
             "segment terminator": delimiters.segment}  # fmt: skip
    for name, mark in named.items():
        if not mark:
            return f"the interchange header (ISA) ends before its {name}"
        if re.fullmatch(r"[A-Za-z0-9 ]", mark):
            return f"the interchange header (ISA) declares '{mark}' as {name}: letters, digits and blanks cannot be one"
    if len(set(named.values())) < len(named):
        return "the interchange header (ISA) declares the same character as two different separators"
    return ""


_BARE_SET = re.compile(r"(?:^|[\r\n])(ST([^\w\s])\d{3}\2[^\r\n]{1,60}?([^\w\s.-]|\r?\n)[\r\n]*(?:BPR|BHT|AK1)\2)")


def bare_set(text: str) -> tuple[int, Delimiters] | None:
    """Where a set without any envelope begins, and the separators it shows; None when there is none."""
    found = _BARE_SET.search(text)
    if found is None:
        return None
    element, terminator = found[2], found[3][-1]
    return found.start(1), Delimiters(element, ":" if ":" not in (element, terminator) else ">", "", terminator)
