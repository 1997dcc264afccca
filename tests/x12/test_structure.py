"""One mistake in the structure of a good file: told once, at its place, for what it is, and nothing follows from it."""

from pathlib import Path

import pytest

from rehabill.edi.check import check_file

FILES = Path(__file__).parents[2] / "examples" / "x12"
Segments = list[str]


def segments(name: str) -> Segments:
    return (FILES / name).read_text().replace("\n", "").split("~")[:-1]


CLAIMS, REMITTANCE = segments("claims.837"), segments("remittance.835")


def place_of(file: Segments, begin: str, which: int = 1) -> int:
    return [at for at, segment in enumerate(file) if segment.startswith(begin)][which - 1]


def counted(file: Segments) -> Segments:
    """With the count in SE that the file now has."""
    first, last = place_of(file, "ST*"), place_of(file, "SE*")
    return [*file[:last], f"SE*{last - first + 1}*0001", *file[last + 1 :]]


def put(file: Segments, new: str, after: str, which: int = 1) -> Segments:
    at = place_of(file, after, which) + 1
    return counted([*file[:at], *new.split("~"), *file[at:]])


def drop(file: Segments, begin: str, which: int = 1) -> Segments:
    at = place_of(file, begin, which)
    return counted(file[:at] + file[at + 1 :])


def move(file: Segments, begin: str, after: str, which: int = 1) -> Segments:
    segment = file[place_of(file, begin)]
    return put(drop(file, begin), segment, after, which)


def twice(file: Segments, begin: str) -> Segments:
    return put(file, file[place_of(file, begin)], begin)


def rename(file: Segments, old: str, new: str) -> Segments:
    at = place_of(file, old)
    return [*file[:at], new + file[at].removeprefix(old), *file[at + 1 :]]


def told(file: Segments) -> list[tuple[str, int, str]]:
    found = check_file(["".join(f"{segment}~" for segment in file).encode()]).all_findings()
    return [(one.rule, one.at.number, one.at.loop) for one in found if one.at]


