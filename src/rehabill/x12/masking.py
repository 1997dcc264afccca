"""What of a file may be shown on a screen or written to a log: the one rule for `describe`, `check`, `diff`, `grep`,
and for what `pseudonymize` may leave as it is.

A place says what stands at it only as long as the segment is what its guide says: with one separator too many or too
few, a name stands where a code belongs. So a value is shown when it cannot name a person by itself:

- one or two characters; a code of the guide at its place; what is written like a code of the outside list there, like a
  number (no day, no telephone), like a day since 2013 (where the guide has no personal day), like a control number;
- other text (a payer's name) in a segment with nothing wrong in it, where the guide does not call it personal;
- in a faulty segment that has no place for a person's data, what looks like a code: at most five characters, a digit;
- the number of a claim, account or authorisation, without which nobody finds the claim, when it looks like a number;
- the name of a segment, when it looks like one.

Personal data at its right place keeps just enough to compare two of them (`masked`). Of everything else only the shape
is shown: an x for every letter, a # for every digit (`shape`).
"""

import re
import string
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Literal

import msgspec

from rehabill.x12.check.elements import flaws
from rehabill.x12.check.pattern import Glance, glance
from rehabill.x12.delimiters import Delimiters
from rehabill.x12.outline import Head, Placed
from rehabill.x12.scan import shown
from rehabill.x12.spec.load import load
from rehabill.x12.spec.load import segments as known_segments
from rehabill.x12.spec.schema import CompositeSpec, ElementSpec, LoopSpec, SegmentSpec, TransactionSpec
from rehabill.x12.units import Unit
from rehabill.x12.values import day

Place = ElementSpec | CompositeSpec

UNKNOWN = "unknown"
"""The kind of personal data of a value that may be anything, because it does not fit its place."""
CLAIM = "claim"
_NAMES_NOBODY = frozenset({"", "claim", "date", "text"})
"""Kinds of data that do not make a segment one about a person. (Text may stand anywhere; it does not look like a code.)
"""
_SOCIAL_SECURITY = ("SY", "34")
_WHOEVERS = {"166": "address", "19": "address", "116": "address", "1036": "name", "1037": "name", "1039": "name"}
"""Streets, cities, ZIP codes, first and middle names and suffixes are masked whoever's they are: where the segment of a
patient's name is missing, the address would be a payer's. By data element.
"""
_SHORT = 2
_REMEMBERED = 65_536
_LONGEST_REMEMBERED = 1_000

_TRIFLES = frozenset({"X222", "X223", "X225", "X226"})
"""Faults after which everything still stands at its place: empty elements at the end, a check digit, a short ZIP code,
an element that a situation asks for.
"""

