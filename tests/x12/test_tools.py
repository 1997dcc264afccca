"""The tools: JSON and back, cutting and joining, comparing, disguising, counting, searching."""

import random
import re
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rehabill.base.errors import InputError
from rehabill.base.ids import npi_is_valid
from rehabill.demo import x12_files
from rehabill.x12.check.file import check
from rehabill.x12.describe import describe
from rehabill.x12.outline import Placed, outline
from rehabill.x12.scan import batches
from rehabill.x12.tools.diff import Comparison, diff
from rehabill.x12.tools.merge import Merger
from rehabill.x12.tools.pseudonymize import Pseudonymizer
from rehabill.x12.tools.pseudonyms import Pseudonyms
from rehabill.x12.tools.search import matcher, raw, search
from rehabill.x12.tools.split import Pieces
from rehabill.x12.tools.stats import Stats
from rehabill.x12.tools.trees import from_json, to_json
from rehabill.x12.units import Rest, Unit, units

FILES = Path(__file__).parents[2] / "examples" / "x12"
CLAIMS = (FILES / "claims.837").read_bytes()
REMITTANCE = (FILES / "remittance.835").read_bytes()
KEY = b"a key that is no secret"
MANY_CLAIMS = b"".join(x12_files.claims_837p(30, 5))
MANY_PAYMENTS = b"".join(x12_files.remittance_835(30, 5))


def segments(data: bytes) -> list[Placed]:
    return list(outline(batches([data], [])))


def claims(data: bytes) -> list[str]:
    return [unit.number for unit in units(segments(data)) if isinstance(unit, Unit)]


def compared(one: bytes, two: bytes, strict: bool = False, mask: bool = True) -> Comparison:
    return diff(partial(segments, one), partial(segments, two), strict, mask)


def disguised(data: bytes, key: bytes = KEY) -> bytes:
    return "".join(Pseudonymizer(key).write(segments(data))).encode("latin-1")


def pieces(data: bytes, by: int | None = None) -> list[bytes]:
    return [piece.text.encode("latin-1") for piece in Pieces(by).of(segments(data))]


def merged(*files: bytes) -> bytes:
    merger = Merger()
    texts = [text for data in files for text in merger.take("a file", segments(data))]
    return "".join([*texts, merger.finish()]).encode("latin-1")


def told(data: bytes) -> Counter[tuple[str, str, int]]:
    """What is wrong with a file: rule, element and segment number."""
    found = check([data]).all_findings()
    return Counter((one.rule, one.at.element, one.at.number) if one.at else (one.rule, "", 0) for one in found)


noise = st.binary(max_size=12) | st.sampled_from(
    [b"~", b"*", b":", b"^", b"\r\n", b"ISA", b"ST*837*1~", b"SE*2*1~", b"GS*", b"IEA*1*1~", b"\xc3\xa9", b"\xff"]
)


@st.composite
def broken(draw: st.DrawFn) -> bytes:
    """A good file with a few places overwritten, cut out or put in twice."""
    data = draw(st.sampled_from([CLAIMS, REMITTANCE]))
    for _ in range(draw(st.integers(0, 4))):
        begin = draw(st.integers(0, len(data)))
        end = min(begin + draw(st.integers(0, 60)), len(data))
        data = data[:begin] + draw(noise | st.just(data[begin:end] * 2)) + data[end:]
    return data


class TestUnits:
    def test_every_segment_of_a_set_is_in_a_claim_or_beside_them(self) -> None:
        for data in (MANY_CLAIMS, MANY_PAYMENTS):
            found: set[int] = set()
            for unit in units(segments(data)):
                found |= {placed.byte for placed in unit.segments}
            assert found == {placed.byte for placed in segments(data) if placed.head is not None}

    def test_a_claim_knows_its_patient(self) -> None:
        first = next(unit for unit in units(segments(CLAIMS)) if isinstance(unit, Unit))
        assert first.number == "RB00001-0000"
        assert next(placed.value(3) for placed in first.context if placed.loop == "2010BA") == "ST CLAIR"

    @given(broken())
    def test_any_file_has_units_and_words(self, data: bytes) -> None:
        found = segments(data)
        assert all(isinstance(unit, Unit | Rest) for unit in units(found))
        assert len(list(describe(found))) == sum(1 for placed in found if placed.text)


