"""One round with all partners: fetch, apply, notice silence, send what is ready. Repeating it changes nothing."""

import datetime as dt
from collections.abc import Callable
from contextlib import suppress

import msgspec
from django.db import transaction

from rehabill.almanac.edition import Almanac
from rehabill.base.errors import InputError
from rehabill.office.claims.later import prepare
from rehabill.office.claims.sending import Way, send_ready
from rehabill.office.exchange import inbox, lease, outbox
from rehabill.office.exchange.connectors.connector import Connector, Remote
from rehabill.office.exchange.connectors.errors import NotLetIn, Refused, Unreachable
from rehabill.office.exchange.connectors.settings import PartnerSettings
from rehabill.office.exchange.models import File, Partner, Transmission
from rehabill.office.exchange.routes import Routes
from rehabill.office.exchange.silence import notice
from rehabill.office.money.patient_money import settle_credit
from rehabill.office.money.posting.waiting import lay_waiting
from rehabill.office.practices.models import Practice
from rehabill.office.worklists.models import Task

Connect = Callable[[str, PartnerSettings], Connector]


class Came(msgspec.Struct):
    """A file that came, and what it did."""

    partner: str
    name: str
    kind: str
    state: str
    what: str


class Went(msgspec.Struct):
    """A file that went."""

    partner: str
    name: str
    kind: str
    sha256: str
    size: int


class Round(msgspec.Struct):
    """What one round did; all empty: there was nothing to do."""

    queued: int = 0
    """Claims written to files."""
    went: list[Went] = []
    came: list[Came] = []
    asked: int = 0
    """Claims that payers were asked about because nothing was heard."""
    silent: int = 0
    """Claims of which nothing is heard, for a person."""
    held: list[str] = []
    """Claims that could not be written, and why."""
    troubles: list[str] = []
    """What went wrong with partners."""


