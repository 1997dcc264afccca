"""A CSV export, one row for each treatment: what becomes of it, and what a person is told when it cannot be read."""

import csv
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from rehabill.base.errors import InputError
from rehabill.cli.main import cli
from rehabill.intake.treatment_rows import read
from rehabill.model.visit import Visit


def rows(text: str) -> list[tuple[int, str | None, Visit | InputError]]:
    return list(read(io.StringIO(text, newline="")))


def visits(text: str) -> list[Visit]:
    found = [visit for _, _, visit in rows(text)]
    assert all(isinstance(visit, Visit) for visit in found), found
    return found  # type: ignore[return-value]


def wrong(text: str) -> tuple[str, str]:
    """Path and message of the one visit there is."""
    ((_, _, error),) = rows(text)
    assert isinstance(error, InputError)
    return error.path, error.message


HEAD = "visit_id,date,payer,code,minutes\n"


def test_rows_of_one_visit_make_one_visit_in_the_order_of_the_rows() -> None:
    first, second = visits(HEAD + "A,2026-03-02,medicare-b,97110,20\nB,2026-03-02,commercial,97140,15\nA,,,97140,10\n")
    assert (first.id, first.date, first.payer) == ("A", date(2026, 3, 2), "medicare-b")
    assert [(treatment.code, treatment.minutes) for treatment in first.treatments] == [("97110", 20), ("97140", 10)]
    assert [treatment.code for treatment in second.treatments] == ["97140"]


def test_every_column() -> None:
    columns = {
        "visit_id": "A", "date": "03/02/2026", "payer": "commercial", "secondary_payer": "medicare-b",
        "discipline": "PT", "place_of_service": "11", "diagnoses": "M25.561; R26.89|M62.81", "telehealth": "video",
        "locality": "10112-00", "rendering_npi": "0123456789", "referring_npi": "1234567893", "patient_id": "P1",
        "first_name": "Al", "last_name": "Example", "birth_date": "5/1/1948", "sex": "M", "phone": "205-555-0101",
        "address": "1 Example Street", "address2": "Unit 2", "city": "Exampleville", "state": "AL", "zip": "01234",
        "member_id": "007", "group_number": "G1", "relationship": "child", "subscriber_first": "Bo",
        "subscriber_last": "Example", "subscriber_birth_date": "1970-01-01", "subscriber_sex": "F",
        "therapy_ytd": "$2,480.05", "deductible_met": "283", "visits_since_progress_report": "4",
        "plan_starts": "2026-02-01", "plan_ends": "2026-05-01", "plan_certified_on": "2026-02-05",
        "plan_sent_on": "2026-02-02", "order_on_file": "Yes", "abn_on_file": "n", "code": "97110",
        "text": 'SLR 3x10, "quad" sets', "minutes": "15", "by": "PT", "with": "PTA;STUDENT", "mode": "group",
        "patients": "3", "start": "09:00", "end": "09:15", "region": "knee", "purpose": "strength",
        "encounter": "initial", "distinct_from": "1;2",
    }  # fmt: skip
    out = io.StringIO()
    writer = csv.DictWriter(out, columns)
    writer.writeheader()
    writer.writerow(columns)
    (visit,) = visits(out.getvalue())
    assert visit.diagnoses == ("M25.561", "R26.89", "M62.81")
    assert (visit.rendering_npi, visit.patient.address.zip) == ("0123456789", "01234")
    assert visit.subscriber.member_id == "007"
    assert visit.patient.birth_date == date(1948, 5, 1) and visit.subscriber.person.first == "Bo"
    assert (visit.context.therapy_ytd_cents, visit.context.deductible_met_cents) == (248005, 28300)
    assert visit.context.plan_of_care.order_on_file is True and visit.context.abn_on_file is False
    (treatment,) = visit.treatments
    assert treatment.text == 'SLR 3x10, "quad" sets' and treatment.with_ == ("PTA", "STUDENT")
    assert treatment.distinct_from == (1, 2) and treatment.patients == 3


def test_what_a_visit_says_may_be_repeated_but_not_contradicted() -> None:
    same = "A,2026-03-02,medicare-b,97110,20\nA,03/02/2026,medicare-b,97140,10\n"
    assert len(visits(HEAD + same)[0].treatments) == 2
    path, message = wrong(HEAD + "A,2026-03-02,medicare-b,97110,20\nA,2026-03-03,medicare-b,97140,10\n")
    assert path == "row 3: date" and "earlier row of the same visit" in message


@pytest.mark.parametrize(
    ("row", "path", "message"),
    [
        (",2026-03-02,medicare-b,97110,20", "row 2: visit_id", "missing"),
        ("A,2026-02-30,medicare-b,97110,20", "row 2: date", "YYYY-MM-DD or MM/DD/YYYY"),
        ("A,3/2/26,medicare-b,97110,20", "row 2: date", "YYYY-MM-DD or MM/DD/YYYY"),
        ("A,,medicare-b,97110,20", "row 2: date", "the date of service is missing"),
        ("A,2026-03-02,,97110,20", "row 2: payer", "the payer profile is missing"),
        ("A,2026-03-02,medicare-b,97110,15.5", "row 2: minutes", "not a whole number"),
        ("A,2026-03-02,medicare-b,97110,-5", "row 2: minutes", "not a whole number"),
        ("A,2026-03-02,medicare-b,97110,²", "row 2: minutes", "not a whole number"),
        ("A,2026-03-02,medicare-b,97110,1441", "row 2: minutes", "at most 1440"),
        (f"A,2026-03-02,medicare-b,97110,{'9' * 5000}", "row 2: minutes", "not a whole number"),
        ("A,2026-03-02,medicare-b,97110,20,SLR, 3x10", "row 2", "must stand in quotes"),
    ],
)
def test_what_cannot_be_read_is_located(row: str, path: str, message: str) -> None:
    found = wrong(HEAD + row + "\n")
    assert found[0] == path and message in found[1]


