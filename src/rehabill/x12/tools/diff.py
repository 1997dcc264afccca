"""What differs between two files, claim by claim, whatever the order in which they stand."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Literal, TypeVar

import msgspec

from rehabill.x12.describe import readable
from rehabill.x12.masking import (
    claim_number,
    envelope_value,
    personal_kind,
    segment_id,
    sight_of,
    told,
    told_of_header,
    unit_number,
)
from rehabill.x12.outline import Head, Placed, element
from rehabill.x12.scan import shown
from rehabill.x12.spec.load import names
from rehabill.x12.spec.load import segments as known_segments
from rehabill.x12.spec.schema import ElementSpec
from rehabill.x12.tools.twigs import (
    Twig,
    canon,
    canon_of,
    code_of_twig,
    grown,
    kind_of,
    kind_of_twig,
    line_of,
    loop_of_twig,
    normal,
    values,
)
from rehabill.x12.units import Rest, Unit, units

T = TypeVar("T")
Source = Callable[[], Iterable[Placed]]
What = Literal["claim", "set", "envelope"]
Mark = tuple[What, str, str, int]
"""What it is, of which kind, its number, and the hash of all that counts in it."""

_ENVELOPE = {"ISA": (5, 6, 7, 8, 15), "GS": (1, 2, 3, 8)}
_ENVELOPE_STRICT = {"ISA": (5, 6, 7, 8, 9, 10, 13, 15), "GS": (1, 2, 3, 4, 5, 6, 8)}


class Difference(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that differs. `old` is empty for something added, `new` for something removed."""

    where: str
    element: str
    name: str
    old: str = ""
    new: str = ""


class Changed(msgspec.Struct, frozen=True):
    """A claim, a set's own part (the payment of an 835) or an envelope that is not the same in both files."""

    what: What
    state: Literal["added", "removed", "changed"]
    kind: str
    number: str
    differences: tuple[Difference, ...] = ()
    claims: int = 1
    """In how many claims the very same differs (of the provider they stand under)."""


class Comparison(msgspec.Struct):
    """All that differs, and how many claims there are in each file and equal in both."""

    changes: list[Changed] = []
    equal: int = 0
    first: int = 0
    second: int = 0


def diff(first: Source, second: Source, strict: bool = False, mask: bool = True) -> Comparison:
    """Compare two files. Each is read twice: what is equal in both is never held in memory."""
    return _Diff(strict, mask).compare(first, second)


