"""The format: characters, segments, envelope."""

from datetime import date, datetime

import pytest

from rehabill.base.errors import InputError
from rehabill.x12.clean import clean
from rehabill.x12.envelope import Interchange, ge, gs, iea, isa, se, set_control, st
from rehabill.x12.segment import amount, count_segments, d8, fitting, is_sendable, misfit, segment


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("PLAIN TEXT", "PLAIN TEXT"),
        ("plain", "PLAIN"),
        ("  two   blanks ", "TWO BLANKS"),
        ("José Núñez-Åse", "JOSE NUNEZ-ASE"),
        ("Straße", "STRASSE"),
        ("Łódź Øre Æsir", "LODZ ORE AESIR"),
        ("O’Brien “Pat” – ok…", 'O\'BRIEN "PAT" - OK...'),
        ("a*b:c~d^e", "A B C D E"),
        ("line\nbreak\r\n\ttab\x00nul", "LINE BREAK TAB NUL"),
        ("8:30~9:15", "8 30 9 15"),
        ("full：width＊", "FULL WIDTH"),
        ("soft\u00adhyphen zero\u200bwidth", "SOFTHYPHEN ZEROWIDTH"),
        ("½ mile ≥ 3", "1/2 MILE >= 3"),
        ("Иванов", ""),
        ("", ""),
        (" ", ""),
        ("*~:^", ""),
    ],
)
def test_text_is_cleaned(given: str, sent: str) -> None:
    assert clean(given) == sent
    assert clean(sent) == sent


def test_the_case_of_letters_may_stay() -> None:
    assert clean("Groß  McDonald*", upper=False) == "Gross McDonald"
    assert clean(" McDonald", upper=False) == "McDonald"
    assert clean("McDonald", upper=False) == "McDonald"


def test_segments_end_where_their_data_end() -> None:
    assert segment("REF", "G1", "A1", "", "") == "REF*G1*A1~"
    assert segment("PER", "IC", "", "TE", "5555550101") == "PER*IC**TE*5555550101~"
    assert count_segments("ST*837~SE*2~") == 2


def test_dates_and_amounts() -> None:
    assert d8(date(2026, 3, 2)) == "20260302"
    assert [amount(cents) for cents in (0, 5, 50, 100, 12050, 12055, -2510)] == [
        "0", "0.05", "0.5", "1", "120.5", "120.55", "-25.1",
    ]  # fmt: skip


@pytest.mark.parametrize("value", ["", "A*B", "A:B", "A~B", "A^B", "É1", " A", "A ", "A\nB", "X" * 6])
def test_an_identifier_is_sent_unchanged_or_not_at_all(value: str) -> None:
    assert misfit(value, 1, 5, "the member id")
    with pytest.raises(InputError) as caught:
        fitting(value, 1, 5, "subscriber.member_id", "the member id")
    assert caught.value.path == "subscriber.member_id"
    assert "the member id" in caught.value.message


def test_what_can_be_sent_is_printable_ascii_without_separators_and_blanks_at_the_ends() -> None:
    for number in range(256):
        letter = chr(number)
        fits = letter.isascii() and letter.isprintable() and letter not in "*:~^`"
        assert bool(is_sendable(f"a{letter}b")) == fits, letter
        assert bool(is_sendable(letter)) == (fits and letter != " "), letter
        assert (misfit(f"a{letter}b", 1, 5, "it") == "") == fits


def test_a_fitting_identifier_is_left_alone() -> None:
    assert fitting("a-1/2", 1, 5, "x", "x") == "a-1/2"


INTERCHANGE = Interchange(
    sender_qualifier="ZZ", sender_id="ME", receiver_qualifier="27", receiver_id="THEY", group_sender="ME",
    group_receiver="GROUP", control_number=7, group_number=9, created=datetime(2026, 1, 2, 3, 4), usage="T",
    functional_id="HC", version="005010X222A1", set_id="837",
)  # fmt: skip


def test_the_interchange_header_is_fixed() -> None:
    text = isa(INTERCHANGE)
    assert len(text) == 106
    assert text[103:] == "*:~"
    assert text.split("*")[5:] == [
        "ZZ", "ME             ", "27", "THEY           ", "260102", "0304", "^", "00501", "000000007", "0", "T", ":~",
    ]  # fmt: skip


def test_headers_and_trailers_carry_the_same_numbers() -> None:
    assert gs(INTERCHANGE) == "GS*HC*ME*GROUP*20260102*0304*9*X*005010X222A1~"
    assert st(INTERCHANGE, set_control(12)) == "ST*837*0012*005010X222A1~"
    assert se(3, "0012") == "SE*3*0012~"
    assert ge(INTERCHANGE, 2) == "GE*2*9~"
    assert iea(INTERCHANGE, 1) == "IEA*1*000000007~"
