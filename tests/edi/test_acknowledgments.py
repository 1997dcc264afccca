"""What receivers answer to our files: read, explained, and brought to the claim, the line and the field."""

import datetime as dt
import io
import json
from pathlib import Path

import msgspec
import pytest
from pyx12.params import ParamsBase
from pyx12.x12n_document import x12n_document

from rehabill.almanac import code_lists
from rehabill.base.finding import Finding, Topic
from rehabill.edi.acknowledge_277ca import Answered, Answering, write_277ca
from rehabill.edi.acknowledgments import read_acknowledgments, tie
from rehabill.edi.ask.status_of_finding import composites, table
from rehabill.edi.claim_837p import Envelope, PayerX12, write_837p
from rehabill.edi.read_837p import read_837p
from rehabill.edi.reply.places import place_name
from rehabill.edi.reply.sent import business_fields, business_path
from rehabill.edi.reply.verdict import verdict_of
from rehabill.model.acknowledgment import Acknowledgments, SentClaim, Tied
from rehabill.model.claim import Claim
from rehabill.model.practice import Practice
from rehabill.x12 import acknowledge
from rehabill.x12.check.file import check
from rehabill.x12.envelope import Interchange

GOLDEN = Path(__file__).parents[1] / "golden" / "837p"
SETUP = json.loads((GOLDEN / "practice.json").read_text())
PRACTICE = msgspec.convert(SETUP["practice"], Practice)
PROFILES = msgspec.convert(SETUP["profiles"], dict[str, PayerX12])
SENT_ON = dt.datetime(2026, 3, 31, 17, 5)
ANSWERED_ON = dt.datetime(2026, 4, 2, 9, 0)
MEDICARE = Answering(
    name="Example Medicare", id="00431", reference="R-1", received=dt.date(2026, 4, 1), processed=dt.date(2026, 4, 2)
)
CLEARINGHOUSE = msgspec.structs.replace(MEDICARE, name="Example Clearinghouse", id="CH1", role="AY", id_kind="46")


def claims(*names: str) -> list[Claim]:
    return [
        claim
        for name in names
        for claim in msgspec.convert(json.loads((GOLDEN / f"{name}.json").read_text())["claims"], tuple[Claim, ...])
    ]


def sent(*names: str) -> bytes:
    return write_837p(claims(*names), PRACTICE, PROFILES, Envelope(control_number=42, created=SENT_ON))


def envelope(data: bytes) -> Interchange:
    return acknowledge.reply(check([data]).interchanges[0], 7, ANSWERED_ON, "T")


def with_999(data: bytes) -> bytes:
    return acknowledge.acknowledge_999(check([data]).interchanges[0], envelope(data)).encode()


def with_ta1(data: bytes) -> bytes:
    return acknowledge.ta1(check([data]).interchanges[0], envelope(data)).encode()


def read(data: bytes) -> Acknowledgments:
    answers, findings = read_acknowledgments(data)
    assert not findings, findings
    return answers


def brought(answers: Acknowledgments, data: bytes) -> dict[str, SentClaim]:
    tied = tie(answers, data)
    assert not tied.findings and not tied.unknown
    return {claim.claim_number: claim for claim in tied.claims}


def error(rule: str, topic: Topic, path: str, message: str = "Something is wrong.") -> Finding:
    return Finding(rule, "slug", topic, "error", "fail", path, message)


def with_277ca(data: bytes, answering: Answering = MEDICARE, **wrong: tuple[Finding, ...]) -> bytes:
    """`wrong`: findings by claim number, with _ for -."""
    answered = [
        Answered(
            submitted=claim, payer_claim_number=f"ICN{index}",
            findings=wrong.get((claim.claim.claim_number or "").replace("-", "_"), ()),
        )
        for index, claim in enumerate(read_837p([data], []))
    ]  # fmt: skip
    return write_277ca(answered, answering, envelope(data))


def pyx12_accepts(data: bytes) -> bool:
    return bool(x12n_document(ParamsBase(), io.StringIO(data.decode()), io.StringIO(), None))


