"""Which claim is meant, when payers write our number as they like or not at all."""

import datetime as dt

import msgspec
import pytest
from tests.edi.remit import file_of
from tests.post.books import claims

from rehabill.demo.x12_files import remittance_835
from rehabill.edi.remittance_835 import remittances
from rehabill.engine.post.find import ORDER, Key, choose, keys
from rehabill.model.books import BookedClaim, BookedLine, BookedPayer
from rehabill.model.remittance import Reference, RemittanceClaim

DAY = dt.date(2026, 3, 2)
LATER = dt.date(2026, 3, 9)


def ours(number: str, *lines: tuple[str, str, int], day: dt.date = DAY, **known: object) -> BookedClaim:
    booked = tuple(
        BookedLine(line_id=f"{number}-{at}", date=day, code=code, modifiers=(modifier,), charge_cents=charge)
        for at, (code, modifier, charge) in enumerate(lines, 1)
    )
    return msgspec.structs.replace(
        BookedClaim(claim_number=number, patient="EX-1", payers=(BookedPayer("medicare-b", "P"),), lines=booked),
        **known,
    )


ANN: dict[str, object] = {"member_ids": ("1EG4-TE5-MK73",), "last_name": "Doe"}
BOB: dict[str, object] = {"member_ids": ("2EG4TE5MK74",), "last_name": "Example"}
EXERCISE, MANUAL, MANUAL_BY_PTA = ("97110", "GP", 10_000), ("97140", "GP", 5_000), ("97140", "CQ", 5_000)
MINE = ours("0012-CLINIC-7", EXERCISE, MANUAL, **ANN)
NEXT_WEEK = ours("0012-CLINIC-8", EXERCISE, MANUAL, day=LATER, **ANN)
ANOTHER = ours("0012-CLINIC-9", EXERCISE, MANUAL, **BOB)
ALL = (NEXT_WEEK, ANOTHER, MINE)


def told(
    number: str, *more: str, member: str = "1EG4TE5MK73", name: str = "DOE", day: str = "20260302", code: str = "97110"
) -> RemittanceClaim:
    body = (
        f"CLP*{number}*1*100*60**MB*ICN1*11*1",
        f"NM1*QC*1*{name}*ANN****MI*{member}",
        f"SVC*HC:{code}:GP*100*60**1",
        f"DTM*472*{day}",
        *more,
    )
    return claims(file_of(*body, amount="60"))[0]


@pytest.mark.parametrize(
    "number",
    [
        "0012-CLINIC-7", " 0012-CLINIC-7 ", "0012-clinic-7", "12-CLINIC-7", "12CLINIC7", "000012-CLINIC-7",
        "0012-CLINIC-7-01", "0012-CLINIC-7 A", "0012-CLINIC",
    ],
)  # fmt: skip
def test_our_number_is_known_however_the_payer_writes_it(number: str) -> None:
    assert choose(told(number), ALL) is MINE


@pytest.mark.parametrize("number", ["", "0", "PAPER", "UNKNOWN-1"])
def test_without_our_number_patient_day_and_codes_tell(number: str) -> None:
    assert choose(told(number), ALL) is MINE
    assert choose(told(number, day="20260309"), ALL) is NEXT_WEEK
    assert choose(told(number, member="2EG4TE5MK74", name="EXAMPLE"), ALL) is ANOTHER
    assert choose(told(number, day="20260310"), ALL) is None
    assert choose(told(number, member="9XX", name="STRANGER"), ALL) is None
    assert choose(told(number, code="97535"), ALL) is None


def test_the_line_number_tells_where_the_claim_number_does_not() -> None:
    assert choose(told("X", "REF*6R*0012-CLINIC-9-1", member="", name=""), ALL) is ANOTHER


def test_a_line_number_that_every_claim_has_tells_nothing() -> None:
    one, two = (ours(f"C{at}", EXERCISE) for at in (1, 2))
    same = [msgspec.structs.replace(c, lines=(msgspec.structs.replace(c.lines[0], line_id="1"),)) for c in (one, two)]
    assert choose(told("X", "REF*6R*1", member="", name=""), same) is None
    assert not [key for key in keys(told("X", "REF*6R*1")) if key.by == "line_id"]


