"""JSON read in pieces: objects and lists are walked through as they come, what they hold is decoded value by value.

    for key in pieces.keys():               # at an object: each key's value must then be read
        for _ in pieces.items():            # at a list: so must each of its items
            pieces.value(Kind)

Everything raises `InputError` for what is no JSON, or other JSON than was asked for.
"""

import codecs
import json
import re
from collections.abc import Iterable, Iterator
from typing import TypeVar

import msgspec

from rehabill.base.errors import InputError
from rehabill.x12.scan import given

T = TypeVar("T")

_LEAST = 1 << 16
_LONGEST_WORD = 16
"""No word of JSON but a string is as long: what is wrong further than this from the end stays wrong with more text."""
_BLANKS = re.compile(r"[ \t\r\n]*")
_WHOLE = json.JSONDecoder()


class Pieces:
    """The text from where we are to as far as was read."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = given(chunks)
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._text = ""
        self._at = 0
        self._ended = False

    def keys(self) -> Iterator[str]:
        """The keys of an object."""
        self._take("{")
        if self._next() != "}":
            while True:
                key = self.value(str)
                self._take(":")
                yield key
                if self._next() != ",":
                    break
                self._at += 1
        self.close()

    def items(self) -> Iterator[None]:
        """The items of a list, of which each is to be read when it is told."""
        self._take("[")
        if self._next() != "]":
            while True:
                yield
                if self._next() != ",":
                    break
                self._at += 1
        self._take("]")

    def opens(self, names: tuple[str, ...]) -> str:
        """The first key of the object that begins here if it is one of `names`: then we go to its value. Else empty."""
        if self._next() != "{":
            return ""
        while True:
            inner = self._past_blanks(self._at + 1)
            if len(self._text) > inner + max(map(len, names)) + 2 or not self._more():
                break
        for name in names:
            if self._text.startswith(f'"{name}"', inner):
                self._at = inner + len(name) + 2
                self._take(":")
                return name
        return ""

    def close(self) -> None:
        """The end of an object."""
        self._take("}")

    def end(self) -> None:
        """Nothing more may come."""
        if self._next():
            raise _wrong("something stands behind its end")

    def value(self, kind: type[T]) -> T:
        """The whole value that begins here."""
        self._next()
        while True:
            try:
                found, end = _WHOLE.raw_decode(self._text, self._at)
                break
            except json.JSONDecodeError as error:
                is_cut = error.msg.startswith("Unterminated") or error.pos > len(self._text) - _LONGEST_WORD
                if not (is_cut and self._more()):
                    raise _wrong(error.msg) from None
            except (RecursionError, ValueError):
                raise _wrong("it cannot be decoded") from None
        self._at = end
        try:
            return msgspec.convert(found, kind)
        except msgspec.ValidationError as error:
            raise _wrong(str(error)) from None

    def _take(self, mark: str) -> None:
        if self._next() != mark:
            raise _wrong(f"'{mark}' is expected where '{self._text[self._at : self._at + 20]}' stands")
        self._at += 1

    def _next(self) -> str:
        """The next character that is no blank, where we then are; empty at the end."""
        while True:
            self._at = self._past_blanks(self._at)
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _past_blanks(self, at: int) -> int:
        found = _BLANKS.match(self._text, at)
        return found.end() if found else at

    def _more(self) -> bool:
        """Read on, as much again as is held, so that a long value is not tried too often; False at the end."""
        if self._ended:
            return False
        parts = [self._text[self._at :]]
        missing = max(len(parts[0]), _LEAST)
        try:
            while missing > 0 and not self._ended:
                chunk = next(self._chunks, None)
                self._ended = chunk is None
                parts.append(self._decoder.decode(chunk or b"", self._ended))
                missing -= len(parts[-1])
        except UnicodeDecodeError:
            raise _wrong("it is no UTF-8 text") from None
        self._text, self._at = "".join(parts), 0
        return len(self._text) > len(parts[0])


def _wrong(why: str) -> InputError:
    return InputError("", f"this is not the JSON that `x12 to-json` writes: {why}")
