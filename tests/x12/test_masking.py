"""What may be shown of a file: no person's name, birthday, address or number, wherever it stands."""

import random
from collections.abc import Callable
from functools import partial
from pathlib import Path
from string import Formatter

import msgspec
import pytest

from rehabill.base.errors import InputError
from rehabill.edi.check import check_file
from rehabill.x12.check.file import check
from rehabill.x12.describe import Words, describe
from rehabill.x12.faults import KINDS
from rehabill.x12.masking import claim_number, envelope_value, masked, segment_id, shape, unit_number
from rehabill.x12.outline import Placed, outline
from rehabill.x12.scan import batches
from rehabill.x12.tools.diff import diff
from rehabill.x12.tools.personal import discreet_report
from rehabill.x12.tools.pseudonymize import Pseudonymizer
from rehabill.x12.tools.search import matcher, search
from rehabill.x12.units import Unit

FILES = Path(__file__).parents[2] / "examples" / "x12"
GOOD = {name: (FILES / name).read_bytes() for name in ("claims.837", "remittance.835")}
CLAIMS = GOOD["claims.837"]
PERSONAL = {"name", "id", "birth", "address", "phone", "text", "provider"}
PLANTED = ("MONTCLAIRE", "O'SHAUGHNESSY", "ANNELIESE MARIE", "Thistlewood", "77 QUARRYBANK LN", "7XK4PT9QN93",
           "987-65-4329", "MÜLLERHAUS")  # fmt: skip
NUMBERS = ("19450118", "01181945", "895017733", "987654329", "5125557788")
NAMES_OF_ORGANISATIONS = {"N102", "NM103", "NM109", "N104", "SBR04"}
"""Places where a payer's or a group's own name or id may stand: there, nothing tells it from a person's."""

Lines = list[str]
Tool = Callable[[bytes, bytes], str]


def segments(data: bytes) -> list[Placed]:
    return list(outline(batches([data], [])))


def as_text(value: object) -> str:
    return msgspec.json.encode(value).decode()


def described(data: bytes, _: bytes = b"") -> str:
    return as_text(list(describe(segments(data))))


def checked(data: bytes, _: bytes = b"") -> str:
    return as_text(discreet_report(check_file([data])))


def compared(data: bytes, other: bytes) -> str:
    return as_text(diff(partial(segments, other), partial(segments, data), strict=True))


def found(data: bytes, _: bytes = b"") -> str:
    words = Words()
    return as_text([
        (unit_number(hit.where) if isinstance(hit.where, Unit) else "", [words.line(one) for one in hit.segments])
        for hit in search(segments(data), matcher("*"))
    ])  # fmt: skip


def disguised(data: bytes, _: bytes = b"") -> str:
    try:
        return "".join(Pseudonymizer(b"a key that is no secret").write(segments(data)))
    except InputError:
        return ""


TOOLS: dict[str, Tool] = {
    "describe": described, "check": checked, "diff": compared, "grep": found, "pseudonymize": disguised,
}  # fmt: skip


def people_of(data: bytes) -> set[str]:
    """What of a good file names a person."""
    lines = describe(segments(data), mask=False)
    return {one.value for line in lines for one in line.fields if one.personal in PERSONAL and len(one.value) > 3}


def damaged(data: bytes, chance: random.Random) -> bytes:
    """A good file with separators too many or too few, segments cut, joined, doubled elsewhere or left outside."""
    lines = data.decode().split("~\n")
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(2, len(lines) - 2)
        elements = lines[at].split("*")
        number = chance.randrange(1, len(elements)) if len(elements) > 1 else 0
        match chance.randrange(10):
            case 0 | 1:
                lines[at] = "*".join([*elements[:number], "", *elements[number:]])
            case 2 | 3 if number:
                lines[at] = "*".join(
                    [*elements[: number - 1], elements[number - 1] + elements[number], *elements[number + 1 :]]
                )
            case 4:
                lines[at] = "*".join(elements[:number] + elements[number + 1 :])
            case 5:
                lines[at : at + 2] = [lines[at] + lines[at + 1]]
            case 6:
                lines[at : at + 1] = ["*".join(elements[:number]), "*".join(elements[number:])]
            case 7:
                lines.insert(chance.randrange(2, len(lines) - 1), lines[at])
            case 8:
                chance.shuffle(elements)
                lines[at] = "*".join(elements)
            case _:
                lines.insert(chance.choice((0, len(lines))), lines[at])
    return "~\n".join(lines).encode()


