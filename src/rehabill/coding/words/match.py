"""Finding the lexicon's phrases in a note, and telling what was done from what was denied, planned or reported."""

import re
from bisect import bisect_right
from functools import cache
from itertools import pairwise

from rehabill.coding.words.model import Entry
from rehabill.coding.words.tokens import fold
from rehabill.coding.words.vocabulary import Vocabulary

_CUE = frozenset({"cue", "mirror", "feedback"})
_JOINS = frozenset({"and", "then"})
_DENIABLE = frozenset({"activity", "label", "literal"})
_CONTINUES = frozenset({"while", "during", "using", "with", "for", "so"})
_OR = frozenset({"or", "nor"})
_AFTER = frozenset({"after", "follow", "during", "with", "from", "befor"})
_BESIDE = frozenset({"after", "following", "before", "prior", "preparation", "post", "pre"})
_HEADS = frozenset({"activity", "label"})
_GAP = 4  # how many words may stand inside a gapped phrase
_STOPS = frozenset({".", ",", "and", "for", "then", "with"})
_NEAR = 6  # how many words a goal reaches forward
_REASON = "dueto"
_BLAME = 3  # how many words behind due to still give the reason and not the aim
_NO_REACH = 4  # how many words a "no" reaches to the first thing it denies


class Found:
    """One phrase of the lexicon found in the note."""

    __slots__ = (
        "end",
        "entry",
        "joined",
        "purposes",
        "segment",
        "sentence",
        "start",
        "state",
        "via",
        "words",
    )

    def __init__(self, entry: Entry, start: int, end: int, words: str) -> None:
        self.entry = entry
        self.start = start
        self.end = end
        self.words = words
        self.segment = 0
        self.sentence = 0
        self.state = "done"
        self.joined = False  # whether it took in an activity done at the same time
        self.via = ""  # "goal" or "cue" when a word such as for or cues stands before it
        self.purposes: list[tuple[str, str, str]] = []  # name, via, words


class Reading:
    """A note's tokens, its breaks, and everything found in it."""

    def __init__(self, vocabulary: Vocabulary, text: str) -> None:
        self.tokens, self.words = vocabulary.tokens(fold(text))
        self.found: list[Found] = []
        self.breaks: list[int] = []
        self.stops: list[int] = []
        for i, token in enumerate(self.tokens):
            if token == ".":
                self.breaks.append(i)
                self.stops.append(i)
            elif token == "," and not self._continues(i + 1):
                self.breaks.append(i)
        self._find(vocabulary)
        self._taken = bytearray(len(self.tokens))
        for hit in self.found:
            self._taken[hit.start : hit.end] = b"\x01" * (hit.end - hit.start)

    def _continues(self, at: int) -> bool:
        """NMES to quad, patient performing quad sets: the words behind this comma still speak of the same thing."""
        if self.tokens[at : at + 1] == ["patient"]:
            return len(self.words) > at + 1 and self.words[at + 1].endswith("ing")
        return at >= len(self.tokens) or self.tokens[at] in _CONTINUES

    def _find(self, vocabulary: Vocabulary) -> None:
        tokens, lengths, phrases = self.tokens, vocabulary.lengths, vocabulary.phrases
        i, size = 0, len(tokens)
        while i < size:
            literal = vocabulary.literal.get(tokens[i])
            if literal is not None:
                self._add(literal, i, i + 1)
            gapped = self._gapped(vocabulary, i) if tokens[i] in vocabulary.gaps else None
            if gapped is not None:
                self._add(gapped[0], i, gapped[1])
                i = gapped[1]
                continue
            for length in lengths.get(tokens[i], ()):
                found = phrases.get(" ".join(tokens[i : i + length])) if i + length <= size else None
                if found is not None:
                    self._add(vocabulary.entry(found), i, i + length)
                    i += length
                    break
            else:
                i += 1

    def _gapped(self, vocabulary: Vocabulary, start: int) -> tuple[Entry, int] | None:
        """A phrase with other words inside it, such as don .. shirt, within one part of the sentence."""
        tokens = self.tokens
        for head, tail, found in vocabulary.gaps[tokens[start]]:
            after = start + len(head)
            if tokens[start:after] == head:
                for at in range(after, min(after + _GAP, len(tokens))):
                    if tokens[at : at + len(tail)] == tail:
                        return vocabulary.entry(found), at + len(tail)
                    if tokens[at] in _STOPS:
                        break
        return None

    def _add(self, entry: Entry, start: int, end: int) -> None:
        hit = Found(entry, start, end, self._said(start, end))
        hit.segment = bisect_right(self.breaks, start)
        hit.sentence = bisect_right(self.stops, start)
        self.found.append(hit)

    def _said(self, start: int, end: int) -> str:
        out: list[str] = []
        for word in self.words[start:end]:
            if not out or out[-1] != word:
                out.append(word)
        return " ".join(out)

    def bounds(self, segment: int) -> tuple[int, int]:
        start = self.breaks[segment - 1] + 1 if segment else 0
        return start, self.breaks[segment] if segment < len(self.breaks) else len(self.tokens)

    def free(self, start: int, end: int) -> list[int]:
        """Positions no phrase has taken: only there does a word such as for or to speak for itself."""
        return [i for i in range(start, end) if not self._taken[i]]

    def joined(self, start: int, end: int) -> bool:
        return any(token in _JOINS for token in self.tokens[start:end])


