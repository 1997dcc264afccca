"""Claims as trees that can be compared: what stands in each loop, whatever the order of what may come in any order.

What only numbers things (HL, LX, SE, control numbers) is left out; amounts compare as amounts, not as text.
"""

from collections.abc import Iterable, Iterator

import msgspec

from rehabill.x12.check.graph import Loop
from rehabill.x12.delimiters import Delimiters
from rehabill.x12.outline import Placed
from rehabill.x12.spec.load import segments as known_segments
from rehabill.x12.spec.schema import CompositeSpec, ElementSpec

_NUMBERING = frozenset({"HL", "LX", "SE", "ISA", "IEA", "GS", "GE"})
_ENVELOPE_ELEMENTS = {"ST": (2, 3), "BHT": (3, 4, 5)}
"""Numbers, days and times of the envelope: differences only when one is strict."""

_REMEMBERED = 65_536
_canons: dict[tuple[int, str, Delimiters, bool], int] = {}
"""Of segments that were seen: providers, days and adjustments repeat throughout a file. Specs live as long as the
program, so their ids tell them apart.
"""


class Twig(msgspec.Struct):
    """One loop with its segments and inner loops; the outermost is the claim with all around it."""

    loop: Loop | None
    segments: list[Placed] = []
    twigs: "list[Twig]" = []
    is_context: bool = False

    @property
    def opener(self) -> Placed | None:
        return self.segments[0] if self.segments else None


def grown(segments: Iterable[Placed], own_from: int = 0) -> Twig:
    """Segments as a tree. Those before `own_from` byte-wise are the context of a claim."""
    root = Twig(None, is_context=True)
    stack: list[Twig] = [root]
    for placed in segments:
        kept = len(placed.loops) - placed.entered
        del stack[max(kept, 0) + 1 :]
        for loop in placed.loops[len(stack) - 1 :]:
            twig = Twig(loop, is_context=placed.number < own_from)
            stack[-1].twigs.append(twig)
            stack.append(twig)
        stack[-1].segments.append(placed)
    return root


def values(placed: Placed, strict: bool) -> Iterator[tuple[str, ElementSpec | None, str]]:
    """The elements and components that count: what they are called (`SV101-2`), their place, their value."""
    if placed.id in _NUMBERING and not strict:
        return
    ignored = () if strict else _ENVELOPE_ELEMENTS.get(placed.id, ())
    known = placed.spec or known_segments().get(placed.id)
    places = known.elements if known else ()
    for number, value in enumerate(placed.elements[1:], 1):
        if not value or number in ignored:
            continue
        element = f"{placed.id}{number:02d}"
        place = places[number - 1] if number <= len(places) else None
        if isinstance(place, CompositeSpec) and place.parts:
            for part, one in enumerate(value.split(placed.marks.component), 1):
                if one:
                    yield f"{element}-{part}", place.parts[part - 1] if part <= len(place.parts) else None, one
        else:
            yield element, place if isinstance(place, ElementSpec) else None, value


def normal(value: str, place: ElementSpec | None) -> str:
    """The value as it is compared: blanks at its ends and the zeros of a number do not count.

    >>> number = ElementSpec("charge", "782", "R", "R", 1, 18)
    >>> normal("120.00", number), normal("-.5", number), normal("000.0", number), normal(" A1 ", None)
    ('120', '-0.5', '0', 'A1')
    """
    value = value.strip()
    if place is None or place.type not in ("R", "N0") or not value.isascii():
        return value
    sign, digits = ("-", value[1:]) if value.startswith("-") else ("", value)
    whole, _, part = digits.partition(".")
    if not (whole + part).isdecimal():
        return value
    part = part.rstrip("0")
    told = (whole.lstrip("0") or "0") + (f".{part}" if part else "")
    return told if told == "0" else sign + told


def canon(placed: Placed, strict: bool) -> int:
    """What two equal segments have in common, as one number; 0 when nothing in it counts."""
    key = (id(placed.spec), placed.text, placed.marks, strict)
    known = _canons.get(key)
    if known is None:
        told = tuple((element, normal(value, place)) for element, place, value in values(placed, strict))
        known = hash((placed.id, told)) if told else 0
        if len(_canons) >= _REMEMBERED:
            _canons.clear()
        _canons[key] = known
    return known


def canon_of(twig: Twig, strict: bool) -> int:
    """The same of a loop with all that stands in it."""
    own = sorted(canon(placed, strict) for placed in twig.segments)
    inner = sorted(canon_of(one, strict) for one in twig.twigs)
    return hash((twig.loop.id if twig.loop else "", tuple(one for one in own if one), tuple(inner)))


def kind_of(placed: Placed) -> str:
    """Which use of a segment it is: its place in the spec, and the code it begins with (`REF*G1`)."""
    name = placed.spec.name if placed.spec else ""
    first = placed.spec.elements[0] if placed.spec and placed.spec.elements else None
    is_code = isinstance(first, ElementSpec) and first.type == "ID"
    return f"{placed.id} {name} {placed.value(1) if is_code or placed.spec is None else ''}"


def kind_of_twig(twig: Twig) -> str:
    """Which use of a loop it is: by the party in it, or a service line by its procedure with modifiers."""
    loop, opener = twig.loop.id if twig.loop else "", twig.opener
    if opener is None:
        return loop
    line = line_of(twig)
    if line is not None:
        return f"{loop} {line.value(1)}"
    return f"{loop} {opener.value(1) if opener.id in ('NM1', 'N1', 'AK2') else ''}"


def code_of_twig(twig: Twig) -> str:
    """The same, a service line by its code alone."""
    line = line_of(twig)
    return f"{twig.loop.id if twig.loop else ''} {line.value(1, 2)}" if line is not None else kind_of_twig(twig)


def loop_of_twig(twig: Twig) -> str:
    """The loop alone."""
    return twig.loop.id if twig.loop else ""


def line_of(twig: Twig) -> Placed | None:
    """The segment that tells the procedure, when the loop is a service line."""
    return next((placed for placed in twig.segments if placed.id in ("SV1", "SVC")), None)
