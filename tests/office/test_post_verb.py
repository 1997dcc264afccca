"""`rehabill post`: what it says, and with which exit code."""

import datetime as dt
from pathlib import Path

import pytest
from tests.edi.remit import file_of
from tests.office.booked import enter
from tests.office.conftest import NOW
from tests.office.office_cli import run
from tests.post.test_openemr import CLAIM, OTHER, SECOND, TWO_LINES_PAID

from rehabill.office.money.models import Decision, Entry, Payment
from rehabill.office.practices.models import Practice

WHOLE = file_of(*TWO_LINES_PAID, *SECOND, amount="100")


@pytest.fixture(autouse=True)
def claims(practice: Practice) -> None:
    enter([CLAIM, OTHER], NOW - dt.timedelta(days=20))


def put(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_a_dry_run_tells_and_keeps_nothing(tmp_path: Path) -> None:
    path = put(tmp_path, "a.835", WHOLE)
    before = Entry.objects.count()
    answer = run("post", path, "--dry-run")
    assert answer.code == 1
    assert "a.835: would be posted" in answer.out
    assert (Entry.objects.count(), Payment.objects.count()) == (before, 0)


def test_the_same_file_again_says_that_nothing_happened(tmp_path: Path) -> None:
    path = put(tmp_path, "a.835", WHOLE)
    assert run("post", path).code == 1
    before = Entry.objects.count()
    again = run("post", path)
    assert again.code == 0
    assert "everything in it was posted before; nothing happened" in again.out
    assert Entry.objects.count() == before


def test_a_file_wrapped_anew_is_known_and_one_split_in_two_is_posted_once(tmp_path: Path) -> None:
    part = put(tmp_path, "part.835", file_of(*TWO_LINES_PAID, amount="70"))
    whole = put(tmp_path, "whole.835", WHOLE)
    anew = put(tmp_path, "anew.835", file_of(*TWO_LINES_PAID, *SECOND, amount="100", marks="|>\n", end="\r"))
    answers = run("post", part, whole, anew, "--json").rows
    assert [one["state"] for one in answers] == ["posted", "posted", "seen before"]
    assert [(one["payments"][0]["posted"], one["payments"][0]["known"]) for one in answers] == [(1, 0), (1, 1), (0, 2)]
    assert Decision.objects.count() == 2


def test_what_cannot_be_read_and_what_is_held_stop_none_of_the_others(tmp_path: Path) -> None:
    broken = put(tmp_path, "broken.835", file_of(*SECOND, amount="31"))
    noise = put(tmp_path, "noise.835", b"ISA and no more")
    good = put(tmp_path, "good.835", file_of(*SECOND, amount="30"))
    answer = run("post", broken, noise, tmp_path / "none.835", good, "--json")
    assert answer.code == 3
    assert [one.get("state") for one in answer.rows] == ["held", None, None, "posted"]
    assert answer.rows[0]["held"][0]["why"]
    assert [one["error"]["file"].rsplit("/")[-1] for one in answer.rows[1:3]] == ["noise.835", "none.835"]
    assert Decision.objects.get().claim_number == "PT-2"


def test_claims_nobody_knows_are_listed_and_the_table_shows_each_payment(tmp_path: Path) -> None:
    old = ("CLP*OLD-7*1*100*60*10*MB*ICN9*11*1", "CAS*CO*45*30", "CAS*PR*2*10")
    answer = run("post", put(tmp_path, "a.835", file_of(*old, *SECOND, amount="90")))
    assert answer.code == 1
    assert "OLD-7" in answer.out and "CHK1001" in answer.out and "$90.00" in answer.out


def test_a_file_must_be_named(tmp_path: Path) -> None:
    assert run("post").code == 2