def as_999(body: str) -> bytes:
    """A 999 as somebody else would write it."""
    count = body.count("~") + 2
    return (
        "ISA*00*          *00*          *ZZ*RECEIVER9      *ZZ*SUBMITTER1     *260401*0800*^*00501*000000005*0*T*:~"
        "GS*FA*GROUP9*SUBMITTER1*20260401*0800*5*X*005010X231A1~ST*999*0001*005010X231A1~"
        f"{body}SE*{count}*0001~GE*1*5~IEA*1*000000005~"
    ).encode()


class TestInterchange:
    def test_a_good_envelope_is_accepted(self) -> None:
        answer = read(with_ta1(sent("medicare"))).interchanges[0]
        assert (answer.control, answer.verdict, answer.note) == ("000000042", "accepted", "000")

    def test_a_rejected_interchange_rejects_every_claim(self) -> None:
        data = sent("medicare")
        answers = read(with_ta1(data.replace(b"IEA*1*000000042", b"IEA*1*000000043")))
        assert answers.interchanges[0].note == "001"
        tied = tie(answers, data)
        assert {claim.verdict for claim in tied.claims} == {"rejected"}
        assert "control numbers of ISA13 and IEA02 differ" in tied.claims[0].sentence

    def test_an_answer_to_another_file_is_told(self) -> None:
        other = write_837p(claims("medicare"), PRACTICE, PROFILES, Envelope(control_number=99, created=SENT_ON))
        tied = tie(read(with_ta1(other)), sent("medicare"))
        assert [finding.rule for finding in tied.findings] == ["A130"]
        assert {claim.verdict for claim in tied.claims} == {"waiting"}


