"""835 to tables: every number against an oracle in plain Python, whatever the separators, the noise and the pieces."""

import csv
import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("pyarrow", reason="NOT TESTED: the bulk readers need rehabill[audit]")

from rehabill.audit import Remittances, read_remittances
from rehabill.demo.x12_files import remittance_835


def differs(one: int | None, *less: int | None) -> int | None:
    """`one` less the others; None when any is unknown."""
    if one is None or None in less:
        return None
    return one - sum(amount for amount in less if amount is not None)


def check(data: bytes, got: Remittances, oracle: Any) -> None:
    """Every payment, claim, line, adjustment and remark is what the oracle says."""
    payments, claims, lines = got.payments.to_pylist(), got.claims.to_pylist(), got.lines.to_pylist()
    adjustments = [(one["claim"], one["line"], one["group"], one["reason"], one["amount_cents"])
                   for one in got.adjustments.to_pylist()]  # fmt: skip
    remarks = [(one["claim"], one["line"], one["remark"]) for one in got.remarks.to_pylist()]
    said_adjustments: list[Any] = []
    said_remarks: list[Any] = []
    claim_number = line_number = 0
    said = oracle.remittances(data)
    assert [one["set_control"] for one in payments] == [one["control"] for one in said]
    for number, (payment, row) in enumerate(zip(said, payments, strict=True)):
        paid = [claim["paid"] for claim in payment["claims"]]
        taken = [amount for _, amount in payment["plb"]]
        difference = (
            None
            if payment["paid"] is None or None in paid or None in taken
            else (sum(paid) - sum(taken) - payment["paid"])
        )
        assert (row["paid_cents"], row["trace_number"], row["byte"], row["claims"]) == (
            payment["paid"], payment["trace"], payment["byte"], len(paid)
        )  # fmt: skip
        assert (row["difference_cents"], row["is_balanced"]) == (
            difference, None if difference is None else difference == 0
        )  # fmt: skip
        for claim in payment["claims"]:
            row = claims[claim_number]
            amounts = [amount for owner in (claim, *claim["lines"]) for *_, amount in owner["cas"]]
            difference = differs(claim["charge"], claim["paid"], *amounts)
            assert (row["payment"], row["byte"], row["claim_id"], row["status"]) == (
                number, claim["byte"], claim["id"] or None, claim["status"] or None
            )  # fmt: skip
            assert (row["charge_cents"], row["paid_cents"], row["patient_part_cents"]) == (
                claim["charge"], claim["paid"], claim["part"]
            )  # fmt: skip
            assert (row["difference_cents"], row["lines"]) == (difference, len(claim["lines"]))
            assert row["is_balanced"] == (None if difference is None else difference == 0)
            for code, column, element in (
                ("QC", "patient_last", 2), ("QC", "patient_first", 3), ("QC", "patient_id", 8), ("IL", "insured_id", 8),
                ("82", "rendering_npi", 8), ("TT", "crossover_name", 2), ("74", "corrected_id", 8),
            ):  # fmt: skip
                assert row[column] == (claim["nm1"].get(code, [""] * 9)[element] or None), column
            assert row["coverage_cents"] == claim["amt"].get("AU")
            for code, column in (("232", "service_from"), ("233", "service_until"), ("050", "received")):
                assert row[column] == (oracle.day(claim["dtm"][code]) if code in claim["dtm"] else None)
            said_adjustments += [(claim_number, None, *one) for one in claim["cas"]]
            said_remarks += [(claim_number, None, one) for one in claim["remarks"] if one]
            for line in claim["lines"]:
                row = lines[line_number]
                difference = differs(line["charge"], line["paid"], *[amount for *_, amount in line["cas"]])
                assert (row["claim"], row["byte"], row["procedure"], row["modifiers"] or "") == (
                    claim_number, line["byte"], line["procedure"], line["modifiers"]
                )  # fmt: skip
                assert (row["charge_cents"], row["paid_cents"], row["difference_cents"]) == (
                    line["charge"], line["paid"], difference
                )  # fmt: skip
                assert row["is_balanced"] == (None if difference is None else difference == 0)
                assert (row["line_id"], row["allowed_cents"]) == (line["ref"].get("6R"), line["amt"].get("B6"))
                day = line["dtm"].get("472") or line["dtm"].get("150")
                assert row["service_date"] == (oracle.day(day) if day else None)
                said_adjustments += [(claim_number, line_number, *one) for one in line["cas"]]
                said_remarks += [(claim_number, line_number, one) for one in line["remarks"] if one]
                line_number += 1
            claim_number += 1
    assert (len(claims), len(lines)) == (claim_number, line_number)
    assert adjustments == [(c, n, g or None, r or None, a) for c, n, g, r, a in said_adjustments]
    assert remarks == said_remarks
    said_plb = [(reason, amount) for payment in said for reason, amount in payment["plb"]]
    assert [(one["reason"], one["amount_cents"]) for one in got.provider_adjustments.to_pylist()] == said_plb


