"""From what was found to a code: the purpose decides among a movement's codes, a decision list among a service's."""

import datetime

import msgspec

from rehabill.coding.words.match import Found, Reading, area, number
from rehabill.coding.words.model import Choice, Entry, Lexicon, Purposeful, in_force
from rehabill.coding.words.vocabulary import Vocabulary

_LOCAL = frozenset({"attended", "unattended"})  # said of one modality, not of its neighbours

_ENCOUNTERS = frozenset({"initial", "subsequent"})


class Verdict(msgspec.Struct, frozen=True):
    """What one activity of the note comes to."""

    codes: tuple[str, ...]
    confidence: float
    why: str
    ask: str | None
    together: bool
    weight: int
    hit: Found
    settled: bool = True


class Case(msgspec.Struct, frozen=True):
    """The facts around the note that a decision may rest on."""

    on: datetime.date
    payer: str
    discipline: str
    flags: frozenset[str]
    purposes: tuple[str, ...] = ()  # from the `purpose` argument: they override the note's


def measured_flags(lexicon: Lexicon, raw: str, minutes: int | None, muscles: float | None) -> set[str]:
    measures: dict[str, float | None] = {"muscles": muscles}
    if any(c.isdigit() for c in raw):
        hours = number(raw, "hours")
        said = hours * 60 if hours is not None else number(raw, "minutes")
        measures |= {"minutes": said, "days": number(raw, "days"), "area": area(raw)}
    if minutes is not None:
        measures["minutes"] = float(minutes)
    out = set()
    for band in lexicon.bands:
        value = measures.get(band.measure)
        if value is not None and band.low <= value <= band.high:
            out.add(band.flag)
    return out


def verdict(vocabulary: Vocabulary, case: Case, reading: Reading, hit: Found) -> Verdict:
    if hit.entry.choose:
        return _by_list(vocabulary.lexicon, case, hit, flags_for(reading, hit, case))
    if hit.entry.kind is None:  # a purpose standing alone
        return _by_purpose_alone(vocabulary.lexicon, hit)
    return _by_purpose(vocabulary.lexicon, case, hit, vocabulary.lexicon.kinds[hit.entry.kind])


def _by_list(lexicon: Lexicon, case: Case, hit: Found, flags: frozenset[str]) -> Verdict:
    entry = hit.entry
    for choice in entry.choose:
        if applies(choice, case, flags):
            codes = resolve(lexicon, case, choice.codes)
            why = f"“{hit.words}”: {choice.why or entry.why}"
            weight = entry.weight if choice.weight is None else choice.weight
            return Verdict(codes, choice.confidence, why, choice.ask, choice.together and len(codes) > 1, weight, hit)
    return Verdict((), 0.5, f"“{hit.words}”: {entry.why}; no code fits this date and payer", None, False, 0, hit)


def applies(choice: Choice, case: Case, flags: frozenset[str]) -> bool:
    return (
        (choice.payer is None or choice.payer == case.payer)
        and (choice.discipline is None or choice.discipline == case.discipline)
        and (choice.since is None or choice.since <= case.on)
        and (choice.until is None or case.on <= choice.until)
        and all(flag in flags for flag in choice.needs)
        and not any(flag in flags for flag in choice.unless)
    )


def resolve(lexicon: Lexicon, case: Case, codes: tuple[str, ...]) -> tuple[str, ...]:
    """Names become the code of the day; codes not in force that day fall away."""
    out: list[str] = []
    for code in codes:
        if code.startswith("@"):
            rows = lexicon.names[code[1:]]
            out += next((row.codes for row in rows if applies(row, case, case.flags)), ())
        else:
            out.append(code)
    return tuple(dict.fromkeys(code for code in out if in_force(lexicon.codes[code], case.on)))


def _by_purpose_alone(lexicon: Lexicon, hit: Found) -> Verdict:
    purpose = lexicon.purposes[hit.entry.purposes[0]]
    why = f"“{hit.words}” names {purpose.words} as the aim, which is {purpose.code}"
    ask = None if hit.entry.alone else f"What was practised? The note shows only the aim, {purpose.words}."
    return Verdict((purpose.code,), 0.66 if ask is None else 0.45, why, ask, False, hit.entry.weight, hit)