class TestJson:
    @given(st.binary(max_size=400) | broken())
    @example(b"")
    @example(CLAIMS + b"trailing")
    @example(REMITTANCE.replace(b"~\n", b"\n"))
    @example(CLAIMS.replace(b"PETRA", "PÉTRA".encode()))
    @example(CLAIMS.replace(b"PETRA", b"P\xc9TRA"))
    def test_back_to_the_same_bytes(self, data: bytes) -> None:
        assert from_json(to_json(data)) == data

    def test_structure(self) -> None:
        import json

        tree = json.loads(to_json(CLAIMS))
        isa, group, iea = tree["interchanges"][0]["content"]
        assert (isa["id"], iea["id"]) == ("ISA", "IEA")
        gs, one, ge = group["group"]
        assert (gs["id"], ge["id"]) == ("GS", "GE")
        assert [one["set"][0]["id"], one["set"][-1]["id"]] == ["ST", "SE"]
        line = next(node for node in one["set"] if node["id"] == "SV1")
        assert line["elements"][0] == ["HC", "97110", "GP"]

    def test_a_changed_element_is_written(self) -> None:
        changed = from_json(to_json(CLAIMS).replace(b'"PETRA"', b'"PAULA"'))
        assert changed == CLAIMS.replace(b"PETRA", b"PAULA")

    @pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"{oops", b"\xff", b"[" * 100_000, b'{"format": "x"}'])
    def test_other_json_is_told(self, data: bytes) -> None:
        with pytest.raises(InputError):
            from_json(data)


class TestCutAndJoin:
    @pytest.mark.parametrize("by", [None, 1, 7, 1000])
    def test_every_piece_is_valid_and_no_claim_is_lost(self, by: int | None) -> None:
        cut = pieces(MANY_CLAIMS, by)
        assert [number for piece in cut for number in claims(piece)] == claims(MANY_CLAIMS)
        assert all(not told(piece) for piece in cut)
        controls = [piece[90:99] for piece in cut]
        assert len(set(controls)) == len(controls)

    def test_remittances_by_set(self) -> None:
        cut = pieces(REMITTANCE)
        assert len(cut) == 1 and cut[0] == REMITTANCE

    @settings(max_examples=15)
    @given(st.integers(1, 25), st.integers(0, 99), st.integers(1, 9))
    def test_cut_and_joined_is_equal(self, count: int, seed: int, by: int) -> None:
        data = b"".join(x12_files.claims_837p(count, seed))
        whole = merged(*pieces(data, by))
        assert not told(whole)
        assert claims(whole) == claims(data)
        assert not compared(data, whole).changes

    def test_only_837p_is_cut_by_claims(self) -> None:
        with pytest.raises(InputError, match="cut it by set"):
            pieces(REMITTANCE, 5)

    @pytest.mark.parametrize(
        ("old", "new", "why"),
        [(b"*ZZ*REHABDEMOSENDER", b"*ZZ*ANOTHERSENDER__", "sender"), (b"*T*:~", b"*P*:~", "test or production"),
         (b"GS*HC*REHAB", b"GS*HC*OTHER", "sender's code")],
    )  # fmt: skip
    def test_what_does_not_belong_together_is_told(self, old: bytes, new: bytes, why: str) -> None:
        with pytest.raises(InputError, match=why):
            merged(CLAIMS, CLAIMS.replace(old, new, 1))

    def test_two_kinds_are_not_merged(self) -> None:
        with pytest.raises(InputError, match="kind of transactions"):
            merged(CLAIMS, REMITTANCE)

    def test_a_set_cut_short_is_not_merged(self) -> None:
        with pytest.raises(InputError, match="no trailer"):
            merged(CLAIMS[: CLAIMS.index(b"SE*70")])

    def test_set_numbers_become_unique(self) -> None:
        whole = merged(CLAIMS, CLAIMS.replace(b"RB0000", b"RC0000"))
        assert re.findall(rb"ST\*837\*(\d+)", whole) == re.findall(rb"SE\*\d+\*(\d+)", whole) == [b"0001", b"0002"]
        assert not told(whole)


