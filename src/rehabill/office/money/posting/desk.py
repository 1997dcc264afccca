"""Where a payment is posted: by whom, when, under which law, and as part of what."""

import datetime as dt
from typing import NamedTuple

from rehabill.almanac.edition import Almanac
from rehabill.engine.post.payment import Payment as Key
from rehabill.office.exchange.models import File
from rehabill.office.money.models import Payment
from rehabill.office.money.posting.payers import Identities


class Desk(NamedTuple):
    """Who posts, when, under which law. `day`: of the entries."""

    by: str
    at: dt.datetime
    almanac: Almanac
    identities: Identities
    day: dt.date


class Place(NamedTuple):
    """To which payment and file a batch belongs."""

    payment: Payment
    key: Key
    file: File
