"""Files that come in: stored by what is in them, applied once, moved away at the partner when they are safe."""

import datetime as dt
import hashlib
from collections.abc import Callable

import msgspec
from django.db import OperationalError, transaction

from rehabill.almanac.edition import Almanac
from rehabill.base.errors import RehabillError
from rehabill.model.books import PostingTask
from rehabill.office.exchange.acknowledged import apply_acknowledgments
from rehabill.office.exchange.connectors.connector import Connector, Remote
from rehabill.office.exchange.connectors.errors import NotLetIn, Refused
from rehabill.office.exchange.eligibility import apply_benefits
from rehabill.office.exchange.models import Arrival, File, Partner
from rehabill.office.exchange.statuses import apply_statuses
from rehabill.office.exchange.typed import Incomplete, kinds_of
from rehabill.office.money.posting.file import post_file
from rehabill.office.visits.turn import take_turn
from rehabill.office.worklists.tasks import open_tasks

_GROWS_FOR = dt.timedelta(hours=24)
"""A file without its end is looked at again so long; then it is broken."""
_ACKNOWLEDGMENTS = ("TA1", "999", "277CA")
_BY_CONTENT = (*_ACKNOWLEDGMENTS, "835", "277", "271")


class Broken(RehabillError):
    """A file that cannot be applied; the message says why."""


def fetch_new(partner: Partner, connector: Connector, by: str, clock: Callable[[], dt.datetime]) -> list[str]:
    """Take in everything the partner has for us; it is told so once that is safe. Returns what went wrong with single
    files. Raises `Unreachable`, `NotLetIn`.
    """
    troubles = []
    listed = connector.list()
    for remote in listed:
        try:
            _take_in(partner, connector, remote, by, clock)
        except NotLetIn:
            raise
        except Refused as error:
            troubles.append(str(error))
    _off_the_list(partner, {one.id for one in listed}, clock())
    return troubles


def _take_in(partner: Partner, connector: Connector, remote: Remote, by: str, clock: Callable[[], dt.datetime]) -> None:
    arrival = _known(partner, remote)
    if arrival is None or arrival.state == "incomplete":
        arrival = store(remote.name, connector.fetch(remote), by, clock(), partner, remote)
    elif arrival.confirmed_at is not None and arrival.file is not None:
        # Listed although it was put away: our word did not get through, or another file came in the same moment.
        content = connector.fetch(remote)
        if (other := hashlib.sha256(content).hexdigest()) != arrival.file.sha256:
            there = msgspec.structs.replace(remote, stamp=f"{remote.stamp} {other}")
            arrival = store(remote.name, content, by, clock(), partner, there)
    if arrival.state != "incomplete":
        connector.confirm(remote)
        if arrival.confirmed_at is None:
            Arrival.objects.filter(id=arrival.id).update(confirmed_at=clock())


def _off_the_list(partner: Partner, listed: set[str], at: dt.datetime) -> None:
    """What the partner lists no more it has put away, though its word on that did not get through."""
    rows = Arrival.objects.filter(partner=partner, confirmed_at=None, file__isnull=False)
    gone = [id_ for id_, place in rows.values_list("id", "place") if place not in listed]
    Arrival.objects.filter(id__in=gone).update(confirmed_at=at)


def _known(partner: Partner, remote: Remote) -> Arrival | None:
    rows = Arrival.objects.filter(partner=partner, place=remote.id)
    found: Arrival | None = rows.filter(stamp=remote.stamp).first() or rows.filter(state="incomplete").first()
    return found


