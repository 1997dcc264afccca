"""x12sdk, a reader of others with its own models, reads the claims and remittances that we write, to the same figures.

It refuses what its models do not hold: unknown or unexpected segments, codes, days, the count of segments, levels, a
claim whose lines do not come to its charge, and one that does not balance. So its reading our files says something.

Its limits (2.2.0). It takes only F and M for a sex (DMG03), where the guide has U too. It sees no wrong check digit of
an NPI, no pointer to a diagnosis that is not there, no number of sets in GE, no unknown reason (CARC) and no payment
(BPR02) that is not what its claims come to. It stops at the first fault, and needs 4 ms a claim.
"""

import datetime as dt
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.edi.professional import ENVELOPE, GOLDEN, PRACTICE, PROFILES, changed, golden
from x12sdk.io import X12ModelReader

from rehabill.demo.x12_files import claims_837p, remittance_835
from rehabill.edi.claim_837p import write_837p
from rehabill.edi.read_837p import read_837p
from rehabill.edi.remittance_835 import remittances
from rehabill.model.claim import Claim

NAMES = ("accident", "dependent", "medicare", "replacement", "secondary")


def theirs(data: bytes, folder: Path) -> list[Any]:
    """Its models of the sets of a file."""
    path = folder / "file.x12"
    path.write_bytes(data)
    with X12ModelReader(str(path)) as reader:
        return list(reader.models())


def claims_in(models: list[Any]) -> Iterator[Any]:
    """The claims (2300) of its models, of subscribers and of their dependents."""
    for one in models:
        for billing in one.loop_2000a:
            for subscriber in billing.loop_2000b or []:
                yield from subscriber.loop_2300 or []
                for patient in subscriber.loop_2000c or []:
                    yield from patient.loop_2300 or []


def money(cents: int | None) -> Decimal:
    return Decimal(cents or 0) / 100


def written(name: str) -> list[Claim]:
    return msgspec.convert(json.loads((GOLDEN / f"{name}.json").read_text())["claims"], list[Claim])


@pytest.mark.parametrize("name", NAMES)
def test_claims_that_we_write(name: str, tmp_path: Path) -> None:
    claims = written(name)
    models = theirs(write_837p(claims, PRACTICE, PROFILES, ENVELOPE), tmp_path)
    got = {
        one.clm_segment.patient_control_number: (
            one.clm_segment.total_claim_charge_amount,
            [(line.sv1_segment.line_item_charge_amount, line.sv1_segment.service_unit_count) for line in one.loop_2400],
        )
        for one in claims_in(models)
    }
    assert got == {
        claim.claim_number: (
            money(sum(line.charge_cents for line in claim.lines)),
            [(money(line.charge_cents), line.units) for line in claim.lines if line.units],
        )
        for claim in claims
    }


def test_demo_claims(tmp_path: Path) -> None:
    data = b"".join(claims_837p(60))
    faults: list[Any] = []
    ours = [(one.claim.claim_number, money(one.total_cents), len(one.claim.lines)) for one in read_837p([data], faults)]
    got = [
        (one.clm_segment.patient_control_number, one.clm_segment.total_claim_charge_amount, len(one.loop_2400))
        for one in claims_in(theirs(data, tmp_path))
    ]
    assert faults == []
    assert len(got) == 60
    assert got == ours


def test_demo_remittances(tmp_path: Path) -> None:
    data = b"".join(remittance_835(120))
    models = theirs(data, tmp_path)
    read, faults = remittances(data)
    assert faults == []
    assert [(one.header.bpr_segment.total_actual_provider_payment_amount, day_of(one)) for one in models] == [
        (money(abs(one.amount_cents)), one.payment_date) for one in read
    ]
    got = [
        (
            claim.clp_segment.patient_control_number,
            claim.clp_segment.claim_status_code,
            claim.clp_segment.total_claim_charge_amount,
            claim.clp_segment.claim_payment_amount,
            [
                (line.svc_segment.line_item_charge_amount, line.svc_segment.line_item_provider_payment_amount)
                for line in claim.loop_2110 or []
            ],
        )
        for one in models
        for batch in one.loop_2000
        for claim in batch.loop_2100
    ]
    assert len(got) == 120
    assert got == [
        (
            claim.claim_number,
            claim.status,
            money(claim.charge_cents),
            money(claim.paid_cents),
            [(money(line.charge_cents), money(line.paid_cents)) for line in claim.lines],
        )
        for one in read
        for claim in one.claims
    ]


def day_of(model: Any) -> dt.date:
    found = model.header.bpr_segment.eft_effective_date
    return found if isinstance(found, dt.date) else dt.datetime.strptime(str(found), "%Y%m%d").date()


def test_a_sex_that_is_not_known_is_refused(tmp_path: Path) -> None:
    """The guide has F, M and U."""
    claim = golden("medicare")
    unknown = changed(claim, patient=changed(claim.patient, sex="U"))
    with pytest.raises(ValueError, match="'F' or 'M'"):
        theirs(write_837p([unknown], PRACTICE, PROFILES, ENVELOPE), tmp_path)
