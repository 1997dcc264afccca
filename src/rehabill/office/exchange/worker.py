"""Rounds for every practice, again and again, and the jobs that are queued; killed anywhere, it is just begun anew."""

import datetime as dt
import logging
from collections.abc import Callable, Iterator
from typing import NamedTuple

from django.db import close_old_connections
from django_tasks import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker as Jobs
from django_tasks_db.models import DBTaskResult

from rehabill.almanac.edition import Almanac
from rehabill.office.exchange import lease
from rehabill.office.exchange.models import Partner
from rehabill.office.exchange.sync import Connect, Exchange, Round
from rehabill.office.practices.models import Practice
from rehabill.office.practices.scope import working_in

_log = logging.getLogger("rehabill.exchange")
_MOST_NAME = 64
"""As long as a worker's name may be."""


class Turn(NamedTuple):
    """A practice's round, or why there was none."""

    practice: str
    told: Round | None
    why: str = ""


class Worker:
    """`clock` tells the office's time; each practice with partners has its round when `every` has passed."""

    def __init__(
        self, almanac: Almanac, clock: Callable[[], dt.datetime], by: str, connect: Connect, every: dt.timedelta
    ) -> None:
        self._almanac = almanac
        self._clock = clock
        self._by = by
        self._connect = connect
        self._every = every
        self._last: dict[int, dt.datetime] = {}
        self.is_stopping = False

    def turn(self, practices: list[Practice]) -> Iterator[Turn]:
        """What is due now, one practice after the other, and the jobs that wait. One practice stops no other."""
        close_old_connections()
        take_back()
        for practice in practices:
            if self.is_stopping:
                return
            if self._clock() - self._last.get(practice.id, dt.datetime.min.replace(tzinfo=dt.UTC)) < self._every:
                continue
            with working_in(practice.id):
                if Partner.objects.exists():
                    yield self._round(practice)
            self._last[practice.id] = self._clock()
        if not self.is_stopping:
            _jobs()

    def _round(self, practice: Practice) -> Turn:
        try:
            exchange = Exchange(practice, self._almanac, self._clock, self._by, self._connect)
            return Turn(practice.slug, exchange.round())
        except lease.Busy as busy:
            return Turn(practice.slug, None, str(busy))
        except Exception as error:
            _log.error("practice %s: %s", practice.slug, type(error).__name__)
            return Turn(practice.slug, None, f"rehabill failed ({type(error).__name__}); the next round tries again")


def take_back() -> None:
    """Jobs whose worker has died are to be done anew."""
    for job in DBTaskResult.objects.running():
        if job.worker_ids and lease.is_dead(job.worker_ids[-1]):
            DBTaskResult.objects.filter(id=job.id, status=TaskResultStatus.RUNNING).update(
                status=TaskResultStatus.READY
            )


def _jobs() -> None:
    """All that wait; then it is over."""
    Jobs(
        queue_names=["*"], interval=0, batch=True, backend_name="default", startup_delay=False, max_tasks=None,
        worker_id=lease.this_process()[-_MOST_NAME:], excluded_queue_names=[],
    ).run()  # fmt: skip