_LIKE_A_CODE = r"(?=[A-Z]*[0-9])[0-9A-Z]{3,5}"
_CODE = re.compile(_LIKE_A_CODE).fullmatch
_OF_LIST = {
    "icd10cm": re.compile(r"[A-Z][0-9][0-9A-Z](?:\.?[0-9A-Z]{1,4})?|[0-9]{3,5}").fullmatch,
    "taxonomy": re.compile(r"[0-9]{3}[0-9A-Z]{6}X").fullmatch,
    "currency": re.compile(r"[A-Z]{3}").fullmatch,
    "cpt": re.compile(_LIKE_A_CODE + r"|[0-9]{11}").fullmatch,
}
_SEGMENT_ID = re.compile(r"[A-Z][0-9A-Z]{1,2}").fullmatch
_VERSION = re.compile(r"[0-9]{5,6}(?:X[0-9]{3}(?:[A-Z][0-9]{1,2})?)?").fullmatch
_CONTROL = re.compile(r"(?=[A-Z]*[0-9])[0-9A-Z]{1,9}").fullmatch
_SET = re.compile(r"[0-9]{3}").fullmatch
_COUNT = re.compile(r"[0-9]{1,7}").fullmatch
_LIKE_A_NUMBER = re.compile(r"(?=[^0-9]*[0-9])[!-~]{1,80}").fullmatch
_CONTACT = re.compile(r"(?=.*[0-9@.])[!-~]{1,256}").fullmatch
_NUMBER = re.compile(r"-?(?:[0-9]{1,8}|[0-9]{0,12}\.[0-9]{1,6})").fullmatch
_LIKE_A_DAY = re.compile(r"(?:19|20)[0-9]{6}|[0-9]{4}(?:19|20)[0-9]{2}").fullmatch
_LATE_DAY = re.compile(r"(?:20)?(?:1[3-9]|[2-4][0-9])(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])").fullmatch
_TIME = re.compile(r"(?:[01][0-9]|2[0-3])(?:[0-5][0-9]){1,2}").fullmatch
_OF_A_PERSON = re.compile(
    r"[0-9]{3}-[0-9]{2}-[0-9]{4}|[1-9][A-Z][0-9A-Z][0-9][A-Z][0-9A-Z][0-9][A-Z]{2}[0-9]{2}"
).fullmatch
"""A social security number as people write it, a Medicare number: never anything else."""
_ACCOUNT = "1028"
"""The data element of CLM01 and CLP01."""
_STRUCTURE = {
    "143": _SET, **dict.fromkeys(("329", "28", "I12"), _CONTROL), **dict.fromkeys(("480", "1705", "I11"), _VERSION),
    **dict.fromkeys(("96", "97", "I16", "628", "734"), _COUNT),
}  # fmt: skip
"""How the data elements are written that hold a file together: kinds, control numbers, versions, counts, levels."""
_LOOKS = {
    **dict.fromkeys(("127", "507", "508", "509", "510"), _LIKE_A_NUMBER), "364": _CONTACT,
    "67": re.compile(r"[!-~]{1,80}").fullmatch,
}  # fmt: skip
"""How others are written that are free text for the guide: numbers of references and banks, telephones, ids."""


class Sight(msgspec.Struct, frozen=True):
    """A segment as far as it can be trusted. `is_right`: it is what its guide says, so everything stands at its place;
    `is_private`: it has places for a person's data.
    """

    places: tuple[Place, ...]
    is_right: bool
    is_private: bool

    def place(self, number: int, part: int = 0) -> ElementSpec | None:
        """What stands at an element, or at a component of it (from 1); None where the guide has no such place."""
        found = self.places[number - 1] if 0 < number <= len(self.places) else None
        if isinstance(found, CompositeSpec):
            return found.parts[part - 1] if 0 < part <= len(found.parts) else None
        return found if part <= 1 else None


_BLIND = Sight((), False, True)
_sights: dict[tuple[int, str, Delimiters], Sight] = {}
"""Of segments seen before: providers, days and adjustments repeat. Specs live as long as the program: an id tells each.
"""


def sight_of(placed: Placed) -> Sight:
    """How far a segment can be trusted."""
    if placed.spec is None:
        return sight_anywhere(placed.head.spec if placed.head else None, placed.id)
    key = id(placed.spec), placed.text, placed.marks
    known = _sights.get(key)
    if known is None:
        known = Sight(placed.spec.elements, _is_right(placed), _is_private(placed.spec.elements))
        if len(_sights) >= _REMEMBERED:
            _sights.clear()
        if len(placed.text) <= _LONGEST_REMEMBERED:
            _sights[key] = known
    return known


def _is_right(placed: Placed) -> bool:
    assert placed.spec is not None
    if placed.id == "ISA":
        return len(placed.elements) == len(placed.spec.elements) + 1 and len(placed.text) == len("ISA") + 102
    if glance_of(placed.spec, placed.marks)(placed.text):
        return True
    return all(flaw.rule in _TRIFLES for flaw in flaws(placed.spec, placed.text, placed.marks))


_glances: dict[tuple[int, Delimiters], Glance] = {}


def glance_of(spec: SegmentSpec, marks: Delimiters) -> Glance:
    """The glance at a segment, compiled once: by the spec's id, as its hash goes through all that is in it."""
    found = _glances.get((id(spec), marks))
    if found is None:
        found = _glances[id(spec), marks] = glance(spec, marks)
    return found


def _is_private(places: tuple[Place, ...]) -> bool:
    used = [place for place in places if isinstance(place, ElementSpec) and place.usage != "N"]
    return any(kind_at(place) not in _NAMES_NOBODY for place in used)


