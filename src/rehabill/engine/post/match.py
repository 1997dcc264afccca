"""Which of our lines a remittance's line speaks of.

Payers return our line number or not, change the code, drop modifiers, leave out the day, split a line in two. From the
surest sign to the weakest, each line of ours is taken once; only a part of a line may come again.
"""

from collections.abc import Callable, Sequence

from rehabill.model.books import BookedLine
from rehabill.model.remittance import RemittanceLine

Sign = Callable[[RemittanceLine, BookedLine], bool]


def _line_number(told: RemittanceLine, ours: BookedLine) -> bool:
    return told.line_id != "" and told.line_id == ours.line_id


def same_day(told: RemittanceLine, ours: BookedLine) -> bool:
    return told.first_day is None or told.first_day == ours.date


def same_code(told: RemittanceLine, ours: BookedLine) -> bool:
    """By the code we sent, where the payer tells it, else by the code it paid."""
    return (told.submitted.code if told.submitted else told.code) == ours.code


def same_modifiers(told: RemittanceLine, ours: BookedLine) -> bool:
    modifiers = told.submitted.modifiers if told.submitted else told.modifiers
    return set(modifiers) == set(ours.modifiers)


def _same_charge(told: RemittanceLine, ours: BookedLine) -> bool:
    return abs(told.charge_cents) == ours.charge_cents


SIGNS: tuple[Sign, ...] = (
    _line_number,
    lambda told, ours: all(same(told, ours) for same in (same_day, same_code, same_modifiers, _same_charge)),
    lambda told, ours: all(same(told, ours) for same in (same_day, same_code, _same_charge)),
    lambda told, ours: all(same(told, ours) for same in (same_day, same_code, same_modifiers)),
    lambda told, ours: same_day(told, ours) and same_code(told, ours),
)


def match_lines(told: Sequence[RemittanceLine], ours: Sequence[BookedLine]) -> list[BookedLine | None]:
    """For each of the remittance's lines ours, or None. Order in is order out.

    A part of a line is known by its code; only then does a line's charge alone count, for one whose code was changed.
    """
    found: list[BookedLine | None] = [None] * len(told)
    free = list(ours)
    for sign in SIGNS:
        _take(sign, told, found, free)
        if None not in found:
            return found
    for index, line in enumerate(told):
        if found[index] is None:
            found[index] = _part_of(line, told, found, ours)
    _take(lambda line, one: same_day(line, one) and _same_charge(line, one), told, found, free)
    return found


def _take(sign: Sign, told: Sequence[RemittanceLine], found: list[BookedLine | None], free: list[BookedLine]) -> None:
    """The first free line of ours that shows the sign, for each line that has none yet."""
    for index, line in enumerate(told):
        if found[index] is None:
            for at, one in enumerate(free):
                if sign(line, one):
                    found[index] = free.pop(at)
                    break


def _part_of(
    line: RemittanceLine,
    told: Sequence[RemittanceLine],
    found: Sequence[BookedLine | None],
    ours: Sequence[BookedLine],
) -> BookedLine | None:
    """A line of ours that the payer split: by number or code, and the parts' charges are not more than its charge."""
    for candidate in ours:
        if not (_line_number(line, candidate) or (same_day(line, candidate) and same_code(line, candidate))):
            continue
        taken = sum(abs(part.charge_cents) for part, whole in zip(told, found, strict=True) if whole is candidate)
        if taken + abs(line.charge_cents) <= candidate.charge_cents:
            return candidate
    return None