def planted(data: bytes, value: str, chance: random.Random) -> tuple[bytes, str]:
    """A good file with a value put in the stead of another, ahead of one, or as a segment; and where."""
    lines = data.decode().split("~\n")
    at = chance.randrange(2, len(lines) - 2)
    elements = lines[at].split("*")
    number = chance.randrange(len(elements))
    place = f"{elements[0]}{number:02d}"
    match chance.randrange(4):
        case 0:
            elements[number] = value
        case 1:
            parts = elements[number].split(":")
            parts[chance.randrange(len(parts))] = value
            elements[number] = ":".join(parts)
        case 2:
            elements.insert(number, value)
        case _:
            foreign = chance.choice((value, f"ZZZ*{value}", f"NM1*QX*1*{value}", f"NTE*{value}", f"{value}*1*2"))
            elements, place = [foreign + "~\n" + lines[at]], ""
    lines[at] = "*".join(elements)
    return "~\n".join(lines).encode(), place


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("name", GOOD)
class TestNobodyIsShown:
    def test_in_a_good_file(self, tool: str, name: str) -> None:
        data = GOOD[name]
        other = data.replace(b"HOLLOWAY", b"HALLOWAY").replace(b"19450117", b"19450217")
        shown = TOOLS[tool](data, other)
        assert not {one for one in people_of(data) if one in shown}

    def test_in_damaged_files(self, tool: str, name: str) -> None:
        data, people = GOOD[name], people_of(GOOD[name])
        for seed in range(60):
            wrong = damaged(data, random.Random(seed))
            shown = TOOLS[tool](wrong, data)
            assert not {one for one in people if one in shown}, seed

    def test_at_any_place(self, tool: str, name: str) -> None:
        for seed in range(80):
            chance = random.Random(seed)
            value = chance.choice(PLANTED)
            wrong, place = planted(GOOD[name], value, chance)
            if place in NAMES_OF_ORGANISATIONS:
                continue
            shown = TOOLS[tool](wrong, GOOD[name])
            assert value not in shown and "LLERHAUS" not in shown, (seed, place)

    def test_numbers_where_no_number_belongs(self, tool: str, name: str) -> None:
        """A birthday, social security number or telephone, for codes, amounts, days and names of the file."""
        chance = random.Random(name)
        lines = GOOD[name].decode().split("~\n")
        for at in range(3, len(lines) - 4):
            elements = lines[at].split("*")
            if elements[0] in ("BHT", "REF", "TRN", "PWK", "BPR", "PLB", "PER", "N1", "CLP"):  # numbers of other things
                continue
            numbers = range(2 if elements[0] in ("CLM", "CLP") else 1, len(elements))
            for number in chance.sample(numbers, min(2, len(numbers))):
                if f"{elements[0]}{number:02d}" in NAMES_OF_ORGANISATIONS:
                    continue
                value = chance.choice(NUMBERS)
                text = "*".join([*elements[:number], value, *elements[number + 1 :]])
                wrong = "~\n".join([*lines[:at], text, *lines[at + 1 :]]).encode()
                assert value not in TOOLS[tool](wrong, GOOD[name]), text


