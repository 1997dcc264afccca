"""837P to tables: every number against an oracle in plain Python; nothing of another payer's among our own."""

import csv
import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("pyarrow", reason="NOT TESTED: the bulk readers need rehabill[audit]")

from rehabill.audit import Claims, read_claims
from rehabill.demo.x12_files import claims_837p


def check(data: bytes, got: Claims, oracle: Any) -> None:
    """Every claim, line, diagnosis and word of another payer is what the oracle says."""
    said = oracle.claims(data)
    claims, lines = got.claims.to_pylist(), got.lines.to_pylist()
    diagnoses: list[Any] = []
    others: list[Any] = []
    payments: list[Any] = []
    adjustments: list[Any] = []
    line_number = other_number = payment_number = 0
    assert len(claims) == len(said)
    for number, (claim, row) in enumerate(zip(said, claims, strict=True)):
        levels, empty = claim["levels"], {"nm1": {}, "sbr": None, "dmg": None}
        billing, subscriber = levels.get("20", empty), levels.get("22", empty)
        patient = levels.get("23") or subscriber
        charges = [line["charge"] for line in claim["lines"]]
        difference = None if claim["charge"] is None or None in charges else claim["charge"] - sum(charges)
        assert (row["byte"], row["claim_id"], row["charge_cents"]) == (claim["byte"], claim["id"], claim["charge"])
        assert (row["difference_cents"], row["lines"]) == (difference, len(charges))
        assert row["is_balanced"] == (None if difference is None else difference == 0)
        assert (row["place_of_service"] or "", row["frequency"] or "") == (claim["pos"], claim["frequency"])
        for column, level, code, element in (
            ("billing_npi", billing, "85", 8), ("billing_name", billing, "85", 2), ("payer_name", subscriber, "PR", 2),
            ("payer_id", subscriber, "PR", 8), ("subscriber_id", subscriber, "IL", 8),
            ("subscriber_last", subscriber, "IL", 2), ("referring_npi", claim, "DN", 8),
            ("rendering_npi", claim, "82", 8), ("facility_npi", claim, "77", 8),
        ):  # fmt: skip
            assert row[column] == (level["nm1"].get(code, [""] * 9)[element] or None), column
        person = patient["nm1"].get("QC" if "23" in levels else "IL", [""] * 9)
        assert (row["patient_last"] or "", row["patient_first"] or "") == (person[2], person[3])
        assert row["patient_is_subscriber"] == ("23" not in levels if "22" in levels else None)
        if patient["dmg"] is not None:
            assert row["patient_birth"] == oracle.day(patient["dmg"][1])
            assert row["patient_sex"] == (patient["dmg"][2] or None)
        if subscriber["sbr"] is not None:
            assert (row["payer_order"], row["filing"]) == (subscriber["sbr"][0], subscriber["sbr"][8] or None)
        for column, code in (("authorization", "G1"), ("original_claim_id", "F8"), ("clearinghouse_id", "D9")):
            assert row[column] == claim["ref"].get(code), column
        assert row["patient_paid_cents"] == claim["amt"].get("F5")
        diagnoses += [(number, at, *pair) for at, pair in enumerate(claim["hi"], 1)]
        for other in claim["others"]:
            payer = other["nm1"].get("PR", [""] * 9)
            others.append((number, other["filing"] or None, other["amt"].get("D"), payer[8] or None))
            adjustments += [(other_number, None, *one) for one in other["cas"]]
            other_number += 1
        for line in claim["lines"]:
            row = lines[line_number]
            assert (row["claim"], row["byte"], row["number"]) == (number, line["byte"], line["number"])
            assert (row["procedure"], row["modifiers"] or "", row["charge_cents"], row["pointers"] or "") == (
                line["procedure"], line["modifiers"], line["charge"], line["pointers"]
            )  # fmt: skip
            assert row["line_id"] == line["ref"].get("6R")
            assert row["rendering_npi"] == (line["nm1"].get("82", [""] * 9)[8] or None)
            days = line["dtp"].get("472")
            if days:
                first, _, last = days.partition("-")
                assert (row["service_date"], row["service_until"]) == (oracle.day(first), oracle.day(last or first))
            for svd in line["svd"]:
                amounts = [amount for *_, amount in svd["cas"]]
                payments.append((line_number, svd["payer"], svd["paid"], line["charge"] - svd["paid"] - sum(amounts)))
                adjustments += [(None, payment_number, *one) for one in svd["cas"]]
                payment_number += 1
            line_number += 1
    assert len(lines) == line_number
    assert [tuple(one.values()) for one in got.diagnoses.to_pylist()] == diagnoses
    assert [
        (one["claim"], one["filing"], one["paid_cents"], one["payer_id"]) for one in got.other_payers.to_pylist()
    ] == others
    assert [
        (one["line"], one["payer_id"], one["paid_cents"], one["difference_cents"])
        for one in got.other_payments.to_pylist()
    ] == payments
    assert [
        (one["other_payer"], one["other_payment"], one["group"], one["reason"], one["amount_cents"])
        for one in got.adjustments.to_pylist()
    ] == adjustments