def test_the_payers_own_number_of_an_earlier_decision_tells() -> None:
    before = msgspec.structs.replace(ANOTHER, payer_claim_numbers=("ICN0",))
    assert choose(told("X", "REF*F8*ICN0", member="", name=""), (MINE, before)) is None, "F8 belongs to the claim"
    body = ("CLP*X*1*100*60**MB*ICN1*11*1", "REF*F8*ICN0", "SVC*HC:97110:GP*100*60**1", "DTM*472*20260302")
    assert choose(claims(file_of(*body, amount="60"))[0], (MINE, before)) is before


def test_modifiers_tell_two_claims_of_a_day_apart_and_may_be_missing() -> None:
    by_therapist, by_assistant = ours("A-1", MANUAL, **ANN), ours("A-2", MANUAL_BY_PTA, **ANN)
    body = ("CLP*X*1*50*30**MB*I*11*1", "NM1*QC*1*DOE*ANN****MI*1EG4TE5MK73", "SVC*HC:97140{}*50*30**1")

    def said(modifier: str) -> RemittanceClaim:
        return claims(file_of(*body[:2], body[2].format(modifier), "DTM*472*20260302", amount="30"))[0]

    both = (by_therapist, by_assistant)
    assert choose(said(":CQ"), both) is by_assistant
    assert choose(said(":GP"), both) is by_therapist
    assert choose(said(""), both) is None, "either may be meant"
    assert choose(said(""), both[:1]) is by_therapist


def test_of_two_alike_the_one_with_the_remittances_charge_is_meant() -> None:
    cheap, dear = ours("A-1", ("97110", "GP", 9_000), **ANN), ours("A-2", EXERCISE, **ANN)
    assert choose(told("X"), (cheap, dear)) is dear
    twin = ours("A-3", EXERCISE, **ANN)
    assert choose(told("X"), (cheap, dear, twin)) is None


def test_a_number_of_the_system_before_is_not_ours() -> None:
    """Their 1001 was another patient's on another day."""
    mine = ours("1001", EXERCISE, day=LATER, **BOB)
    assert choose(told("1001"), [mine]) is None
    unknown = ours("1001", EXERCISE, day=LATER)
    assert choose(told("1001"), [unknown]) is None


def test_one_of_the_same_name_with_another_card_is_not_meant() -> None:
    """Sisters on the same day. The one's claim is not in the books: her money must not go to the other."""
    sister = msgspec.structs.replace(MINE, claim_number="P-9", patient="EX-2", member_ids=("3EG4TE5MK75",))
    assert choose(told("X"), (sister,)) is None
    assert choose(told("X"), (sister, MINE)) is MINE
    assert choose(told("X", member=""), (sister,)) is sister, "nothing speaks against her"
    assert choose(told("0012-CLINIC-7", member="NEWCARD"), ALL) is MINE, "a new card, and our number"


def test_a_number_is_believed_where_the_payer_knows_the_patient_by_another_name() -> None:
    assert choose(told("0012-CLINIC-7", member="NEWNUMBER", name="DOE-SMITH"), ALL) is MINE


ON_PAPER = ("SVC*HC:97110:GP*100*60**1", "DTM*472*20260302")


def on_paper(*who: str) -> RemittanceClaim:
    """Of one line, with our number for the patient (REF*EA)."""
    return claims(file_of("CLP*X*1*100*60**12*I*11*1", *who, "REF*EA*EX-1", *ON_PAPER, amount="60"))[0]


def test_our_number_for_the_patient_tells_where_name_and_member_number_do_not() -> None:
    another = msgspec.structs.replace(MINE, claim_number="P-9", patient="EX-2", last_name="Example")
    unnamed = msgspec.structs.replace(MINE, member_ids=(), last_name="")
    assert choose(on_paper(), (NEXT_WEEK, another, MINE)) is MINE
    assert choose(on_paper(), (another, unnamed)) is unnamed
    assert choose(on_paper("NM1*QC*1*DOE*ANN****MI*NEW1"), (MINE,)) is MINE


def test_our_number_for_the_patient_and_the_day_are_looked_up() -> None:
    assert keys(on_paper(), ("patient_day",)) == (Key("patient_day", "EX-1", DAY),)


