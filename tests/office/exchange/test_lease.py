"""One at a time exchanges files for a practice."""

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.office.conftest import NOW, ON_POSTGRESQL, WEEK
from tests.office.exchange.receiver import MONDAY, Office, partner

from rehabill.office.exchange import lease
from rehabill.office.exchange.lease import Busy
from rehabill.office.exchange.models import Lease
from rehabill.office.practices.models import Practice


def clock() -> dt.datetime:
    return NOW


def later() -> dt.datetime:
    return NOW + lease.FOR + dt.timedelta(seconds=1)


def holder(process: int) -> str:
    return lease.this_process().replace(f"/{os.getpid()}/", f"/{process}/")


@pytest.fixture
def dead() -> str:
    """As a process of this machine that has ended was called."""
    with subprocess.Popen([sys.executable, "-c", "pass"]) as child:
        child.wait()
    return holder(child.pid)


def test_the_second_is_told_who_is_at_it(practice: Practice) -> None:
    lease.take(lease.this_process(), clock)
    with pytest.raises(Busy, match=f"{os.getpid()} on "):
        lease.take("elsewhere/17/5", clock)


def test_it_is_given_back(practice: Practice) -> None:
    lease.take("elsewhere/17/5", clock).give_back()
    lease.take("elsewhere/18/5", clock)


def test_the_dead_hold_nothing(practice: Practice, dead: str) -> None:
    lease.take(dead, clock)
    assert lease.take(lease.this_process(), clock)


def test_another_process_with_the_number_of_a_dead_one_holds_nothing(practice: Practice) -> None:
    lease.take(lease.this_process().rpartition("/")[0] + "/1", clock)
    assert lease.take("elsewhere/17/5", clock)


def test_who_is_silent_too_long_loses_it(practice: Practice) -> None:
    held = lease.take("elsewhere/17/5", clock)
    lease.take("elsewhere/18/5", later)
    with pytest.raises(Busy, match="handed to somebody else"):
        held.renew()
    held.give_back()
    assert Lease.objects.get().holder == "elsewhere/18/5"


def test_a_sign_of_life_keeps_it(practice: Practice) -> None:
    held = lease.Held("elsewhere/17/5", later)
    lease.take("elsewhere/17/5", clock)
    held.renew()
    with pytest.raises(Busy):
        lease.take("elsewhere/18/5", later)


def test_nothing_is_done_while_another_is_at_it(practice: Practice, tmp_path: Path) -> None:
    partner(tmp_path / "house")
    lease.take("elsewhere/17/5", lambda: MONDAY)
    with pytest.raises(Busy):
        Office(practice).sync()


@pytest.mark.skipif(ON_POSTGRESQL, reason="makes books of its own, in a file")
def test_two_at_once_send_once(tmp_path: Path) -> None:
    """Two real processes that begin at the same moment."""
    for name in ("in", "out"):
        (tmp_path / "house" / name).mkdir(parents=True)
    described = tmp_path / "partners.yaml"
    by = f"{{connector: folder, path: {tmp_path / 'house'}}}"
    described.write_text(f"house: {{name: House, usage: T, by: {by}}}")
    environment = {**os.environ, "REHABILL_HOME": str(tmp_path / "home")}
    environment.pop("REHABILL_DATABASE_URL", None)

    def begin(*arguments: object) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "rehabill", *map(str, arguments)]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    for arguments in (
        ("init", WEEK / "practice.yaml"),
        ("partner", "add", described),
        ("import", "visits", WEEK / "visits.csv"),
        ("bill", "--out", tmp_path / "out"),
    ):
        done = begin(*arguments)
        out, _ = done.communicate()
        assert done.returncode in (0, 1), out
    both = [begin("sync"), begin("sync")]
    told = [one.communicate()[0] for one in both]
    assert [one.returncode for one in both] == [0, 0], told
    assert len(list((tmp_path / "house" / "in").iterdir())) == 1, told
