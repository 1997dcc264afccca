"""May we treat: requests written, decisions read; and documents that go with a claim. Both guides are unverified."""

import datetime as dt
import json
from pathlib import Path

import msgspec
import pytest

from rehabill.base.errors import InputError
from rehabill.edi.attachment_275 import ClaimDocument, read_275, write_275
from rehabill.edi.authorization_278 import Envelope, read_278, read_278_requests, write_278
from rehabill.model.authorization import AuthorizationAnswer, AuthorizationRequest, RequestedService
from rehabill.model.claim import Attachment
from rehabill.model.party import Person, Subscriber
from rehabill.model.practice import Practice
from rehabill.x12.check.file import check
from rehabill.x12.spec import load

GOLDEN = Path(__file__).parents[1] / "golden" / "837p"
PRACTICE = msgspec.convert(json.loads((GOLDEN / "practice.json").read_text())["practice"], Practice)
ENVELOPE = Envelope(control_number=9, created=dt.datetime(2026, 5, 1, 8, 0))
PAULA = Person(first="Paula", last="Patient", birth_date=dt.date(1980, 2, 3), sex="F")
PARENT = Person(first="Parent", last="Patient", birth_date=dt.date(1950, 2, 3), sex="M")
REQUEST = AuthorizationRequest(
    trace="AU-1", payer_name="Example Health", payer_id="00431", subscriber=Subscriber(member_id="COM123456"),
    patient=PAULA, first_day=dt.date(2026, 5, 4), last_day=dt.date(2026, 6, 26), diagnoses=("M54.50", "M25.561"),
    visits=16, services=(RequestedService(code="97110", modifiers=("GP",), units=32), RequestedService(code="97140")),
    rendering_npi="1333333338", referring_npi="1444444446", message="Knee, after surgery",
    attachments=(Attachment(kind="08", way="EL", control_number="ATT-1"),),
)  # fmt: skip
DEPENDENT = msgspec.structs.replace(
    REQUEST, trace="AU-2", relationship="child", visits=None, visits_per_week=2, weeks=8, services=(),
    subscriber=Subscriber(member_id="COM123456", relationship="child", person=PARENT), rendering_npi=None,
)  # fmt: skip
RENEWAL = msgspec.structs.replace(
    REQUEST, trace="AU-3", request="R", previous_authorization="AUTH-7", urgent=True, onset_date=dt.date(2026, 4, 1)
)

HEAD = (
    "ISA*00*          *00*          *ZZ*RECEIVER9      *ZZ*SUBMITTER1     *260501*0800*^*00501*000000005*0*T*:~"
    "GS*HI*GROUP9*SUBMITTER1*20260501*0800*5*X*005010X217~"
)
ABOVE = (
    "ST*278*0001*005010X217~BHT*0007*11*R-9*20260501*0800*18~HL*1**20*1~NM1*X3*2*EXAMPLE HEALTH*****PI*00431~"
    "HL*2*1*21*1~NM1*1P*2*MADE-UP PHYSICAL THERAPY*****XX*1222222220~HL*3*2*22*1~"
    "NM1*IL*1*PATIENT*PAULA****MI*COM123456~DMG*D8*19800203*F~"
)


def answer(event: str, above: str = ABOVE) -> AuthorizationAnswer:
    body = above + event
    data = f"{HEAD}{body}SE*{body.count('~') + 1}*0001~GE*1*5~IEA*1*000000005~".encode()
    assert check([data]).all_findings() == []
    (found,), findings = read_278(data)
    assert not findings
    return found


class TestRequests:
    ALL = (REQUEST, DEPENDENT, RENEWAL)

    def test_our_check_finds_nothing(self) -> None:
        assert check([write_278(self.ALL, PRACTICE, ENVELOPE)]).all_findings() == []

    def test_it_is_read_back(self) -> None:
        back, findings = read_278_requests(write_278(self.ALL, PRACTICE, ENVELOPE))
        assert not findings
        for one, other in zip(self.ALL, back, strict=True):
            same = (
                "trace", "request", "category", "service_type", "place_of_service", "urgent", "first_day", "last_day",
                "diagnoses", "onset_date", "visits", "visits_per_week", "weeks", "services", "referring_npi",
                "previous_authorization", "attachments", "relationship",
            )  # fmt: skip
            assert [getattr(one, name) for name in same] == [getattr(other, name) for name in same]

    def test_the_same_input_gives_the_same_bytes(self) -> None:
        assert write_278(self.ALL, PRACTICE, ENVELOPE) == write_278(self.ALL, PRACTICE, ENVELOPE)

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"subscriber": Subscriber()}, "member id"),
            ({"request": "4"}, "authorisation that is to be changed"),
            ({"diagnoses": ("back",)}, "ICD-10-CM"),
            ({"services": (RequestedService(code="?"),)}, "cannot be sent"),
            ({"rendering_npi": "1999999984"}, "not known"),
            ({"message": "x" * 300}, "at most 264"),
        ],
    )
    def test_what_is_wrong_is_named(self, change: dict[str, object], words: str) -> None:
        with pytest.raises(InputError, match=words):
            write_278([msgspec.structs.replace(REQUEST, **change)], PRACTICE, ENVELOPE)

    def test_it_says_that_it_is_unverified(self) -> None:
        assert load("278").unverified and load("278r").unverified and load("275").unverified


