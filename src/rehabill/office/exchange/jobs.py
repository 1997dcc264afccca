"""Work that is queued, to be done by `rehabill worker`. Doing it twice does no more than doing it once."""

import datetime as dt

from django_tasks import task

from rehabill.almanac.load import load
from rehabill.office.exchange.connectors.open import open_connector
from rehabill.office.exchange.lease import Busy
from rehabill.office.exchange.sync import Exchange
from rehabill.office.practices.models import Practice
from rehabill.office.practices.scope import working_in


@task()
def sync(practice: int) -> None:
    """A round with the practice's partners; where somebody is at it, that one does it."""
    with working_in(practice):
        try:
            Exchange(Practice.objects.get(id=practice), load(), _now, "worker", open_connector).round()
        except Busy:
            return


def _now() -> dt.datetime:
    return dt.datetime.now().astimezone().replace(microsecond=0)