class TestSyntax:
    def test_an_accepted_file_is_received_and_not_yet_accepted(self) -> None:
        data = sent("medicare", "dependent")
        answers = read(with_999(data))
        assert answers.groups[0].verdict == "accepted"
        for claim in brought(answers, data).values():
            assert claim.verdict == "received" and not claim.proves_receipt
            assert "not accepted it yet" in claim.sentence

    def test_the_independent_validator_takes_our_999(self) -> None:
        data = sent("medicare", "dependent")
        # Not for faults in loops such as 2010BA: it allows IK303 four characters, our spec six.
        for spoiled in (data, data.replace(b"*UN*1*", b"*UN*X*"), data.replace(b"HI*ABK:M5450*ABF:M25561~", b"")):
            assert pyx12_accepts(with_999(spoiled))

    def test_a_fault_of_a_line_leads_to_its_field(self) -> None:
        data = sent("medicare").replace(b"*UN*1***2~", b"*UN*X***2~", 1)
        claim = brought(read(with_999(data)), data)["MB-1001"]
        assert claim.verdict == "rejected"
        (fault,) = claim.faults
        assert (fault.line, fault.path, fault.fault.element) == (1, "lines[1].units", "SV104")
        assert fault.sent is not None and data[fault.sent.byte : fault.sent.byte + 3] == b"SV1"
        assert fault.sentence == (
            "Claim MB-1001, line 2: service: units (field lines[1].units): character not allowed."
        )

    def test_the_other_claims_of_a_rejected_set_are_told_why(self) -> None:
        data = sent("medicare").replace(b"*UN*1***2~", b"*UN*X***2~", 1)
        other = brought(read(with_999(data)), data)["MB-1002"]
        assert other.verdict == "rejected" and not other.faults
        assert "because of MB-1001" in other.sentence and "send it again" in other.sentence

    def test_a_fault_of_the_subscriber_concerns_all_her_claims(self) -> None:
        data = sent("medicare").replace(b"DMG*D8*19500203", b"DMG*D8*19501303")
        found = brought(read(with_999(data)), data)
        assert [fault.path for fault in found["MB-1001"].faults] == ["patient.birth_date"]
        assert [fault.path for fault in found["MB-1002"].faults] == ["patient.birth_date"]
        assert found["MB-1001"].faults[0].sentence.startswith("Claims MB-1001, MB-1002: ")

    def test_a_missing_segment_leads_to_the_field_it_would_fill(self) -> None:
        data = sent("medicare").replace(b"DMG*D8*19500203*F~", b"")
        fault = tie(read_acknowledgments(with_999(data))[0], data).claims[0].faults[0]
        assert (fault.fault.code, fault.fault.segment, fault.path) == ("3", "DMG", "patient")

    def test_a_fault_of_the_practice_names_its_field(self) -> None:
        data = sent("medicare").replace(b"N4*SAMPLETON*OH*430001234~REF*EI", b"N4*SAMPLETON*OH*4300~REF*EI")
        tied = tie(read(with_999(data)), data)
        assert "practice.address.zip" in {fault.path for fault in tied.faults}

    def test_accepted_with_errors_is_not_to_be_sent_again(self) -> None:
        body = (
            "AK1*HC*42*005010X222A1~AK2*837*0001*005010X222A1~IK3*NM1*17*2010BA*8~CTX*CLM01:MB-1001~"
            "IK4*9*67*7*XYZ~IK5*E*5~AK9*E*1*1*1~"
        )
        data = sent("medicare")
        claim = brought(read(as_999(body)), data)["MB-1001"]
        assert claim.verdict == "received" and "do not send it again" in claim.sentence
        assert claim.faults[0].path == "subscriber.member_id" and claim.faults[0].fault.value == "XYZ"

    def test_what_made_it_required_is_told(self) -> None:
        body = (
            "AK1*HC*42*005010X222A1~AK2*837*0001~IK3*REF*25*2300*3~CTX*SITUATIONAL TRIGGER*CLM*24**5:3~"
            "CTX*CLM01:MB-1001~IK5*R*5~AK9*R*1*1*0~"
        )
        fault = read(as_999(body)).groups[0].sets[0].faults[0]
        assert (fault.claim, fault.trigger) == ("MB-1001", "CLM05-3 at segment 24")
        assert fault.words == "required segment missing"

    def test_a_group_without_its_sets_speaks_for_all(self) -> None:
        data = sent("medicare")
        accepted = brought(read(as_999("AK1*HC*42*005010X222A1~AK9*A*1*1*1~")), data)
        assert {claim.verdict for claim in accepted.values()} == {"received"}
        rejected = brought(read(as_999("AK1*HC*42*005010X222A1~AK9*R*1*1*0*3~")), data)
        assert {claim.verdict for claim in rejected.values()} == {"rejected"}

    def test_a_997_says_the_same(self) -> None:
        body = "AK1*HC*42~AK2*837*0001~AK3*SV1*26**8~AK4*2*782*6~AK5*R*5~AK9*R*1*1*0~"
        data = as_999(body).replace(b"ST*999*0001*005010X231A1", b"ST*997*0001").replace(b"X231A1~ST", b"~ST")
        group = read(data).groups[0]
        assert (group.kind, group.verdict) == ("997", "rejected")
        ours = sent("medicare")
        number = ours.decode().split("~")[2:].index("SV1*HC:97110:GP:KX*120.5*UN*2***1:2") + 1
        assert number == 27  # the answer names the LX before it
        tied = tie(read(data), ours)
        assert [finding.rule for finding in tied.findings] == ["A132"]

    def test_a_position_beyond_the_set_is_told(self) -> None:
        body = "AK1*HC*42~AK2*837*0001~IK3*SV1*9999*2400*8~IK4*2**6~IK5*R*5~AK9*R*1*1*0~"
        tied = tie(read(as_999(body)), sent("medicare"))
        assert [finding.rule for finding in tied.findings] == ["A131"]
        assert {claim.verdict for claim in tied.claims} == {"rejected"}

    def test_a_place_has_our_name(self) -> None:
        version = "005010X222A1"
        assert place_name("837", version, "2010BA", "NM1", "NM109") == "subscriber: id"
        assert place_name("837", version, "2400", "SV1", "SV107") == "service: diagnosis pointers"
        assert place_name("837", "", "", "CLM", "CLM05-3") != ""
        assert place_name("837", version, "", "QQQ", "") == ""

    def test_business_fields_exist(self) -> None:
        roots = set(Claim.__struct_fields__)
        for key, path in business_fields().items():
            name = path.partition(".")[0]
            assert name in roots | {"practice", "{line}"}, key
        assert business_path("2400", "SV1", "", "SV101-4", 2) == "lines[2].modifiers"


