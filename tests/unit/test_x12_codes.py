"""The meanings of codes (`x12/spec/codes.yaml`): every code that a spec allows has one, in short words of our own."""

from collections import defaultdict
from pathlib import Path

import msgspec
import pytest
import yaml

from rehabill.almanac import code_lists
from rehabill.x12.spec import compile as compiler
from rehabill.x12.spec.schema import ElementSpec

FILE = Path(compiler.__file__).parent / "codes.yaml"
MEANINGS: dict[str, dict[str, str]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
POINTER = "1328"
"""The place of a diagnosis on the claim: a number, which means itself."""


def used_codes() -> dict[str, set[str]]:
    """Every code of every spec, by the number of the data element."""
    found: dict[str, set[str]] = defaultdict(set)

    def walk(item: object) -> None:
        if isinstance(item, ElementSpec):
            found[item.number] |= item.codes
        elif isinstance(item, msgspec.Struct):
            for field in item.__struct_fields__:
                walk(getattr(item, field))
        elif isinstance(item, tuple | list):
            for part in item:
                walk(part)

    for spec in compiler.compile_folder().specs.values():
        walk(spec)
    return found


def test_every_code_of_every_spec_has_a_meaning() -> None:
    used = {number: codes for number, codes in used_codes().items() if codes and number != POINTER}
    assert used
    missing = {number: sorted(codes - MEANINGS.get(number, {}).keys()) for number, codes in used.items()}
    assert {number: codes for number, codes in missing.items() if codes} == {}


@pytest.mark.parametrize("number", sorted(MEANINGS))
def test_meanings_are_short_words(number: str) -> None:
    for code, meaning in MEANINGS[number].items():
        assert isinstance(code, str) and code == code.strip().upper(), code
        assert isinstance(meaning, str) and 0 < len(meaning) <= 75 and not meaning.endswith("."), code


def test_the_almanacs_lists_hold_the_same_codes() -> None:
    lists = code_lists.load()
    assert MEANINGS["507"] == {code: lists.meaning("claim_status_category", code) for code in MEANINGS["507"]}
    assert MEANINGS["1032"] == {code: lists.meaning("claim_filing", code) for code in MEANINGS["1032"]}
    for number, name in (
        ("507", "claim_status_category"),
        ("1032", "claim_filing"),
        ("1033", "group"),
        ("1331", "pos"),
    ):
        assert MEANINGS[number].keys() == set(lists.codes(name)), name