def store(
    name: str, content: bytes, by: str, at: dt.datetime, partner: Partner | None = None, remote: Remote | None = None
) -> Arrival:
    """Keep the bytes, and that they came. A file without its end is kept once it has been so for a day."""
    with transaction.atomic():
        take_turn()
        arrival: Arrival = (_known(partner, remote) if partner and remote else None) or Arrival(
            partner=partner, place=remote.id if remote else "", name=name, at=at
        )
        arrival.stamp = remote.stamp if remote else ""
        try:
            kinds = kinds_of(content)
        except Incomplete as cut:
            if partner is not None and at - arrival.at < _GROWS_FOR:
                arrival.state, arrival.why = "incomplete", str(cut)
                arrival.save()
                return arrival
            kinds = ()
        sha256 = hashlib.sha256(content).hexdigest()
        arrival.file, _ = File.objects.get_or_create(
            sha256=sha256,
            defaults={"name": name, "kind": _main(kinds), "is_ours": False, "content": content, "at": at, "by": by},
        )
        arrival.state = "fetched"
        if Arrival.objects.filter(file=arrival.file).exclude(id=arrival.id).exists():
            arrival.state, arrival.why = "seen", "the same bytes came before"
        arrival.save()
        return arrival


def _main(kinds: tuple[str, ...]) -> str:
    return next((one for one in ("835", "277CA", "277", "271", "278", "999", "TA1") if one in kinds), "OTHER")


def waiting() -> list[int]:
    """What was taken in and not applied, in the order in which it should be: what acknowledges before what pays."""
    rows = Arrival.objects.filter(state="fetched").values_list("id", "file__kind")
    early = {"TA1": 0, "999": 1, "277CA": 2}
    return [id_ for id_, _ in sorted(rows, key=lambda one: (early.get(one[1] or "", 3), one[0]))]


def apply(number: int, almanac: Almanac, by: str, at: dt.datetime) -> Arrival:
    """Apply what came: all of it and that it was applied in one transaction, or it is put aside with the reason."""
    try:
        with transaction.atomic():
            take_turn()
            arrival: Arrival = Arrival.objects.select_related("file").get(id=number)
            if arrival.state != "fetched":
                return arrival
            if arrival.file is None:
                raise Broken("its bytes were not kept")
            arrival.why = "; ".join(_applied(arrival.file, almanac, by, at))
            arrival.state, arrival.applied_at = "done", at
            arrival.save()
    except OperationalError:
        raise  # the database's trouble is not the file's
    except Broken as error:
        return _put_aside(number, str(error), at)
    except Exception as error:  # one file never stops the others
        said = str(error) if isinstance(error, RehabillError) else f"rehabill failed on it ({type(error).__name__})"
        return _put_aside(number, said, at)
    return arrival


def _applied(file: File, almanac: Almanac, by: str, at: dt.datetime) -> list[str]:
    content = bytes(file.content)
    try:
        kinds = kinds_of(content)
    except Incomplete as cut:
        raise Broken(f"{cut}: ask the partner for it again") from None
    told = []
    if any(one in _ACKNOWLEDGMENTS for one in kinds):
        told.append(apply_acknowledgments(file, by, at))
    if "277" in kinds:
        told.append(apply_statuses(file, by, at))
    if "271" in kinds:
        told.append(apply_benefits(file, at))
    if "835" in kinds:
        told.append(_post(file, content, almanac, by, at))
    if not any(one in _BY_CONTENT for one in kinds):
        raise Broken(f"it holds {', '.join(kinds) or 'no X12'}, of which nothing is read here")
    return told


def _post(file: File, content: bytes, almanac: Almanac, by: str, at: dt.datetime) -> str:
    outcome = post_file(file.name, content, almanac, by, at)
    if outcome.state == "unreadable":
        raise Broken("it holds no remittance that can be read")
    if outcome.state == "held":
        return f"held, nothing of it is posted: {' '.join(one.why for one in outcome.held)}"
    posted = sum(one.posted for one in outcome.payments)
    known = sum(one.known for one in outcome.payments)
    tasks = sum(len(one.tasks) for one in outcome.payments)
    parts = [f"{posted} posted", f"{known} posted before" if known else "", f"{tasks} tasks" if tasks else ""]
    return ", ".join(filter(None, parts))


def _put_aside(number: int, why: str, at: dt.datetime) -> Arrival:
    with transaction.atomic():
        arrival: Arrival = Arrival.objects.select_for_update().get(id=number)
        arrival.state, arrival.why = "quarantined", why
        arrival.save()
        task = PostingTask(action="file_unreadable", why=f"{arrival.name} could not be applied: {why}")
        open_tasks([(task, None)], f"arrival {arrival.id}", at)
    return arrival
