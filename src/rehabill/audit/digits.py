"""Amounts read eight bytes at a time, all at once: what most of a file's amounts are, without a loop over them."""

import numpy as np

from rehabill.audit.arrays import Bools, Ints, Span, Words

_U = np.uint64
KEEP_FIRST = np.array([(1 << 8 * n) - 1 for n in range(9)], np.uint64)
"""Keeps the first n bytes of eight."""
_KEEP_LAST = np.array([((1 << 8 * n) - 1) << 8 * (8 - n) & (1 << 64) - 1 for n in range(9)], np.uint64)
"""Keeps the last n bytes of eight."""
_ZEROS = _U(0x3030303030303030)
_FILL = _ZEROS & ~_KEEP_LAST
_POINT_THIRD = _U(0xFF << 40), _U(46 << 40)
"""The byte before the last two, and a point there: 12.50."""
_POINT_SECOND = _U(0xFF << 48), _U(46 << 48)
"""The byte before the last, and a point there: 12.5."""
_STEPS = (
    (_U(10), _U(8), _U(0x00FF00FF00FF00FF)),
    (_U(100), _U(16), _U(0x0000FFFF0000FFFF)),
    (_U(10_000), _U(32), _U(0xFFFFFFFF)),
)
"""Eight digits to four pairs, two fours, one number."""
_SCALE = np.array([100, 1])
_IS_NOT_DIGIT = _U(0x7676767676767676)
_HIGH = _U(0x8080808080808080)


def cents_at(u1: "np.ndarray[tuple[int], np.dtype[np.uint8]]", u8: Words, span: Span) -> tuple[Ints, Bools]:
    """Cents of amounts of up to eight characters besides a minus, and which are none of these (look at them closely).

    `u1` are the bytes, `u8` the eight bytes that begin at each.
    """
    begun, length = span
    negative = u1[begun] == 45
    any_negative = negative.any()
    digits = length - negative if any_negative else length
    held = u8[begun + (length - 8)]
    short = np.minimum(digits, 8)
    held &= _KEEP_LAST[short]
    held |= _FILL[short]
    point = held & _POINT_THIRD[0] == _POINT_THIRD[1]
    late = held & _POINT_SECOND[0] == _POINT_SECOND[1]
    pointed = point
    if late.any():
        pointed = point | late
        tenth = (held & _U(0xFFFFFFFFFFFF)) | (held >> _U(56) << _U(48)) | _U(0x3000000000000000)
        held = np.where(late, tenth, held)
    if point.any():
        moved = held & _U(0xFFFFFFFFFF)
        moved <<= _U(8)
        moved |= held & _U(0xFFFF000000000000)
        moved |= _U(0x30)
        held = np.where(point, moved, held)
    held ^= _ZEROS
    check = held + _IS_NOT_DIGIT
    check |= held
    check &= _HIGH
    odd = check != 0
    for times, by, kept in _STEPS:
        check = held >> by
        held *= times
        held += check
        held &= kept
    cents = held.view(np.int64)
    cents *= _SCALE[pointed.view(np.uint8)]
    odd |= digits > 8
    odd |= digits < 1
    if any_negative:
        cents *= 1 - 2 * negative.astype(np.int64)
        odd |= negative & (cents == 0)
    return cents, odd