def _by_purpose(lexicon: Lexicon, case: Case, hit: Found, kind: Purposeful) -> Verdict:
    entry = hit.entry
    purposes = [(name, "goal", "the purpose given") for name in case.purposes] or hit.purposes
    usable = [p for p in purposes if p[0] in kind.by and (p[1] != "cue" or kind.cues)]
    usable = [p for p in usable if not lexicon.purposes[p[0]].faint] or usable
    near = [p for p in usable if not lexicon.purposes[p[0]].distant]
    if kind.default is None or any(kind.by[p[0]] != kind.default for p in usable):
        usable = near or usable if not _serves_default(kind, usable) else usable
    codes = tuple(dict.fromkeys(kind.by[p[0]] for p in usable))
    also = tuple(c for c in (kind.default, *kind.also) if c)
    inherent = kind.default in codes and all(p[2] == hit.words for p in usable)
    if not codes or (inherent and len(codes) == 1):
        return _plain_reading(hit, kind, also)
    if kind.default in codes:
        codes = (kind.default, *codes)
    every = tuple(dict.fromkeys((*codes, *also)))
    weight = entry.weight
    framed = kind.default is not None and codes[0] != kind.default and all(p[1] == "head" for p in usable)
    if kind.default not in codes and (len(set(codes)) > 1 or (framed and entry.role == "activity" and _is_task(kind))):
        why = f"“{hit.words}” with {_named(lexicon, usable)} may be {' or '.join(dict.fromkeys(codes))}"
        ask = f"Which was the aim here: {_choices(lexicon, kind, usable)}"
        ask += f", or the task itself ({kind.default})?" if framed else "?"
        return Verdict(every, 0.5, why, ask, False, weight, hit, settled=False)
    why = f"“{hit.words}” with the purpose {_named(lexicon, [p for p in usable if kind.by[p[0]] == codes[0]])}"
    others = [c for c in every[1:] if c != codes[0]]
    why += f" is {codes[0]}" + (f" and not {others[0]}: the purpose decides, not the movement" if others else "")
    if entry.role == "label" and codes[0] != entry.label:
        why += f", though the note calls it {entry.label}"
        return Verdict(every, 0.75, why, None, False, weight, hit)
    return Verdict(every, 0.78 if len(set(codes)) > 1 else 0.91, why, None, False, weight, hit)


def _is_task(kind: Purposeful) -> bool:
    return kind.default == "97530"


def _serves_default(kind: Purposeful, usable: list[tuple[str, str, str]]) -> bool:
    """A real-life task named as the goal keeps a task a task, even beside strength."""
    return kind.default is not None and any(kind.by[p[0]] == kind.default for p in usable)


def _plain_reading(hit: Found, kind: Purposeful, also: tuple[str, ...]) -> Verdict:
    every = tuple(dict.fromkeys(also))
    if kind.default is None:
        why = f"“{hit.words}”: {hit.entry.why}"
        return Verdict(every, 0.45, why, kind.ask, False, hit.entry.weight, hit, settled=False)
    why = f"“{hit.words}”: {hit.entry.why}, so {kind.default}"
    if len(every) > 1:
        why += f"; {every[1]} would need another purpose in the note"
    return Verdict(every, kind.confidence, why, None, False, hit.entry.weight, hit)


def _named(lexicon: Lexicon, purposes: list[tuple[str, str, str]]) -> str:
    return " and ".join(dict.fromkeys(f"{lexicon.purposes[p[0]].words} (“{p[2]}”)" for p in purposes))


def _choices(lexicon: Lexicon, kind: Purposeful, purposes: list[tuple[str, str, str]]) -> str:
    return " or ".join(dict.fromkeys(f"{lexicon.purposes[p[0]].words} ({kind.by[p[0]]})" for p in purposes))


def flags_for(reading: Reading, hit: Found, case: Case) -> frozenset[str]:
    """Flags of the whole note, but attendance only from the modality's own part of the sentence."""
    whole = hit.entry.reach == "text"
    out = set(case.flags)
    alone = not any(h.entry.choose and h is not hit and h.state == "done" for h in reading.found)
    for other in reading.found:
        if other.state != "done" or other is hit:
            continue
        near = other.segment == hit.segment or alone
        in_reach = whole or other.sentence == hit.sentence or alone
        for flag in other.entry.flags:
            if near or (in_reach and flag not in _LOCAL) or (alone and other.sentence == hit.sentence):
                out.add(flag)
        if in_reach:
            out.update(f"p_{name}" for name in other.entry.purposes)
    out.update(f"p_{name}" for name in (*case.purposes, *hit.entry.purposes))
    answered = case.flags & _ENCOUNTERS
    out.update(hit.entry.flags)
    if hit.joined:
        out.add("joined")
    return frozenset(out - _ENCOUNTERS | answered if answered else out)


def entry_matches(entry: Entry, names: tuple[str, ...]) -> bool:
    return entry.id in names or (entry.kind is not None and entry.kind in names)
