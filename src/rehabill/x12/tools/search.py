"""Find claims by an element (`CLM01=A17`, `SV101-2=97110`, `NM109~^XY`) or by text anywhere in them."""

import re
from collections.abc import Callable, Iterable, Iterator

import msgspec

from rehabill.base.errors import InputError
from rehabill.x12.outline import Placed
from rehabill.x12.scan import shown
from rehabill.x12.units import Rest, Unit, units
from rehabill.x12.values import cents

Test = Callable[[Placed], bool]
_BY_ELEMENT = re.compile(r"([A-Za-z][A-Za-z0-9]{1,2})(\d\d)(?:-(\d{1,2}))?([=~])(.*)", re.DOTALL)


class Hit(msgspec.Struct, frozen=True):
    """A claim (or what of a set belongs to no claim), and the segments of it that match."""

    where: Unit | Rest
    segments: tuple[Placed, ...]


def matcher(pattern: str) -> Test:
    """What a pattern asks of a segment. `=` compares whole values whatever their case, amounts as amounts; `~` searches
    by a regular expression. Raises `InputError` for one that cannot be understood.
    """
    found = _BY_ELEMENT.fullmatch(pattern)
    if not pattern:
        raise InputError("", "the pattern is empty: give CLM01=A17, NM109~^XY, or any text")
    if found is None:
        wanted = pattern.casefold()
        return lambda placed: wanted in shown(placed.text).casefold()
    segment, number, part, sign, value = found.groups()
    test = _equal(value) if sign == "=" else _search(value)
    name, index, component = segment.upper(), int(number), int(part or 0)

    def matches(placed: Placed) -> bool:
        return placed.id == name and any(test(one) for one in _values(placed, index, component))

    return matches


def search(segments: Iterable[Placed], test: Test) -> Iterator[Hit]:
    """The claims in which some segment matches, or in which the provider or subscriber they stand under does."""
    for unit in units(segments):
        found = tuple(placed for placed in unit.segments if test(placed))
        if found:
            yield Hit(unit, found)


def raw(where: Unit | Rest) -> str:
    """The segments as they stand in the file, one a line."""
    return "".join(f"{placed.text}{placed.marks.segment}\n" for placed in where.segments)


def _equal(value: str) -> Callable[[str], bool]:
    wanted, amount = value.casefold(), cents(value)

    def test(one: str) -> bool:
        return one.casefold() == wanted or (amount is not None and "." in value + one and cents(one) == amount)

    return test


def _search(value: str) -> Callable[[str], bool]:
    try:
        found = re.compile(value, re.IGNORECASE)
    except re.error as error:
        raise InputError("", f"'{value}' is no regular expression: {error}") from None
    return lambda one: found.search(one) is not None


def _values(placed: Placed, number: int, part: int) -> Iterator[str]:
    """The value at that place, or each of its repetitions; empty ones are never asked for."""
    whole = placed.value(number)
    marks = placed.marks
    for one in whole.split(marks.repetition) if marks.repetition and placed.id != "ISA" else [whole]:
        if part:
            parts = one.split(marks.component)
            one = parts[part - 1] if part <= len(parts) else ""
        if one:
            yield shown(one)
