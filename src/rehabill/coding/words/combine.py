"""From the verdicts on single activities to one answer for the note."""

import msgspec

from rehabill.coding.words.decide import (
    Case,
    Verdict,
    entry_matches,
    measured_flags,
    verdict,
)
from rehabill.coding.words.finish import attended, first_then, grouped, literal
from rehabill.coding.words.match import Found, Reading, number, read
from rehabill.coding.words.result import Asked, Suggestion
from rehabill.coding.words.tokens import LIMIT
from rehabill.coding.words.unread import mention
from rehabill.coding.words.vocabulary import Vocabulary

_STATES = {
    "not": "was not done",
    "plan": "is planned, not done",
    "past": "was done earlier, not at this visit",
    "report": "is reported, not given",
}
_CUED = 4  # how many words behind a control it may be said to be cued
_HOW = frozenset({"retraining", "named_retraining", "stabilization", "exercise"})
_WHAT = frozenset({"task", "rise", "transfer", "self_care", "retraining", "named_retraining", "movement", "stairs"})
_EVIDENCE = ("activity", "label")
_PLAIN = 3  # words up to this length are not missed when nothing was made of them
_UNREADABLE = "What was done, with which aim, and to which part? The text names no treatment this program knows."


def answer(vocabulary: Vocabulary, asked: Asked) -> Suggestion:
    reading = read(vocabulary, asked.text)
    case = _case(vocabulary, asked, reading)
    _attach_purposes(vocabulary, reading)
    done, voided = _performed(reading, case)
    verdicts = [verdict(vocabulary, case, reading, hit) for hit in done]
    verdicts = _settle(vocabulary, case, _without_details(verdicts))
    found = _combine(verdicts, voided) if verdicts else _nothing(vocabulary, reading, voided)
    found = literal(vocabulary, case, reading, found, verdicts)
    found = mention(vocabulary, reading, asked.text[:LIMIT], found)
    found = grouped(vocabulary, asked, reading, attended(vocabulary, asked, found))
    if len(asked.text) > LIMIT and found.ask is None:
        found = msgspec.structs.replace(found, ask="The text is very long: which treatment do these minutes belong to?")
    return msgspec.structs.replace(found, confidence=round(min(max(found.confidence, 0.0), 1.0), 2))


def _case(vocabulary: Vocabulary, asked: Asked, reading: Reading) -> Case:
    raw = asked.text[:LIMIT].lower()
    flags = measured_flags(vocabulary.lexicon, raw, asked.minutes, _muscles(reading, raw))
    if asked.region:
        flags |= {f for hit in read(vocabulary, asked.region).found for f in hit.entry.flags}
    if any("group" in hit.entry.flags for hit in reading.found):
        flags.add("group")
    if asked.mode == "unattended":
        flags.add("unattended")
    if number(raw, "muscles") is not None:
        flags.add("muscles_counted")
    purposes: tuple[str, ...] = ()
    if asked.purpose:
        meant = read(vocabulary, asked.purpose)
        purposes = tuple(dict.fromkeys(p for hit in meant.found for p in hit.entry.purposes))
    case = Case(asked.on, asked.payer, asked.discipline, frozenset(flags), purposes)
    return _encounter(case, asked, reading)


def _encounter(case: Case, asked: Asked, reading: Reading) -> Case:
    """The argument answers which encounter it is; a note that says both leaves the question open."""
    said = {f for h in reading.found if h.state == "done" for f in h.entry.flags}
    both = {"initial", "subsequent"}
    drop = both if asked.encounter in both or both <= said else set()
    if drop:
        for hit in reading.found:
            if drop & set(hit.entry.flags) and hit.entry.role == "context":
                hit.state = "set aside"
    if asked.encounter in both:
        return msgspec.structs.replace(case, flags=case.flags | {str(asked.encounter)})
    return case


def _muscles(reading: Reading, raw: str) -> float | None:
    """The number of muscles said, else the muscles named, which count twice when both sides are done."""
    if "needl" not in raw and "dn" not in raw:
        return None
    said = number(raw, "muscles")
    if said is not None:
        return said
    names = {" ".join(reading.tokens[h.start : h.end]) for h in reading.found if "muscle" in h.entry.flags}
    if not names:
        return None
    sides = raw.split()
    both = any(word.strip(".,()") in ("b", "bil", "bilat", "bilateral", "bilaterally", "b/l") for word in sides)
    if both and len(names) == 2:
        return None  # two or four muscles: the note does not say
    return float(len(names) * (2 if both else 1))


