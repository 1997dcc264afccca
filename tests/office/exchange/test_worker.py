"""Rounds by themselves, and jobs that partners' words queue."""

import base64
import datetime as dt
import hashlib
import hmac
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.test import Client
from django_tasks_db.models import DBTaskResult
from tests.office.conftest import NOW
from tests.office.exchange.receiver import Receiver, partner
from tests.office.office_cli import run

from rehabill.almanac.load import load
from rehabill.office.exchange import lease
from rehabill.office.exchange.connectors.open import open_connector
from rehabill.office.exchange.connectors.settings import PartnerSettings
from rehabill.office.exchange.jobs import sync
from rehabill.office.exchange.models import Arrival
from rehabill.office.exchange.worker import Worker, take_back
from rehabill.office.practices.models import Practice

BODY = b'{"type": "transaction.processed", "transactionId": "A1"}'


@pytest.fixture
def house(practice: Practice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Receiver:
    """A test is one transaction, whose connection must not be given up between turns."""
    for module in ("rehabill.office.exchange.worker", "django_tasks_db.management.commands.db_worker"):
        monkeypatch.setattr(f"{module}.close_old_connections", lambda: None)
    settings = PartnerSettings(connector="folder", path=str(tmp_path / "house"), webhook_secret="env:HOOK")
    partner(tmp_path / "house", by=settings)
    return Receiver(tmp_path / "house")


def call(secret: str, partner: str = "house") -> int:
    moment = str(int(time.time()))
    signed = hmac.new(secret.encode(), f"m1.{moment}.".encode() + BODY, hashlib.sha256).digest()
    response = Client().post(
        f"/webhooks/example/{partner}",
        data=BODY,
        content_type="application/json",
        headers={
            "webhook-id": "m1",
            "webhook-timestamp": moment,
            "webhook-signature": "v1," + base64.b64encode(signed).decode(),
            "host": "localhost",
        },
    )
    return response.status_code


def test_a_signed_word_queues_a_round(house: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK", "of-the-tests!")
    house.give("a.txt", b"A letter.")
    assert call("of-the-tests!") == 202
    assert DBTaskResult.objects.ready().count() == 1 and not Arrival.objects.exists()
    assert run("worker", "--once").code == 0
    assert DBTaskResult.objects.successful().count() == 1 and Arrival.objects.count() == 1


@pytest.mark.parametrize(("secret", "name"), [("another", "house"), ("of-the-tests!", "nobody")])
def test_any_other_word_does_nothing(house: Receiver, monkeypatch: pytest.MonkeyPatch, secret: str, name: str) -> None:
    monkeypatch.setenv("HOOK", "of-the-tests!")
    assert call(secret, name) == 401
    assert not DBTaskResult.objects.exists()


def test_a_round_when_it_is_due(house: Receiver, practice: Practice) -> None:
    moment = [NOW]
    worker = Worker(load(), lambda: moment[0], "test", open_connector, dt.timedelta(minutes=15))
    assert [one.practice for one in worker.turn([practice])] == ["example"]
    moment[0] += dt.timedelta(minutes=14)
    assert list(worker.turn([practice])) == []
    moment[0] += dt.timedelta(minutes=1)
    assert len(list(worker.turn([practice]))) == 1


def test_a_job_of_a_dead_worker_is_done_anew(house: Receiver, practice: Practice) -> None:
    sync.enqueue(practice.id)
    with subprocess.Popen([sys.executable, "-c", "pass"]) as child:
        child.wait()
    host = lease.this_process().split("/")[0]
    DBTaskResult.objects.get().claim(f"{host}/{child.pid}/12345")
    take_back()
    assert DBTaskResult.objects.ready().count() == 1
    DBTaskResult.objects.get().claim(lease.this_process())
    take_back()
    assert DBTaskResult.objects.running().count() == 1


def test_what_fails_at_one_practice_is_told(house: Receiver, practice: Practice) -> None:
    def broken(name: str, settings: PartnerSettings) -> None:
        raise ZeroDivisionError

    worker = Worker(load(), lambda: NOW, "test", broken, dt.timedelta(minutes=15))  # type: ignore[arg-type]
    (turn,) = worker.turn([practice])
    assert turn.told is None and "ZeroDivisionError" in turn.why
