"""Normalising: a note's shorthand, spelling and endings become tokens that the lexicon's phrases share."""

import re
from functools import lru_cache

_FOLD = str.maketrans(
    {
        "\x00": " ",
        "\r": "\n",
        "\t": " ",
        "’": "'",
        "‘": "'",
        "′": "'",
        "“": '"',
        "”": '"',
        "″": '"',
        "–": "-",
        "—": "-",
        "−": "-",
        "‑": "-",
        "×": "x",
        "•": "\n",
        "·": "\n",
        "…": ". ",
        "½": " ",
        "↔": " to ",
        "→": ", ",
        "≥": " over ",
        "≤": " upto ",
        "²": "2",
        "°": " deg ",
    }
)
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[a-z]+|\d+(?:\.\d+)?|[.;\n,+|]")
_ARROWS = re.compile(r"<\s*-?\s*>|<?-+>")
_BY_LETTER = re.compile(r"\bw/c\b|\bw/chair|\bw/o\b|\bw/|(?<![a-z])[cs]/(?=[\s(])|p!|'s\b|s'(?=\s)")
_LETTERS = {
    "w/c": " wheelchair ",
    "w/chair": " wheelchair ",
    "w/o": " without ",
    "w/": " with ",
    "c/": " with ",
    "s/": " without ",
    "p!": " pain ",
    "'s": "",
    "s'": "s",
}
# Repetitions, loads, distances and times say how much, never what.
_DOSE = re.compile(
    r"\b\d+(?:-\d+)?\s*x\s*\d+(?:-\d+)?(?:\s*(?:sec(?:onds?)?|s|min(?:utes?)?|reps?|ft|feet|m|')\b)?"
    r"|(?<![a-z])x\s*\d+(?:\.\d+)?(?:-\d+)?\s*(?:min(?:ute)?s?\b|mins?\b|reps?\b|sets?\b|sec(?:ond)?s?\b|laps?\b|ft\b|')?"
    r"|\b\d+(?:\.\d+)?(?:-\d+(?:\.\d+)?)?\s*-?\s*(?:min(?:ute)?s?\b|reps?\b|sets?\b|sec(?:ond)?s?\b|lbs?\b|pounds?\b|kgs?\b|#"
    r"|ft\b|feet\b|meters?\b|mph\b|deg(?:rees)?\b|in(?:ch(?:es)?)?\b|cm2?\b|mhz\b|hz\b|hrs?\b|hours?\b|laps?\b|%|')"
)
_STRONG = frozenset(".;\n|")
_WEAK = frozenset({",", "+", "then", "plus"})
_VOWEL_END = re.compile(r"(?:ation|ations|ated|ating|ates|ate|ator|ative)$")
_IZE = re.compile(r"is(e|ed|es|ing|ation|ations|er)$")
LIMIT = 4000  # a treatment's text is a line or two; what is longer is asked about, not searched to the end


def fold(text: str) -> str:
    """Lower case and one form for quotes, dashes and arrows."""
    text = text[:LIMIT].translate(_FOLD)
    if "<" in text or ">" in text:
        text = _ARROWS.sub(" to ", text)
    return text.lower()


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Cut the ending, so that lift, lifts, lifted and lifting meet; the same cut is made in the lexicon."""
    if len(word) <= 3:
        return word
    if len(word) >= 7:
        word = _IZE.sub(r"iz\1", word)
        word = _VOWEL_END.sub("at", word)
        if word.endswith("izat"):
            return word[:-2]
    for end in ("ings", "ing", "ies", "ied", "ed", "es", "s"):
        if word.endswith(end) and len(word) - len(end) >= 3 and not word.endswith(("ss", "us", "is")):
            word = word[: -len(end)] + ("i" if end in ("ies", "ied") else "")
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "sl":
        word = word[:-1]
    if len(word) > 3 and word[-1] == "e":
        word = word[:-1]
    return word[:-1] + "i" if len(word) > 3 and word[-1] == "y" and word[-2] not in "aeou" else word


def one_apart(a: str, b: str) -> bool:
    """One letter added, dropped or changed, or two neighbours swapped."""
    if a == b or abs(len(a) - len(b)) > 1:
        return a == b
    i = 0
    while i < min(len(a), len(b)) and a[i] == b[i]:
        i += 1
    if len(a) == len(b):
        swapped = a[i : i + 2] == b[i : i + 2][::-1] and a[i + 2 :] == b[i + 2 :]
        return a[i + 1 :] == b[i + 1 :] or swapped
    return a[i + 1 :] == b[i:] if len(a) > len(b) else a[i:] == b[i + 1 :]


class Splitter:
    """Text to words and breaks: a comma stays a weak break, a full stop a strong one unless it ends an abbreviation."""

    def __init__(
        self, rewrites: tuple[tuple[str, str, str], ...], abbreviated: tuple[str, ...], passed_over: tuple[str, ...]
    ) -> None:
        self._rewrites = [(hints.split("|"), pattern, to) for hints, pattern, to in rewrites]
        self._compiled: dict[str, re.Pattern[str]] = {}  # as needed: most notes need none
        self._abbreviated = frozenset(abbreviated)
        self._passed_over = frozenset(passed_over)

    def _pattern(self, pattern: str) -> re.Pattern[str]:
        found = self._compiled.get(pattern)
        if found is None:
            found = self._compiled[pattern] = re.compile(pattern)
        return found

    def __call__(self, folded: str) -> list[str]:
        if "/" in folded or "'" in folded or "!" in folded:
            folded = _BY_LETTER.sub(lambda m: _LETTERS[m.group()], folded)
        for hints, pattern, replacement in self._rewrites:
            for hint in hints:
                if hint in folded:
                    folded = self._pattern(pattern).sub(replacement, folded)
                    break
        if _DIGIT.search(folded):
            folded = _DOSE.sub(" ", folded)
        out: list[str] = []
        for word in _WORD.findall(folded.replace("&", " and ")):
            if word in self._passed_over:
                continue
            if word in _STRONG:
                if word != "." or not out or (out[-1] not in self._abbreviated and len(out[-1]) > 1):
                    out.append(".")
            else:
                out.append("," if word in _WEAK else word)
        return out
