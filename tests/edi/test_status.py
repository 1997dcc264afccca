"""Where is my claim: questions written and read by another library, answers in a biller's words."""

import datetime as dt
import json
from pathlib import Path

import msgspec
import pytest
from tests.edi.independent import models
from x12sdk.generate import generate_277

from rehabill.base.errors import InputError
from rehabill.edi.claim_837p import PayerX12
from rehabill.edi.status_276 import Envelope, read_276, read_277, status_request, write_276
from rehabill.model.claim import Claim
from rehabill.model.claim_status import ClaimStatus, StatusAnswer, StatusRequest
from rehabill.model.practice import Practice
from rehabill.x12.check.file import check

GOLDEN = Path(__file__).parents[1] / "golden" / "837p"
SETUP = json.loads((GOLDEN / "practice.json").read_text())
PRACTICE = msgspec.convert(SETUP["practice"], Practice)
PROFILES = msgspec.convert(SETUP["profiles"], dict[str, PayerX12])
ENVELOPE = Envelope(control_number=9, created=dt.datetime(2026, 5, 1, 8, 0))
NAMES = ("medicare", "dependent", "secondary", "accident", "replacement")

HEAD = (
    "ISA*00*          *00*          *ZZ*RECEIVER9      *ZZ*SUBMITTER1     *260501*0800*^*00501*000000005*0*T*:~"
    "GS*HN*GROUP9*SUBMITTER1*20260501*0800*5*X*005010X212~"
)
ABOVE = (
    "ST*277*0001*005010X212~BHT*0010*08*R-9*20260501*0800*DG~HL*1**20*1~NM1*PR*2*EXAMPLE HEALTH*****PI*00431~"
    "HL*2*1*21*1~NM1*41*2*MADE-UP PHYSICAL THERAPY*****46*SUBMITTER1~HL*3*2*19*1~"
    "NM1*1P*2*MADE-UP PHYSICAL THERAPY*****XX*1222222220~HL*4*3*22*0~NM1*IL*1*PATIENT*PAULA****MI*COM123456~"
)


def claims() -> list[Claim]:
    return [
        claim
        for name in NAMES
        for claim in msgspec.convert(json.loads((GOLDEN / f"{name}.json").read_text())["claims"], tuple[Claim, ...])
    ]


def requests() -> list[StatusRequest]:
    return [
        status_request(claim, PRACTICE, f"Q-{index}", profile=PROFILES[claim.payer], payer_claim_number=f"ICN{index}")
        for index, claim in enumerate(claims())
    ]


def file(below: str) -> bytes:
    body = ABOVE + below
    return f"{HEAD}{body}SE*{body.count('~') + 1}*0001~GE*1*5~IEA*1*000000005~".encode()


def answer(stc: str, rest: str = "REF*EJ*C-1~DTP*472*D8*20260302~") -> ClaimStatus:
    """The one claim of an answer that says `stc` of it."""
    data = file(f"TRN*2*Q-1~{stc}~{rest}")
    assert check([data]).all_findings() == []
    answers, findings = read_277(data)
    assert not findings
    return answers[0].claims[0]


class TestWritten:
    def test_our_check_finds_nothing(self) -> None:
        assert check([write_276(requests(), PRACTICE, ENVELOPE)]).all_findings() == []

    def test_the_independent_reader_finds_every_claim(self, tmp_path: Path) -> None:
        # It knows no subscriber that is an organisation; pyx12's map of the answer does.
        asked = [one for one in requests() if one.subscriber.organization is None]
        assert len(asked) == len(requests()) - 1
        (model,) = models(write_276(asked, PRACTICE, ENVELOPE), tmp_path)
        found = {claim.trace_number: claim for claim in model.claims()}  # type: ignore[attr-defined]
        assert set(found) == {request.trace for request in asked}
        for request in asked:
            assert round(float(found[request.trace].charge) * 100) == request.charge_cents

    def test_it_is_read_back(self) -> None:
        asked = requests()
        back, findings = read_276(write_276(asked, PRACTICE, ENVELOPE))
        assert not findings and {one.trace for one in back} == {one.trace for one in asked}
        by_trace = {one.trace: one for one in back}
        for one in asked:
            other = by_trace[one.trace]
            same = ("payer_id", "claim_number", "payer_claim_number", "first_day", "last_day", "charge_cents")
            assert [getattr(one, name) for name in same] == [getattr(other, name) for name in same]
            assert one.subscriber.member_id == other.subscriber.member_id
            assert (one.relationship == "self") == (other.relationship == "self")

    def test_medicares_number_goes_without_dashes(self) -> None:
        assert requests()[0].subscriber.member_id == "1EG4TE5MK73"

    def test_the_same_input_gives_the_same_bytes(self) -> None:
        assert write_276(requests(), PRACTICE, ENVELOPE) == write_276(requests(), PRACTICE, ENVELOPE)

    def test_what_is_missing_is_named(self) -> None:
        one = requests()[0]
        with pytest.raises(InputError, match="member id"):
            write_276([msgspec.structs.replace(one, subscriber=msgspec.structs.replace(
                one.subscriber, member_id=None))], PRACTICE, ENVELOPE)  # fmt: skip
        with pytest.raises(InputError, match="no account"):
            status_request(msgspec.structs.replace(claims()[0], payer="nobody"), PRACTICE, "Q")
        with pytest.raises(InputError, match="same number"):
            write_276([one, one], PRACTICE, ENVELOPE)
        with pytest.raises(InputError, match="no claim"):
            write_276([], PRACTICE, ENVELOPE)