C, R = CLAIMS, REMITTANCE
MISTAKES = {
    # a segment of an outer loop, of another loop, of none
    "claim's REF on a line": (put(C, "REF*EA*MRN1", "REF*6R"), "X233", 30, "2400"),
    "claim's REF between SV1 and its day": (put(C, "REF*EA*MRN1", "SV1*"), "X233", 28, "2400"),
    "earlier claim's number on a line": (put(C, "REF*F8*OLD1", "REF*6R"), "X233", 30, "2400"),
    "claim's REF behind a provider": (put(C, "REF*D9*X1", "PRV*PE"), "X233", 26, "2310B"),
    "claim's REF behind the referrer": (put(C, "REF*EA*MRN1", "NM1*DN"), "X233", 24, "2310A"),
    "onset on a line": (put(C, "DTP*431*D8*20260101", "DTP*472"), "X233", 29, "2400"),
    "day of service on the claim": (put(C, "DTP*472*D8*20260521", "CLM*"), "X233", 20, "2300"),
    "patient's payment on a line": (put(C, "AMT*F5*10", "REF*6R"), "X233", 30, "2400"),
    "other payer's payment on the claim": (put(C, "AMT*D*10", "PWK*"), "X233", 21, "2300"),
    "claim's note on a line": (put(C, "NTE*CER*TEXT", "REF*6R"), "X233", 30, "2400"),
    "terms without other insurance": (put(C, "OI***Y***Y", "PRV*PE"), "X233", 26, "2310B"),
    "billing specialty behind the address": (move(C, "PRV*BI", "N4*"), "X233", 10, "2010AA"),
    "diagnoses before their claim": (move(C, "HI*", "NM1*PR"), "X233", 19, "2010BB"),
    "BHT at the end": (move(C, "BHT", "REF*6R", 8), "X233", 69, "2400"),
    "BHT behind the submitter": (move(C, "NM1*41", "ST*"), "X233", 3, "1000A"),
    "street of nobody in the claim": (put(C, "N3*1 MAIN", "CLM*"), "X201", 20, "2300"),
    "street behind the diagnoses": (put(C, "N3*1 MAIN", "HI*"), "X201", 23, "2300"),
    "street behind a therapist": (put(C, "N3*1 MAIN", "PRV*PE"), "X201", 26, "2310B"),
    "street on a line": (put(C, "N3*1 MAIN", "SV1*"), "X201", 28, "2400"),
    "specialty without its provider": (move(C, "PRV*PE", "CLM*"), "X201", 20, "2300"),
    "adjustment without a decision": (put(C, "CAS*CO*45*10", "REF*6R"), "X201", 30, "2400"),
    "level inside a claim": (put(C, "HL*3*1*22*0", "HI*"), "X201", 23, "2300"),
    "hospital's service line": (put(C, "SV2*0420*HC:97110*10*UN*1", "LX*1"), "X201", 27, "2400"),
    "segment of an 835": (put(C, "CLP*1*1*1*1", "REF*6R"), "X201", 30, "2400"),
    "segment of no guide": (put(C, "ZZZ*1", "HI*"), "X200", 23, "2300"),
    # a segment missing
    "no BHT": (drop(C, "BHT"), "X202", 1, "837"),
    "no receiver": (drop(C, "NM1*40"), "X203", 1, "837"),
    "no contact": (drop(C, "PER*"), "X202", 3, "1000A"),
    "no first level": (drop(C, "HL*1"), "X202", 6, "2000A"),
    "no billing provider's name": (drop(C, "NM1*85"), "X202", 8, "2010AA"),
    "no level of the subscriber": (drop(C, "HL*2"), "X202", 12, "2000B"),
    "no SBR": (drop(C, "SBR*"), "X202", 12, "2000B"),
    "no subscriber's name": (drop(C, "NM1*IL"), "X202", 14, "2010BA"),
    "no CLM": (drop(C, "CLM*", 2), "X202", 49, "2300"),
    "no LX on the first line": (drop(C, "LX*1"), "X202", 26, "2400"),
    "no LX on the second line": (drop(C, "LX*2"), "X202", 30, "2400"),
    "no OI": (put(C, "SBR*S*18*******CI~NM1*IL*1*A*B****MI*Z1~NM1*PR*2*P*****PI*P1", "PRV*PE"), "X202", 26, "2320"),
    # out of order in its own loop
    "attachment behind the diagnoses": (move(C, "PWK*", "HI*"), "X206", 22, "2300"),
    "diagnoses before the attachment": (move(C, "HI*", "CLM*"), "X206", 21, "2300"),
    "birth before the street": (move(C, "DMG*", "NM1*IL"), "X206", 16, "2010BA"),
    "tax number before the street": (move(C, "REF*EI", "NM1*85"), "X206", 10, "2010AA"),
    "city before the street": (move(C, "N3*", "N4*"), "X206", 10, "2010AA"),
    "day before the service": (move(C, "DTP*472", "LX*1"), "X206", 28, "2400"),
    "quantity behind the references": (put(C, "QTY*PT*1", "REF*6R"), "X206", 30, "2400"),
    # twice
    "level twice": (twice(C, "HL*3"), "X204", 42, "2000B"),
    "SBR twice": (twice(C, "SBR*"), "X204", 12, "2000B"),
    "city twice": (twice(C, "N4*"), "X204", 8, "2010AA"),
    "CLM twice": (twice(C, "CLM*"), "X204", 19, "2300"),
    # a wrong qualifier
    "billing provider misnamed": (rename(C, "NM1*85", "NM1*84"), "X216", 8, "2010AA"),
    "level misnamed": (rename(C, "HL*2*1*22", "HL*2*1*24"), "X216", 12, "2000B"),
    "subscriber named as the patient": (rename(C, "NM1*IL", "NM1*QC"), "X216", 14, "2010BA"),
    "payer misnamed": (rename(C, "NM1*PR", "NM1*P5"), "X216", 18, "2010BB"),
    "therapist misnamed, known by the specialty": (rename(C, "NM1*82", "NM1*ZZ"), "X216", 24, "2310B"),
    "day of service misnamed": (rename(C, "DTP*472", "DTP*473"), "X216", 28, "2400"),
    "referrer misnamed": (rename(C, "NM1*DN", "NM1*D9"), "X209", 23, "2300"),
    "somebody unknown": (put(C, "NM1*ZZ*1*DOE*JOHN", "HI*"), "X209", 23, "2300"),
    # outside of the set
    "behind the trailer": ([*C[:-2], "REF*G1*X", *C[-2:]], "X115", 0, ""),
    "before the header": ([*C[:2], "REF*G1*X", *C[2:]], "X115", 0, ""),
    # remittances
    "835: line's number on the claim": (put(R, "REF*6R*X", "DTM*050"), "X233", 23, "2100"),
    "835: claim's REF on a line": (put(R, "REF*EA*X", "REF*6R"), "X233", 29, "2110"),
    "835: statement's day on a line": (put(R, "DTM*232*20260322", "DTM*472"), "X233", 26, "2110"),
    "835: day of service on the claim": (put(R, "DTM*472*20260322", "DTM*233"), "X233", 22, "2100"),
    "835: allowed amount on the claim": (put(R, "AMT*B6*3", "AMT*AU"), "X233", 24, "2100"),
    "835: coverage on a line": (put(R, "AMT*AU*3", "AMT*B6"), "X233", 30, "2110"),
    "835: remark on the claim": (put(R, "LQ*HE*N782", "AMT*AU"), "X233", 24, "2100"),
    "835: decision on a line": (put(R, "MOA***MA01", "DTM*472"), "X233", 26, "2110"),
    "835: therapist on a line": (put(R, "NM1*82*1*A*B****XX*1200000010", "DTM*472"), "X233", 26, "2110"),
    "835: day made behind the payer": (move(R, "DTM*405", "N1*PR"), "X233", 5, "1000A"),
    "835: summary in a claim": (put(R, "TS3*1000000012*11*20261231*1*133", "CLP*"), "X233", 17, "2100"),
    "835: payer's contact behind the payee": (move(R, "PER*CX", "N4*BIRM"), "X201", 13, "1000B"),
    "835: no TRN": (drop(R, "TRN"), "X202", 1, "835"),
    "835: no payer": (drop(R, "N1*PR"), "X202", 5, "1000A"),
    "835: no payee": (drop(R, "N1*PE"), "X202", 11, "1000B"),
    "835: no LX": (drop(R, "LX*"), "X202", 15, "2000"),
    "835: no CLP": (drop(R, "CLP*", 2), "X202", 38, "2100"),
    "835: no patient": (drop(R, "NM1*QC"), "X202", 16, "2100"),
    "835: no SVC": (drop(R, "SVC*", 2), "X202", 31, "2110"),
    "835: BPR behind TRN": (move(R, "BPR", "TRN"), "X206", 3, "835"),
    "835: street behind the number": (move(R, "N3*", "REF*2U"), "X206", 8, "1000A"),
    "835: adjustment behind the number": (move(R, "CAS*PR", "REF*6R"), "X206", 28, "2110"),
    "835: account before the claims": (move(R, "PLB", "REF*TJ"), "X206", 16, "835"),
    "835: account between the claims": (move(R, "PLB", "LQ*HE", 2), "X206", 39, "835"),
    "835: day misnamed": (rename(R, "DTM*472", "DTM*999"), "X216", 25, "2110"),
    "835: patient misnamed": (rename(R, "NM1*QC", "NM1*QD"), "X216", 17, "2100"),
    "835: therapist misnamed": (rename(R, "NM1*82", "NM1*ZZ"), "X216", 19, "2100"),
    "835: payee's number with the payer": (put(R, "REF*TJ*99", "REF*2U"), "X216", 9, "1000A"),
    "835: a bank": (put(R, "N1*ZZ*BANK", "DTM*405"), "X209", 5, "835"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_one_mistake_is_told_once(name: str) -> None:
    file, rule, number, loop = MISTAKES[name]
    assert told(file) == [(rule, number, loop)]


def test_the_same_is_told_of_a_file_in_pieces() -> None:
    """A segment that is read by what follows it waits for that."""
    for file, rule, number, loop in MISTAKES.values():
        data = "".join(f"{segment}~" for segment in file).encode()
        pieces = [data[begin : begin + 151] for begin in range(0, len(data), 151)]
        found = check_file(pieces).all_findings()
        assert [(one.rule, one.at.number, one.at.loop) for one in found if one.at] == [(rule, number, loop)]


FOLLOWED = {
    # two at once would need a look at the whole set
    "submitter named as the receiver": (rename(C, "NM1*41", "NM1*40"), ["X205", "X202"]),
    # the pointers of the line before it were judged without them
    "diagnoses on a line": (move(C, "HI*", "SV1*"), ["X360", "X233"]),
    # the charge is wrong indeed
    "no SV1": (drop(C, "SV1*"), ["X350", "X202"]),
    "SV1 twice": (twice(C, "SV1*"), ["X350", "X204"]),
    # a line's beginning stands before its claim
    "835: SVC before the claim": (move(R, "SVC*", "LX*1"), ["X201", "X202"]),
}


@pytest.mark.parametrize("name", FOLLOWED)
def test_what_follows_from_some(name: str) -> None:
    """At most one more finding, and that one is true."""
    file, rules = FOLLOWED[name]
    assert [rule for rule, _, _ in told(file)] == rules


def test_nine_in_ten_are_told_once() -> None:
    assert len(MISTAKES) >= 9 * len(FOLLOWED)


@pytest.mark.parametrize(
    "file",
    [
        put(C, "REF*G1*A1", "DTP*472"),  # the line's own authorisation
        put(C, "REF*EA*MRN1", "REF*G1"),
        put(C, "DTP*431*D8*20260101", "CLM*"),
        put(R, "REF*EA*X", "NM1*82"),
        move(R, "PER*BL", "REF*2U"),  # neighbours of one id come in any order
        put(R, "TS3*1000000012*11*20261231*1*133", "LX*"),
    ],
    ids=["G1 on a line", "EA on the claim", "onset", "835 EA on the claim", "835 PER", "835 TS3"],
)
def test_in_their_right_place_they_are_not_told(file: Segments) -> None:
    assert told(file) == []


def test_words_say_where_a_segment_belongs() -> None:
    (finding,) = check_file([("~".join(put(C, "REF*EA*MRN1", "REF*6R")) + "~").encode()]).all_findings()
    assert (
        finding.message == "REF (medical record number) belongs in loop 2300 (claim), not in loop 2400 (service line)."
    )
    assert finding.path == "claims[0].lines[0]"


def test_a_mistake_in_every_claim_is_told_of_every_claim() -> None:
    file = put(put(C, "REF*EA*M1", "REF*6R", 1), "REF*EA*M2", "REF*6R", 5)
    assert told(file) == [("X233", 30, "2400"), ("X233", 59, "2400")]


def test_levels_without_number_are_not_counted_twice() -> None:
    file = drop(C, "HL*3")
    assert told(file) == [("X202", 42, "2000B")]
    three = put(C, "HL*4*1*22*0", "REF*6R", 8)  # an empty level: its own faults, and none of its number
    assert "X230" not in {rule for rule, _, _ in told(three)}
