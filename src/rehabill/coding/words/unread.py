"""What of a note was not read: it lowers confidence, and what looks like a service of its own is asked about."""

import re

import msgspec

from rehabill.coding.words.match import Found, Reading
from rehabill.coding.words.result import Suggestion
from rehabill.coding.words.tokens import fold
from rehabill.coding.words.vocabulary import Vocabulary

_SAYS = frozenset({"activity", "label", "literal", "none", "status"})
_PROSE = frozenset({"cue", "patient", "he", "she", "they", "is", "was", "were", "has", "had"})
_SPLITS = frozenset({"and", "with", ",", "."})
_SHORTEST = 4  # letters of a word worth mentioning
_LONGEST = 5  # words of a part that may be an item of a list; longer ones are prose
_CLOSE = 0.75  # how much is left of the confidence beside a part that was not read
_PARTS = re.compile(r"[.;,\n|+]|\band\b|\bthen\b|\bwith\b|w/")
_DOSED = re.compile(r"\d\s*x\s*\d|\bx\s*\d|\d\s*(?:\'|min|reps?\b|sets?\b)")


def mention(vocabulary: Vocabulary, reading: Reading, text: str, found: Suggestion) -> Suggestion:
    """Name the parts in which nothing was read, and ask where one has a dose of its own or calls itself a service."""
    if not found.codes:
        return found
    unknown = _unread(vocabulary, reading)
    if not unknown:
        return found
    named = ", ".join(f"“{' '.join(words)}”" for words, _ in unknown[:3])
    why = f"{found.why}; {named} could not be read"
    confidence = found.confidence * _CLOSE
    asks = [words for words, service in unknown if service or _dosed(text, words)]
    if not asks or found.ask is not None:
        return msgspec.structs.replace(found, why=why, confidence=confidence)
    ask = f"“{' '.join(asks[0])}” is not known to this program: is it a service of its own, and how many minutes is it?"
    return msgspec.structs.replace(found, why=why, confidence=min(confidence, 0.6), ask=ask)


def _unread(vocabulary: Vocabulary, reading: Reading) -> list[tuple[list[str], bool]]:
    """The parts, between commas and ands, that hold unknown words and nothing that says what was done."""
    out: list[tuple[list[str], bool]] = []
    if all(vocabulary.is_known(token) for token in reading.tokens):
        return out
    busy = _positions(reading.found)
    start = 0
    for at in range(len(reading.tokens) + 1):
        if at < len(reading.tokens) and reading.tokens[at] not in _SPLITS:
            continue
        part = range(start, at)
        start = at + 1
        if not part or len(part) > _LONGEST or any(i in busy or reading.tokens[i] in _PROSE for i in part):
            continue
        strange = [i for i in part if len(reading.words[i]) >= _SHORTEST and not vocabulary.is_known(reading.tokens[i])]
        if strange:
            service = any(reading.tokens[i] in vocabulary.service for i in part)
            out.append((list(dict.fromkeys(reading.words[i] for i in part)), service))
    return out


def _positions(found: list[Found]) -> set[int]:
    return {i for hit in found if hit.entry.role in _SAYS for i in range(hit.start, hit.end)}


def _dosed(text: str, words: list[str]) -> bool:
    """Whether the part of the text that holds these words says how often or how long."""
    parts = _PARTS.split(fold(text))
    return any(words[0] in part and words[-1] in part and _DOSED.search(part) for part in parts)