def _attach_purposes(vocabulary: Vocabulary, reading: Reading) -> None:
    """Give each activity the purposes of its own part of the sentence, else those that follow, else the only ones."""
    acts = [h for h in reading.found if h.entry.role in _EVIDENCE]
    _split_pairs(vocabulary, reading)
    given = _place_purposes(vocabulary, reading)
    fixed = {h.segment for h in acts if h.state == "done" and h.entry.choose}
    for hit in acts:
        hit.purposes = given.get(hit.segment) or _later(reading, given, fixed, hit) or _lone(given, acts)
        if hit.entry.kind in ("exercise", "retraining", "stretch") and hit.entry.purposes:
            own = [(name, "", hit.words) for name in hit.entry.purposes]
            near = [p for p in hit.purposes if p[1] != "cue"]
            hit.purposes = near if near and hit.entry.kind == "stretch" else [*own, *near]


def _place_purposes(vocabulary: Vocabulary, reading: Reading) -> dict[int, list[tuple[str, str, str]]]:
    """Purposes by part of sentence. An activity behind another and behind a goal or cue is itself an aim of it."""
    known = vocabulary.lexicon.purposes
    given: dict[int, list[tuple[str, str, str]]] = {}
    starts: dict[int, int] = {}
    for hit in reading.found:
        acts = hit.entry.role in _EVIDENCE
        first = starts.setdefault(hit.segment, hit.start) if acts else starts.get(hit.segment, hit.start)
        if hit.state != "done":
            continue
        aimed = acts and first < hit.start and hit.via == "goal" and bool(hit.entry.purposes)
        if aimed or hit.entry.role == "context":
            via = hit.via or _head(reading, hit, first)
            for name in hit.entry.purposes:
                if hit.via == "goal" or not known[name].goal_only:
                    given.setdefault(hit.segment, []).append((name, via, hit.words))
        cued = hit.via == "cue" and hit.entry.role == "activity"
        means = first < hit.start and (cued or (hit.via == "goal" and hit.entry.kind == "exercise"))
        if aimed or (acts and (means or _manner(reading, hit))):
            hit.state = "aim"
    return given


def _manner(reading: Reading, hit: Found) -> bool:
    """Lifting with pelvic-floor contraction, hip hinge cued: control beside a task is how, not what."""
    if hit.entry.kind not in _HOW:
        return False
    before = [
        h for h in reading.found if h.entry.role in _EVIDENCE and h.sentence == hit.sentence and h.end <= hit.start
    ]
    if not before or all(h.entry.kind not in _WHAT for h in before):
        return False
    if "cue" in reading.tokens[hit.end : hit.end + _CUED] and hit.entry.kind != "exercise":
        return True
    between = reading.tokens[before[-1].end : hit.start] if before[-1].segment == hit.segment else []
    return "with" in between and "and" not in between and before[-1].entry.kind in _WHAT


def _head(reading: Reading, hit: Found, first: int) -> str:
    """Standing balance reaching into a cupboard: an aim bare before a task may be its frame or its end."""
    if not hit.entry.alone or first < hit.start or not hit.words.endswith("balance"):
        return ""
    after = next((h for h in reading.found if h.start >= hit.end and h.entry.role in _EVIDENCE), None)
    linked = after is None or after.segment != hit.segment or bool(reading.free(hit.end, after.start))
    return "" if linked else "head"


def _split_pairs(vocabulary: Vocabulary, reading: Reading) -> None:
    """Gait and balance training: an aim joined by and to another kind of training is a service of its own."""
    known = vocabulary.lexicon.purposes
    for hit, after in zip(reading.found, reading.found[1:], strict=False):
        joined = reading.tokens[hit.end : after.start] == ["and"]
        if not joined or hit.via or not hit.entry.alone or hit.state != "done":
            continue
        named = known[after.entry.purposes[0]].code if after.entry.purposes else after.entry.label
        if after.entry.role in _EVIDENCE and named and named != known[hit.entry.purposes[0]].code:
            hit.state = "listed"


def _later(
    reading: Reading, given: dict[int, list[tuple[str, str, str]]], fixed: set[int], hit: Found
) -> list[tuple[str, str, str]]:
    """Squats, lunges and step-ups for strength: the aim at the end of a list is the aim of its members."""
    for segment in range(hit.segment + 1, len(reading.breaks) + 1):
        start, _ = reading.bounds(segment)
        if reading.tokens[start - 1] == "." or segment in fixed:
            break
        if segment in given:
            return given[segment]
    return []


def _lone(given: dict[int, list[tuple[str, str, str]]], acts: list[Found]) -> list[tuple[str, str, str]]:
    if len([h for h in acts if h.state == "done"]) > 1:
        return []
    return [purpose for segment in sorted(given) for purpose in given[segment]]


