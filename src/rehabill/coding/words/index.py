"""Working out, when the lexicon is compiled, what searching a note needs: phrases as tokens, words that are mended."""

from rehabill.coding.words.model import Index, Lexicon
from rehabill.coding.words.tokens import Splitter, fold
from rehabill.coding.words.vocabulary import GAP, SHORTEST_MENDED, Vocabulary


def build(lexicon: Lexicon) -> Index:
    words = _words(lexicon)
    phrases: dict[str, int] = {}
    lengths: dict[str, set[int]] = {}
    gaps: dict[str, list[tuple[list[str], list[str], int]]] = {}
    vocabulary = Vocabulary(lexicon, words)
    for number, entry in enumerate(lexicon.entries):
        for phrase in entry.phrases:
            tokens = vocabulary.phrase(phrase)
            if GAP in tokens:
                at = tokens.index(GAP)
                gaps.setdefault(tokens[0], []).append((tokens[:at], tokens[at + 1 :], number))
            elif tokens:
                phrases[" ".join(tokens)] = number
                lengths.setdefault(tokens[0], set()).add(len(tokens))
    return Index(
        phrases=phrases,
        lengths={first: tuple(sorted(sizes, reverse=True)) for first, sizes in lengths.items()},
        gaps=gaps,
        shorthand=words.shorthand,
        known=words.known,
        plain=words.plain,
        mendable=words.mendable,
    )


def _words(lexicon: Lexicon) -> Index:
    plain = Splitter((), lexicon.abbreviated, lexicon.passed_over)
    split = Splitter(lexicon.rewrites, lexicon.abbreviated, lexicon.passed_over)
    cut = Vocabulary(lexicon, Index()).cut
    own = {w for e in lexicon.entries for p in e.phrases for w in split(fold(p.replace(GAP, " ")))}
    mendable: dict[str, list[str]] = {}
    for word in sorted(own | set(lexicon.shorthand)):
        if len(word) >= SHORTEST_MENDED and word.isalpha():
            mendable.setdefault(f"{word[0]}{len(word)}", []).append(word)
    return Index(
        shorthand={word: tuple(plain(fold(to))) for word, to in lexicon.shorthand.items()},
        known=frozenset({cut(w) for w in own} | set(lexicon.leave_alone)),
        plain=frozenset(cut(w) for w in lexicon.ordinary),
        mendable=mendable,
    )