class TestWhatIsShown:
    def check(self, old: str, new: str) -> Lines:
        report = discreet_report(check_file([CLAIMS.replace(old.encode(), new.encode(), 1)]))
        return [one.message for one in report.all_findings()]

    def test_a_good_file_is_readable(self) -> None:
        shown = described(CLAIMS)
        for word in ("RB00001-0000", "97110", "M79671", "$390.00", "FICTION HEALTH PLAN", "225100000X", "1200000192"):
            assert word in shown
        assert "unknown" not in shown

    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            ("11:B:1*Y", "77:B:1*Y", "'77'"),
            ("*UN*2*", "*XX*2*", "'XX'"),
            ("ABK:M79671", "ABK:M7967", "'M7967'"),
            ("HC:97110", "HC:97119", "'97119'"),
            ("*OK*", "*QQ*", "'QQ'"),
            ("D8*20260521", "D8*20260541", "'20260541'"),
            ("SE*70", "SE*71", "71"),
            ("XX*1200000192", "XX*1200000193", "'1200000193'"),
            ("NM1*DN*1*", "NM1*DN*1**", "'##########'"),
            ("N4*RENO*NV*", "N4*RENO*", "'#########'"),
            ("DMG*D8*19450117", "DMG*D8*01171945", "'########'"),
            ("DMG*D8*19450117", "DMG*19450117", "'########'"),
            ("*HOLLOWAY*EDITH", "*O'BRIEN\t'S*EDITH", "'x'xxxxxx'x'"),
            ("SBR*P*18*******MB", "HOLLOWAY*EDITH", "xxxxxxxx"),
        ],
    )
    def test_what_is_wrong_is_shown_as_far_as_it_can(self, old: str, new: str, message: str) -> None:
        assert any(message in one for one in self.check(old, new))

    def test_the_claim_is_named_everywhere(self) -> None:
        wrong = CLAIMS.replace(b"CLM*RB00001-0000*390", b"CLM*RB00001-0000*391")
        assert all("RB00001-0000" in TOOLS[tool](wrong, CLAIMS) for tool in ("describe", "check", "diff", "grep"))
        report = discreet_report(check_file([wrong]))
        assert [one.at.claim for one in report.all_findings() if one.at] == ["RB00001-0000"]

    def test_a_remittance_that_does_not_balance_names_its_claim(self) -> None:
        wrong = GOOD["remittance.835"].replace(b"*133*77.21*", b"*133*78.21*").replace(b"*CO*45*17.94", b"*CO*45*7.94")
        wrong = wrong.replace(b"*1*64*40.13*", b"*1*65*40.13*")
        report = check_file([wrong])
        told = {one.rule: one.message for one in report.all_findings() if one.rule.startswith("X30")}
        assert {"X300", "X301", "X302", "X303"} <= set(told)
        shown = {one.rule: one.message for one in discreet_report(report).all_findings() if one.rule in told}
        assert shown == told

    @pytest.mark.parametrize("name", ["HOLLOWAY", "HOLLOWAY EDITH"])
    def test_a_name_for_a_claim_number_is_not(self, name: str) -> None:
        wrong = GOOD["remittance.835"].replace(b"CLP*RB00001-0000*1*133*77.21", f"CLP*{name}*1*133*78.21".encode())
        assert not any(name in TOOLS[tool](wrong, GOOD["remittance.835"]) for tool in TOOLS)

    def test_every_fact_of_a_message_is_decided_on(self) -> None:
        """A new one goes to those of the file (`tools/personal.py`), unless this program alone makes it up."""
        ours = {
            "adjusted", "allowed", "charge", "claim", "count", "earliest", "element", "first", "here", "latest",
            "length", "limit", "lines", "list", "loop", "name", "paid", "pointer", "rest", "said", "since",
            "situation", "what", "where", "why", "day", "made", "service", "wanted",
        }  # fmt: skip
        facts = {name for kind in KINDS.values() for _, name, _, _ in Formatter().parse(kind.text) if name}
        assert facts <= ours | {"code", "control", "found", "payer", "sample", "segment", "set", "value", "version"}

    def test_every_message_of_the_samples_is_read_back(self) -> None:
        """A template that cannot be read back would hide its message."""
        for name, data in GOOD.items():
            for seed in range(60):
                report = discreet_report(check([damaged(data, random.Random(seed))]))
                assert not [one for one in report.all_findings() if "--show-personal" in one.message], (name, seed)

    def test_a_member_id_is_no_number_of_a_request(self) -> None:
        text = CLAIMS.decode().split("~")[0] + "~\n" + (
            "GS*HS*A*B*20260615*0800*1*X*005010X279A1~ST*270*0001*005010X279A1~BHT*0022*13*A1*20260615*0800~HL*1**20*1~"
            "NM1*PR*2*PAYER*****PI*99002~HL*2*1*21*1~NM1*1P*2*CLINIC*****XX*1000000012~HL*3*2*22*0~"
            "NM1*IL*1*HOLLOWAY*EDITH****MI*6P75KT9QN93~DMG*D8*19450117~EQ*30~SE*11*0001~GE*1*1~IEA*1*000000001~"
        )  # fmt: skip
        (unit,) = [one.where for one in search(segments(text.encode()), matcher("EQ01=30"))]
        assert isinstance(unit, Unit) and unit.number == "6P75KT9QN93" and unit_number(unit) == "•••QN93"


class TestOneValue:
    @pytest.mark.parametrize(
        ("value", "kind", "shown"),
        [("19450117", "birth", "1945-••-••"), ("19451701", "birth", "########"), ("17011945", "birth", "########"),
         ("EDITH HOLLOWAY", "id", "xxxxx xxxxxxxx"), ("6P75KT9QN93", "id", "•••QN93"),
         ("20260521", "date", "2026-••-••"), ("HOLLOWAY", "name", "H•••"), ("RENO", "address", "•••")],
    )  # fmt: skip
    def test_personal_data_at_its_place(self, value: str, kind: str, shown: str) -> None:
        assert masked(value, kind) == shown

    def test_shapes(self) -> None:
        assert shape("Müller-Öz, 12\t") == "xxxxxx-xx, ##x"
        assert segment_id("XYZ") == "XYZ" and segment_id("EDITH") == "xxxxx"
        assert claim_number("A17") == "A17" and claim_number("987-65-4329") == "###-##-####"
        assert envelope_value("0001") == "0001" and envelope_value("837", "set") == "837"


class TestPseudonyms:
    def test_a_misplaced_name_keeps_its_faults(self) -> None:
        """The file stays as wrong as it was, so that a bug can still be shown with it."""
        for old, new in (("*IL*1*HOLLOWAY", "*IL*1**HOLLOWAY"), ("N4*RENO*NV", "N4*RENO"), ("DMG*D8*", "DMG*")):
            wrong = CLAIMS.replace(old.encode(), new.encode())
            before, after = ([(one.rule, one.at) for one in check([data]).all_findings()]
                             for data in (wrong, disguised(wrong).encode()))  # fmt: skip
            assert before and [rule for rule, _ in before] == [rule for rule, _ in after]

    def test_every_segment_stays(self) -> None:
        for data in GOOD.values():
            for seed in range(30):
                wrong = damaged(data, random.Random(seed))
                other = disguised(wrong).encode("latin-1")
                if other:
                    names = [
                        [one.id for one in segments(one) if one.id in ("ST", "SE", "CLM", "CLP")]
                        for one in (wrong, other)
                    ]
                    assert len(segments(other)) == len(segments(wrong)) and names[0] == names[1], seed

    def test_it_is_repeatable(self) -> None:
        wrong = CLAIMS.replace(b"*IL*1*", b"*IL*1**")
        assert disguised(wrong) == disguised(wrong)