def kind_at(place: ElementSpec | None) -> str:
    """The kind of personal data at a place, as far as the place alone tells it; empty: none."""
    if place is None:
        return ""
    return place.personal or _WHOEVERS.get(place.number, "")


def sight_anywhere(spec: TransactionSpec | None, name: str, loop: str | None = None) -> Sight:
    """Of a segment of which nothing tells its place: all its uses in a transaction (or in one loop of it) in one."""
    if spec is None:
        known = known_segments().get(name)
        return Sight(known.elements, False, _is_private(known.elements)) if known else _BLIND
    return _anywhere(spec.id, name, loop)


@lru_cache(maxsize=4096)
def _anywhere(spec: str, name: str, loop: str | None) -> Sight:
    uses = [one for inside, one in _uses(spec) if one.id == name and loop in (None, inside)]
    if not uses:
        return _anywhere(spec, name, None) if loop is not None else sight_anywhere(None, name)
    places = [[one.elements[index] for one in uses if index < len(one.elements)]
              for index in range(max(len(one.elements) for one in uses))]  # fmt: skip
    merged = tuple(map(_merged, places))
    return Sight(merged, False, _is_private(merged))


@cache
def _uses(spec: str) -> tuple[tuple[str, SegmentSpec], ...]:
    return tuple(_segments(load(spec).body, ""))


def _segments(body: tuple[SegmentSpec | LoopSpec, ...], loop: str) -> Iterator[tuple[str, SegmentSpec]]:
    for entry in body:
        if isinstance(entry, LoopSpec):
            yield from _segments(entry.body, entry.id)
        else:
            yield loop, entry


def _merged(places: list[Place]) -> Place:
    """One place that allows what any of them allows, and is as personal as the most personal of them."""
    composites = [place for place in places if isinstance(place, CompositeSpec)]
    if composites:
        longest = max(len(one.parts) for one in composites)
        columns = [[one.parts[index] for one in composites if index < len(one.parts)] for index in range(longest)]
        parts = tuple(one for one in map(_merged, columns) if isinstance(one, ElementSpec))  # type: ignore[arg-type]
        return msgspec.structs.replace(composites[0], parts=parts)
    simple = [place for place in places if isinstance(place, ElementSpec)]
    kinds = sorted((one.personal for one in simple), key=lambda kind: (kind in _NAMES_NOBODY, not kind))
    return msgspec.structs.replace(
        simple[0],
        codes=frozenset().union(*(one.codes for one in simple)),
        list=next((one.list for one in simple if one.list), ""),
        personal=kinds[0],
    )


def personal_kind(placed: Placed, sight: Sight, number: int, part: int = 0) -> str:
    """The kind of personal data that the guide has at that place; empty: none."""
    place = sight.place(number, part)
    kind = kind_at(place)
    if place is None:
        return ""
    if kind == "provider" and placed.id == "NM1" and number == 3 and _is_organisation(placed) and sight.is_right:
        return ""
    if place.form == "qualified" and not kind and placed.value(number - 1) in _SOCIAL_SECURITY:
        return "id"
    return kind


def _is_organisation(party: Placed) -> bool:
    return party.value(2) == "2" and not party.value(4)


def is_plain(value: str, place: ElementSpec | None, sight: Sight) -> bool:
    """May a value be shown that stands where the guide has nothing personal?"""
    if len(value) <= _SHORT:
        return True
    if place is None:
        return not sight.is_private and _CODE(value) is not None
    if value in place.codes:
        return True
    if _OF_A_PERSON(value):
        return False
    if place.number in _STRUCTURE:
        return _STRUCTURE[place.number](value) is not None
    if place.number in _LOOKS and not _LOOKS[place.number](value):
        return False
    if place.type in ("N0", "R"):
        return _NUMBER(value) is not None and _LIKE_A_DAY(value) is None
    if place.type == "DT" or place.form in ("d8", "rd8"):
        return all(_LATE_DAY(one) for one in value.split("-", 1))
    if place.type == "TM" or place.form == "tm":
        return _TIME(value) is not None
    if place.list:
        return (sight.is_right or not sight.is_private) and _OF_LIST.get(place.list, _CODE)(value) is not None
    if place.codes or place.usage == "N" or not sight.is_right:
        return not sight.is_private and _CODE(value) is not None
    return True


