"""`rehabill worker`: rounds with all partners, again and again, and queued jobs."""

import datetime as dt
import signal
import time
from types import FrameType
from typing import TYPE_CHECKING

import click

from rehabill.almanac.load import load
from rehabill.base.errors import RehabillError
from rehabill.cli.books import now, practice_option, who
from rehabill.cli.page import say
from rehabill.cli.records import CLEAN, UNREADABLE
from rehabill.cli.sync_verb import show

if TYPE_CHECKING:
    from rehabill.office.exchange.worker import Worker

_PAUSE_SECONDS = 2.0


@click.command("worker")
@click.option("--every", type=click.IntRange(1, 1440), default=15, show_default=True, metavar="MINUTES",
              help="How often each practice has its round.")  # fmt: skip
@click.option("--once", is_flag=True, help="One round for each practice and the jobs that wait; then leave.")
@practice_option
def command(every: int, once: bool, slug: str | None) -> None:
    """Rounds with all partners (as `sync`) again and again, for every practice or one, and queued jobs.

    Several may run at once, on one machine or many: a practice has one round at a time. It may be killed at any moment.
    """
    try:
        from rehabill.office.start import start
    except ModuleNotFoundError as missing:
        raise click.UsageError(f"the books need `pip install rehabill[office]` ({missing.name} is missing)") from None
    start()
    from rehabill.office.exchange.connectors.open import open_connector
    from rehabill.office.exchange.worker import Worker

    worker = Worker(load(), now, who(), open_connector, dt.timedelta(minutes=every))

    def stop(number: int, frame: FrameType | None) -> None:
        worker.is_stopping = True

    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, stop)
    while not worker.is_stopping:
        _turn(worker, slug)
        if once:
            break
        time.sleep(_PAUSE_SECONDS)
    raise SystemExit(CLEAN)


def _turn(worker: "Worker", slug: str | None) -> None:
    from rehabill.office.books import practices

    try:
        for turn in worker.turn(practices(slug)):
            say(f"{now():%Y-%m-%d %H:%M} {turn.practice}", "bold")
            if turn.told is None:
                say(turn.why)
            else:
                show(turn.told)
    except RehabillError as error:
        click.echo(str(error), err=True)
        raise SystemExit(UNREADABLE) from None