@pytest.fixture(scope="module")
def generated() -> bytes:
    return b"".join(claims_837p(1_200, 7))


def test_generated_file_is_balanced_and_read_as_the_oracle_reads_it(generated: bytes, oracle: Any) -> None:
    got = read_claims(generated)
    check(generated, got, oracle)
    assert len(got.faults) == 0
    assert got.sets.column("claims").to_pylist() == [500, 500, 200]
    assert sum(got.sets.column("charge_cents").to_pylist()) == sum(got.claims.column("charge_cents").to_pylist())
    assert set(got.claims.column("is_balanced").to_pylist()) == {True}
    assert set(got.other_payments.column("is_balanced").to_pylist()) == {True}
    assert {True, False} == set(got.claims.column("patient_is_subscriber").to_pylist())
    assert {"1", "7"} == set(got.claims.column("frequency").to_pylist())


def test_published_files_read_as_expected(samples: Any, oracle: Any) -> None:
    rows = [one for one in csv.DictReader((samples / "EXPECTED.csv").read_text().splitlines()) if one["kind"] == "837p"]
    assert len(rows) > 40
    for row in rows:
        name = row["local_path"].removeprefix("x12/")
        data = (samples / name).read_bytes()
        got = read_claims(data)
        kinds = got.faults.column("kind").to_pylist()
        assert len(got.claims) == int(row["n_claims"]), name
        assert sum(got.claims.column("charge_cents").to_pylist()) == oracle.money(row["total_charge"]), name
        wrong = got.claims.column("is_balanced").to_pylist().count(False)
        assert wrong == (int(row["clp_balance"][2:-1]) if row["clp_balance"].startswith("n(") else 0) or (
            row["svc_balance"].startswith("n(") and wrong == int(row["svc_balance"][2:-1])
        ), name
        assert ("set-count" in kinds) == (row["se_count_ok"] == "n"), name
        assert ("control-number" in kinds) == (row["control_ok"] == "n"), name
        check(data, got, oracle)


HEAD = (
    "ISA*00*          *00*          *ZZ*A              *ZZ*B              *260101*0800*^*00501*000000001*0*T*:~"
    "GS*HC*A*B*20260101*0800*1*X*005010X222A1~ST*837*0001*005010X222A1~BHT*0019*00*1*20260101*0800*CH~"
    "HL*1**20*1~NM1*85*2*CLINIC*****XX*1234567893~HL*2*1*22*0~SBR*P*18*******MB~NM1*IL*1*DOE*JO****MI*M1~"
    "DMG*D8*19500102*F~NM1*PR*2*PAYER*****PI*P1~"
)
TAIL = "SE*{count}*0001~GE*1*1~IEA*1*000000001~"


def small(*segments: str) -> bytes:
    """A file of one set with these segments under its subscriber."""
    return (HEAD + "".join(one + "~" for one in segments) + TAIL.format(count=len(segments) + 10)).encode()