class TestClaimAcknowledgment:
    def test_the_payer_accepts_and_rejects(self) -> None:
        data = sent("medicare")
        wrong = (error("PT301", "provider", "rendering_npi"), error("PT120", "units", "lines[1].units"))
        answers = read(with_277ca(data, MB_1001=wrong))
        found = brought(answers, data)
        accepted, rejected = found["MB-1002"], found["MB-1001"]
        assert (accepted.verdict, accepted.proves_receipt) == ("accepted", True)
        assert accepted.status is not None and accepted.status.payer_claim_number == "ICN1"
        assert (rejected.verdict, rejected.proves_receipt) == ("rejected", False)
        assert "NPI of the treating (rendering) provider" in rejected.sentence
        assert "send it again as a new claim" in rejected.sentence
        assert rejected.lines == {0: 1}  # the one line answered is our second

    def test_totals_are_right(self) -> None:
        batch = read(with_277ca(sent("medicare"), MB_1001=(error("PT310", "diagnosis", "diagnoses"),))).batches[0]
        assert (batch.accepted, batch.rejected) == (1, 1)
        assert (batch.accepted_cents, batch.rejected_cents) == (9025, 25575)
        assert [(one.accepted, one.rejected) for one in batch.providers] == [(1, 1)]

    def test_a_clearinghouse_proves_nothing(self) -> None:
        data = sent("medicare")
        claim = brought(read(with_277ca(data, CLEARINGHOUSE)), data)["MB-1001"]
        assert (claim.verdict, claim.proves_receipt) == ("received", False)
        assert "does not prove receipt by the payer" in claim.sentence

    def test_layers_come_in_order(self) -> None:
        data = sent("medicare")
        parts = [read(one) for one in (with_277ca(data), with_999(data), with_ta1(data))]
        assert {claim.verdict for claim in tie(parts, data).claims} == {"accepted"}

    def test_nobodys_word_goes_before_the_payers(self) -> None:
        data = sent("medicare")
        payer, between = read(with_277ca(data)), read(with_277ca(data, CLEARINGHOUSE))
        for order in ([payer, between], [between, payer]):
            assert {claim.verdict for claim in tie(order, data).claims} == {"accepted"}
        changed = read(with_277ca(data, MB_1001=(error("PT310", "diagnosis", "diagnoses"),)))
        assert tie([payer, changed], data).claims[0].verdict == "rejected"

    def test_nothing_said_is_waiting(self) -> None:
        tied = tie(Acknowledgments(), sent("medicare"))
        assert isinstance(tied, Tied) and {claim.verdict for claim in tied.claims} == {"waiting"}

    def test_wrong_totals_are_told(self) -> None:
        data = with_277ca(sent("medicare")).replace(b"QTY*90*2~", b"QTY*90*3~").replace(b"AMT*YU*346~", b"AMT*YU*345~")
        findings = read_acknowledgments(data)[1]
        assert sorted(finding.rule for finding in findings) == ["A120", "A121", "A121"]
        places = [finding.at.byte for finding in findings if finding.at and finding.rule == "A120"]
        assert data[places[0] :].startswith(b"QTY*90")

    def test_a_contradiction_counts_as_rejection(self) -> None:
        data = with_277ca(sent("medicare")).replace(b"STC*A2:20*20260402*WQ*255.75", b"STC*A2:20*20260402*U*255.75")
        answers, findings = read_acknowledgments(data)
        assert "A122" in {finding.rule for finding in findings}
        assert answers.batches[0].claims[0].verdict == "rejected"

    def test_a_claim_we_did_not_send_is_told(self) -> None:
        data = sent("medicare")
        tied = tie(read(with_277ca(data.replace(b"MB-1001", b"MB-9999"))), data)
        assert tied.unknown == ("MB-9999",)
        assert {claim.claim_number: claim.verdict for claim in tied.claims} == {
            "MB-1001": "waiting", "MB-1002": "accepted",
        }  # fmt: skip

    def test_a_batch_rejected_as_a_whole(self) -> None:
        data = sent("medicare")
        text = with_277ca(data).decode()
        head, rest = text.split("STC*A1:19:PR*20260402*WQ*346~", 1)
        tail = rest[rest.index("GE*") :]
        body = head.replace("HL*2*1*21*1", "HL*2*1*21*0") + "STC*A3:24:41*20260402*U*346~QTY*AA*2~AMT*YY*346~"
        count = body[body.index("ST*277") :].count("~") + 1
        answers = read(f"{body}SE*{count}*0001~{tail}".encode())
        assert answers.batches[0].verdict == "rejected"
        assert {claim.verdict for claim in brought(answers, data).values()} == {"rejected"}

    def test_a_billing_provider_rejected_as_a_whole(self) -> None:
        data = sent("medicare")
        text = with_277ca(data).decode()
        body = text[: text.index("HL*4*3*PT")].replace("HL*3*2*19*1", "HL*3*2*19*0")
        body = body.replace("STC*A1:19:PR**WQ*346~QTY*QA*2~AMT*YU*346", "STC*A3:496:85**U*346~QTY*QC*2~AMT*YY*346")
        count = body[body.index("ST*277") :].count("~") + 1
        answers = read(f"{body}SE*{count}*0001~{text[text.index('GE*') :]}".encode())
        claim = brought(answers, data)["MB-1002"]
        assert claim.verdict == "rejected" and "sender not approved" in claim.sentence

    @pytest.mark.parametrize(
        ("category", "verdict"),
        [("A0", "received"), ("A1", "received"), ("A2", "accepted"), ("A3", "rejected"), ("A4", "not_found"),
         ("A5", "split"), ("A6", "rejected"), ("A7", "rejected"), ("A8", "rejected"), ("ZZ", "unknown")],
    )  # fmt: skip
    def test_categories(self, category: str, verdict: str) -> None:
        assert verdict_of(category) == verdict