class TestDiff:
    @given(broken())
    def test_a_file_equals_itself(self, data: bytes) -> None:
        assert not compared(data, data).changes
        assert not compared(data, data, strict=True).changes

    @settings(max_examples=15)
    @given(st.randoms(use_true_random=False))
    def test_order_does_not_count(self, chance: random.Random) -> None:
        text = MANY_PAYMENTS.decode()
        after = re.search(r"(?<=~)\n?(?:PLB|SE)\*", text)
        assert after is not None
        begin, end = text.index("CLP*"), after.start()
        parts = re.split(r"(?=CLP\*)", text[begin:end])[1:]
        chance.shuffle(parts)
        found = compared(MANY_PAYMENTS, (text[:begin] + "".join(parts) + text[end:]).encode())
        assert not found.changes and found.equal == found.first

    def test_amounts_compare_as_amounts_and_numbers_of_the_envelope_not_at_all(self) -> None:
        other = CLAIMS.replace(b"*390*", b"*390.00*").replace(b"000000001", b"000000777").replace(b"*0800*", b"*0915*")
        assert not compared(CLAIMS, other).changes
        assert compared(CLAIMS, other, strict=True).changes

    def test_a_difference_in_words(self) -> None:
        other = CLAIMS.replace(b"SV1*HC:97140:GP*58*UN*1", b"SV1*HC:97140:GP:59*60*UN*1", 1)
        (changed,) = compared(CLAIMS, other).changes
        assert (changed.what, changed.state, changed.number) == ("claim", "changed", "RB00001-0000")
        assert [(one.where, one.element, one.old, one.new) for one in changed.differences] == [
            ("service line 97140 GP", "SV102", "$58.00", "$60.00"),
            ("service line 97140 GP", "SV101-4", "", "59"),
        ]

    def test_a_claim_added_and_removed(self) -> None:
        one, two = pieces(CLAIMS, 1)
        assert [(change.state, change.number) for change in compared(CLAIMS, one).changes] == [
            ("removed", "RB00001-0001")
        ]
        states = {(change.state, change.number) for change in compared(one, two).changes if change.what == "claim"}
        assert states == {("removed", "RB00001-0000"), ("added", "RB00001-0001")}

    def test_what_stands_above_many_claims_is_told_once(self) -> None:
        found = compared(CLAIMS, CLAIMS.replace(b"1000000012", b"1000000020")).changes
        assert [(change.claims, len(change.differences)) for change in found] == [(2, 1)]

    def test_names_are_masked(self) -> None:
        other = CLAIMS.replace(b"HOLLOWAY*EDITH", b"HALLOWAY*EDITH")
        for mask, is_shown in ((True, False), (False, True)):
            (changed,) = compared(CLAIMS, other, mask=mask).changes
            assert ("HALLOWAY" in changed.differences[0].new) is is_shown

    def test_another_payment_of_the_same_number(self) -> None:
        other = REMITTANCE.replace(b"BPR*I*119.34", b"BPR*I*120.34")
        (changed,) = compared(REMITTANCE, other).changes
        assert (changed.what, changed.number) == ("set", "EFT00000001")
        assert [(one.element, one.old, one.new) for one in changed.differences] == [("BPR02", "$119.34", "$120.34")]


class TestPseudonymize:
    @pytest.mark.parametrize("data", [CLAIMS, REMITTANCE, MANY_CLAIMS, MANY_PAYMENTS])
    def test_good_files_stay_good(self, data: bytes) -> None:
        assert not told(disguised(data))

    @settings(max_examples=60)
    @given(broken())
    def test_the_same_faults_at_the_same_places(self, data: bytes) -> None:
        try:
            other = disguised(data)
        except InputError:
            return
        envelope = {"X100", "X101", "X102", "X103", "X104", "X107"}  # text outside is left out
        before, after = told(data), told(other)
        assert {key for key in before if key[0] not in envelope} == {key for key in after if key[0] not in envelope}

    @pytest.mark.parametrize("data", [CLAIMS, REMITTANCE])
    def test_nothing_personal_is_left(self, data: bytes) -> None:
        other = disguised(data)
        values = {re.sub(r"[*:^~\n]", " ", word) for word in re.split(rb"[*:^~\n]+".decode(), other.decode())}
        for line in describe(segments(data), mask=False):
            for field in line.fields:
                if field.personal and len(field.value) > 2:
                    assert field.value not in values, (field.element, field.personal)

    def test_money_codes_and_control_numbers_stay(self) -> None:
        kept = re.compile(rb"^(?:ST|SE|GE|IEA|HI|SV1|SVC|CAS|AMT|LQ|TRN)\*.*", re.MULTILINE)
        for data in (MANY_CLAIMS, MANY_PAYMENTS):
            other = disguised(data)
            found = [kept.findall(re.sub(rb"~\n?", b"~\n", one)) for one in (data, other)]
            assert found[0] == found[1] and len(found[0]) > 100
            assert other[90:99] == data[90:99]

    def test_files_of_one_key_fit_together(self) -> None:
        assert claims(disguised(CLAIMS)) == claims(disguised(REMITTANCE)) != claims(CLAIMS)
        assert disguised(CLAIMS, b"another key altogether") != disguised(CLAIMS)
        assert disguised(CLAIMS) == disguised(CLAIMS)

    def test_an_unknown_set_is_refused(self) -> None:
        with pytest.raises(InputError, match="not known here"):
            disguised(CLAIMS.replace(b"005010X222A1", b"005010X999A1"))

    @given(st.from_regex(r"[0-9A-Za-z -]{1,16}", fullmatch=True))
    def test_numbers_keep_their_pattern(self, value: str) -> None:
        def pattern(text: str) -> str:
            return re.sub("[a-z]", "a", re.sub("[A-Z]", "A", re.sub("[0-9]", "9", text)))

        assert pattern(Pseudonyms(KEY).number(value)) == pattern(value)

    def test_no_two_numbers_become_one(self) -> None:
        invent = Pseudonyms(KEY)
        for values in ([f"{number:03d}" for number in range(1000)], [f"A{number:02d}-1" for number in range(100)]):
            assert len({invent.number(value) for value in values}) == len(values)

    def test_identifiers_stay_valid(self) -> None:
        invent = Pseudonyms(KEY)
        assert npi_is_valid(invent.npi("1234567893")) and not npi_is_valid(invent.npi("1234567890"))
        letter = "[AC-HJKMNP-RT-Y]"
        medicare = rf"[1-9]{letter}[^BILOSZ]\d{letter}[^BILOSZ]\d{letter}{letter}\d\d"
        assert re.fullmatch(medicare, invent.number("6P75KT9QN93"))
        assert re.fullmatch(r"\d{3}55501\d\d", invent.phone("2055551234"))
        assert invent.postal("352030001", "AL").startswith("350")
        assert invent.tax_number("123456789").startswith("00")
        assert invent.social_security("123456789").startswith("9")

    def test_days_move_together_by_whole_weeks(self) -> None:
        invent = Pseudonyms(KEY)
        assert invent.shift.days % 7 == 0 and -365 < invent.shift.days < 0
        first, last = invent.day("20260304-20260306").split("-")
        assert int(last) - int(first) in (2, 72, 73, 74) or last > first
        assert len(invent.day("260615")) == 6 and invent.day("20261399") == "99999999"