@pytest.fixture(scope="module")
def generated() -> bytes:
    return b"".join(remittance_835(1_200, 7))


def test_generated_file_is_balanced_and_read_as_the_oracle_reads_it(generated: bytes, oracle: Any) -> None:
    got = read_remittances(generated)
    check(generated, got, oracle)
    assert len(got.claims) == 1_200
    assert len(got.faults) == 0
    for table in (got.payments, got.claims, got.lines):
        assert set(table.column("is_balanced").to_pylist()) == {True}
    statuses = set(got.claims.column("status").to_pylist())
    assert {"1", "4", "19", "22"} <= statuses
    assert None in got.adjustments.column("line").to_pylist()
    assert len(got.provider_adjustments) > 0


HEAD = (
    "ISA*00*          *00*          *ZZ*A              *ZZ*B              *260101*0800*^*00501*000000001*0*T*:~"
    "GS*HP*A*B*20260101*0800*1*X*005010X221A1~ST*835*0001~BPR*I*90*C*CHK************20260101~TRN*1*T1*1999999999~"
)
TAIL = "SE*{count}*0001~GE*1*1~IEA*1*000000001~"


def small(*segments: str) -> bytes:
    """A file of one set with these segments after its heading."""
    body = "".join(one + "~" for one in segments)
    return (HEAD + body + TAIL.format(count=len(segments) + 4)).encode()


def test_where_an_adjustment_stands_decides_what_it_adjusts() -> None:
    got = read_remittances(small(
        "LX*1", "CLP*A*1*100*80**12*P1", "CAS*CO*45*5**253*5*1.5", "NM1*QC*1*DOE*JO",
        "SVC*HC:97110*100*90", "CAS*PR*2*10",
        "CLP*B*1*10*10**12*P2", "NM1*QC*1*ROE*AL", "PLB*1999999999*20261231*WO:X1*3*L6*-3", "CAS*CO*45*7",
    ))  # fmt: skip
    rows = got.adjustments.to_pylist()
    assert [(one["claim"], one["line"], one["reason"], one["amount_cents"]) for one in rows] == [
        (0, None, "45", 500), (0, None, "253", 500), (0, 0, "2", 1_000)
    ]  # fmt: skip
    assert rows[1]["quantity"] is not None
    assert str(rows[1]["quantity"]) == "1.500"
    assert got.claims.column("is_balanced").to_pylist() == [True, True]
    assert got.payments.column("is_balanced").to_pylist() == [True]
    assert [(one["kind"], one["segment"]) for one in got.faults.to_pylist()] == [("outside-claim", "CAS")]


@pytest.mark.parametrize(
    ("text", "cents", "kind"),
    [
        ("12.5.3", None, "not-an-amount"), ("1E5", None, "not-an-amount"), ("", None, "missing-amount"),
        ("1,200.00", None, "not-an-amount"), ("-0.00", 0, "negative-zero"), ("12.345", None, "not-an-amount"),
        ("+5", None, "not-an-amount"), ("--5", None, "not-an-amount"), ("-", None, "not-an-amount"),
        (".", None, "not-an-amount"), (" 5", None, "not-an-amount"), ("9" * 30, None, "not-an-amount"),
        ("٣", None, "not-an-amount"), ("5", 500, None), ("5.", 500, None), (".5", 50, None), ("-.05", -5, None),
        ("00012.30", 1_230, None), ("123456.78", 12_345_678, None), ("-1234567.8", -123_456_780, None),
        ("99999999", 9_999_999_900, None), ("12345.67", 1_234_567, None), ("-12345.6", -1_234_560, None),
    ],
)  # fmt: skip
def test_amounts(text: str, cents: int | None, kind: str | None) -> None:
    data = small("LX*1", f"CLP*A*1*100*{text}**12*P1", "SVC*HC:97110*100*90", "CAS*PR*2*10")
    got = read_remittances(data)
    assert got.claims.column("paid_cents").to_pylist() == [cents]
    faults = got.faults.to_pylist()
    assert [one["kind"] for one in faults] == ([kind] if kind else [])
    if kind:
        assert faults[0]["byte"] == data.index(b"CLP*A")
        assert (faults[0]["segment"], faults[0]["element"]) == ("CLP", "CLP04")
    if cents is None:
        assert got.claims.column("is_balanced").to_pylist() == [None]
        assert got.payments.column("is_balanced").to_pylist() == [None]
    assert got.lines.column("is_balanced").to_pylist() == [True]