class TestWrittenClaimAcknowledgment:
    DATA = sent("medicare", "dependent", "secondary", "accident")
    WRONG = (
        error("PT301", "provider", "rendering_npi"), error("PT120", "units", "lines[0].units"),
        error("PT150", "therapy_modifier", "lines[0].modifiers"), error("PT320", "pointer", "lines[0]"),
        error("PT130", "mue", "lines[0].units"), error("X217", "format", "claims[0]"),
    )  # fmt: skip

    @pytest.mark.parametrize("answering", [MEDICARE, CLEARINGHOUSE])
    def test_our_check_and_the_independent_validator_accept(self, answering: Answering) -> None:
        for wrong in ({}, {"MB_1001": self.WRONG, "CI_2001": self.WRONG[:1]}):
            data = with_277ca(self.DATA, answering, **wrong)
            assert check([data]).all_findings() == []
            assert pyx12_accepts(data)

    def test_the_same_input_gives_the_same_bytes(self) -> None:
        assert with_277ca(self.DATA, MB_1001=self.WRONG) == with_277ca(self.DATA, MB_1001=self.WRONG)

    def test_every_claim_is_answered_once(self) -> None:
        found = brought(read(with_277ca(self.DATA, MB_1001=self.WRONG)), self.DATA)
        assert len(found) == 9 and all(claim.status for claim in found.values())

    def test_nobody_is_answered_with_nothing(self) -> None:
        assert write_277ca([], MEDICARE, envelope(self.DATA)) == b""

    def test_what_cannot_be_sent_back_is_cleaned(self) -> None:
        odd = self.DATA.replace(b"PATIENT*PAULA", "MU\xd1OZ^X*PAULA".encode("latin-1"))
        assert check([with_277ca(odd)]).all_findings() == []

    def test_a_finding_in_the_file_says_its_place(self) -> None:
        data = self.DATA.replace(b"DMG*D8*19500203", b"DMG*D8*19501303", 1)
        found = [one for one in check([data]).all_findings() if one.rule == "X217"]
        assert composites(found[0]) == ("A7:158:IL",)

    def test_the_table_says_only_what_the_lists_hold(self) -> None:
        lists, known = code_lists.load(), table()
        assert set(known.categories) <= set(lists.codes("claim_status_category"))
        codes = set(lists.codes("claim_status"))
        for part in (known.rules, known.places, known.paths, known.topics):
            for key, told in part.items():
                assert set(told.codes) <= codes and 1 <= len(told.codes) <= 2, key
        assert set(known.topics) == set(Topic.__args__)
