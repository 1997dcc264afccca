"""Free text to what an X12 data element may hold.

Allowed here: the basic and extended sets of the standard without the four separators this program uses
(`*`, `:`, `~`, `^`). Identifiers are never cleaned: one that needs cleaning is an error of the caller's.
"""

import re
import unicodedata

_PUNCTUATION = r"!\"&'()+,\-./;?=%@\[\]_{}\\|<>#$"
_CLEAN = re.compile(rf"[A-Za-z0-9{_PUNCTUATION}]+(?: [A-Za-z0-9{_PUNCTUATION}]+)*").fullmatch
_FOREIGN = re.compile(rf"[^A-Za-z0-9{_PUNCTUATION}]+")

# What Unicode's own decomposition does not bring down to ASCII.
_FOLDED = str.maketrans({
    "ß": "ss", "ẞ": "SS", "Æ": "AE", "æ": "ae", "Œ": "OE", "œ": "oe", "Ø": "O", "ø": "o", "Ł": "L", "ł": "l",
    "Đ": "D", "đ": "d", "Ð": "D", "ð": "d", "Þ": "TH", "þ": "th", "ı": "i", "Ħ": "H", "ħ": "h",
    "‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'", "`": "'", "´": "'", "ʼ": "'", "‹": "'", "›": "'",
    "“": '"', "”": '"', "„": '"', "‟": '"', "″": '"', "«": '"', "»": '"',
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-", "•": "-", "·": "-",
    "…": "...", "×": "x", "÷": "/", "⁄": "/", "½": "1/2", "¼": "1/4", "¾": "3/4", "±": "+/-", "≥": ">=", "≤": "<=",
    "\u00ad": None, "\u200b": None, "\u200c": None, "\u200d": None, "\ufeff": None,
})  # fmt: skip


def clean(text: str, upper: bool = True) -> str:
    """`text` as an element may hold it: accents folded, the rest blank, blanks single, ends trimmed.

    A separator becomes a blank, so that `8:30` stays two numbers. Letters without a Latin form vanish, so the
    answer may be empty. Applying it twice changes nothing.

    >>> clean("  José “Pepe”  Groß–Ñandú*~ "), clean("Straße", upper=False)
    ('JOSE "PEPE" GROSS-NANDU', 'Strasse')
    """
    if upper:
        text = text.upper()
    if text.isascii() and (text.isalnum() or _CLEAN(text)):
        return text
    return _fold(text, upper)


class _Letters(dict[int, str]):
    """What becomes of each character; worked out when it is first met, and kept for some thousands."""

    def __missing__(self, number: int) -> str:
        text = unicodedata.normalize("NFKD", chr(number).translate(_FOLDED)).translate(_FOLDED)
        text = "".join(letter for letter in text if not unicodedata.combining(letter))
        if len(self) >= _REMEMBERED:
            self.clear()
        answer = self[number] = _FOREIGN.sub(" ", text)
        return answer


_REMEMBERED = 4_096
_LETTERS = _Letters()


def _fold(text: str, upper: bool) -> str:
    text = " ".join(text.translate(_LETTERS).split())
    return text.upper() if upper else text
