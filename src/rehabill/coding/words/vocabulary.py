"""The compiled lexicon made ready to search: phrases by their tokens, words mended by one letter."""

import re
from importlib.resources import files

import msgspec

from rehabill.coding.words.model import Entry, Index, Lexicon, Shipped
from rehabill.coding.words.tokens import Splitter, fold, one_apart, stem

_CODE = re.compile(r"\b(?:\d{5}|\d{4}t|[gs]\d{4})\b")
_FIVE = re.compile(r"\d{4}")  # every code holds four digits in a row
_AS_LETTERS = str.maketrans("0123456789", "abcdefghij")
GAP = ".."  # in a lexicon phrase: a few other words may stand here
SHORTEST_MENDED = 6
MOST_REMEMBERED = 50_000  # words met so far; a bound, since a note may hold anything


class Vocabulary:
    """Immutable but for a memory of words already looked up, which changes no answer."""

    def __init__(self, lexicon: Lexicon, index: Index) -> None:
        self.lexicon = lexicon
        self.index = index
        self.split = Splitter(lexicon.rewrites, lexicon.abbreviated, lexicon.passed_over)
        self.whole = frozenset(lexicon.whole_words)
        self.literal = {spelled(code): Entry(id=code, role="literal", phrases=()) for code in lexicon.codes}
        self.phrases = index.phrases
        self.lengths = index.lengths
        self.gaps = index.gaps
        self.goal_words = frozenset(self.cut(w) for w in lexicon.goal_words)
        self.observed = frozenset(self.cut(w) for w in lexicon.observed_words)
        self.deficits = frozenset(self.cut(w) for w in lexicon.deficit_words)
        self.service = frozenset(self.cut(w) for w in lexicon.service_words)
        self.goal_verbs = frozenset(self.cut(w) for w in lexicon.goal_verbs)
        self._seen: dict[str, tuple[str, ...]] = {}

    def entry(self, number: int) -> Entry:
        return self.lexicon.entries[number]

    def cut(self, word: str) -> str:
        return word if word in self.whole else stem(word)

    def phrase(self, text: str) -> list[str]:
        """A lexicon phrase as tokens: the note's own path, without the doses."""
        before, dots, after = text.partition("..")
        tokens = [token for word in self.split(fold(before)) for token in self.canon(word)]
        return [*tokens, GAP, *self.phrase(after)] if dots else tokens

    def canon(self, word: str) -> tuple[str, ...]:
        found = self._seen.get(word)
        if found is None:
            found = self._canon(word)
            if len(self._seen) < MOST_REMEMBERED:
                self._seen[word] = found
        return found

    def _canon(self, word: str) -> tuple[str, ...]:
        if word in self.literal:
            return (word,)
        short = self.index.shorthand.get(word)
        if short is not None:
            return tuple(self.cut(w) for w in short)
        cut = self.cut(word)
        if self.is_known(cut) or word in self.index.known or len(word) < SHORTEST_MENDED or not word.isalpha():
            return (cut,)
        near = (w for size in (-1, 0, 1) for w in self.index.mendable.get(f"{word[0]}{len(word) + size}", ()))
        mended = sorted(w for w in near if one_apart(word, w))
        return self._canon(mended[0]) if mended else (cut,)

    def tokens(self, folded: str) -> tuple[list[str], list[str]]:
        """The tokens to match and, beside each, the word they came from."""
        tokens: list[str] = []
        words: list[str] = []
        if _FIVE.search(folded):
            folded = _CODE.sub(self._spell, folded)
        for word in self.split(folded):
            for token in self.canon(word):
                tokens.append(token)
                words.append(word)
        return tokens, words

    def is_known(self, token: str) -> bool:
        """Whether the lexicon or its list of ordinary words holds the token."""
        known = token in self.index.known or token in self.index.plain
        return known or token in self.goal_words or not token.isalpha()

    def _spell(self, match: re.Match[str]) -> str:
        token = spelled(match.group())
        return f" {token} " if token in self.literal else match.group()


def spelled(code: str) -> str:
    """A code in letters only, so that it passes through the word splitter in one piece."""
    return "zz" + code.lower().translate(_AS_LETTERS)


_loaded: list[Vocabulary] = []


def load() -> Vocabulary:
    """The shipped lexicon, read once; the only place of this package that reads anything."""
    if not _loaded:
        packed = files("rehabill.coding").joinpath("lexicon.msgpack").read_bytes()
        shipped = msgspec.msgpack.decode(packed, type=Shipped)
        _loaded.append(Vocabulary(shipped.lexicon, shipped.index))
    return _loaded[0]