def _performed(reading: Reading, case: Case) -> tuple[list[Found], list[Found]]:
    """The activities that count, and what voids or replaces the others."""
    acts = [h for h in reading.found if h.entry.role in _EVIDENCE]
    voids = [h for h in reading.found if h.entry.role == "none" and h.state in ("done", "not")]
    done = [h for h in acts if h.state == "done"]
    for void in voids:
        if void.entry.scope == "all":
            done = []
        elif void.entry.scope == "segment" and void.state == "done":
            here = [h for h in done if h.segment == void.segment] or [h for h in done if h.sentence == void.sentence]
            done = [h for h in done if h not in here or entry_matches(h.entry, void.entry.spares)]
    if all(h.entry.weight == 0 for h in done):
        done += _complained_of(reading, acts)
    if not done and not voids and not any(h.state in _STATES for h in acts):
        done = _aims_alone(reading)
    elif done:
        done += _listed_aims(reading, done)
    return sorted(_absorb(reading, done), key=lambda h: h.start), voids


def _complained_of(reading: Reading, acts: list[Found]) -> list[Found]:
    """A device the patient complains of is only reported, unless the note says that it was looked at."""
    looked = [h for h in reading.found if "device_checked" in h.entry.flags and h.state in ("done", "report")]
    for hit in acts:
        if hit.state == "report" and _checkable(hit) and any(h.segment != hit.segment for h in looked):
            for seen in looked:
                seen.state = "done"
            return [hit]
    return []


def _checkable(hit: Found) -> bool:
    return any("device_checked" in choice.needs for choice in hit.entry.choose)


def _aims_alone(reading: Reading) -> list[Found]:
    """No activity at all, only an aim such as balance: the aim names the service."""
    aims = [h for h in reading.found if h.entry.alone and h.state == "done"]
    aims = aims or [h for h in reading.found if h.state == "aim"]
    taught = any("taught" in h.entry.flags for h in reading.found)
    return aims or [h for h in reading.found if taught and h.entry.purposes and h.state == "done"][:1]


def _listed_aims(reading: Reading, done: list[Found]) -> list[Found]:
    """Gait training, balance: a bare aim that fills its place in the list is a service of its own."""
    busy = {h.segment for h in done}
    out = [h for h in reading.found if h.state == "listed"]
    for hit in reading.found:
        if hit.entry.alone and hit.state == "done" and not hit.via and hit.segment not in busy:
            start, end = reading.bounds(hit.segment)
            if (not reading.free(start, end) and start > 0) or (
                not reading.free(start, end) and end < len(reading.tokens)
            ):
                out.append(hit)
    return out


def _absorb(reading: Reading, done: list[Found]) -> list[Found]:
    out = list(done)
    for owner in done:
        names = owner.entry.absorbs
        if names and owner in out:
            kept = [h for h in out if h is owner or not _swallows(reading, owner, h, names)]
            owner.joined = len(kept) < len(out)
            out = kept
    return out


def _swallows(reading: Reading, owner: Found, other: Found, names: tuple[str, ...]) -> bool:
    if not entry_matches(other.entry, names):
        return False
    if other.entry is owner.entry:
        return False
    reach = owner.entry.reach
    if reach == "segment":
        low, high = min(owner.end, other.end), max(owner.start, other.start)
        return owner.segment == other.segment and not reading.joined(low, high)
    return reach == "text" or owner.sentence == other.sentence


def _without_details(verdicts: list[Verdict]) -> list[Verdict]:
    """Drop what only supports a weightier activity: equipment beside it, a home programme, a quick test."""
    real = [v for v in verdicts if v.weight and v.codes]
    out = []
    for v in verdicts:
        if v.weight == 0 and any(w is not v for w in real):
            continue
        if v.weight == 1 and any(_outweighs(w, v) for w in real):
            continue
        out.append(v)
    return out if any(v.codes for v in out) else verdicts


def _outweighs(w: Verdict, v: Verdict) -> bool:
    """Exercise beside heat or hands is a service of its own; beside another activity it is the same thing."""
    apart = v.hit.entry.kind is not None and (w.hit.entry.kind is None or w.hit.entry.kind == "hands")
    return w.weight > 1 and w.hit.segment == v.hit.segment and not apart