class Exchange:
    """A practice, the law, the clock and a way to its partners."""

    def __init__(
        self, practice: Practice, almanac: Almanac, clock: Callable[[], dt.datetime], by: str, connect: Connect
    ) -> None:
        """`clock` tells the practice's own time, with its zone."""
        self.practice = practice
        self.almanac = almanac
        self.clock = clock
        self.by = by
        self.connect = connect
        self.told = Round()

    def round(self) -> Round:
        """Raises `lease.Busy` when somebody else is at it."""
        held = lease.take(lease.this_process(), self._now)
        try:
            self._round(held)
        finally:
            with suppress(lease.Busy):
                held.give_back()
        return self.told

    def _round(self, held: lease.Held) -> None:
        routes = Routes()
        for partner in routes.partners:
            self._meet(partner, held, lambda connector, one=partner: self._fetch(one, connector, held))  # type: ignore[misc]
        self._apply(held)
        self._ask(held)
        self.queue(routes)
        for partner in routes.partners:
            if outbox.due(partner, self._now()):
                self._meet(partner, held, lambda connector, one=partner: self._send(one, connector, held))  # type: ignore[misc]
        self._apply(held)

    def _now(self) -> dt.datetime:
        return self.clock().astimezone(dt.UTC)

    def _meet(self, partner: Partner, held: lease.Held, work: Callable[[Connector], None]) -> None:
        """A session with a partner; what goes wrong there does not keep us from the others."""
        if partner.paused_why:
            return
        held.renew()
        try:
            with self.connect(partner.name, partner.record.by) as connector:
                work(connector)
        except Unreachable as error:
            self.told.troubles.append(str(error))
        except (Refused, InputError) as error:
            self.told.troubles.append(str(error))
            Task.objects.get_or_create(
                action="not_sent", state="open", source=f"partner {partner.name}",
                defaults={"why": f"{partner.name}: {error}", "opened_at": self._now()},
            )  # fmt: skip

    def _fetch(self, partner: Partner, connector: Connector, held: lease.Held) -> None:
        self.told.troubles += inbox.fetch_new(partner, connector, self.by, self._now)
        source = f"partner {partner.name}"
        Task.objects.filter(action="not_sent", state="open", source=source).update(state="done", closed_at=self._now())

    def _send(self, partner: Partner, connector: Connector, held: lease.Held) -> None:
        for number in outbox.due(partner, self._now()):
            held.renew()
            try:
                receipt = outbox.send_one(number, connector, self._now)
            except NotLetIn:
                raise
            except Refused as error:
                self.told.troubles.append(str(error))
                continue
            file = Transmission.objects.select_related("file").get(id=number).file
            content = bytes(file.content)
            self.told.went.append(Went(partner.name, file.name, file.kind, file.sha256, len(content)))
            if receipt is not None and receipt.answer is not None:
                there = Remote(id=f"answer to {file.name}", name=f"{file.name}.answer")
                inbox.store(there.name, receipt.answer, self.by, self._now(), partner, there)

    def _apply(self, held: lease.Held) -> None:
        """Everything that came, then what payments that waited for their claims, and money paid ahead, can settle."""
        is_posted = False
        for number in inbox.waiting():
            held.renew()
            one = inbox.apply(number, self.almanac, self.by, self._now())
            kind = one.file.kind if one.file else ""
            is_posted |= kind == "835" and one.state == "done"
            name = one.partner.name if one.partner else ""
            self.told.came.append(Came(name, one.name, kind, one.state, one.why))
        if is_posted:
            lay_waiting(self.almanac, self.by, self._now())
            settle_credit((), self.clock().date(), self.by, self._now())

    def _ask(self, held: lease.Held) -> None:
        held.renew()
        noticed = notice(self.practice, self.almanac, self.clock(), self.by, self._now())
        self.told.asked, self.told.silent = noticed

    def queue(self, routes: Routes) -> None:
        """Claims that are ready, into files for their partners; those whose next insurer's turn has come first."""
        for made in prepare(self.almanac, self.clock().date(), self.by, self._now()):
            if made.fault is not None:
                self.told.held.append(f"claim {made.number} is held on its way to {made.payer}: {made.fault}")
        for partner in routes.partners:
            if partner.record.usage == self.practice.usage:
                self._queue(partner, routes)
            elif _ready_for(partner, routes):
                self.told.troubles.append(
                    f"{partner.name}: no claim is sent, for the practice's files are marked {self.practice.usage} and "
                    f"the partner takes {partner.record.usage}: their `usage` must be the same"
                )

    def _queue(self, partner: Partner, routes: Routes) -> None:
        record = partner.record
        way = Way(
            takes=lambda payer: routes.to(payer) == partner,
            receiver=record.receiver,
            claims_per_file=record.claims_per_file,
            one_payer_per_file=record.one_payer_per_file,
        )

        def keep(number: int, file: File) -> None:
            outbox.queue(file, partner, self._now())

        for sent in send_ready(self.practice, self.almanac, self.clock(), self.by, self._now(), keep, 1, way):
            self.told.queued += sent.claims
            self.told.held += [f"claim {one.number} is held: {one.faults[0]}" for one in sent.held]


def _ready_for(partner: Partner, routes: Routes) -> bool:
    from rehabill.office.claims.models import Claim

    ready = Claim.objects.filter(insurance="ready").values_list("payer", flat=True).distinct()
    return any(routes.to(payer) == partner for payer in ready)


class _Undone(Exception):
    """Takes everything back."""


def preview(exchange: Exchange) -> list[tuple[str, str, bytes]]:
    """(partner, name, bytes) of what a round would send now; nothing is kept of it, and nothing leaves."""
    found: list[tuple[str, str, bytes]] = []
    try:
        with transaction.atomic():
            notice(exchange.practice, exchange.almanac, exchange.clock(), exchange.by, exchange._now())
            exchange.queue(Routes())
            rows = Transmission.objects.filter(state="waiting").select_related("file", "partner").order_by("id")
            found = [(one.partner.name, one.file.name, bytes(one.file.content)) for one in rows]
            raise _Undone
    except _Undone:
        pass
    return found