def test_what_is_out_of_balance_is_said_by_how_much() -> None:
    got = read_remittances(small("LX*1", "CLP*A*1*100*90**12*P1", "SVC*HC:97110*100*90.01", "CAS*PR*2*10"))
    assert got.lines.column("difference_cents").to_pylist() == [-1]
    assert got.lines.column("is_balanced").to_pylist() == [False]
    assert got.claims.column("is_balanced").to_pylist() == [True]
    got = read_remittances(small("LX*1", "CLP*A*1*100*91**12*P1", "SVC*HC:97110*100*90", "CAS*PR*2*10"))
    assert got.claims.column("difference_cents").to_pylist() == [-100]
    assert got.payments.column("difference_cents").to_pylist() == [100]


def test_dates_and_quantities_that_are_none() -> None:
    got = read_remittances(small(
        "LX*1", "CLP*A*1*100*90**12*P1", "DTM*050*20260230", "SVC*HC:97110*100*90**two", "DTM*472*2026", "CAS*PR*2*10*x"
    ))  # fmt: skip
    kinds = [(one["kind"], one["element"]) for one in got.faults.to_pylist()]
    assert kinds == [
        ("not-a-date", "DTM02"), ("not-a-quantity", "SVC05"), ("not-a-date", "DTM02"), ("not-a-quantity", "CAS04")
    ]  # fmt: skip
    assert got.claims.column("received").to_pylist() == [None]


def test_service_dates_of_a_span_of_days() -> None:
    got = read_remittances(small(
        "LX*1", "CLP*A*1*100*90**12*P1", "SVC*HC:97110*100*90", "DTM*150*20260102", "DTM*151*20260103", "CAS*PR*2*10"
    ))  # fmt: skip
    row = got.lines.to_pylist()[0]
    assert (row["service_date"], row["service_until"]) == (dt.date(2026, 1, 2), dt.date(2026, 1, 3))


def test_a_day_that_is_none_is_told_once() -> None:
    got = read_remittances(small("DTM*405*20260230", "LX*1", "CLP*A*1*1*1**12*P1"))
    assert [(one["kind"], one["element"]) for one in got.faults.to_pylist()] == [("not-a-date", "DTM02")]
    assert got.payments.column("production_date").to_pylist() == [None]


def test_zeros_after_the_cents_change_nothing() -> None:
    got = read_remittances(small("LX*1", "CLP*A*1*12.500*12.5**12*P1"))
    assert got.claims.column("charge_cents").to_pylist() == got.claims.column("paid_cents").to_pylist() == [1_250]
    assert len(got.faults) == 0


def test_every_file_that_is_none_says_so() -> None:
    for data in (
        b"",
        b"   \n",
        b"hello",
        b"ISA",
        b"ISA*00*",
        b"PK\3\4zip",
        b"\xff\xfeI\0S\0A\0",
        b"%PDF-1.7",
        HEAD[:90].encode(),
    ):
        got = read_remittances(data)
        assert len(got.claims) == 0
        assert len(got.faults) > 0, data
    assert read_remittances(b"".join(_some_837p())).faults.column("kind").to_pylist() == ["no-set", "other-set"]


def _some_837p() -> Any:
    from rehabill.demo.x12_files import claims_837p

    return claims_837p(3, 1)