def test_an_error_in_a_later_treatment_names_its_own_row() -> None:
    head, good = "visit_id,date,payer,code,by\n", "2026-03-02,medicare-b,97110,PT\n"
    (_, name, error), (_, other, fine) = rows(f"{head}A,{good}B,{good}A,,,97140,MD\n")
    assert (name, other) == ("A", "B") and isinstance(fine, Visit)
    assert isinstance(error, InputError) and error.path == "row 4: by"


@pytest.mark.parametrize("amount", ["12.5", "1,23.00", "abc", "-5.00", "9" * 5000])
def test_money_is_dollars_and_cents(amount: str) -> None:
    path, _ = wrong(f'visit_id,date,payer,therapy_ytd\nA,2026-03-02,medicare-b,"{amount}"\n')
    assert path == "row 2: therapy_ytd"


def test_empty_rows_and_cells_are_nothing() -> None:
    (visit,) = visits(HEAD + "\n,,,,\nA,2026-03-02,medicare-b,97110,20,,\n,,,,\n   \n")
    assert len(visit.treatments) == 1


def test_a_text_over_several_lines_keeps_the_row_numbers_right() -> None:
    head, day = "visit_id,date,payer,text,minutes\n", "2026-03-02,medicare-b"
    (first, _, visit), (second, _, error) = rows(f'{head}A,{day},"gait\ntraining",15\nB,{day},x,ten\n')
    assert (first, second) == (2, 4)
    assert isinstance(visit, Visit) and visit.treatments[0].text == "gait\ntraining"
    assert isinstance(error, InputError) and error.path == "row 4: minutes"


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("", "lacks the columns date, payer, visit_id"),
        ("visit_id,date\n", "lacks the columns payer"),
        ("visit_id,date,payer,cpt\n", "columns cpt are not known"),
        ("visit_id,date,payer,code,code\n", "columns code stand there more than once"),
    ],
)
def test_a_header_that_cannot_be_used(header: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        rows(header)
    assert error.value.path == "header" and message in error.value.message


def test_header_names_are_read_with_capitals_and_spaces() -> None:
    assert len(visits("Visit_ID, Date ,PAYER,Code\nA,2026-03-02,medicare-b,97110\n")) == 1


def test_a_file_that_stops_being_a_csv_is_refused_whole() -> None:
    """What stands behind the broken place could belong to the visits before it."""
    huge = "x" * 200_000
    with pytest.raises(InputError) as error:
        rows(f"visit_id,date,payer,text\nA,2026-03-02,medicare-b,fine\nB,2026-03-02,medicare-b,{huge}\n")
    assert error.value.path == "row 3" and "cannot be read as CSV" in error.value.message


def coded(path: Path) -> tuple[int, list[Any]]:
    result = CliRunner().invoke(cli, ["code", "--json", str(path)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.parametrize("head", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte order mark"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
def test_a_csv_is_told_by_its_name(tmp_path: Path, head: bytes, end: bytes) -> None:
    file = tmp_path / "export.CSV"
    file.write_bytes(head + HEAD.encode().replace(b"\n", end) + b"A,03/02/2026,medicare-b,97110,20" + end)
    code, (row,) = coded(file)
    assert code == 0 and row["id"] == "A" and row["lines"][0]["code"] == "97110"


def test_a_windows_letter_spoils_its_visit_and_not_the_file(tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    file.write_bytes(
        b"visit_id,date,payer,last_name,code,minutes\nA,2026-03-02,medicare-b,Ex\xe1mple,97110,20\n"
        b"B,2026-03-02,medicare-b,Example,97110,20\n\xff,2026-03-02,medicare-b,Example,97110,20\n"
    )
    code, (first, second, third) = coded(file)
    assert code == 3 and second["lines"]
    assert first["id"] == "A" and first["error"]["path"] == "row 2: last_name" and "UTF-8" in first["error"]["message"]
    assert third["error"]["path"] == "row 4: visit_id"


def test_a_csv_that_is_not_there(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["code", "--json", str(tmp_path / "nowhere.csv")])
    assert result.exit_code == 3 and "nowhere.csv: cannot be read (No such file" in result.stderr


@given(st.text(alphabet='AB,;"\n\r\x00 é0129/-', max_size=80))
def test_any_text_under_a_good_header_gives_visits_or_located_errors(text: str) -> None:
    try:
        found = rows(HEAD + text)
    except InputError as error:
        assert error.path.startswith("row ") and error.message
        return
    for number, _, visit in found:
        assert number >= 1
        assert isinstance(visit, Visit) or visit.path.startswith("row ")


@given(st.binary(max_size=200))
def test_any_bytes_are_a_file_that_answers(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    file = tmp_path_factory.mktemp("csv") / "export.csv"
    file.write_bytes(data)
    code, answers = coded(file)
    assert code in (0, 1, 3) and answers
