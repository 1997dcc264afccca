"""`rehabill remit show`: every cent of a remittance in its column, on the screen, as JSON and on paper."""

import json
from pathlib import Path

import pypdfium2
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from tests.edi.remit import PAID, file_of

from rehabill.almanac import code_lists
from rehabill.cli.main import cli
from rehabill.demo.x12_files import remittance_835
from rehabill.edi.remittance_835 import remittances
from rehabill.engine.advice.pdf import render
from rehabill.engine.advice.table import Advice, advice
from rehabill.x12.spec.load import meanings

DENIED = ("CLP*PT-2*4*80*0**MB*ICN2*11*1", "SVC*HC:97530:GP*80*0**1", "DTM*472*20260302", "CAS*CO*97*80", "LQ*HE*M15")
WHOLE = ("CLP*PT-3*1*90*50*40*MB*ICN3*11*1", "CAS*PR*1*40")


def advices(data: bytes) -> list[Advice]:
    found, _ = remittances(data)
    return [advice(one, code_lists.load(), meanings()) for one in found]


def test_each_cent_of_a_line_stands_in_its_column() -> None:
    (one,) = advices(file_of(*PAID, amount="80"))
    claim = one.claims[0]
    first, second = (line.figures for line in claim.lines)
    assert (first.charge, first.allowed, first.contractual, first.patient, first.paid) == (
        10_000,
        7_000,
        3_000,
        1_000,
        6_000,
    )
    assert (second.charge, second.contractual, second.sequestration, second.patient) == (5_000, 1_500, 500, 1_000)
    assert (claim.total.rest, one.rest, claim.forwarded_to) == (0, 0, "EXAMPLE SUPPLEMENT")
    assert claim.lines[1].service == "97140 GP (sent as 97124)"


def test_what_is_refused_is_neither_contract_nor_patient() -> None:
    (one,) = advices(file_of(*DENIED, amount="0"))
    figures = one.claims[0].total
    assert (figures.refused, figures.contractual, figures.patient, figures.allowed) == (8_000, 0, 0, 0)
    assert one.claims[0].status == "denied"


def test_a_claim_decided_as_a_whole_has_one_line_for_it() -> None:
    (one,) = advices(file_of(*WHOLE, amount="50"))
    (line,) = one.claims[0].lines
    assert (line.service, line.figures.charge, line.figures.patient, line.figures.paid) == (
        "whole claim",
        9_000,
        4_000,
        5_000,
    )


def test_what_does_not_add_up_is_told_in_cents() -> None:
    (one,) = advices(file_of(*PAID, amount="75", plb=("PLB*1999999992*20261231*WO:PT-9*3",)))
    assert one.rest == 7_500 - 8_000 + 300


@given(st.integers(1, 12), st.integers(0, 10_000))
def test_figures_of_any_balanced_remittance_balance(count: int, seed: int) -> None:
    for one in advices(b"".join(remittance_835(count, seed))):
        assert one.rest == 0
        assert one.total.rest == 0
        assert all(claim.total.rest == 0 for claim in one.claims)


def test_the_screen_the_json_and_the_pdf_tell_the_same(tmp_path: Path) -> None:
    file, pdf = tmp_path / "a.835", tmp_path / "a.pdf"
    file.write_bytes(file_of(*PAID, *DENIED, amount="80"))
    run = CliRunner().invoke(cli, ["remit", "show", str(file), "--pdf", str(pdf)])
    assert run.exit_code == 0, run.output
    assert "denied" in run.output
    assert "CO-97" in run.output
    as_json = CliRunner().invoke(cli, ["remit", "show", str(file), "--json"])
    told = json.loads(as_json.output.splitlines()[0])
    assert told["total"]["paid"] == 8_000
    page = pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range()
    for text in ("PLAIN HEALTH", "CHK1001", "PT-1", "DOE, ANN", "97110 GP KX", "$60.00", "CO-97 $80.00", "it balances"):
        assert text in page


def test_the_same_remittance_gives_the_same_pdf() -> None:
    told = advices(file_of(*PAID, amount="80"))
    assert render(told) == render(told)


@pytest.mark.parametrize(("data", "code"), [(b"nothing", 3), (b"", 3), (file_of(*PAID, amount="79"), 1)])
def test_what_is_no_remittance_or_does_not_add_up_is_told(data: bytes, code: int, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.835", tmp_path / "bad.835"
    good.write_bytes(file_of(*PAID, amount="80"))
    bad.write_bytes(data)
    run = CliRunner().invoke(cli, ["remit", "show", str(bad), str(tmp_path / "none.835"), str(good)])
    assert run.exit_code == 3
    assert "PT-1" in run.output, "the good file is shown all the same"
    alone = CliRunner().invoke(cli, ["remit", "show", str(bad)])
    assert alone.exit_code == code