def _settle(vocabulary: Vocabulary, case: Case, verdicts: list[Verdict]) -> list[Verdict]:
    """An unsettled movement takes the heading it stands under, or the one settled code around it that fits."""
    out = []
    for v in verdicts:
        kind = vocabulary.lexicon.kinds.get(v.hit.entry.kind or "")
        heading = _heading(verdicts, v)
        if heading and kind and v.hit.entry.role != "label" and v.codes and v.codes[0] != heading:
            suits = heading in kind.by.values() or heading == kind.default
            if suits and (not v.settled or not v.hit.purposes):
                why = f"“{v.hit.words}” stands under a heading the therapist gave, {heading}"
                v = msgspec.structs.replace(
                    v, codes=first_then(heading, v.codes), confidence=0.82, why=why, ask=None, settled=True
                )
        out.append(v)
    firm = {v.codes[0] for v in out if v.settled and v.ask is None and v.codes}
    for i, v in enumerate(out):
        kind = vocabulary.lexicon.kinds.get(v.hit.entry.kind or "")
        fits = [c for c in firm if kind and (c in v.codes or c in kind.by.values())]
        if not v.settled and len(fits) == 1 and not v.hit.purposes:
            why = f"“{v.hit.words}” is read with the rest of the note as {fits[0]}"
            out[i] = msgspec.structs.replace(v, codes=first_then(fits[0], v.codes), confidence=0.75, why=why, ask=None)
    return out


def _heading(verdicts: list[Verdict], v: Verdict) -> str | None:
    """NMR: foam, wall squats. The name stands first in its sentence with an activity right behind it."""
    for other in verdicts:
        hit = other.hit
        if hit.entry.role == "label" and hit.sentence == v.hit.sentence and hit.start < v.hit.start:
            first = all(w.hit.sentence != hit.sentence or w.hit.start >= hit.start for w in verdicts)
            named = any(w.hit.segment == hit.segment and w is not other for w in verdicts)
            return hit.entry.label if first and named else None
    return None


def _combine(verdicts: list[Verdict], voided: list[Found]) -> Suggestion:
    billable = [v for v in verdicts if v.codes]
    if not billable:
        v = verdicts[0]
        return Suggestion((), 0.85 if v.ask is None else 0.3, v.why + _note(voided), v.ask)
    billable.sort(key=lambda v: (-v.weight, v.hit.start))
    best = max(billable, key=lambda v: (v.weight, v.ask is None, -v.hit.start))
    firsts = list(dict.fromkeys(v.codes[0] for v in billable))
    if len(firsts) > 1:
        return _several(billable, firsts)
    if best.ask is not None:
        best = next((v for v in billable if v.ask is None), best)
    more = tuple(dict.fromkeys(c for v in billable for c in v.codes))
    codes = best.codes if best.together else tuple(dict.fromkeys((*best.codes, *more)))
    return Suggestion(codes, best.confidence, best.why + _note(voided), best.ask, best.together)


def _several(billable: list[Verdict], firsts: list[str]) -> Suggestion:
    more = [c for v in billable for c in v.codes if c not in firsts]
    names = {v.codes[0]: v.hit.words for v in reversed(billable)}
    listed = ", ".join(f"{code} ({names[code]})" for code in firsts)
    ask = f"The note holds several services: {listed}. How many minutes belong to each?"
    open_questions = [v.ask for v in billable if v.ask]
    if open_questions:
        ask += " " + open_questions[0]
    why = "; ".join(dict.fromkeys(v.why for v in billable[:4]))
    return Suggestion(tuple(dict.fromkeys((*firsts, *more))), 0.5, why, ask)


def _note(voided: list[Found]) -> str:
    reasons = dict.fromkeys(f"“{h.words}” adds nothing: {h.entry.why}" for h in voided[:3])
    return "".join(f"; {reason}" for reason in reasons)


def _nothing(vocabulary: Vocabulary, reading: Reading, voided: list[Found]) -> Suggestion:
    strange = [t for t in dict.fromkeys(reading.tokens) if len(t) > _PLAIN and not vocabulary.is_known(t)]
    if voided and len(strange) > 1 and all(h.entry.scope == "part" for h in voided):
        return Suggestion((), 0.1, f"Only “{voided[0].words}” could be read, which is not billed", _UNREADABLE)
    if voided:
        first = max(voided, key=lambda h: ("part", "segment", "all").index(h.entry.scope or "part"))
        return Suggestion((), 0.9, f"Nothing to bill: “{first.words}”; {first.entry.why}")
    for hit in reading.found:
        if hit.state in _STATES and hit.entry.role in ("activity", "label", "context", "literal"):
            return Suggestion((), 0.88, f"Nothing to bill: “{hit.words}” {_STATES[hit.state]}")
    return Suggestion((), 0.1, "The text names no treatment this program knows, so nothing is suggested", _UNREADABLE)
