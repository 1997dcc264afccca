"""Whatever stands in names and notes, the segments hold; whatever is split, nothing is lost."""

import json
from datetime import date, datetime
from pathlib import Path

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from rehabill.edi.claim_837p import Envelope, PayerX12, problems, split_claim, write_837p
from rehabill.model.claim import Claim, ClaimLine
from rehabill.model.party import Address, Person, Subscriber
from rehabill.model.practice import Practice
from rehabill.x12.clean import clean

GOLDEN = Path(__file__).parents[1] / "golden" / "837p"
_SETUP = json.loads((GOLDEN / "practice.json").read_text())
PRACTICE = msgspec.convert(_SETUP["practice"], Practice)
PROFILES = msgspec.convert(_SETUP["profiles"], dict[str, PayerX12])
ENVELOPE = Envelope(control_number=1, created=datetime(2026, 1, 1))
ANY = st.text(max_size=90)
TAGS = [
    "ISA", "GS", "ST", "BHT", "NM1", "PER", "NM1", "HL", "PRV", "NM1", "N3", "N4", "REF", "PER", "NM1", "N3", "N4",
    "HL", "SBR", "NM1", "N3", "N4", "DMG", "NM1", "N3", "N4", "CLM", "NTE", "HI", "NM1", "PRV", "LX", "SV1", "DTP",
    "REF", "SE", "GE", "IEA",
]  # fmt: skip


def worded(last: str, first: str, street: str, city: str, note: str, member: str, own: str) -> Claim:
    return Claim(
        payer="commercial",
        claim_number=own,
        date=date(2026, 3, 2),
        diagnoses=("M54.50",),
        rendering_npi="1333333338",
        patient=Person(
            first=first, middle=first, last=last, suffix=last, birth_date=date(1950, 1, 1), sex="U",
            address=Address(line1=street, line2=street, city=city, state="OH", zip="43000"),
        ),
        subscriber=Subscriber(member_id=member, group_name=city),
        note=note,
        lines=(ClaimLine(code="97799", description=note, units=1, charge_cents=100, modifiers=("GP",)),),
    )  # fmt: skip


@settings(max_examples=300)
@given(ANY, ANY, ANY, ANY, ANY, st.text(max_size=20), st.text(max_size=20), st.booleans())
def test_no_text_breaks_the_structure(
    last: str, first: str, street: str, city: str, note: str, member: str, own: str, upper: bool
) -> None:
    practice = msgspec.structs.replace(PRACTICE, upper_case=upper)
    claim = worded(last, first, street, city, note, member, own)
    data = write_837p([claim], practice, PROFILES, ENVELOPE, held=lambda *_: None)
    assert bool(data) != bool(problems(claim, practice, PROFILES))
    if data:
        parts = data.decode("ascii").split("~")
        assert [part.split("*")[0] for part in parts[:-1]] == TAGS
        widths = {part.split("*")[0]: part.count("*") for part in parts}
        assert widths["NTE"] == 2 and widths["N3"] <= 2 and widths["CLM"] == 9
        assert parts[32].count("*") == 7 and parts[32].split("*")[1].count(":") == 6


@given(ANY, st.booleans())
def test_cleaning_twice_changes_nothing(text: str, upper: bool) -> None:
    once = clean(text, upper)
    assert clean(once, upper) == once
    assert once.isascii() and once.isprintable() and once == once.strip() and "  " not in once
    assert not set(once) & set("*:~^")


@given(st.text(alphabet=st.characters(max_codepoint=0x2FF), max_size=60))
def test_cleaning_leaves_plain_letters_and_digits(text: str) -> None:
    kept = [letter for letter in clean(text) if letter.isalnum()]
    plain = [letter.upper() for letter in text if letter.isascii() and letter.isalnum()]
    remaining = iter(kept)
    assert all(letter in remaining for letter in plain)


@st.composite
def large_claims(draw: st.DrawFn) -> Claim:
    codes = draw(st.integers(1, 40))
    pointers = st.lists(st.integers(1, codes), min_size=1, max_size=4, unique=True).map(tuple)
    line = st.builds(
        ClaimLine, code=st.sampled_from(["97110", "97140", "97530"]), units=st.integers(1, 8),
        charge_cents=st.integers(0, 10**6), modifiers=st.just(("GP",)), diagnosis_pointers=pointers,
    )  # fmt: skip
    lines = draw(st.lists(line, min_size=1, max_size=120))
    claim = worded("L", "F", "1 Street", "City", "", "M123", "C1")
    return msgspec.structs.replace(
        claim, lines=tuple(lines), diagnoses=tuple(f"M25.{100 + n}" for n in range(codes)), patient_paid_cents=7
    )


@settings(max_examples=100, deadline=None)
@given(large_claims())
def test_splitting_loses_and_doubles_nothing(claim: Claim) -> None:
    parts = split_claim(claim)

    def told(one: Claim) -> list[tuple[str, int, object, list[str]]]:
        """Each line with the diagnoses it points to, by name."""
        names = one.diagnoses or ()
        return [
            (line.code, line.units, line.charge_cents, [names[n - 1] for n in line.diagnosis_pointers or ()])
            for line in one.lines
        ]

    assert [line for part in parts for line in told(part)] == told(claim)
    assert sum(part.patient_paid_cents or 0 for part in parts) == 7
    assert len({part.claim_number for part in parts}) == len(parts)
    for part in parts:
        assert len(part.lines) <= 50 and len(part.diagnoses or ()) <= 12
        assert problems(part, PRACTICE, PROFILES) == ()
        pointed = {n for line in part.lines for n in line.diagnosis_pointers or ()}
        if claim.diagnoses and any(1 in (line.diagnosis_pointers or ()) for line in claim.lines):
            first = claim.diagnoses[0]
            assert (part.diagnoses or ("",))[0] == first or first not in (part.diagnoses or ())
        assert pointed