def read(vocabulary: Vocabulary, text: str) -> Reading:
    reading = Reading(vocabulary, text)
    _mark_goals(vocabulary, reading)
    _mark_beside(vocabulary, reading)
    if any(hit.entry.role == "status" for hit in reading.found):
        _mark_states(reading)
    return reading


def _mark_goals(vocabulary: Vocabulary, reading: Reading) -> None:
    """Whether each activity or purpose stands behind a goal (for chair transfers) or a cue (cues for heel strike)."""
    for hit in reading.found:
        if not hit.entry.purposes and hit.entry.role != "activity":
            continue
        start, _ = reading.bounds(hit.segment)
        for i in reversed(reading.free(max(start, hit.start - _NEAR), hit.start)):
            token = reading.tokens[i]
            if token == "and" and hit.entry.role == "activity":
                break
            if token in _CUE:
                hit.via = "cue"
                break
            if not hit.via and (
                token in vocabulary.goal_words or (token == "to" and _aims(vocabulary, reading, i, hit.start))
            ):
                hit.via = "goal"
        after = reading.tokens[hit.end : hit.end + 1]
        blamed = _REASON in reading.tokens[max(start, hit.start - _BLAME) : hit.start]
        if hit.entry.role == "context" and not hit.via and (blamed or (after and after[0] in vocabulary.observed)):
            hit.state = "observed"
    for hit in reading.found:
        if hit.via == "goal" and hit.entry.role != "activity" and not hit.entry.purposes:
            hit.via = ""


def _mark_beside(vocabulary: Vocabulary, reading: Reading) -> None:
    """Ice after exercise, balance work as trunk rotation is limited: the second names no service of this line."""
    acts = [h for h in reading.found if h.entry.role in _HEADS]
    for before, hit in pairwise(acts):
        if hit.state != "done":
            continue
        between = reading.words[max(before.end, reading.bounds(hit.segment)[0], hit.start - _NEAR) : hit.start]
        if not _BESIDE.isdisjoint(between):
            hit.state = "beside"
            continue
        around = reading.tokens[max(hit.start - 1, 0) : hit.start] + reading.tokens[hit.end : hit.end + 1]
        if before.sentence == hit.sentence and not vocabulary.deficits.isdisjoint(around):
            hit.state = "observed"


def _aims(vocabulary: Vocabulary, reading: Reading, at: int, start: int) -> bool:
    """To names a place (to the knee) unless an aim or a verb of doing comes right behind it."""
    return at == start - 1 or reading.tokens[at + 1] in vocabulary.goal_verbs


def _mark_states(reading: Reading) -> None:
    order = {"done": 0, "report": 1, "past": 2, "plan": 3, "not": 4}
    for mark in reading.found:
        status = mark.entry.status
        if status is None or status in ("resume", "did"):
            continue
        state = {"plan": "plan", "next": "plan", "past": "past", "report": "report"}.get(status, "not")
        for hit in _reached(reading, mark, status):
            if order[state] > order.get(hit.state, len(order)):
                hit.state = state