class TestRead:
    @pytest.mark.parametrize(
        ("stc", "verdict", "words"),
        [
            ("STC*F1:65*20260420**120*96", "paid", "has decided to pay"),
            ("STC*F2:88:QC*20260420**120*0", "denied", "the patient not eligible on those dates"),
            ("STC*F0:3*20260420**120*120", "finalised", "the remittance says how"),
            ("STC*F3:65*20260420**120*90", "revised", "has changed its decision"),
            ("STC*F4:107*20260420**120*0", "no_payment", "no payment comes"),
            ("STC*P1:20*20260420**120", "pending", "not decided (taken in for processing)"),
            ("STC*P3:60*20260420**120", "pending", "information was asked for electronically"),
            ("STC*R4:297*20260420**120", "information_wanted", "medical notes"),
            ("STC*D0:35*20260420**120", "not_found", "does not find this claim"),
            ("STC*A4:35*20260420**120", "not_found", "does not find this claim"),
            ("STC*E1:484*20260420", "error", "nothing is said of the claim"),
            ("STC*A2:20*20260420**120", "accepted", "has taken the claim into its system"),
        ],
    )
    def test_verdicts(self, stc: str, verdict: str, words: str) -> None:
        claim = answer(stc)
        assert (claim.claim_number, claim.trace, claim.verdict) == ("C-1", "Q-1", verdict)
        assert words in claim.sentence

    def test_amounts_days_and_numbers(self) -> None:
        claim = answer(
            "STC*F1:65*20260420**120*96*20260418**20260422*CHECK77",
            "REF*1K*ICN9~REF*EJ*C-1~REF*D9*CH-5~DTP*472*RD8*20260302-20260304~",
        )
        state = claim.states[0]
        assert (claim.charge_cents, claim.paid_cents) == (12000, 9600)
        assert (state.decided_on, state.paid_on) == (dt.date(2026, 4, 18), dt.date(2026, 4, 22))
        assert state.payment_number == "CHECK77"
        assert (claim.payer_claim_number, claim.clearinghouse_number) == ("ICN9", "CH-5")
        assert claim.service and claim.service.last == dt.date(2026, 3, 4)
        assert claim.provider and claim.provider.npi == "1222222220"

    def test_lines_are_ours_by_number(self) -> None:
        claim = answer(
            "STC*F1:65*20260420**120*60",
            "REF*EJ*C-1~DTP*472*D8*20260302~SVC*HC:97110:GP*60*60****1~STC*F1:65*20260420~REF*FJ*C-1-1~"
            "DTP*472*D8*20260302~SVC*HC:97140:GP*60*0****1~STC*F2:54*20260420~REF*FJ*C-1-2~DTP*472*D8*20260302~",
        )
        assert [(line.line_id, line.code, line.verdict, line.paid_cents) for line in claim.lines] == [
            ("C-1-1", "97110", "paid", 6000), ("C-1-2", "97140", "denied", 0),
        ]  # fmt: skip

    def test_the_newest_word_counts(self) -> None:
        assert answer("STC*P1:20*20260401**120~STC*F1:65*20260420**120*96").verdict == "paid"

    def test_an_old_rejection_does_not_hide_a_payment(self) -> None:
        assert answer("STC*A3:21*20260401**120~STC*F1:65*20260420**120*96").verdict == "paid"

    def test_a_failed_question_says_nothing_of_claims(self) -> None:
        body = ABOVE[: ABOVE.index("HL*3*")].replace("HL*2*1*21*1", "HL*2*1*21*0")
        body += "TRN*2*R-9~STC*E0:24:41*20260501~"
        data = f"{HEAD}{body}SE*{body.count('~') + 1}*0001~GE*1*5~IEA*1*000000005~".encode()
        (found,), findings = read_277(data)
        assert not findings and isinstance(found, StatusAnswer)
        assert (found.verdict, found.claims) == ("error", ())

    def test_nothing_is_lost(self) -> None:
        claim = answer("STC*P1:20*20260420**120", "REF*EJ*C-1~REF*BLT*131~DTP*472*D8*20260302~")
        assert [reference.kind for reference in claim.references] == ["BLT"]

    @pytest.mark.parametrize("seed", range(12))
    def test_another_librarys_answers_are_read_alike(self, seed: int, tmp_path: Path) -> None:
        data = generate_277(seed=seed, patients=7).encode()
        (model,) = models(data, tmp_path)
        ours = [claim for one in read_277(data)[0] for claim in one.claims]
        theirs = [
            (claim.trace_number, round(float(claim.charge) * 100), round(float(claim.paid) * 100))
            for claim in model.claims()  # type: ignore[attr-defined]
        ]
        assert sorted((one.trace, one.charge_cents, one.paid_cents) for one in ours) == sorted(theirs)


def test_an_answer_that_lost_any_of_its_segments_is_read_all_the_same() -> None:
    whole = file("TRN*2*Q-1~STC*F1:65*20260501**1*1~REF*EJ*C-1~DTP*472*D8*20260302~")
    segments = whole.split(b"~")
    for first in range(len(segments)):
        for last in range(first + 1, min(first + 4, len(segments)) + 1):
            answers, findings = read_277(b"~".join(segments[:first] + segments[last:]))
            assert answers or findings