class TestSearchAndStats:
    @pytest.mark.parametrize(
        ("pattern", "count"),
        [("CLM01=rb00001-0000", 1), ("SV101-2=97110", 2), ("sv101-2=97140", 1), ("CLM02=390.00", 1), ("CLM02=39", 0),
         ("NM109~^XM5", 1), ("holloway", 1), ("NM103=nobody", 0), ("N301~example", 2), ("BHT03=000001", 1)],
    )  # fmt: skip
    def test_patterns(self, pattern: str, count: int) -> None:
        assert len(list(search(segments(CLAIMS), matcher(pattern)))) == count

    @pytest.mark.parametrize("pattern", ["", "NM109~(", "NM109~*"])
    def test_bad_patterns(self, pattern: str) -> None:
        with pytest.raises(InputError):
            matcher(pattern)

    def test_raw(self) -> None:
        (hit,) = search(segments(REMITTANCE), matcher("CLP01=RB00001-0001"))
        assert raw(hit.where).splitlines()[1].startswith("CLP*RB00001-0001*")

    def test_counts(self) -> None:
        counted = Stats()
        counted.take(segments(REMITTANCE))
        (kind,) = counted.kinds.values()
        assert (kind.sets, kind.units, kind.charge_cents, kind.paid_cents) == (1, 2, 19_700, 11_734)
        assert counted.payment_cents == kind.paid_cents - counted.provider_adjustment_cents
        assert kind.payers == {"SAMPLE MUTUAL HEALTH": 2}
        assert kind.adjustments["CO-45"].count == 3
        assert (counted.first_day, counted.last_day) == ("20260322", "20260323")


Tool = Callable[[bytes], object]
TOOLS: dict[str, Tool] = {
    "describe": lambda data: list(describe(segments(data))),
    "units": lambda data: list(units(segments(data))),
    "split": pieces,
    "split by claims": lambda data: pieces(data, 2),
    "merge": merged,
    "pseudonymize": disguised,
    "stats": lambda data: Stats().take(segments(data)),
    "search": lambda data: list(search(segments(data), matcher("1"))),
    "json": lambda data: from_json(to_json(data)),
    "diff": lambda data: compared(data, CLAIMS),
}


@pytest.mark.parametrize("name", TOOLS)
@settings(max_examples=50)
@given(st.binary(max_size=300) | broken())
def test_any_bytes_give_a_result_or_an_error_in_words(name: str, data: bytes) -> None:
    try:
        TOOLS[name](data)
    except InputError as error:
        assert error.message
