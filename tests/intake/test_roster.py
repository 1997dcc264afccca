"""Patients, policies and authorisations from CSV."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehabill.base.errors import InputError
from rehabill.intake import coverages, patients
from rehabill.intake.people import PATIENT
from rehabill.intake.table import Sheet
from rehabill.model.party import Address, Person, Subscriber
from rehabill.model.roster import Approval, Policy, Registered

ANN = "P1,Ann,Example,5/1/1948,F"
HEAD = "patient_id,first_name,last_name,birth_date,sex"


def wrong(sheet: Sheet[object]) -> list[tuple[str, str]]:
    return [(row.found.path, row.found.message) for row in sheet.rows if isinstance(row.found, InputError)]


def test_every_column_of_a_patient() -> None:
    columns = {
        "patient_id": "P1", "first_name": "Ann", "middle_name": "Q", "last_name": "Example", "suffix": "Jr",
        "birth_date": "5/1/2016", "sex": "Female", "phone": "205-555-0101", "address": "1 Example Street",
        "address2": "Unit 2", "city": "Exampleville", "state": "ON", "zip": "01234", "country": "CA",
        "guarantor_first": "Bo", "guarantor_last": "Example", "guarantor_phone": "205-555-0102",
        "guarantor_address": "2 Example Street", "guarantor_address2": "Unit 3", "guarantor_city": "Exampleville",
        "guarantor_state": "ON", "guarantor_zip": "01234", "guarantor_country": "CA", "guarantor_relationship": "child",
    }  # fmt: skip
    sheet = patients.read(f"{','.join(columns)}\r\n{','.join(columns.values())}\r\n".encode())
    (row,) = sheet.rows
    assert sheet.ignored == () and set(PATIENT) <= set(columns)
    assert row.found == Registered(
        patient=Person(
            id="P1", first="Ann", middle="Q", last="Example", suffix="Jr", birth_date=dt.date(2016, 5, 1), sex="F",
            phone="205-555-0101",
            address=Address(
                line1="1 Example Street", line2="Unit 2", city="Exampleville", state="ON", zip="01234", country="CA"
            ),
        ),
        guarantor=Person(
            first="Bo", last="Example", phone="205-555-0102",
            address=Address(
                line1="2 Example Street", line2="Unit 3", city="Exampleville", state="ON", zip="01234", country="CA"
            ),
        ),
        guarantor_relationship="child",
    )  # fmt: skip


def test_headers_of_other_systems_and_columns_nothing_is_read_from() -> None:
    head = "\ufeffMRN,Patient First Name,Patient Last Name,DOB,Gender,Home Phone,Mobile Phone,Fax No.,"
    data = f"{head}\nP1,Ann,Example,1948-05-01,f,1,2,3,\n"
    sheet = patients.read(data.encode())
    assert sheet.ignored == ("Mobile Phone", "Fax No.")
    found = sheet.rows[0].found
    assert isinstance(found, Registered) and (found.patient.id, found.patient.phone, found.patient.sex) == (
        "P1",
        "1",
        "F",
    )


def test_a_bad_row_stops_no_other() -> None:
    rows = ("P1,,Example,,", "P2,Bo,Example,2/30/1950,", "P3,Cy,Example,,X", ANN, ANN, "P4,D,Example,,,,extra", "")
    sheet = patients.read("\n".join((HEAD, *rows)).encode())
    assert [path for path, _ in wrong(sheet)] == [
        "row 2: first_name", "row 3: birth_date", "row 4: sex", "row 6: patient_id", "row 7"
    ]  # fmt: skip
    assert [row.number for row in sheet.rows if isinstance(row.found, Registered)] == [5]


def test_half_an_address_names_its_row() -> None:
    sheet = patients.read(b"patient_id,first_name,last_name,city,state\nP1,Ann,Example,Denver,\n")
    assert wrong(sheet)[0][0] == "row 2: address"


def test_a_windows_letter_spoils_its_row_and_not_the_file() -> None:
    sheet = patients.read(f"{HEAD}\nP1,Jos\xe9,Example,,\n{ANN.replace('P1', 'P2')}\n".encode("cp1252"))
    ((path, message),) = wrong(sheet)
    assert path == "row 2: first_name" and "UTF-8" in message and len(sheet.rows) == 2


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "lacks the columns patient_id, first_name, last_name"),
        (b"patient_id,first_name\n", "lacks the columns last_name"),
        (b"patient_id,first_name,last_name,sex,sex\n", "columns sex stand there more than once"),
    ],
)
def test_a_header_that_cannot_be_used(data: bytes, message: str) -> None:
    with pytest.raises(InputError) as error:
        patients.read(data)
    assert error.value.path == "header" and message in error.value.message


def test_policies_with_order_and_dates() -> None:
    data = (
        "patient_id,payer,member_id,priority,effective date,end date,relationship,subscriber_first,subscriber_sex\n"
        "P1,medicare-b,1EG4TE5MK73,Primary,1/1/2026,,,,\nP1,supplement,S9,2,2026-01-01,2026-12-31,spouse,Bo,male\n"
        "P2,commercial,C1,,,,,,\nP2,commercial,C1,4th,,,,,\nP2,commercial,C1,1,2026-02-01,2026-01-01,,,\n"
        "P2,commercial,,1,,,,,\nP2,commercial,C1,1,,,cousin,,\n"
    )
    sheet = coverages.read_policies(data.encode())
    first, second, third = (row.found for row in sheet.rows if isinstance(row.found, Policy))
    assert first == Policy(
        patient_id="P1", payer="medicare-b", order="P", subscriber=Subscriber(member_id="1EG4TE5MK73"),
        starts=dt.date(2026, 1, 1),
    )  # fmt: skip
    assert (second.order, second.ends, second.subscriber.relationship) == ("S", dt.date(2026, 12, 31), "spouse")
    assert second.subscriber.person == Person(first="Bo", sex="M") and third.order == "P"
    assert [path for path, _ in wrong(sheet)] == [
        "row 5: order", "row 6: ends", "row 7: member_id", "row 8: relationship"
    ]  # fmt: skip


def test_authorizations() -> None:
    data = (
        "patient_id,payer,auth number,from,to,cpt,visits authorized,visits_used,units\n"
        "P1,commercial,A77,2026-01-01,2026-06-30,97110;97140,12,3,\nP1,commercial,A78,,,,-1,,\nP1,commercial,,,,,1,,\n"
    )
    sheet = coverages.read_authorizations(data.encode())
    assert sheet.rows[0].found == Approval(
        patient_id="P1", payer="commercial", number="A77", starts=dt.date(2026, 1, 1), ends=dt.date(2026, 6, 30),
        codes=("97110", "97140"), visits=12, visits_used=3,
    )  # fmt: skip
    assert [path for path, _ in wrong(sheet)] == ["row 3: visits", "row 4: number"]


@given(st.text(alphabet='P1,;"\n\r\x00 éF/-x2026\udc80', max_size=100))
def test_any_text_under_good_headers_is_answered(text: str) -> None:
    data = text.encode("utf-8", "surrogateescape")
    for head, read in (
        (HEAD, patients.read), ("patient_id,payer,member_id,order,from", coverages.read_policies),
        ("patient_id,payer,number,visits,from", coverages.read_authorizations),
    ):  # fmt: skip
        try:
            sheet = read(head.encode() + b"\n" + data)
        except InputError as error:
            assert error.path.startswith("row ")
            continue
        assert all(path.startswith("row ") for path, _ in wrong(sheet))


@given(st.binary(max_size=120))
def test_any_bytes_are_answered(data: bytes) -> None:
    for read in (patients.read, coverages.read_policies, coverages.read_authorizations):
        try:
            read(data)
        except InputError as error:
            assert error.path


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_cells_are_separated_as_the_first_line_has_it(separator: str) -> None:
    text = separator.join(("patient_id", "first_name", "last_name")) + "\r\n" + separator.join(("P1", "Ann", "Test"))
    (row,) = patients.read(text.encode("utf-8-sig")).rows
    assert isinstance(row.found, Registered) and (row.number, row.found.patient.last) == (2, "Test")


@pytest.mark.parametrize("data", [b"PK\x03\x04rest", "patient_id,first".encode("utf-16")])
def test_what_is_no_csv_is_called_by_its_name(data: bytes) -> None:
    with pytest.raises(InputError, match="save it as CSV UTF-8"):
        patients.read(data)