def test_trailers_that_do_not_agree_and_sets_that_do_not_end() -> None:
    good = small("LX*1", "CLP*A*1*100*90**12*P1", "SVC*HC:97110*100*90", "CAS*PR*2*10")
    for old, new, kind in (
        (b"SE*8*0001", b"SE*9*0001", "set-count"), (b"SE*8*0001", b"SE*8*0002", "control-number"),
        (b"GE*1*1", b"GE*1*2", "control-number"), (b"IEA*1*000000001", b"IEA*1*000000002", "control-number"),
        (b"SE*8*0001~", b"", "set-not-closed"),
    ):  # fmt: skip
        got = read_remittances(good.replace(old, new))
        assert got.faults.column("kind").to_pylist() == [kind], kind
        assert got.claims.column("is_balanced").to_pylist() == [True]
    assert len(read_remittances(good).faults) == 0
    unfinished = read_remittances(good[: good.index(b"SE*8")])
    assert unfinished.faults.column("kind").to_pylist() == ["set-not-closed"]
    cut = read_remittances(good[: good.index(b"CAS*PR*2*10") + 10])
    assert cut.faults.column("kind").to_pylist() == ["set-not-closed", "cut-short"]
    assert cut.lines.column("is_balanced").to_pylist() == [False]


def test_bytes_that_are_not_ascii() -> None:
    for name, shown in (("NUÑEZ".encode(), "NUÑEZ"), ("NUÑEZ".encode("latin-1"), "NUÑEZ"), (b"N\0Z", "N\0Z")):
        data = small("LX*1", "CLP*A*1*100*90**12*P1", "NM1*QC*1*NAME*JO", "SVC*HC:97110*100*90", "CAS*PR*2*10")
        got = read_remittances(data.replace(b"NAME", name))
        assert got.claims.column("patient_last").to_pylist() == [shown]


# ------------------------------------------------------------------------------------------- other people's files


def test_published_files_read_as_expected(samples: Any, oracle: Any) -> None:
    rows = [one for one in csv.DictReader((samples / "EXPECTED.csv").read_text().splitlines()) if one["kind"] == "835"]
    assert len(rows) > 20
    for row in rows:
        name = row["local_path"].removeprefix("x12/")
        data = (samples / name).read_bytes()
        got = read_remittances(data)
        kinds = got.faults.column("kind").to_pylist()
        if row["parse_ok"] != "y":
            # No envelope: read with the separators it shows, which the maker of the list did not do.
            assert "no-envelope" in kinds
            assert (len(got.claims), sum_of(got.claims, "paid_cents")) == (1, 192_286)
            continue
        assert len(got.claims) == int(row["n_claims"]), name
        assert sum_of(got.claims, "charge_cents") == oracle.money(row["total_charge"]), name
        assert sum_of(got.claims, "paid_cents") == oracle.money(row["total_paid"]), name
        assert sum_of(got.payments, "paid_cents") == oracle.money(row["bpr"]), name
        for table, column in ((got.claims, "clp_balance"), (got.lines, "svc_balance"), (got.payments, "bpr_balance")):
            wrong = table.column("is_balanced").to_pylist().count(False)
            expected = row[column]
            if expected.startswith("n("):
                assert wrong == int(expected[2:-1]), (name, column)
            else:
                assert (wrong > 0) == (expected == "n"), (name, column)
        assert ("set-count" in kinds) == (row["se_count_ok"] == "n"), name
        assert ("control-number" in kinds) == (row["control_ok"] == "n"), name
        check(data, got, oracle)


def sum_of(table: Any, column: str) -> int:
    return sum(one or 0 for one in table.column(column).to_pylist())


# ----------------------------------------------------------------------------------------------- anything at all

SEPARATORS = st.lists(st.sampled_from("*|+^!#$%&;<=>?@\x1c\x1d\x1e\x85\xa7~:\n\r"), min_size=3, max_size=3, unique=True)


def rewritten(data: bytes, element: str, component: str, terminator: str, ending: str) -> bytes:
    """The same file with other separators and with line ends after segments."""
    table = bytes.maketrans(b"*:~", (element + component + terminator).encode("latin-1"))
    plain = data.replace(b"\n", b"").translate(table)
    return plain.replace(terminator.encode("latin-1"), (terminator + ending).encode("latin-1"))