def _reached(reading: Reading, mark: Found, status: str) -> list[Found]:
    same = [h for h in reading.found if h.segment == mark.segment and h.entry.role != "status"]
    before = [h for h in same if h.start < mark.start]
    after = [h for h in same if h.start > mark.start]
    if status in ("next", "past"):
        return same
    if status in ("plan", "report"):
        later = [h for h in reading.found if h.sentence == mark.sentence and h.start > mark.start]
        if status == "report":
            later = [h for h in later if not _follows_treatment(reading, h, mark)]
        return [h for h in _until_resumed(reading, mark, later, status) if h.entry.role != "status"]
    if status == "not_after":
        return [h for h in before if not _resumes_between(reading, h.end, mark.start)]
    if status == "not_around" and before and before[-1].end == mark.start and before[-1].entry.role in _DENIABLE:
        return before  # gait training held for dizziness: what stands right before it was not done
    near = [h for h in after if h.entry.role in _DENIABLE or h.entry.alone][:1]
    if near and near[0].start - mark.end < _NO_REACH:
        return _until_resumed(reading, mark, after + _listed(reading, mark), status)
    return before if status == "not_around" else []


def _follows_treatment(reading: Reading, hit: Found, mark: Found) -> bool:
    """Less pain after manual therapy: the report is of the effect, the treatment was given."""
    return any(token in _AFTER for token in reading.tokens[max(mark.end, hit.start - 3) : hit.start])


def _until_resumed(reading: Reading, mark: Found, hits: list[Found], status: str) -> list[Found]:
    """Words such as but or today end a denial or a plan; performed ends a denial, but a plan may contain it."""
    ends = ("resume",) if status == "plan" else ("resume", "did")
    marks = [h.start for h in reading.found if h.entry.status in ends and h.start > mark.start]
    return [h for h in hits if not marks or h.start < marks[0]]


def _resumes_between(reading: Reading, start: int, end: int) -> bool:
    return any(h.entry.status in ("resume", "did") and start <= h.start < end for h in reading.found)


def _listed(reading: Reading, mark: Found) -> list[Found]:
    """No ultrasound, stimulation or manual therapy: the denial runs on through a list that ends in or."""
    last = mark.segment
    for segment in range(mark.segment + 1, len(reading.breaks) + 1):
        start, end = reading.bounds(segment)
        if start and reading.tokens[start - 1] == ".":
            break
        if any(token in _OR for token in reading.tokens[start:end]):
            last = segment
    return [h for h in reading.found if mark.segment < h.segment <= last and h.entry.role != "status"]


@cache
def _measure(name: str) -> re.Pattern[str]:
    return re.compile(_MEASURES[name])


_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8}
_N = r"(\d{1,4}(?:\.\d+)?|one|two|three|four|five|six|seven|eight)"
_WHO = r"(?:pts?|patients?|people|participants?|clients?|seniors|adults|individuals|members)\b"
_MEASURES = {
    "minutes": _N + r"\s*-?\s*(?:min(?:ute)?s?\b|')",
    "hours": _N + r"\s*-?\s*(?:hrs?|hours?)\b",
    "days": _N + r"\s*days?\b",
    "area": _N + r"\s*(?:sq\.?\s*cm|cm2|sqcm|square\s+c)",
    "sides": _N + r"\s*(?:cm)?\s*x\s*" + _N + r"\s*cm",
    "muscles": _N + r"\s*(?:\+|or\s+more|plus)?\s*(?:different\s+|separate\s+|total\s+)?(?:muscles?\b|mm\b)",
    "others": _N + r"\s+other\s+(?:pts?|patients?|people|clients?|participants?)\b",
    "patients": _N + r"\s*" + _WHO,
    "group_of": r"(?:group|class)\s+(?:of|with|x|\()\s*" + _N + r"\b",
}


_HINTS = {
    "minutes": "",
    "hours": "h",
    "days": "day",
    "area": "c",
    "sides": "x",
    "muscles": "m",
    "others": "other",
    "patients": "",
    "group_of": "",
}


def number(text: str, name: str) -> float | None:
    """The one number of that kind in the text; None when there is none or several disagree."""
    if _HINTS[name] not in text:
        return None
    values = {_value(match[0] if isinstance(match, tuple) else match) for match in _measure(name).findall(text)}
    return values.pop() if len(values) == 1 else None


def area(text: str) -> float | None:
    if "cm" not in text and "sq" not in text:
        return None
    sides = _measure("sides").search(text)
    return _value(sides[1]) * _value(sides[2]) if sides else number(text, "area")


def _value(text: str) -> float:
    return float(_NUMBERS.get(text) or text)
