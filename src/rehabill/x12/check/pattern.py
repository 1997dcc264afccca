"""The glance at a segment: a pattern compiled from its spec that nearly every segment of a good file passes.

It is never laxer than the rule: what passes needs no second look; what does not is looked at element by element
(`elements.flaws`), and that look decides.
"""

import re
from collections.abc import Callable, Sequence

from rehabill.x12.check.conditions import conditional_places
from rehabill.x12.check.relations import holds, unsettled
from rehabill.x12.delimiters import Delimiters
from rehabill.x12.spec.schema import CompositeSpec, ElementSpec, SegmentSpec

Glance = Callable[[str], object]
"""True-ish for a segment that is surely right."""

NEVER = r"(?!)"
DATE = r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|1\d|2[0-8])"
TIME = r"(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?"
_PRINTED = "".join(map(chr, range(0x21, 0x7F)))

_NINE = r"(?!0{9})\d{9}"

_BY_QUALIFIER = {
    "D8": DATE, "RD8": NEVER, "TE": r"\d{10}", "FX": r"\d{10}", "EI": _NINE, "24": _NINE,
    "34": _NINE, "SY": _NINE, "XX": NEVER,
}  # fmt: skip
_BY_FORM = {
    "d8": DATE, "rd8": NEVER, "tm": TIME, "npi": NEVER, "zip": r"(?!00000)\d{5}(?:\d{4})?", "zip9": r"(?!00000)\d{9}",
    "phone": r"\d{10}", "ssn": _NINE, "tin": _NINE, "taxonomy": r"[0-9A-Z]{10}",
}  # fmt: skip


def glance(spec: SegmentSpec, delimiters: Delimiters) -> Glance:
    """The glance for one place of a segment, in a file with these separators."""
    element = re.escape(delimiters.element)
    places = [_place(place, before, delimiters) for before, place in _with_former(spec.elements)]
    pattern = re.compile(spec.id + _sequence(places, _required(spec.elements), element) + f"(?<!{element})").fullmatch
    relations, conditional = unsettled(spec.relations, spec.elements), conditional_places(spec)
    if not relations and not conditional:
        return pattern

    def with_conditions(text: str) -> bool:
        if pattern(text) is None:
            return False
        values = text.split(delimiters.element)
        return all(holds(relation, values[1:]) for relation in relations) and not any(
            place.is_due(values, delimiters.component) for place in conditional
        )

    return with_conditions


def _with_former(
    places: Sequence[ElementSpec | CompositeSpec],
) -> list[tuple[ElementSpec | None, ElementSpec | CompositeSpec]]:
    """Each place with the simple one before it, by whose code a `qualified` form goes."""
    former: list[ElementSpec | None] = [None]
    for place in places:
        former.append(place if isinstance(place, ElementSpec) else None)
    return list(zip(former, places, strict=False))


def _required(places: Sequence[ElementSpec | CompositeSpec]) -> int:
    """How many places must be written because one of them, or one behind them, is required."""
    return max((index for index, place in enumerate(places, 1) if place.usage == "R"), default=0)


def _sequence(places: list[str], required: int, mark: str) -> str:
    """The places each behind its separator; those behind the last required one may be left off."""
    tail = ""
    for index in range(len(places), 0, -1):
        tail = f"{mark}{places[index - 1]}{tail}" if index <= required else f"(?:{mark}{places[index - 1]}{tail})?"
    return tail


def _place(place: ElementSpec | CompositeSpec, former: ElementSpec | None, delimiters: Delimiters) -> str:
    if place.usage == "N":
        return ""
    value = _composite(place, delimiters) if isinstance(place, CompositeSpec) else _value(place, former, delimiters)
    if place.repeat > 1 and delimiters.repetition:
        value = f"{value}(?:{re.escape(delimiters.repetition)}{value}){{0,{min(place.repeat, 999) - 1}}}"
    return value if place.usage == "R" else f"(?:{value})?"


def _composite(place: CompositeSpec, delimiters: Delimiters) -> str:
    if unsettled(place.relations, place.parts):
        return NEVER
    component = re.escape(delimiters.component)
    parts = [_place(part, before, delimiters) for before, part in _with_former(place.parts)]
    if not parts:
        return ""
    required = max(_required(place.parts), 1)
    return f"{parts[0]}{_sequence(parts[1:], required - 1, component)}(?<!{component})"


def _value(place: ElementSpec, former: ElementSpec | None, delimiters: Delimiters) -> str:
    if place.codes:
        return "(?:" + "|".join(re.escape(code) for code in sorted(place.codes)) + ")"
    if place.form == "qualified":
        return _qualified(place, former, delimiters)
    if place.form:
        return _BY_FORM[place.form]
    return _plain(place, delimiters)


def _qualified(place: ElementSpec, former: ElementSpec | None, delimiters: Delimiters) -> str:
    """One alternative for each code that may stand before it."""
    if former is None or not former.codes:
        return NEVER
    plain = _plain(place, delimiters)
    marks = delimiters.element, delimiters.component
    choices = [
        f"(?<={re.escape(mark + code + mark)}){_BY_QUALIFIER.get(code, plain)}"
        for code in sorted(former.codes)
        for mark in marks
    ]
    return "(?:" + "|".join(choices) + ")"


def _plain(place: ElementSpec, delimiters: Delimiters) -> str:
    """By type and length alone."""
    low, high = max(place.low, 1), max(place.high, 1)
    match place.type:
        case "N0":
            return rf"-?\d{{{low},{high}}}"
        case "R":
            return rf"-?\d{{1,{max(high - 2, 1)}}}(?:\.\d{{1,2}})?"
        case "DT":
            return DATE if high == 8 else NEVER
        case "TM":
            return TIME
        case "B":
            return r"[\s\S]+"
    used = set(delimiters.element + delimiters.component + delimiters.repetition + delimiters.segment)
    letters = re.escape("".join(letter for letter in _PRINTED if letter not in used))
    return rf"[{letters}][{letters} ]{{{low - 1},{high - 1}}}(?<! )"