class TestDecisions:
    def test_approved(self) -> None:
        found = answer(
            "HL*4*3*EV*0~TRN*2*AU-1*1001234567~UM*HS*I*PT*11:B~HCR*A1*AUTH0001~"
            "DTP*007*RD8*20260504-20260626~HSD*VS*16~MSG*CALL US FOR MORE~"
        )
        assert (found.trace, found.decision, found.authorization_number) == ("AU-1", "approved", "AUTH0001")
        assert (found.visits, found.first_day, found.last_day) == (16, dt.date(2026, 5, 4), dt.date(2026, 6, 26))
        assert found.sentence == ("Approved in full, authorisation AUTH0001, 16 visits, from 2026-05-04 to 2026-06-26.")
        assert found.messages == ("CALL US FOR MORE",) and found.other == ()

    def test_visits_by_the_week(self) -> None:
        assert answer("HL*4*3*EV*0~UM*HS*I*PT*11:B~HCR*A6*AUTH2~HSD*VS*2*WK*1*35*6~").visits == 12

    def test_pending_has_a_reference_and_no_authorisation(self) -> None:
        found = answer("HL*4*3*EV*0~TRN*2*AU-1*1001234567~UM*HS*I*PT*11:B~HCR*A4*REVIEW9~")
        assert (found.decision, found.authorization_number) == ("pending", None)
        assert found.administrative_number == "REVIEW9" and "not decided" in found.sentence

    def test_denied_with_a_reason(self) -> None:
        found = answer("HL*4*3*EV*0~UM*HS*I*PT*11:B~HCR*A3**0V~")
        assert (found.decision, found.reasons) == ("denied", ("0V",))
        assert found.sentence == "Not approved (reason 0V)."

    def test_services_decide_where_the_event_does_not(self) -> None:
        found = answer(
            "HL*4*3*EV*1~UM*HS*I*PT*11:B~HL*5*4*SS*0~HCR*A1*AUTH5~SV1*HC:97110:GP**UN*20~HL*6*4*SS*0~HCR*A3~"
            "SV1*HC:97140:GP**UN*10~"
        )
        assert found.decision == "approved_in_part" and found.authorization_number == "AUTH5"
        assert [(one.code, one.decision, one.units) for one in found.services] == [
            ("97110", "approved", "20"), ("97140", "denied", "10"),
        ]  # fmt: skip

    def test_refused_before_it_was_looked_at(self) -> None:
        above = ABOVE.replace("HL*3*2*22*1", "HL*3*2*22*0").replace("DMG*", "AAA*N**72*C~DMG*")
        found = answer("", above)
        assert found.decision == "refused" and "member number missing or wrong" in found.sentence
        assert found.refusals[0].about == "subscriber"


class TestDocuments:
    BYTES = bytes(range(256)) + b"~SE*1*0001~IEA*1*1~" + bytes(range(256))
    DOCUMENT = ClaimDocument(
        control_number="ATT-1", kind="PN", payer_name="Example Health", payer_id="00431", patient=PAULA,
        member_id="COM123456", claim_number="C-1", first_day=dt.date(2026, 5, 4), sent_on=dt.date(2026, 5, 6),
        content=b"%PDF-1.7 made up",
    )  # fmt: skip

    def test_our_check_finds_nothing(self) -> None:
        data = write_275([self.DOCUMENT, self.DOCUMENT], PRACTICE, ENVELOPE)
        assert check([data]).all_findings() == []

    def test_every_byte_comes_back(self) -> None:
        document = msgspec.structs.replace(self.DOCUMENT, content=self.BYTES, solicited=True)
        (found,), findings = read_275(write_275([document], PRACTICE, ENVELOPE))
        assert not findings and found.contents == (self.BYTES,)
        assert (found.control_number, found.claim_number, found.kind) == ("ATT-1", "C-1", "PN")
        assert found.solicited and found.sent_on == dt.date(2026, 5, 6) and found.other == ()
        assert found.patient is not None and found.patient.id == "COM123456"

    def test_what_is_wrong_is_named(self) -> None:
        with pytest.raises(InputError, match="empty"):
            write_275([msgspec.structs.replace(self.DOCUMENT, content=b"")], PRACTICE, ENVELOPE)
        with pytest.raises(InputError, match="no document"):
            write_275([], PRACTICE, ENVELOPE)