def test_each_segment_belongs_to_the_loop_it_stands_in() -> None:
    got = read_claims(small(
        "CLM*C1*100***11:B:1", "REF*G1*OURS", "HI*ABK:M25561*ABF:M6281", "HI*BG:17", "NM1*82*1*OWN*A****XX*1000000012",
        "REF*G2*X", "SBR*P*18*******CI", "CAS*OA*23*1", "AMT*D*40", "NM1*PR*2*FIRST*****PI*F1", "REF*G1*THEIRS",
        "NM1*82*1*NOT*OURS****XX*1999999999",
        "LX*1", "SV1*HC:97110:GP*60*UN*2***1:2", "DTP*472*RD8*20260101-20260103", "REF*6R*L1",
        "NM1*82*1*LINE*B****XX*1000000020", "REF*6R*NOT", "SVD*F1*40*HC:97110**2", "CAS*CO*45*15", "CAS*PR*2*5",
        "DTP*573*D8*20260201", "LX*2", "SV1*HC:97140*40*UN*1***1", "DTP*472*D8*20260104",
    ))  # fmt: skip
    claim = got.claims.to_pylist()[0]
    assert (claim["authorization"], claim["rendering_npi"], claim["payer_id"], claim["filing"]) == (
        "OURS", "1000000012", "P1", "MB"
    )  # fmt: skip
    first, second = got.lines.to_pylist()
    assert (first["line_id"], first["rendering_npi"], first["pointers"]) == ("L1", "1000000020", "1 2")
    assert (first["service_date"], first["service_until"]) == (dt.date(2026, 1, 1), dt.date(2026, 1, 3))
    assert (second["line_id"], second["rendering_npi"]) == (None, None)
    assert [(one["role"], one["line"], one["npi"]) for one in got.providers.to_pylist()] == [
        ("85", None, "1234567893"), ("82", None, "1000000012"), ("82", 0, "1000000020")
    ]  # fmt: skip
    other = got.other_payers.to_pylist()[0]
    assert (other["payer_id"], other["paid_cents"], other["adjusted_cents"]) == ("F1", 4_000, 100)
    payment = got.other_payments.to_pylist()[0]
    assert (payment["paid_on"], payment["adjusted_cents"], payment["is_balanced"]) == (dt.date(2026, 2, 1), 2_000, True)
    assert [one["diagnosis"] for one in got.diagnoses.to_pylist()] == ["M25561", "M6281"]
    assert len(got.faults) == 0


def test_a_dependent_is_not_the_subscriber_and_the_next_subscriber_has_no_dependent() -> None:
    got = read_claims(small(
        "HL*3*2*23*0", "PAT*19", "NM1*QC*1*DOE*KID", "DMG*D8*20150102*M", "CLM*C1*10***11:B:1", "LX*1",
        "SV1*HC:97110*10*UN*1",
        "HL*4*1*22*0", "SBR*P*18*******CI", "NM1*IL*1*ROE*AL****MI*M2", "CLM*C2*10***11:B:1", "LX*1",
        "SV1*HC:97110*9*UN*1",
    ))  # fmt: skip
    one, two = got.claims.to_pylist()
    assert (one["patient_first"], one["subscriber_first"], one["patient_is_subscriber"], one["relation"]) == (
        "KID", "JO", False, "19"
    )  # fmt: skip
    assert one["patient_birth"] == dt.date(2015, 1, 2)
    assert (two["patient_first"], two["patient_is_subscriber"], two["relation"], two["payer_id"]) == (
        "AL",
        True,
        "18",
        None,
    )
    assert two["patient_birth"] is None
    assert (one["is_balanced"], two["is_balanced"], two["difference_cents"]) == (True, False, 100)


def test_what_stands_in_no_claim_is_told() -> None:
    got = read_claims(small("LX*1", "SV1*HC:97110*10*UN*1", "CAS*CO*45*1", "CLM*C1*1O***11:B:1", "LX*1"))
    assert [(one["kind"], one["segment"]) for one in got.faults.to_pylist()] == [
        ("outside-claim", "LX"), ("outside-claim", "CAS"), ("not-an-amount", "CLM"), ("missing-amount", "LX")
    ]  # fmt: skip
    assert got.claims.column("is_balanced").to_pylist() == [None]


def test_what_is_wrong_in_another_payers_adjustment_is_told_as_in_a_remittance() -> None:
    got = read_claims(small(
        "CLM*C1*10***11:B:1", "SBR*P*18*******CI", "CAS*CO**1*x", "NM1*PR*2*FIRST*****PI*F1", "LX*1",
        "SV1*HC:97110*10*UN*1",
    ))  # fmt: skip
    assert [(one["kind"], one["element"]) for one in got.faults.to_pylist()] == [
        ("missing-value", "CAS02"), ("not-a-quantity", "CAS04")
    ]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 6_000), st.integers(0, 60), st.integers(1_024, 9_000))
def test_any_damage_gives_tables_and_faults(noise: bytes, at: int, removed: int, piece: int) -> None:
    data = b"".join(claims_837p(7, 1))
    damaged = data[:at] + noise + data[at + removed :]
    whole, parts = read_claims(damaged), read_claims(damaged, piece_bytes=piece)
    for name in ("claims", "lines", "diagnoses", "adjustments"):
        assert getattr(whole, name).to_pylist() == getattr(parts, name).to_pylist(), name
    assert len(whole.claims) > 0 or len(whole.faults) > 0
    assert all(0 <= one <= len(damaged) for one in whole.faults.column("byte").to_pylist())


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    assert len(read_claims(data).faults) > 0
    assert len(read_claims(HEAD.encode() + data).faults) > 0
