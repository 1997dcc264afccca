"""Where segments begin, searched for in the bytes: a piece is cut out without being split."""

from bisect import bisect_left

import numpy as np

NOISE = b"\r\n \t"
"""What may stand between a terminator and the next segment."""


def start_of(mark: bytes, text: bytes, terminator: bytes, start: int) -> int:
    """Where the first segment beginning with `mark` is, from `start` on; -1 when there is none."""
    at = text.find(mark, start)
    while at >= 0 and not _begins(text, at, terminator):
        at = text.find(mark, at + 1)
    return at


def last_start_of(mark: bytes, text: bytes, terminator: bytes, start: int, end: int) -> int:
    """Where the last segment beginning with `mark` is between `start` and `end`; -1 when there is none."""
    at = text.rfind(mark, start, end)
    while at >= 0 and not _begins(text, at, terminator):
        at = text.rfind(mark, start, at)
    return at


def _begins(text: bytes, at: int, terminator: bytes) -> bool:
    before = at - 1
    mark = terminator[0]
    while before >= 0 and text[before] != mark and text[before] in NOISE:
        before -= 1
    return before < 0 or text[before] == mark


def headers_and_trailers(text: bytes, terminator: bytes, element: bytes) -> tuple[list[int], list[int]]:
    """Where ISA and IEA segments begin: every I is looked at, which is faster than to search for the two words."""
    letters = np.frombuffer(text, np.uint8)
    at = np.flatnonzero(letters[: max(len(letters) - 3, 0)] == ord("I"))
    at = at[(letters[at + 2] == ord("A")) & (letters[at + 3] == element[0])]
    found: tuple[list[int], list[int]] = ([], [])
    for one in at.tolist():
        if text[one + 1] in b"SE" and _begins(text, one, terminator):
            found[text[one + 1] == ord("E")].append(one)
    return found


def groups_and_trailers(text: bytes, terminator: bytes, element: bytes, start: int) -> list[int]:
    """Where SE, GS, GE and IEA segments begin from `start` on: what ends a set."""
    letters = np.frombuffer(text, np.uint8)[start:]
    if len(letters) < 3:
        return []
    first, second = letters[:-2], letters[1:-1]
    likely = letters[2:] == element[0]
    likely &= ((second == ord("E")) & ((first == ord("S")) | (first == ord("G")))) | (
        ((second == ord("S")) & (first == ord("G"))) | ((second == ord("A")) & (first == ord("E")))
    )
    at = (np.flatnonzero(likely) + start).tolist()
    at = [one - 1 if text[one] == ord("E") else one for one in at]
    return [one for one in at if text[one] in b"SGI" and _begins(text, one, terminator)]


def first_from(places: list[int], start: int) -> int:
    """The first of the places from `start` on; -1 when there is none."""
    at = bisect_left(places, start)
    return places[at] if at < len(places) else -1


def level_of(text: bytes, at: int, terminator: bytes, element: bytes) -> bytes:
    """HL03 of the segment at `at`."""
    fields = text[at : text.find(terminator, at)].split(element)
    return fields[3].strip(b"\r\n") if len(fields) > 3 else b""


def has_broken_lines(text: bytes, terminator: bytes) -> bool:
    """Whether line ends stand elsewhere than after segments: they may break a segment's name in two."""
    letters = np.frombuffer(text, np.uint8)
    before, after = letters[:-1], letters[1:]
    returns = np.count_nonzero(after == 13)
    if returns:
        wanted = np.count_nonzero((before == terminator[0]) & (after == 13))
        feeds = np.count_nonzero((before == 13) & (after == 10))
        return bool(wanted < returns or feeds < np.count_nonzero(letters == 10))
    return bool(np.count_nonzero((before == terminator[0]) & (after == 10)) < np.count_nonzero(letters == 10))