@settings(max_examples=60, deadline=None)
@given(SEPARATORS, st.sampled_from(["", "\n", "\r\n", "\n\n", "\r"]), st.integers(0, 5), st.integers(1_024, 9_000))
def test_separators_and_line_ends(marks: list[str], ending: str, seed: int, piece: int) -> None:
    data = b"".join(remittance_835(9, seed))
    element, component, terminator = marks
    if component in "\r\n" or element in "\r\n":
        return
    if terminator in "\r\n":
        ending = "\n" if terminator == "\r" and ending else ""
    if not set(marks).isdisjoint("#$%&;<=>?@") and any(one.encode("latin-1") in data for one in marks):
        return
    other = rewritten(data, element, component, terminator, ending)
    one, two = read_remittances(data), read_remittances(other, piece_bytes=piece)
    for name in Remittances._fields:
        keep = [column for column in getattr(one, name).column_names if column != "byte"]
        assert getattr(two, name).select(keep).to_pylist() == getattr(one, name).select(keep).to_pylist(), name
    mark = f"CLP{element}".encode("latin-1")
    assert all(other.startswith(mark, at) for at in two.claims.column("byte").to_pylist())


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 3), st.data())
def test_lines_broken_anywhere(seed: int, draw: Any) -> None:
    """Mail and terminals break lines in the middle of values: the values are whole again, the places too."""
    data = b"".join(remittance_835(6, seed)).replace(b"\n", b"")
    width = draw.draw(st.integers(106, 400) | st.sampled_from([107, 181, 183]))
    broken = b"\r\n".join(data[at : at + width] for at in range(0, len(data), width))
    one, two = read_remittances(data), read_remittances(broken, piece_bytes=draw.draw(st.integers(1_024, 9_000)))
    for name in Remittances._fields:
        keep = [column for column in getattr(one, name).column_names if column != "byte"]
        assert getattr(two, name).select(keep).to_pylist() == getattr(one, name).select(keep).to_pylist(), name
    for before, after in zip(one.claims.column("byte").to_pylist(), two.claims.column("byte").to_pylist(), strict=True):
        assert after == before + 2 * (before // width)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(SEPARATORS, st.integers(1, 8)), min_size=1, max_size=5), st.integers(1_024, 9_000))
def test_many_interchanges_each_with_its_own_separators(parts: list[tuple[list[str], int]], piece: int) -> None:
    files, claims = [], 0
    for number, (marks, count) in enumerate(parts):
        data = b"".join(remittance_835(count, number))
        if any(one in "\r\n" for one in marks[:2]) or any(
            one.encode("latin-1") in data for one in marks if one not in "*:~\n"
        ):
            marks = ["*", ":", "~"]
        files.append(rewritten(data, *marks, ""))
        claims += count
    got = read_remittances(b"\r\n".join(files) + b"\n -- end of transmission --", piece_bytes=piece)
    assert len(got.claims) == claims
    assert len(got.payments) == len(parts)
    assert set(got.claims.column("is_balanced").to_pylist()) == {True}
    assert got.faults.column("kind").to_pylist() == ["text-outside"]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 6_000), st.integers(0, 60), st.integers(1_024, 9_000))
def test_any_damage_gives_tables_and_faults(noise: bytes, at: int, removed: int, piece: int) -> None:
    """A piece of a file replaced by anything: no exception; row numbers hold; pieces agree with the whole."""
    data = b"".join(remittance_835(6, 1))
    damaged = data[:at] + noise + data[at + removed :]
    whole, parts = read_remittances(damaged), read_remittances(damaged, piece_bytes=piece)
    assert len(whole.claims) == len(parts.claims)
    assert whole.lines.to_pylist() == parts.lines.to_pylist()
    for name, column, target in (
        ("lines", "claim", "claims"),
        ("adjustments", "line", "lines"),
        ("claims", "payment", "payments"),
    ):
        numbers = [one for one in getattr(whole, name).column(column).to_pylist() if one is not None]
        assert all(0 <= one < len(getattr(whole, target)) for one in numbers)
    assert len(whole.claims) > 0 or len(whole.faults) > 0
    assert all(0 <= one <= len(damaged) for one in whole.faults.column("byte").to_pylist())


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 6_000))
def test_a_file_cut_short_anywhere_says_so(length: int) -> None:
    data = b"".join(remittance_835(6, 2)).rstrip()
    cut = data[: min(length, len(data) - 1)]
    assert len(read_remittances(cut).faults) > 0


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    assert len(read_remittances(data).faults) > 0
    assert len(read_remittances(HEAD.encode() + data).faults) > 0
