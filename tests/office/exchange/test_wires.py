"""The whole way over a real SFTP server and a real HTTP API: claims out, acknowledgments and money in."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.exchange.http_server import TOKEN, Api
from tests.exchange.sftp_server import PASSWORD, SftpServer
from tests.office.conftest import WEEK
from tests.office.exchange.receiver import Office, Receiver, partner, status_answer
from tests.office.office_cli import run

from rehabill.office.claims.models import Claim
from rehabill.office.exchange.connectors.settings import PartnerSettings
from rehabill.office.exchange.models import Arrival, Egress, Inquiry
from rehabill.office.money.models import Decision
from rehabill.office.practices.models import Practice
from rehabill.office.worklists.models import Task

ONE = "EX0304-01"


@pytest.fixture
def office(practice: Practice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setenv("HOUSE_PASSWORD", PASSWORD)
    monkeypatch.setenv("HOUSE_TOKEN", TOKEN)
    partner(tmp_path / "house")
    run("import", "visits", WEEK / "visits.csv")
    run("bill", "--out", tmp_path / "out", "--created", "2026-03-09T08:00")
    return Office(practice)


@pytest.fixture
def server(office: Office, tmp_path: Path) -> Iterator[SftpServer]:
    with SftpServer(tmp_path / "house") as started:
        settings = PartnerSettings(
            connector="sftp", host="127.0.0.1", port=started.port, user="clinic", password="env:HOUSE_PASSWORD",
            host_keys=(started.fingerprint,), path="/", attempts=2, timeout_seconds=5,
        )  # fmt: skip
        partner(tmp_path / "house", by=settings)
        yield started


@pytest.fixture
def api(office: Office, tmp_path: Path) -> Iterator[Api]:
    with Api() as started:
        settings = PartnerSettings(connector="http", url=started.url, token="env:HOUSE_TOKEN", attempts=2)
        partner(tmp_path / "house", by=settings)
        yield started


def status() -> str:
    return str(Claim.objects.get(number=ONE).insurance)


def test_over_sftp(office: Office, server: SftpServer) -> None:
    house = Receiver(server.root)
    told = office.sync()
    (sent,) = house.take()
    assert sent.count(b"~CLM*") == told.queued
    house.give("1.999", house.receipt(sent))
    house.give("2.277", house.acceptance(sent))
    office.sync(days=1)
    assert status() == "accepted"
    house.give("3.835", (WEEK / "remittance.835").read_bytes())
    office.sync(days=20)
    assert Decision.objects.exists() and status() in ("decided", "denied", "closed")
    assert house.take() == [] and Arrival.objects.filter(confirmed_at=None).count() == 0
    assert sorted(one.name for one in (server.root / "out" / "done").iterdir()) == ["1.999", "2.277", "3.835"]


def test_over_sftp_with_a_line_that_breaks(office: Office, server: SftpServer) -> None:
    house = Receiver(server.root)
    server.cuts.step, server.cuts.times = "after rename", 1
    office.sync()
    (sent,) = house.take()
    server.cuts.step, server.cuts.times = "download", 1
    house.give("1.999", house.receipt(sent))
    office.sync(days=0.1)
    assert status() == "received" and house.take() == []


def test_another_host_key_gets_nothing(office: Office, server: SftpServer, tmp_path: Path) -> None:
    settings = PartnerSettings(
        connector="sftp", host="127.0.0.1", port=server.port, user="clinic", password="env:HOUSE_PASSWORD",
        host_keys=("SHA256:" + "A" * 43,), path="/",
    )  # fmt: skip
    partner(tmp_path / "house", by=settings)
    told = office.sync()
    assert "none of its `host_keys`" in told.troubles[0] and not told.went
    assert server.logins == [] and not list((server.root / "in").iterdir()) and not Egress.objects.exists()
    assert Task.objects.get(state="open", action="not_sent").why.startswith("house: ")
    office.sync()
    assert Task.objects.filter(state="open", action="not_sent").count() == 1


def test_over_http(office: Office, api: Api, tmp_path: Path) -> None:
    house = Receiver(tmp_path / "house")
    told = office.sync()
    (sent,) = [one["x12"].encode() for one in api.bodies]
    assert sent.count(b"~CLM*") == told.queued
    api.waiting = {"A1": house.receipt(sent), "A2": house.acceptance(sent)}
    office.sync(days=1)
    assert api.waiting == {} and status() == "accepted"


def test_a_question_answered_at_once(office: Office, api: Api) -> None:
    told = office.sync()
    api.answers["claim-status"] = ""
    office.sync(days=1)
    assert len(api.bodies) == 1

    class Answers(dict[str, str]):
        def __getitem__(self, kind: str) -> str:
            return status_answer(api.bodies[-1]["x12"].encode(), "P1", "20").decode()

    api.answers = Answers({"claim-status": ""})
    again = office.sync(days=1)
    assert again.asked == told.queued and [one.kind for one in again.came] == ["277"]
    assert status() == "pended" and not Inquiry.objects.filter(answered_at=None).exists()


def test_an_expired_token_sends_nothing(office: Office, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOUSE_TOKEN", "expired")
    told = office.sync()
    assert "does not take our token" in told.troubles[0] and api.sent == {}
    monkeypatch.setenv("HOUSE_TOKEN", TOKEN)
    assert office.sync().went and Task.objects.filter(state="open", action="not_sent").count() == 0