def told(value: str, kind: str, place: ElementSpec | None, sight: Sight) -> str:
    """A value as it may be shown. `kind`: the kind of personal data its place has (`personal_kind`)."""
    value = shown(value)
    if kind == CLAIM and (sight.is_right or (place and place.number == _ACCOUNT)):
        return claim_number(value)
    if kind:
        return masked(value, kind) if sight.is_right else shape(value)
    if is_plain(value, place, sight):
        return value
    is_day = place is not None and (place.type == "DT" or place.form in ("d8", "rd8"))
    return masked(value, "date") if is_day else shape(value)


def masked(value: str, kind: str) -> str:
    """Personal data at its right place, with just enough left to compare two of them.

    >>> masked("HOLLOWAY", "name"), masked("6P75KT9QN93", "id"), masked("19450117", "birth"), masked("89501", "address")
    ('H•••', '•••QN93', '1945-••-••', '•••')
    >>> masked("01171945", "birth"), masked("HOLLOWAY", "id")
    ('########', 'xxxxxxxx')
    """
    if kind in ("name", "provider"):
        return value[:1] + "•••"
    if kind == "id" and len(value) > 6:
        return "•••" + value[-4:] if any(mark.isdigit() for mark in value[-4:]) else shape(value)
    if kind in ("birth", "date"):
        return f"{value[:4]}-••-••" if day(value[:8]) and value[:2] in ("18", "19", "20") else shape(value)
    return "•••"


_PUNCTUATION = frozenset(string.punctuation + " ")


def shape(value: str) -> str:
    """An x for every letter, a # for every digit; blanks and punctuation as they are.

    >>> shape("O'HARA 12B")
    "x'xxxx ##x"
    """
    return "".join("#" if mark.isdigit() else mark if mark in _PUNCTUATION else "x" for mark in value)


def claim_number(value: str) -> str:
    """The number of a claim, account or authorisation: shown when it looks like one (a digit in it, no blanks).

    >>> claim_number("RB00001-0000"), claim_number("HOLLOWAY EDITH")
    ('RB00001-0000', 'xxxxxxxx xxxxx')
    """
    is_one = len(value) <= _SHORT or (_LIKE_A_NUMBER(value) and not _OF_A_PERSON(value))
    return value if is_one else shape(value)


def segment_id(name: str) -> str:
    """The name of a segment, when it has the shape of one.

    >>> segment_id("NM1"), segment_id("HOLLOWAY")
    ('NM1', 'xxxxxxxx')
    """
    return name if _SEGMENT_ID(name) else shape(name)


@lru_cache(maxsize=4096)
def envelope_value(value: str, of: Literal["control", "count", "set", "version"] = "control") -> str:
    """A control number, count, kind or version of the envelope, when it looks like one.

    >>> envelope_value("000000001"), envelope_value("005010X222A1", "version"), envelope_value("HOLLOWAY")
    ('000000001', '005010X222A1', 'xxxxxxxx')
    """
    looks = {"control": _CONTROL, "count": _COUNT, "set": _SET, "version": _VERSION}
    return value if len(value) <= _SHORT or looks[of](value) else shape(value)


def told_of_header(value: str, name: str, number: int, head: Head) -> str:
    """An element of the interchange's or group's header (`ISA`, `GS`) as it may be shown."""
    elements = head.isa if name == "ISA" else head.gs
    places = next(spec.elements for _, spec in _uses("envelope") if spec.id == name)
    sight = Sight(places, len(elements) == len(places) + 1, False)
    return told(value, "", sight.place(number), sight)


def unit_number(unit: Unit) -> str:
    """What people call a claim or question by. Where it is but the member's id, that is masked."""
    number = shown(unit.number)
    opener = unit.own[0].id if unit.own else ""
    if opener not in ("CLM", "CLP") and any(one.id == "NM1" and one.value(9) == unit.number for one in unit.own):
        return masked(number, "id")
    return claim_number(number)