class _Diff:
    def __init__(self, strict: bool, mask: bool) -> None:
        self.strict = strict
        self.mask = mask
        self.numbers: dict[str, str] = {}
        """Of claims and payments: how they may be shown."""

    def compare(self, first: Source, second: Source) -> Comparison:
        left, right = self._marks(first), self._marks(second)
        result = Comparison(
            equal=sum(count for mark, count in (left & right).items() if mark[0] == "claim"),
            first=sum(count for mark, count in left.items() if mark[0] == "claim"),
            second=sum(count for mark, count in right.items() if mark[0] == "claim"),
        )
        gone, come = self._held(first, left - right), self._held(second, right - left)
        shared: dict[tuple[str, Difference], list[str]] = defaultdict(list)
        for key in dict.fromkeys([*gone, *come]):
            for old, new in _paired(gone.get(key, []), come.get(key, [])):
                self._change(key, old, new, result, shared)
        result = _gathered(result, shared)
        if self.mask:
            result.changes = [self._discreet(change) for change in result.changes]
        return result

    def _discreet(self, change: Changed) -> Changed:
        """With its number and kind as they may be shown."""
        kind = change.kind if change.kind in names() or not change.kind else envelope_value(change.kind, "set")
        return msgspec.structs.replace(change, number=self.numbers.get(change.number, ""), kind=kind)

    def _marks(self, source: Source) -> Counter[Mark]:
        """How often each claim stands in a file. The header of an 837 counts once: a file may be cut and joined."""
        found: Counter[Mark] = Counter()
        for item in units(source()):
            mark = self._mark(item)
            found[mark] = 1 if mark[0] == "set" and mark[1] != "835" and not self.strict else found[mark] + 1
            found[self._envelope_mark(item.head)] = 1
        return found

    def _mark(self, item: Unit | Rest) -> Mark:
        tree = _tree(item)
        if isinstance(item, Unit):
            return "claim", item.head.kind, item.number, canon_of(tree, self.strict)
        return "set", item.head.kind, _payment_of(item), canon_of(tree, self.strict)

    def _envelope_mark(self, head: Head) -> Mark:
        return "envelope", "", "", hash(tuple(self._envelope(head)))

    def _envelope(self, head: Head) -> Iterator[tuple[str, int, str]]:
        for name, numbers in (_ENVELOPE_STRICT if self.strict else _ENVELOPE).items():
            for number in numbers:
                yield name, number, element(head.isa if name == "ISA" else head.gs, number).strip()

    def _held(self, source: Source, wanted: Counter[Mark]) -> dict[tuple[What, str, str], list[Unit | Rest]]:
        """The claims of a file with those marks, by what pairs them with the other file's."""
        found: dict[tuple[What, str, str], list[Unit | Rest]] = defaultdict(list)
        missing = Counter(wanted)
        for item in units(source()) if missing else ():
            for mark in (self._mark(item), self._envelope_mark(item.head)):
                if missing[mark] > 0:
                    missing[mark] -= 1
                    found[mark[:3]].append(item)
        return found

    def _change(
        self, key: tuple[What, str, str], old: Unit | Rest | None, new: Unit | Rest | None, result: Comparison,
        shared: dict[tuple[str, Difference], list[str]],
    ) -> None:  # fmt: skip
        what, kind, number = key
        item = old or new
        self.numbers[shown(number)] = unit_number(item) if isinstance(item, Unit) else claim_number(shown(number))
        if old is None or new is None:
            result.changes.append(Changed(what, "removed" if new is None else "added", kind, shown(number)))
            return
        if what == "envelope":
            found = tuple(self._of_envelopes(old.head, new.head))
            result.changes.append(Changed(what, "changed", kind, "", found))
            return
        own = []
        for in_context, difference in self._of_twigs(_tree(old), _tree(new), ""):
            if in_context and what == "claim":
                shared[kind, difference].append(number)
            else:
                own.append(difference)
        if own or what == "set":
            result.changes.append(Changed(what, "changed", kind, shown(number), tuple(own)))

    def _of_envelopes(self, old: Head, new: Head) -> Iterator[Difference]:
        for (name, number, one), (_, _, two) in zip(self._envelope(old), self._envelope(new), strict=True):
            if one != two:
                place = known_segments().get(name)
                values = (
                    told_of_header(value, name, number, head) if self.mask else shown(value)
                    for value, head in ((one, old), (two, new))
                )
                yield Difference("", f"{name}{number:02d}", place.elements[number - 1].name if place else "", *values)

    def _of_twigs(self, old: Twig, new: Twig, where: str) -> Iterator[tuple[bool, Difference]]:
        """What differs in a loop and those inside of it; whether it stands above the claim."""
        context = old.is_context and new.is_context
        kinds: tuple[Callable[[Placed], str], ...] = (kind_of,)
        for one, two in _unequal(old.segments, new.segments, kinds, lambda one: canon(one, self.strict)):
            yield from ((context, found) for found in self._of_segments(one, two, where))
        kinds_of_twigs = (kind_of_twig, code_of_twig, loop_of_twig)
        for before, after in _unequal(old.twigs, new.twigs, kinds_of_twigs, lambda one: canon_of(one, self.strict)):
            twig = before or after
            assert twig is not None
            place = self._where(twig)
            if before is None or after is None:
                state = ("", _contents(twig)) if before is None else (_contents(twig), "")
                yield twig.is_context, Difference(place, "", "", *state)
            else:
                yield from self._of_twigs(before, after, place)

    def _of_segments(self, old: Placed | None, new: Placed | None, where: str) -> Iterator[Difference]:
        one, two = self._values(old), self._values(new)
        placed = old or new
        name = placed.spec.name if placed and placed.spec else ""
        for key in dict.fromkeys([*one, *two]):
            (before, place), (after, other) = one.get(key, ("", None)), two.get(key, ("", None))
            known = place or other
            if normal(before, known) != normal(after, known):
                values = [self._told(value, key, known, source) for value, source in ((before, old), (after, new))]
                label = f"{name}: {known.name}" if known and name else known.name if known else name
                yield Difference(where, self._name(key, placed), label, *values)

    def _values(self, placed: Placed | None) -> dict[str, tuple[str, ElementSpec | None]]:
        if placed is None:
            return {}
        return {key: (value, place) for key, place, value in values(placed, self.strict)}

    def _told(self, value: str, key: str, place: ElementSpec | None, placed: Placed | None) -> str:
        """A value as people read it, masked where it may be personal. `key`: its element (`SV101-2`)."""
        if not value or not self.mask or placed is None:
            return readable(shown(value), place)
        number, _, part = key[len(placed.id) :].partition("-")
        sight = sight_of(placed)
        at = int(number), int(part or 0)
        return readable(told(value, personal_kind(placed, sight, *at), sight.place(*at), sight), place)

    def _name(self, element: str, placed: Placed | None) -> str:
        """An element as it is called, whose segment may be called anything."""
        if not self.mask or placed is None:
            return element
        return segment_id(placed.id) + element[len(placed.id) :]

    def _where(self, twig: Twig) -> str:
        """The loop in words; a service line with its procedure and day."""
        if twig.loop is None:
            return ""
        name, line = twig.loop.spec.name, line_of(twig)
        if line is None:
            return name
        parts = list(enumerate(line.value(1).split(line.marks.component), 1))[1:5]
        code = " ".join(self._told(part, f"{line.id}01-{number}", None, line) for number, part in parts if part)
        return f"{name} {code}"