def test_a_number_of_another_systems_patient_may_be_ours_by_chance() -> None:
    assert choose(on_paper("NM1*QC*1*STRANGER*JO****MI*9XX"), (MINE,)) is None
    elsewhere = msgspec.structs.replace(told("0012-CLINIC-7"), references=(Reference("EA", "MR-9"),))
    assert choose(elsewhere, ALL) is MINE, "one that is not ours says nothing against the claim"


def test_a_cut_number_is_believed_for_the_patients_days_alone() -> None:
    assert choose(told("0012-CLINIC"), (NEXT_WEEK,)) is None
    body = ("CLP*0012-CLINIC*4*150*0**MB*I*11*1", "NM1*QC*1*DOE*ANN****MI*1EG4TE5MK73", "CAS*CO*29*150")
    dayless = claims(file_of(*body, amount="0"))[0]
    assert choose(dayless, (MINE, ANOTHER)) is MINE
    assert choose(dayless, (MINE, NEXT_WEEK)) is None, "either may be meant"


def test_a_claim_without_lines_is_known_by_patient_day_and_charge() -> None:
    body = ("CLP*X*4*150*0**MB*I*11*1", "NM1*QC*1*DOE*ANN****MI*1EG4TE5MK73", "DTM*232*20260302", "CAS*CO*29*150")
    assert choose(claims(file_of(*body, amount="0"))[0], ALL) is MINE


def test_a_reversal_is_of_the_claim_it_takes_back() -> None:
    body = (
        "CLP*X*22*-100*-60**MB*I*11*1", "NM1*QC*1*DOE*ANN****MI*1EG4TE5MK73", "SVC*HC:97110:GP*-100*-60**1",
        "DTM*472*20260302",
    )  # fmt: skip
    assert choose(claims(file_of(*body, amount="-60"))[0], ALL) is MINE


def test_keys_go_from_sure_to_weak() -> None:
    found = keys(told("00pt-1001-A", "REF*6R*LINE-1"))
    assert found == (
        Key("claim_number", "00pt-1001-A"), Key("line_id", "LINE-1"), Key("payer_claim_number", "ICN1"),
        Key("plain_number", "PT1001A"), Key("plain_number", "PT1001"), Key("plain_number", "PT100"),
        Key("number_begins", "PT1001A"), Key("member_day", "1EG4TE5MK73", DAY), Key("name_day", "DOE", DAY),
    )  # fmt: skip
    assert [ORDER.index(one.by) for one in found] == sorted(ORDER.index(one.by) for one in found)
    assert keys(told("PT-1"), ("claim_number",)) == (Key("claim_number", "PT-1"),)


def test_empty_numbers_are_no_keys() -> None:
    assert [one.by for one in keys(told("", member="", name=""))] == ["payer_claim_number"]


def test_every_claim_of_a_large_remittance_is_chosen_among_all() -> None:
    """Its claims by number, by line numbers alone, and by patient and lines alone."""
    said = remittances(b"".join(remittance_835(60, 7)))[0][0].claims
    booked = [_as_billed(one) for one in said if one.status != "22"]
    booked = list({one.claim_number: one for one in booked}.values())
    for one in said:
        wanted = next(claim for claim in booked if claim.claim_number == one.claim_number)
        assert choose(one, booked) is wanted
        assert choose(msgspec.structs.replace(one, claim_number="0"), booked) is wanted
        lineless = tuple(msgspec.structs.replace(line, line_id="") for line in one.lines)
        bare = msgspec.structs.replace(one, claim_number="0", payer_claim_number="", lines=lineless)
        assert choose(bare, booked) is wanted


def _as_billed(said: RemittanceClaim) -> BookedClaim:
    lines = tuple(
        BookedLine(
            line_id=line.line_id, date=line.first_day or DAY, code=line.code, modifiers=line.modifiers,
            charge_cents=line.charge_cents,
        )
        for line in said.lines
    )  # fmt: skip
    assert said.patient is not None
    return BookedClaim(
        claim_number=said.claim_number, patient="EX", payers=(BookedPayer("medicare-b", "P"),), lines=lines,
        member_ids=(said.patient.id,), last_name=said.patient.name,
    )  # fmt: skip