def _tree(item: Unit | Rest) -> Twig:
    return grown(item.segments, item.own[0].number if isinstance(item, Unit) else 0)


def _payment_of(rest: Rest) -> str:
    """An 835 is known by the number of its payment; of other sets only their kind counts."""
    if rest.head.id != "835":
        return ""
    return next((placed.value(2) for placed in rest.segments if placed.id == "TRN"), "")


def _paired(old: list[T], new: list[T]) -> Iterator[tuple[T | None, T | None]]:
    for index in range(max(len(old), len(new))):
        yield old[index] if index < len(old) else None, new[index] if index < len(new) else None


def _unequal(
    old: list[T], new: list[T], kinds: tuple[Callable[[T], str], ...], canonical: Callable[[T], Hashable]
) -> Iterator[tuple[T | None, T | None]]:
    """What is left when equals are taken out of both: paired within its kind, what stays alone within the next."""
    left, right = Counter(map(canonical, old)), Counter(map(canonical, new))
    gone, come = _only(old, left - right, canonical), _only(new, right - left, canonical)
    for kind in kinds:
        by_kind: dict[str, tuple[list[T], list[T]]] = defaultdict(lambda: ([], []))
        for side, items in enumerate((gone, come)):
            for item in items:
                by_kind[kind(item)][side].append(item)
        gone, come = [], []
        for before, after in by_kind.values():
            both = min(len(before), len(after))
            yield from zip(before[:both], after[:both], strict=True)
            gone += before[both:]
            come += after[both:]
    yield from _paired(gone, [])
    yield from _paired([], come)


def _only(items: list[T], wanted: Counter[Hashable], canonical: Callable[[T], Hashable]) -> list[T]:
    found = []
    for item in items:
        key = canonical(item)
        if wanted[key] > 0:
            wanted[key] -= 1
            found.append(item)
    return found


def _contents(twig: Twig) -> str:
    """What a loop that is only in one file holds, in short."""
    line = line_of(twig)
    if line is not None and line.spec is not None:
        place = line.spec.elements[1]
        return readable(line.value(2), place if isinstance(place, ElementSpec) else None) or "given"
    return "given"


def _gathered(result: Comparison, shared: dict[tuple[str, Difference], list[str]]) -> Comparison:
    """What differs above many claims in the same way is told once; above one claim, with that claim."""
    alone: dict[tuple[str, str], list[Difference]] = defaultdict(list)
    together: dict[tuple[str, int, tuple[str, ...]], list[Difference]] = defaultdict(list)
    for (kind, difference), numbers in shared.items():
        if len(numbers) == 1:
            alone[kind, numbers[0]].append(difference)
        else:
            together[kind, len(numbers), tuple(numbers)].append(difference)
    changes = []
    for change in result.changes:
        more = alone.pop((change.kind, change.number), []) if change.what == "claim" else []
        changes.append(msgspec.structs.replace(change, differences=(*more, *change.differences)) if more else change)
    changes += [
        Changed("claim", "changed", kind, shown(number), tuple(found)) for (kind, number), found in alone.items()
    ]
    changes += [
        Changed("claim", "changed", kind, "", tuple(found), count) for (kind, count, _), found in together.items()
    ]
    rank = {"envelope": 0, "set": 1, "claim": 2}
    result.changes = sorted(changes, key=lambda change: (rank[change.what], -change.claims))
    return result
